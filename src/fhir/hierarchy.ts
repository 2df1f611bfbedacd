/** Computes which codes of a CodeSystem lie below which: nested concepts and parent/child properties. https://hl7.org/fhir/R4B/codesystem.html#hierarchy */
import { objectsOf, type Resource } from './json.ts';

/** The codes of one system with those directly above each. */
export interface Hierarchy {
  system: string;
  parents: ReadonlyMap<string, ReadonlySet<string>>;
}

/** The hierarchy that `codeSystem` states; undefined when it has no url or no concepts. */
export function hierarchyOf(codeSystem: Resource): Hierarchy | undefined {
  const system = codeSystem['url'];
  if (typeof system !== 'string') return undefined;
  const parents = new Map<string, Set<string>>();
  const parentsOf = (code: string): Set<string> => {
    let known = parents.get(code);
    if (known === undefined) parents.set(code, (known = new Set()));
    return known;
  };
  const waiting = objectsOf(codeSystem['concept']).map((concept) => ({
    concept,
    parent: undefined as string | undefined,
  }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const code = next.concept['code'];
    if (typeof code !== 'string') continue;
    if (next.parent !== undefined) parentsOf(code).add(next.parent);
    else parentsOf(code);
    for (const property of objectsOf(next.concept['property'])) {
      const other = property['valueCode'];
      if (typeof other !== 'string') continue;
      if (property['code'] === 'parent' || property['code'] === 'subsumedBy') parentsOf(code).add(other);
      if (property['code'] === 'child') parentsOf(other).add(code);
    }
    for (const concept of objectsOf(next.concept['concept'])) waiting.push({ concept, parent: code });
  }
  return parents.size === 0 ? undefined : { system, parents };
}

/** The code itself and all above it; a ring in the parents ends where it began. */
export function ancestorsOf(code: string, parents: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set([code]);
  for (const one of found) for (const parent of parents.get(one) ?? []) found.add(parent);
  return found;
}
