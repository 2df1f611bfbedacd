/** What one project gets of one site: its pseudonyms, its references, its shift of each person's dates. https://hl7.org/fhir/R5/secpriv-module.html#pseudonymization */
import type { Json, JsonObject } from '../../fhir/json.ts';
import { objectsOf } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import { type Hash, type Int64, resourceKey } from '../../search/index-rows.ts';
import type { Release } from './method/method.ts';
import type { DeidentificationProfile } from './profile.ts';
import { createDateShift, createPseudonyms, createTextPseudonym, uuidUrn } from './pseudonym.ts';

export interface DeidentifierMeans {
  /** secret of the site, at least 32 bytes */
  key: Uint8Array;
  /** who gets the data: pseudonyms and shifts are other ones for each */
  project: string;
  /** makes the keys of resources, as the store does */
  hash: Hash;
  /** absolute base addresses of this server, without a slash at the end */
  baseUrls: readonly string[];
  /** milliseconds since 1970 */
  now(): number;
}

/** A release for one resource, which also knows addresses, ids of resources and ids of what is contained. */
export interface ResourceRelease extends Release {
  /** An address that is kept: one of a resource of this server gets its pseudonym. */
  address(text: string): string | undefined;
  idOf(type: string, id: string): string;
  containedId(id: string): string;
}

/** Makes the releases of one project. `contained` is the list of what the resource contains. */
export function releases(
  profile: DeidentificationProfile,
  means: DeidentifierMeans,
): (persons: readonly Int64[], contained: Json | undefined) => ResourceRelease {
  const { definitions, ids } = profile;
  const pseudonym = createTextPseudonym(means);
  const shift = createDateShift(means);
  const pseudonyms = createPseudonyms(means);
  const known = new Map<string, string>();
  const idOf = (type: string, id: string): string => {
    if (ids === 'keep') return id;
    const name = `${type}/${id}`;
    let made = known.get(name);
    if (made === undefined) {
      made = pseudonyms.pseudonymOf(resourceKey(means.hash, type, id), type);
      if (known.size >= 50_000) known.clear();
      known.set(name, made);
    }
    return made;
  };
  const pseudonymUrn = (domain: string, text: string): string => uuidUrn(pseudonym(domain, text));
  const own = (text: string): string | undefined => ownAddress(text, means.baseUrls, definitions.types, idOf);
  const reference = (text: string, inner: ReadonlyMap<string, string>): string | undefined => {
    if (text === '#') return text;
    if (text.startsWith('#')) {
      const id = inner.get(text.slice(1));
      return id === undefined ? undefined : `#${id}`;
    }
    // What is elsewhere has a name that may be known there.
    return own(text) ?? pseudonymUrn('reference', text);
  };
  return (persons, contained) => {
    const inner = ids === 'keep' ? undefined : containedIds(contained);
    const [person, ...others] = persons;
    const isOne = person !== undefined && others.every((one) => one === person);
    return {
      pseudonym,
      pseudonymUrn,
      daysWithin: (most) => (isOne ? shift(person, most) : undefined),
      reference: (text) => (inner === undefined ? text : reference(text, inner)),
      address(text) {
        if (inner === undefined) return text;
        if (isQuery(text, means.baseUrls)) return undefined;
        return own(text) ?? text;
      },
      idOf,
      containedId: (id) => (inner === undefined ? id : (inner.get(id) ?? 'c0')),
      year: new Date(means.now()).getUTCFullYear(),
    };
  };
}

/** The address of a resource of this server, with its pseudonym; undefined when it is none. */
function ownAddress(
  text: string,
  baseUrls: readonly string[],
  types: DeidentificationProfile['definitions']['types'],
  idOf: (type: string, id: string) => string,
): string | undefined {
  const parsed = parseReference(text);
  if (parsed === undefined || types[parsed.type]?.kind !== 'resource') return undefined;
  const { base, type, id, version } = parsed;
  if (base !== undefined && !baseUrls.includes(base)) return undefined;
  const start = base === undefined ? '' : `${base}/`;
  // Versions of this server are small numbers; any other text may say anything.
  const isOurs = version !== undefined && /^[1-9]\d{0,8}$/.test(version);
  return `${start}${type}/${idOf(type, id)}${isOurs ? `/_history/${version}` : ''}`;
}

/** A search or anything else below our base: its criteria may hold ids and names. */
function isQuery(text: string, baseUrls: readonly string[]): boolean {
  const base = baseUrls.find((one) => text.startsWith(one));
  const rest = base === undefined ? text : text.slice(base.length).replace(/^\//, '');
  if (/^[A-Z][A-Za-z]+[?/]/.test(rest) && parseReference(rest) === undefined) return true;
  return base !== undefined && rest !== '' && parseReference(rest) === undefined;
}

/** Ids of contained resources mean something within the resource only: they are numbered. */
function containedIds(contained: Json | undefined): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  if (contained === undefined) return ids;
  for (const { id } of objectsOf(contained) as JsonObject[]) {
    if (typeof id === 'string' && !ids.has(id)) ids.set(id, `c${ids.size + 1}`);
  }
  return ids;
}
