/** Indexes and matches `reference` search parameters. https://hl7.org/fhir/R4B/search.html#reference */
import type { JsonObject } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Node } from '../../fhir/path/index.ts';
import { idPattern, parseReference } from '../../fhir/reference.ts';
import { type Int64, resourceKey } from '../index-rows.ts';
import type { ParameterContext, ParameterKind } from './parameter.ts';
import { unescapeText } from './text-list.ts';

/** The text of the reference that a value holds, if it is a literal or canonical one. */
export function referenceText(node: Node): string | undefined {
  if (typeof node.value === 'string') return node.value;
  if (typeof node.value !== 'object' || node.value === null) return undefined;
  const value = node.value as JsonObject;
  const inner = node.type === 'CodeableReference' ? (value['reference'] as JsonObject | undefined) : value;
  const text =
    node.type === 'Extension'
      ? (value['valueReference'] as JsonObject | undefined)?.['reference']
      : inner?.['reference'];
  return typeof text === 'string' ? text : undefined;
}

/** The keys under which a reference is found: of the resource when it is this server's, else of its URL, with and without version. */
export function targetKeys(text: string, { hash, baseUrls }: Pick<ParameterContext, 'hash' | 'baseUrls'>): Int64[] {
  if (text.startsWith('#') || text === '') return [];
  const parsed = parseReference(text);
  if (parsed !== undefined && (parsed.base === undefined || baseUrls.includes(parsed.base))) {
    return [resourceKey(hash, parsed.type, parsed.id)];
  }
  const at = text.indexOf('|');
  return at < 0 ? [hash(text)] : [hash(text), hash(text.slice(0, at))];
}

function extract(node: Node, parameter: Int64, to: Parameters<ParameterKind['extract']>[2]): void {
  const text = referenceText(node);
  if (text !== undefined) for (const target of targetKeys(text, to)) to.sink.reference(parameter, target);
}

export const reference: ParameterKind = {
  modifiers: ['not', '[type]'],
  table: 'reference',
  extract,
  match(values, { code, modifier, targets }, context) {
    const type = modifier === undefined || modifier === 'not' ? undefined : modifier;
    const keys = values.flatMap((value) => {
      const text = unescapeText(value);
      if (text === '') throw new FhirError('value', `${code} needs a reference: id, Type/id or a URL`);
      // The first is the text as asked: with a version, only that version is meant.
      if (text.includes('/') || text.includes(':')) return targetKeys(text, context).slice(0, 1);
      if (!idPattern.test(text))
        throw new FhirError('value', `${code}=${text} is no reference: write id, Type/id or a URL`);
      // A bare id may mean a resource of any type that the parameter may point to.
      const types = type !== undefined ? [type] : (targets ?? context.definitions.resourceTypes);
      return types.map((target) => resourceKey(context.hash, target, text));
    });
    return { table: 'reference', targets: keys };
  },
};
