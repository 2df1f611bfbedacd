/** Indexes and matches `string` search parameters. https://hl7.org/fhir/R4B/search.html#string */
import type { Json, JsonObject } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Node } from '../../fhir/path/index.ts';
import { foldText } from '../index-rows.ts';
import type { Extraction, ParameterKind, ParameterRows } from './parameter.ts';
import { unescapeText } from './text-list.ts';

/** The parts of names and addresses that are searched. */
const parts: Record<string, readonly string[]> = {
  HumanName: ['family', 'given', 'prefix', 'suffix', 'text'],
  Address: ['line', 'city', 'district', 'state', 'postalCode', 'country', 'text'],
};

/** The texts by which a value is found. */
function textsOf(node: Node): string[] {
  if (typeof node.value === 'string') return [node.value];
  if (typeof node.value !== 'object' || node.value === null) return [];
  const value = node.value as JsonObject; // not an array: paths spread those
  if (node.type === 'CodeableConcept') return strings(value['text']);
  if (node.type === 'Extension') return strings(value['valueString']);
  if (node.type === 'ContactPoint' || node.type === 'Identifier') return strings(value['value']);
  return (parts[node.type] ?? []).flatMap((part) => strings(value[part]));
}

function strings(value: Json | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string');
}

function extract(node: Node, { own }: ParameterRows, { sink }: Extraction): void {
  for (const text of textsOf(node)) sink.string(own, text);
}

export const string: ParameterKind = {
  table: 'string',
  extract,
  match(values, { code }) {
    const texts = values.map((value) => foldText(unescapeText(value)));
    if (texts.includes('')) throw new FhirError('value', `${code} needs a text to look for`);
    return { table: 'string', how: 'starts', texts };
  },
};
