/** Lists what a value set includes, as far as searching by `:in` needs it. https://hl7.org/fhir/R4B/valueset.html#compositions */
import type { Definitions } from '../fhir/definitions/model.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type Hash, systemKey } from '../search/index-rows.ts';
import type { KnownToken } from '../search/tree.ts';

/** What expanding needs of the store. */
export interface ValueSetSource {
  definitions: Definitions;
  hash: Hash;
  /** the value set with this canonical or reference that the asker may read */
  find(url: string): Promise<Resource | undefined>;
  closure(how: 'above' | 'below', system: string, code: string): Promise<readonly KnownToken[]>;
}

/** Sets that include sets deeper than this go in circles. */
const deepest = 8;

/** The codes of the value set; throws `not-supported` for one that is not known or states what cannot be listed. */
export async function codesOf(url: string, source: ValueSetSource, depth = 0): Promise<readonly KnownToken[]> {
  if (depth > deepest) throw new FhirError('not-supported', `the value set ${url} includes others too deeply`);
  const [plain = url] = url.split('|');
  const stored = await source.find(url);
  if (stored !== undefined) return composed(stored, url, source, depth);
  const { definitions, hash } = source;
  const defined = Object.hasOwn(definitions.valueSets, plain) ? definitions.valueSets[plain] : undefined;
  if (defined === undefined) throw new FhirError('not-supported', `the value set ${url} is not known here`);
  return Object.entries(defined.systems).flatMap(([system, codes]) => {
    const key = systemKey(hash, system);
    return codes.map((code) => ({ system: key, code: hash(code) }));
  });
}

async function composed(
  valueSet: Resource,
  url: string,
  source: ValueSetSource,
  depth: number,
): Promise<readonly KnownToken[]> {
  const expansion = objectsOf(objectOf(valueSet['expansion'])?.['contains']);
  const compose = objectOf(valueSet['compose']);
  if (compose === undefined) return expansion.flatMap((one) => contained(one, source));
  const included = await each(objectsOf(compose['include']), url, source, depth);
  const excluded = await each(objectsOf(compose['exclude']), url, source, depth);
  if (excluded.length === 0) return included;
  if (![...included, ...excluded].every((one) => 'code' in one)) {
    throw new FhirError('not-supported', `the value set ${url} excludes codes from what cannot be listed`);
  }
  const out = new Set(excluded.map(keyText));
  return included.filter((one) => !out.has(keyText(one)));
}

const keyText = (token: KnownToken): string =>
  JSON.stringify([('code' in token && token.code) || '', ('system' in token && token.system) || 0]);

function contained(entry: JsonObject, source: ValueSetSource): KnownToken[] {
  const { system, code } = entry;
  const own =
    typeof code === 'string' && typeof system === 'string' && entry['abstract'] !== true
      ? [{ system: systemKey(source.hash, system), code: source.hash(code) }]
      : [];
  return [...own, ...objectsOf(entry['contains']).flatMap((one) => contained(one, source))];
}

async function each(
  parts: readonly JsonObject[],
  url: string,
  source: ValueSetSource,
  depth: number,
): Promise<KnownToken[]> {
  return (await Promise.all(parts.map((part) => partOf(part, url, source, depth)))).flat();
}

async function partOf(
  part: JsonObject,
  url: string,
  source: ValueSetSource,
  depth: number,
): Promise<readonly KnownToken[]> {
  const imports = Array.isArray(part['valueSet']) ? part['valueSet'].filter((one) => typeof one === 'string') : [];
  const { system } = part;
  if (typeof system !== 'string')
    return common(await Promise.all(imports.map((one) => codesOf(one, source, depth + 1))), url);
  const own = await ofSystem(part, system, url, source);
  if (imports.length === 0) return own;
  return common([own, ...(await Promise.all(imports.map((one) => codesOf(one, source, depth + 1))))], url);
}

/** Several sets in one include mean what all of them have. */
function common(sets: readonly (readonly KnownToken[])[], url: string): readonly KnownToken[] {
  const [first = [], ...others] = sets;
  if (others.length === 0) return first;
  if (!sets.flat().every((one) => 'code' in one)) {
    throw new FhirError('not-supported', `the value set ${url} intersects what cannot be listed`);
  }
  return others.reduce((left, other) => {
    const keys = new Set(other.map(keyText));
    return left.filter((one) => keys.has(keyText(one)));
  }, first);
}

async function ofSystem(
  part: JsonObject,
  system: string,
  url: string,
  source: ValueSetSource,
): Promise<readonly KnownToken[]> {
  const key = systemKey(source.hash, system);
  const concepts = objectsOf(part['concept']);
  if (concepts.length > 0) {
    return concepts.flatMap(({ code }) => (typeof code === 'string' ? [{ system: key, code: source.hash(code) }] : []));
  }
  const filters = objectsOf(part['filter']);
  if (filters.length === 0) return [{ system: key }];
  const sets = await Promise.all(filters.map((filter) => filtered(filter, system, url, source)));
  return common(sets, url);
}

async function filtered(
  filter: JsonObject,
  system: string,
  url: string,
  source: ValueSetSource,
): Promise<readonly KnownToken[]> {
  const { property, op, value } = filter;
  if (typeof value === 'string' && (property === 'concept' || property === 'code')) {
    const own = { system: systemKey(source.hash, system), code: source.hash(value) };
    if (op === '=') return [own];
    if (op === 'in') return value.split(',').map((code) => ({ ...own, code: source.hash(code.trim()) }));
    if (op === 'generalizes') return source.closure('above', system, value);
    if (op === 'is-a') return source.closure('below', system, value);
    if (op === 'descendent-of') {
      const below = await source.closure('below', system, value);
      if (below.every((one) => 'code' in one)) return below.filter((one) => keyText(one) !== keyText(own));
    }
  }
  throw new FhirError(
    'not-supported',
    `the value set ${url} filters by ${String(property)} ${String(op)}, which is not understood here`,
  );
}
