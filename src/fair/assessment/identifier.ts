/** What kind of identifier one is: does it last, is it the only one in the world, where does it lead. https://hl7.org/fhir/uv/fhir-for-fair/STU1/FHIRidentifiers.html */
import { canonical } from '../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { textIn } from './element.ts';

type Scheme = 'doi' | 'handle' | 'ark' | 'purl' | 'identifiers.org' | 'urn' | 'web' | 'system' | 'local';

export interface Identifier {
  /** as a search writes it: `system|value`, or the value of a URI */
  text: string;
  /** value of a search for it: `?identifier=` */
  token: string;
  scheme: Scheme;
  /** whether its kind is made to last, by those who run it */
  isPersistent: boolean;
  isGloballyUnique: boolean;
  /** the web address that it stands for */
  address?: string;
  /** `Identifier` or a canonical `url` */
  from: 'identifier' | 'url';
}

const kinds: readonly { scheme: Scheme; pattern: RegExp; address?: (text: string) => string }[] = [
  {
    scheme: 'doi',
    pattern: /^(?:https?:\/\/(?:dx\.)?doi\.org\/|doi:|urn:doi:)?(10\.\d{4,9}\/\S+)$/i,
    address: (id) => `https://doi.org/${id}`,
  },
  {
    scheme: 'handle',
    pattern: /^(?:https?:\/\/hdl\.handle\.net\/|hdl:)(\S+\/\S+)$/i,
    address: (id) => `https://hdl.handle.net/${id}`,
  },
  {
    scheme: 'ark',
    pattern: /^(?:https?:\/\/n2t\.net\/)?(ark:\/?\d{5,}\/\S+)$/i,
    address: (id) => `https://n2t.net/${id}`,
  },
  {
    scheme: 'purl',
    pattern: /^(https?:\/\/(?:(?:[a-z]+\.)?purl\.org|w3id\.org|purl\.obolibrary\.org)\/\S+)$/i,
    address: (id) => id,
  },
  { scheme: 'identifiers.org', pattern: /^(https?:\/\/identifiers\.org\/\S+)$/i, address: (id) => id },
  { scheme: 'urn', pattern: /^(urn:(?:uuid|oid|nbn|isbn|issn):\S+)$/i },
  { scheme: 'web', pattern: /^(https?:\/\/\S+)$/i, address: (id) => id },
];

const isUri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\S+$/i.test(text);
const doiSystem = /^https?:\/\/(?:dx\.)?doi\.org\/?$|^urn:doi$/i;

/** An Identifier as it stands in a resource; undefined when it has no value. */
export function identifierOf(identifier: JsonObject | undefined): Identifier | undefined {
  const value = textIn(identifier, 'value');
  if (value === undefined) return undefined;
  const system = textIn(identifier, 'system');
  const token = `${system ?? ''}|${value}`;
  if (system === undefined || system === canonical.uri)
    return named(value, system === undefined ? value : token, 'identifier');
  // The guide writes DOIs with and without a slash at the end of the system.
  if (doiSystem.test(system)) return { ...named(value, token, 'identifier'), text: token };
  const isGloballyUnique = isUri(system);
  return { text: token, token, scheme: 'system', isPersistent: isGloballyUnique, isGloballyUnique, from: 'identifier' };
}

/** A URI alone. */
export function named(text: string, token: string, from: Identifier['from']): Identifier {
  for (const { scheme, pattern, address } of kinds) {
    const id = pattern.exec(text)?.[1];
    if (id === undefined) continue;
    const isPersistent = scheme !== 'web';
    return {
      text,
      token,
      scheme,
      isPersistent,
      isGloballyUnique: true,
      from,
      ...(address === undefined ? {} : { address: address(id) }),
    };
  }
  return { text, token, scheme: 'local', isPersistent: false, isGloballyUnique: isUri(text), from };
}

/** The identifiers and the canonical URL of a resource, each once. */
export function identifiersOf(resource: JsonObject): Identifier[] {
  const master = objectOf(resource['masterIdentifier']);
  const found = [...objectsOf(resource['identifier']), ...(master === undefined ? [] : [master])].map(identifierOf);
  const url = textIn(resource, 'url');
  const all = [...found, url === undefined ? undefined : named(url, url, 'url')].filter((one) => one !== undefined);
  return [...new Map(all.map((one) => [`${one.from} ${one.token}`, one])).values()];
}
