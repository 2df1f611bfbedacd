/** Interpreted FHIRPath, complete but slow: for invariants, patches and custom expressions. https://hl7.org/fhirpath/ */
import fhirpath, { type Model } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import r5 from 'fhirpath/fhir-context/r5';
import type { Definitions } from '../definitions/model.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Node } from './compile.ts';

type Compiled = (resource: unknown, variables?: Record<string, unknown>) => unknown[];
const compiled = new WeakMap<Definitions, Map<string, Compiled>>();

const modelOf = ({ fhirPath }: Definitions): Model => ({ r4, r5 })[fhirPath];

/** The values of `expression` for `value`, which is of the type or at the path `base`. Throws an Error for what cannot be evaluated. */
export function interpret(
  expression: string,
  value: Json,
  definitions: Definitions,
  where: { base?: string; resource?: Json } = {},
): unknown[] {
  const expressions = compiled.get(definitions) ?? new Map<string, Compiled>();
  compiled.set(definitions, expressions);
  const key = `${where.base ?? ''} ${expression}`;
  let run = expressions.get(key);
  if (run === undefined) {
    const path = where.base === undefined ? expression : { base: where.base, expression };
    run = fhirpath.compile(path, modelOf(definitions), { traceFn: () => {} }) as Compiled;
    expressions.set(key, run);
  }
  return run(value, where.resource === undefined ? {} : { resource: where.resource, rootResource: where.resource });
}

/** The values of `expression` with their FHIR types: what index rows are made of. */
export function interpretNodes(expression: string, resource: JsonObject, definitions: Definitions): Node[] {
  const nodes: Node[] = [];
  const collect = {
    fn: (found: unknown[]): unknown[] => {
      for (const one of found) {
        const node = one as Partial<PlacedNode>;
        const data = node.data ?? one;
        const value =
          typeof data === 'object' && data !== null && 'toJSON' in data
            ? (JSON.parse(JSON.stringify(data)) as Json)
            : (data as Json);
        nodes.push({ value, type: node.fhirNodeDataType ?? typeof value });
      }
      return found;
    },
    arity: { 0: [] },
    internalStructures: true,
  };
  fhirpath.evaluate(resource, `(${expression}).collected()`, {}, modelOf(definitions), {
    userInvocationTable: { collected: collect },
    traceFn: () => {},
  });
  return nodes;
}

/** Where a node stands: names and positions from the root. */
export type Location = (string | number)[];

interface PlacedNode {
  data: unknown;
  fhirNodeDataType: string | null;
  parentResNode: PlacedNode | null;
  propName: string | null;
  index: number | null;
}

/** Where the values of `expression` stand in `resource`. */
export function locate(expression: string, resource: JsonObject, definitions: Definitions): Location[] {
  const found: Location[] = [];
  const mark = {
    fn: (nodes: PlacedNode[]): PlacedNode[] => {
      for (const node of nodes) found.push(written(locationOf(node), resource));
      return nodes;
    },
    arity: { 0: [] },
    internalStructures: true,
  };
  fhirpath.evaluate(resource, `(${expression}).placed()`, {}, modelOf(definitions), {
    userInvocationTable: { placed: mark },
    traceFn: () => {},
  });
  return found;
}

function locationOf(node: PlacedNode): Location {
  const location: Location = [];
  for (let at: PlacedNode | null = node; at !== null; at = at.parentResNode) {
    if (at.index !== null && at.index !== undefined) location.unshift(at.index);
    if (at.propName !== null && at.propName !== undefined) location.unshift(at.propName);
  }
  return location;
}

/** Paths name a choice without its type; in JSON it has one. */
function written(location: Location, resource: JsonObject): Location {
  let at: Json | undefined = resource;
  return location.map((step) => {
    const object = at as JsonObject; // each step but the last leads to an object or a list
    const isThere = typeof step === 'number' || Object.hasOwn(object, step);
    const name = isThere
      ? step
      : (Object.keys(object).find((key) => key.startsWith(step) && /^[A-Z]/.test(key.slice(step.length))) ?? step);
    at = object[name];
    return name;
  });
}
