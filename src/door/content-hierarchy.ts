/** Which codes lie above those that data sets hold, by the CodeSystems in the store, else by the definitions. https://hl7.org/fhir/R4B/codesystem.html#hierarchy */
import type { Definitions } from '../fhir/definitions/model.ts';
import { ancestorsOf, type Hierarchy, hierarchyOf } from '../fhir/hierarchy.ts';
import { type JsonObject, objectsOf, type Resource } from '../fhir/json.ts';
import { type Hash, parameterKey } from '../search/index-rows.ts';
import type { TransactionSql } from '../store/connect.ts';
import type { Ancestors, ContentFact } from '../store/content-fact.ts';
import { codeSystemsAt } from '../store/content-telling.ts';
import { storedOf } from '../store/read.ts';
import { resourceOf } from './stored.ts';

interface Above {
  parents: Map<string, Set<string>>;
  displays: Map<string, string>;
}

/** Reads the hierarchies of the systems that the codes are of. */
export async function ancestorsOfCodes(
  sql: TransactionSql,
  { hash, definitions }: { hash: Hash; definitions: Definitions },
  codes: readonly ContentFact[],
): Promise<Ancestors> {
  const systems = [...new Set(codes.map(({ system }) => system))].filter((system) => system !== '');
  const bySystem = new Map<string, Above>();
  if (systems.length > 0) {
    const rows = await codeSystemsAt(sql, parameterKey(hash, 'CodeSystem', 'url'), systems.map(hash));
    for (const row of rows) join(bySystem, resourceOf(storedOf(row)));
  }
  for (const system of systems) if (!bySystem.has(system)) bySystem.set(system, defined(definitions, system));
  return (system, code) => {
    const above = bySystem.get(system);
    if (above === undefined) return [{ code }];
    return [...ancestorsOf(code, above.parents)].map((one) => {
      const display = above.displays.get(one);
      return { code: one, ...(display === undefined ? {} : { display }) };
    });
  };
}

/** Several CodeSystems may state parts of one hierarchy. */
function join(bySystem: Map<string, Above>, codeSystem: Resource): void {
  const hierarchy: Hierarchy | undefined = hierarchyOf(codeSystem);
  if (hierarchy === undefined) return;
  const known = bySystem.get(hierarchy.system) ?? { parents: new Map(), displays: new Map() };
  bySystem.set(hierarchy.system, known);
  for (const [code, parents] of hierarchy.parents) {
    known.parents.set(code, new Set([...(known.parents.get(code) ?? []), ...parents]));
  }
  const waiting: JsonObject[] = objectsOf(codeSystem['concept']);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { code, display, concept } = next;
    if (typeof code === 'string' && typeof display === 'string') known.displays.set(code, display);
    for (const one of objectsOf(concept)) waiting.push(one);
  }
}

function defined({ hierarchies }: Definitions, system: string): Above {
  const stated = Object.hasOwn(hierarchies, system) ? hierarchies[system]! : {};
  return {
    parents: new Map(Object.entries(stated).map(([code, all]) => [code, new Set(all)])),
    displays: new Map(),
  };
}
