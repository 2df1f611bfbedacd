/** Lists the codes of value sets where the packages state them in full. https://hl7.org/fhir/R4B/valueset.html#compositions */
import type { Json, JsonObject } from '../json.ts';
import type { ValueSetModel } from './model.ts';
import type { PackageFiles } from './package-files.ts';

type Codes = Map<string, Set<string>>;

export const list = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []); // definitions hold objects in these lists
const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** Without the version that follows `|`. */
export const withoutVersion = (canonical: string): string => canonical.split('|')[0]!;

/** The codes of a value set, or undefined where they cannot be known for certain: then nothing is refused for it. */
export function expand(url: string, files: PackageFiles): ValueSetModel | undefined {
  const codes = expandSet(withoutVersion(url), files, new Set());
  if (codes === undefined || codes.size === 0) return undefined;
  return { systems: Object.fromEntries([...codes].map(([system, set]) => [system, [...set]])) };
}

function expandSet(url: string, files: PackageFiles, visiting: Set<string>): Codes | undefined {
  if (visiting.has(url)) return undefined;
  const valueSet = files.byUrl('ValueSet', url);
  const compose = valueSet?.['compose'] as JsonObject | undefined; // an object by its definition
  if (compose === undefined) return undefined;
  const inside = new Set(visiting).add(url);
  const codes: Codes = new Map();
  for (const include of list(compose['include'])) {
    const part = expandPart(include, files, inside);
    if (part === undefined) return undefined;
    for (const [system, set] of part) codes.set(system, new Set([...(codes.get(system) ?? []), ...set]));
  }
  for (const exclude of list(compose['exclude'])) {
    const part = expandPart(exclude, files, inside);
    // What cannot be taken out stays in: a list that is too long refuses nothing valid.
    for (const [system, set] of part ?? []) for (const code of set) codes.get(system)?.delete(code);
  }
  return codes;
}

function expandPart(part: JsonObject, files: PackageFiles, visiting: Set<string>): Codes | undefined {
  const system = textOf(part['system']);
  const imports = Array.isArray(part['valueSet']) ? (part['valueSet'] as string[]) : []; // canonicals
  if (system === undefined) {
    const sets = imports.map((url) => expandSet(withoutVersion(url), files, visiting));
    return sets.length === 1 ? sets[0] : undefined;
  }
  if (imports.length > 0) return undefined;
  const named = list(part['concept']).map((concept) => textOf(concept['code'])!);
  if (named.length > 0) return new Map([[system, new Set(named)]]);
  const codeSystem = files.byUrl('CodeSystem', system);
  if (codeSystem === undefined || codeSystem['content'] !== 'complete') return undefined;
  const concepts = flatten(list(codeSystem['concept']), []);
  const filters = list(part['filter']);
  if (filters.length === 0) return new Map([[system, new Set(concepts.map(({ code }) => code))]]);
  return filters.length === 1 ? filtered(system, concepts, filters[0]!) : undefined;
}

interface Concept {
  code: string;
  /** codes above it */
  above: readonly string[];
}

function flatten(concepts: readonly JsonObject[], above: readonly string[]): Concept[] {
  return concepts.flatMap((concept) => {
    const code = textOf(concept['code'])!;
    const parents = list(concept['property'])
      .filter((property) => property['code'] === 'subsumedBy' || property['code'] === 'parent')
      .map((property) => textOf(property['valueCode']) ?? '');
    return [{ code, above: [...above, ...parents] }, ...flatten(list(concept['concept']), [...above, code])];
  });
}

/** Only the hierarchy can be decided here; parents stated as properties are followed to the top. */
function filtered(system: string, concepts: readonly Concept[], filter: JsonObject): Codes | undefined {
  if (filter['property'] !== 'concept' || (filter['op'] !== 'is-a' && filter['op'] !== 'descendent-of'))
    return undefined;
  const top = textOf(filter['value'])!;
  const byCode = new Map(concepts.map((concept) => [concept.code, concept]));
  const isBelow = (code: string, seen: Set<string>): boolean => {
    if (seen.has(code)) return false;
    seen.add(code);
    return (byCode.get(code)?.above ?? []).some((above) => above === top || isBelow(above, seen));
  };
  const codes = concepts.map(({ code }) => code).filter((code) => isBelow(code, new Set()));
  return new Map([[system, new Set(filter['op'] === 'is-a' ? [top, ...codes] : codes)]]);
}
