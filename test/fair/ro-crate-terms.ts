/** What rules for crates are said in. https://w3id.org/ro/crate/1.2 */
import { type Json, type JsonObject, objectOf } from '../../src/fhir/json.ts';

export interface Checked {
  document: JsonObject;
  graph: readonly JsonObject[];
  root: JsonObject;
  /** paths that are there below the crate's folder */
  present: ReadonlySet<string>;
}

export interface CrateRule {
  rule: string;
  source: string;
  holds(crate: Checked): boolean;
}

export const specification = 'https://w3id.org/ro/crate/1.2';
export const page = (name: string): string => `https://www.researchobject.org/ro-crate/specification/1.2/${name}`;
export const processRun = 'https://w3id.org/ro/wfrun/process/0.5';

export const list = (value: Json | undefined): Json[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
export const typesOf = (one: JsonObject): Json[] => list(one['@type']);
export const idsIn = (value: Json | undefined): string[] =>
  list(value)
    .map((one) => objectOf(one)?.['@id'])
    .filter((id) => typeof id === 'string');
export const isAbsolute = (id: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(id);
export const byId = ({ graph }: Checked, id: string): JsonObject | undefined => graph.find((one) => one['@id'] === id);
export const withType = ({ graph }: Checked, type: string): JsonObject[] =>
  graph.filter((one) => typesOf(one).includes(type));
export const descriptor = (crate: Checked): JsonObject | undefined => byId(crate, 'ro-crate-metadata.json');
/** Data entities: files and folders that are no local notion (`#`) and not the root. */
export const dataEntities = (crate: Checked): JsonObject[] =>
  [...withType(crate, 'File'), ...withType(crate, 'Dataset')].filter(
    (one) => one !== crate.root && !String(one['@id']).startsWith('#'),
  );

export function partsOf(crate: Checked): Set<string> {
  const reached = new Set<string>();
  const queue = idsIn(crate.root['hasPart']);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    queue.push(...idsIn(byId(crate, id)?.['hasPart']));
  }
  return reached;
}
