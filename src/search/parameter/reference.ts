/** Indexes and matches `reference` search parameters. https://hl7.org/fhir/R4B/search.html#reference */
import { type JsonObject, objectOf } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Node } from '../../fhir/path/index.ts';
import { idPattern, parseReference } from '../../fhir/reference.ts';
import { type Int64, resourceKey, systemKey } from '../index-rows.ts';
import type { Extraction, ParameterContext, ParameterKind, ParameterRows } from './parameter.ts';
import { unescapeText } from './text-list.ts';

/** The text of the reference that a value holds, if it is a literal or canonical one. */
export function referenceText(node: Node): string | undefined {
  const text = typeof node.value === 'string' ? node.value : referenceOf(node)?.['reference'];
  return typeof text === 'string' ? text : undefined;
}

/** The Reference that a value is or holds. */
function referenceOf(node: Node): JsonObject | undefined {
  const value = objectOf(node.value);
  if (node.type === 'CodeableReference') return objectOf(value?.['reference']);
  return node.type === 'Extension' ? objectOf(value?.['valueReference']) : value;
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

/** Beside the target: the identifier and the words of the reference, and the beginnings of a canonical's version. */
function extract(node: Node, rows: ParameterRows, to: Extraction): void {
  const text = referenceText(node);
  const { own, forms } = rows;
  if (text !== undefined) for (const target of targetKeys(text, to)) to.sink.reference(own, target);
  if (forms === undefined) return;
  for (const beginning of versionBeginnings(text ?? '')) to.sink.reference(forms.below, to.hash(beginning));
  const reference = referenceOf(node);
  if (reference === undefined) return;
  const display = reference['display'];
  if (typeof display === 'string') to.sink.string(forms.text, display);
  const identifier = objectOf(reference['identifier']);
  const value = identifier?.['value'];
  if (typeof value !== 'string') return;
  const system = identifier!['system'];
  to.sink.token(
    forms.identifier,
    to.hash(value),
    systemKey(to.hash, typeof system === 'string' ? system : undefined),
    value,
  );
}

/** `url|1.2.3` -> `url|1`, `url|1.2`, `url|1.2.3`. */
function versionBeginnings(text: string): string[] {
  const bar = text.indexOf('|');
  if (bar < 0) return [];
  const parts = text.slice(bar + 1).split('.');
  return parts.map((_, at) => `${text.slice(0, bar)}|${parts.slice(0, at + 1).join('.')}`);
}

export const reference: ParameterKind = {
  table: 'reference',
  extract,
  match(values, { code, targets }, context) {
    const keys = values.flatMap((value) => {
      const text = unescapeText(value);
      if (text === '') throw new FhirError('value', `${code} needs a reference: id, Type/id or a URL`);
      // The first is the text as asked: with a version, only that version is meant.
      if (text.includes('/') || text.includes(':')) return targetKeys(text, context).slice(0, 1);
      if (!idPattern.test(text))
        throw new FhirError('value', `${code}=${text} is no reference: write id, Type/id or a URL`);
      // A bare id may mean a resource of any type that the parameter may point to.
      return (targets ?? context.definitions.resourceTypes).map((target) => resourceKey(context.hash, target, text));
    });
    return { table: 'reference', targets: keys };
  },
};
