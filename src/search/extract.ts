/** Makes the index rows of a resource for every search parameter of its type. https://hl7.org/fhir/R4B/search.html */
import type { SearchParameterModel } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { compileExpression, interpretNodes, type Node } from '../fhir/path/index.ts';
import { extractContained } from './contained.ts';
import type { IndexSink, Int64 } from './index-rows.ts';
import { extractPosition, isNear } from './near.ts';
import { pairExtractor } from './pair.ts';
import { type CompositeExtractor, componentsOf, compositeExtractor } from './parameter/composite.ts';
import { kinds } from './parameter/index.ts';
import {
  type Extraction,
  type ParameterContext,
  type ParameterKind,
  type ParameterRows,
  parameterRows,
} from './parameter/parameter.ts';
import { registryOf } from './registry.ts';
import { contentOf, narrativeOf } from './words.ts';

/** A parameter that is not indexed, and why. */
export interface Uncompiled {
  url: string;
  code: string;
  reason: string;
}

export type Extractor = (resource: Resource, sink: IndexSink) => void;

interface Compiled {
  rows: ParameterRows;
  nodes(resource: Resource): readonly Node[];
  kind: ParameterKind | undefined;
  composite: CompositeExtractor | undefined;
}

/** Kept in columns of the resource itself. */
const columns = new Set(['_id', '_lastUpdated']);

/** Parameters are compiled when the first resource of their type comes. */
export function createExtractor(context: ParameterContext): Extractor {
  const byType = new Map<string, { compiled: readonly Compiled[]; pair: ReturnType<typeof pairExtractor> }>();
  return (resource, sink) => {
    const type = resource.resourceType;
    let own = byType.get(type);
    if (own === undefined) {
      own = { compiled: compileType(type, context).compiled, pair: pairExtractor(type, context.definitions) };
      byType.set(type, own);
    }
    const to: Extraction = { ...context, sink };
    own.pair?.(resource, to);
    for (const { rows, nodes, kind, composite } of own.compiled) {
      const found = nodes(resource);
      for (let at = 0; at < found.length; at++) {
        if (kind !== undefined) kind.extract(found[at]!, rows, to);
        else composite?.(found[at]!, resource, rows.own, to);
      }
    }
    if (resource['contained'] !== undefined) extractContained(resource, context.hash, sink);
    sink.words(narrativeOf(resource), contentOf(resource));
  };
}

/** The parameters of all types that cannot be indexed. */
export function uncompiledParameters(context: ParameterContext): Uncompiled[] {
  const all = context.definitions.resourceTypes.flatMap((type) => compileType(type, context).uncompiled);
  return [...new Map(all.map((one) => [one.url, one])).values()];
}

function compileType(type: string, context: ParameterContext): { compiled: Compiled[]; uncompiled: Uncompiled[] } {
  const compiled: Compiled[] = [];
  const uncompiled: Uncompiled[] = [];
  for (const parameter of registryOf(context.definitions).of(type)) {
    if (columns.has(parameter.code)) continue;
    const result = compileParameter(parameter, type, context);
    if (typeof result !== 'string') compiled.push(result);
    else uncompiled.push({ url: parameter.url, code: parameter.code, reason: result });
  }
  return { compiled, uncompiled };
}

/** Parameters of the specification are compiled; those that were added may say what only the slow, complete engine understands. */
function compileNodes(
  parameter: SearchParameterModel,
  expression: string,
  options: { type: string; definitions: ParameterContext['definitions'] },
): (resource: Resource) => readonly Node[] {
  try {
    return compileExpression(expression, options);
  } catch (error) {
    if (parameter.isReady === undefined) throw error;
    return (resource) => interpretNodes(expression, resource, options.definitions);
  }
}

/** Positions are filed like numbers, and asked for in their own way. */
const positionKind = (type: string): ParameterKind => ({
  table: 'number',
  extract: (node, _, { hash, sink }) => extractPosition(node, type, hash, sink),
  match: () => {
    throw new Error('near is matched by its own expression');
  },
});

/** The index rows of one parameter alone, and the numbers that they are filed under. */
export function extractOne(
  parameter: SearchParameterModel,
  type: string,
  context: ParameterContext,
): { parameters: readonly Int64[]; extract: Extractor } {
  const compiled = compileParameter(parameter, type, context);
  if (typeof compiled === 'string') return { parameters: [], extract: () => {} };
  const { rows, nodes, kind } = compiled;
  return {
    parameters: [rows.own, ...Object.values(rows.forms ?? {})],
    extract(resource, sink) {
      for (const node of nodes(resource)) kind?.extract(node, rows, { ...context, sink });
    },
  };
}

/** The compiled parameter, or why it is not indexed. */
function compileParameter(parameter: SearchParameterModel, type: string, context: ParameterContext): Compiled | string {
  if (parameter.expression === undefined) return 'it states no expression';
  if (parameter.type === 'special' && !isNear(parameter)) return 'it is special';
  const options = { type, definitions: context.definitions };
  const rows = parameterRows(context.hash, type, parameter.code);
  const nodes = compileNodes(parameter, parameter.expression, options);
  if (isNear(parameter)) return { rows, nodes, kind: positionKind(type), composite: undefined };
  if (parameter.type !== 'composite') return { rows, nodes, kind: kinds[parameter.type], composite: undefined };
  const components = componentsOf(parameter, context);
  if (typeof components === 'string') return components;
  return { rows, nodes, kind: undefined, composite: compositeExtractor(components, type, context) };
}
