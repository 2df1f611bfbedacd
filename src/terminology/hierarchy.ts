/** Computes which codes of a CodeSystem lie below which: nested concepts and parent/child properties. https://hl7.org/fhir/R4B/codesystem.html#hierarchy */
import type { Json, JsonObject, Resource } from '../fhir/json.ts';

/** `[ancestor or self, descendant]` of one system. */
export interface Hierarchy {
  system: string;
  pairs: (readonly [string, string])[];
}

const list = (value: Json | undefined): JsonObject[] =>
  Array.isArray(value)
    ? value.filter((one): one is JsonObject => typeof one === 'object' && one !== null && !Array.isArray(one))
    : [];

/** The hierarchy that `codeSystem` states, with every code below itself; undefined when it has no url or no concepts. */
export function hierarchyOf(codeSystem: Resource): Hierarchy | undefined {
  const system = codeSystem['url'];
  if (typeof system !== 'string') return undefined;
  const parents = new Map<string, Set<string>>();
  const parentsOf = (code: string): Set<string> => {
    let known = parents.get(code);
    if (known === undefined) parents.set(code, (known = new Set()));
    return known;
  };
  const waiting = list(codeSystem['concept']).map((concept) => ({ concept, parent: undefined as string | undefined }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const code = next.concept['code'];
    if (typeof code !== 'string') continue;
    if (next.parent !== undefined) parentsOf(code).add(next.parent);
    else parentsOf(code);
    for (const property of list(next.concept['property'])) {
      const other = property['valueCode'];
      if (typeof other !== 'string') continue;
      if (property['code'] === 'parent' || property['code'] === 'subsumedBy') parentsOf(code).add(other);
      if (property['code'] === 'child') parentsOf(other).add(code);
    }
    for (const concept of list(next.concept['concept'])) waiting.push({ concept, parent: code });
  }
  if (parents.size === 0) return undefined;
  const pairs = [...parents.keys()].flatMap((code) =>
    [...ancestorsOf(code, parents)].map((above) => [above, code] as const),
  );
  return { system, pairs };
}

/** The code itself and all above it; a ring in the parents ends where it began. */
function ancestorsOf(code: string, parents: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set([code]);
  for (const one of found) for (const parent of parents.get(one) ?? []) found.add(parent);
  return found;
}
