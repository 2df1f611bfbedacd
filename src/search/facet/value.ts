/** Names the values of a facet by a resource that has them: index rows hold hashes. See docs/reference/facets.md */
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import { compileExpression, type Node } from '../../fhir/path/index.ts';
import { systemKey } from '../index-rows.ts';
import type { ParameterContext } from '../parameter/parameter.ts';
import { referenceText, targetKeys } from '../parameter/reference.ts';
import { tokensOf } from '../parameter/token.ts';
import { registryOf } from '../registry.ts';
import type { Facet } from './facet.ts';

export interface FacetValue {
  system?: string;
  /** the code, or the reference */
  text: string;
  display?: string;
}

/** The values that a resource has, by the key that they are counted under. */
export function valuesOf(
  { type, code, table }: Pick<Facet, 'type' | 'code' | 'table'>,
  context: ParameterContext,
): (resource: Resource) => Map<string, FacetValue> {
  const parameter = registryOf(context.definitions).find(type, code);
  const expression = parameter?.expression;
  if (expression === undefined) return () => new Map();
  const nodes = compileExpression(expression, { type, definitions: context.definitions });
  const name = table === 'reference' ? namedReference : namedTokens;
  return (resource) => new Map(nodes(resource).flatMap((node) => name(node, context)));
}

/** Key of a token: its code and system as index rows hold them. */
export const tokenName = (code: string, system: number): string => `${code} ${system}`;

function namedTokens(node: Node, context: ParameterContext): [string, FacetValue][] {
  const words = displaysOf(node);
  return tokensOf(node, context).map(({ system, code }) => {
    const display = words.get(`${system ?? ''}|${code}`);
    const key = tokenName(context.hash(code), systemKey(context.hash, system));
    return [
      key,
      {
        ...(system === undefined ? {} : { system }),
        text: code,
        ...(display === undefined ? {} : { display }),
      },
    ];
  });
}

/** What the codings of a value are called there; the words of a concept are those of its only coding. */
function displaysOf({ value, type }: Node): ReadonlyMap<string, string> {
  const concept = objectOf(type === 'CodeableReference' ? objectOf(value)?.['concept'] : value);
  if (concept === undefined) return new Map();
  const codings = type === 'Coding' ? [concept] : objectsOf(concept['coding']);
  const only = codings.length === 1 ? concept['text'] : undefined;
  return new Map(codings.flatMap((one) => displayOf(one, only)));
}

function displayOf(coding: JsonObject, otherwise: Json | undefined): [string, string][] {
  const display = coding['display'] ?? otherwise;
  return typeof display === 'string' ? [[`${coding['system'] ?? ''}|${coding['code'] ?? ''}`, display]] : [];
}

function namedReference(node: Node, context: ParameterContext): [string, FacetValue][] {
  const text = referenceText(node);
  if (text === undefined) return [];
  const display = objectOf(node.value)?.['display'];
  const value: FacetValue = { text, ...(typeof display === 'string' ? { display } : {}) };
  return targetKeys(text, context).map((key) => [key, value]);
}
