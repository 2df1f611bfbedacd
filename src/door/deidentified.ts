/** How resources of some classes leave: changed by the de-identification profile that their data set states. See docs/adr/0011-views.md */
import { type AccessContext, subjectKey } from '../conditions/access-context.ts';
import {
  createDeidentifier,
  createPseudonyms,
  type DeidentificationProfile,
  deidentificationProfileOf,
  hiddenParameters,
} from '../conditions/deidentify/index.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import { foundByPseudonym, parameterRows, registryOf, type Veil } from '../search/index.ts';
import type { Hash, Int64 } from '../search/index-rows.ts';
import type { StoredResource } from '../store/read.ts';
import type { Statements } from '../store/statement.ts';

/** One profile as it works for one project. */
export interface Deidentification {
  veil: Veil;
  /** the resource as it leaves; `persons` are the keys of the patients whose data it is */
  apply(stored: StoredResource, persons: readonly Int64[]): StoredResource;
}

/** The profile `canonical` for a project; undefined when there is no such profile, or it is not understood: then nothing leaves. */
export type Deidentify = (canonical: string, project: string, statements: Statements) => Deidentification | undefined;

export interface DeidentifyMeans {
  definitions: Definitions;
  hash: Hash;
  baseUrls: readonly string[];
  /** of this database, 32 bytes in hexadecimal */
  secret: string;
  /** milliseconds since 1970 */
  now(): number;
}

/** For whom data are changed alike, so that they fit together: a project, or the person or service alone. */
export function projectOf({ project, subject, rights }: AccessContext): string {
  return project === undefined ? subjectKey({ subject, rights }) : `project ${project}`;
}

/** Profiles and projects that are kept compiled. */
const remembered = 200;

export function createDeidentify(means: DeidentifyMeans): Deidentify {
  const known = new Map<string, Deidentification | undefined>();
  return (canonical, project, { profiles }) => {
    const text = profiles.get(canonical);
    if (text === undefined) return undefined;
    const name = `${project}\u0000${text}`;
    if (!known.has(name)) {
      if (known.size >= remembered) known.clear();
      known.set(name, compiled(text, project, means));
    }
    return known.get(name);
  };
}

function compiled(text: string, project: string, means: DeidentifyMeans): Deidentification | undefined {
  const read = deidentificationProfileOf(JSON.parse(text) as Resource, means.definitions); // a Library, kept as it was accepted
  if (!('profile' in read)) return undefined;
  const { profile } = read;
  const deidentify = createDeidentifier(profile, { ...means, key: Buffer.from(means.secret, 'hex'), project });
  return {
    veil: veilOf(profile, means),
    apply({ tail, ...stored }, persons) {
      // A tombstone says nothing but its id and its time: it does not leave at all (door/visible.ts).
      if (tail === null) throw new Error('what is deleted does not leave changed');
      return { ...stored, ...deidentify({ ...stored, tail }, persons) };
    },
  };
}

/** What is not listed as shown is hidden: rows of pairs and of added parameters too. */
function veilOf(profile: DeidentificationProfile, { definitions, hash }: DeidentifyMeans): Veil {
  const shown = new Set<Int64>();
  let hidesUpdated = false;
  for (const type of definitions.resourceTypes) {
    const hidden = hiddenParameters(profile, type, definitions);
    hidesUpdated ||= hidden.has('_lastUpdated');
    for (const { code } of registryOf(definitions).of(type)) {
      if (hidden.has(code)) continue;
      const { own, forms } = parameterRows(hash, type, code);
      shown.add(own);
      if (forms === undefined) continue;
      const { text, identifier, ofType, below } = forms;
      for (const [modifier, key] of [
        ['text', text],
        ['identifier', identifier],
        ['of-type', ofType],
        ['below', below],
      ] as const) {
        if (!hidden.has(`${code}:${modifier}`)) shown.add(key);
      }
    }
  }
  return { hides: (parameter) => !shown.has(parameter), hidesUpdated, hasPseudonyms: profile.ids === 'pseudonymise' };
}

/** The key that `Type/id` stands for when this asker writes it: marked when the id is a pseudonym made for them. */
export function createResolve(
  { hash, secret }: Pick<DeidentifyMeans, 'hash' | 'secret'>,
  context: AccessContext,
): Hash {
  const pseudonyms = createPseudonyms({ key: Buffer.from(secret, 'hex'), project: projectOf(context) });
  return (text) => {
    // Most texts are codes, words and parameters; pseudonyms are known by their beginning.
    const reference = text.includes('/p-') ? parseReference(text) : undefined;
    if (reference === undefined || reference.base !== undefined) return hash(text);
    const key = pseudonyms.keyOfPseudonym(reference.type, reference.id);
    return key === undefined ? hash(text) : foundByPseudonym(key);
  };
}
