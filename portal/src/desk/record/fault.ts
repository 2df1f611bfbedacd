/** Faults that the server finds in a record, by the field of the form that they belong to. https://hl7.org/fhir/R4B/resource-operation-validate.html */
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { ask, type Json } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';

export interface RecordFault {
  severity: string;
  /** where, as FHIRPath */
  expression: string;
  text: string;
  /** name of the field that states it; undefined where none does */
  field: string | undefined;
}

/** Fields by the element that they write. */
const fieldOf: Readonly<Record<string, string>> = {
  title: 'title',
  description: 'description',
  purpose: 'purpose',
  usage: 'usage',
  publisher: 'publisher',
  contact: 'contacts',
  url: 'url',
  version: 'version',
  date: 'date',
  effectivePeriod: 'start',
  jurisdiction: 'countries',
  identifier: 'identifiers',
  dataRequirement: 'types',
  content: 'addresses',
  extension: 'levels',
  copyright: 'copyright',
};

/** What `$validate` finds, asked anew with each change. */
export function useFaults(record: JsonObject): UseQueryResult<readonly RecordFault[]> {
  const text = JSON.stringify(record);
  return useQuery({
    queryKey: ['desk', 'validate', text],
    queryFn: async ({ signal }) => {
      // Not with every letter that is typed.
      await new Promise((resolve) => setTimeout(resolve, 300));
      signal.throwIfAborted();
      const { body } = await ask(home, 'Library/$validate', { method: 'POST', body: text, signal });
      return faultsIn(body);
    },
    placeholderData: keepPreviousData,
  });
}

function faultsIn(outcome: Json): RecordFault[] {
  return ((outcome['issue'] ?? []) as Json[])
    .filter(({ severity }) => severity !== 'information')
    .map((issue) => {
      const stated = issue['expression'] ?? issue['location'];
      const expression = Array.isArray(stated) ? String(stated[0] ?? '') : '';
      const [, element = ''] = /^Library\.(\w+)/.exec(expression) ?? [];
      return {
        severity: String(issue['severity']),
        expression,
        text: String(issue['diagnostics'] ?? ''),
        field: Object.hasOwn(fieldOf, element) ? fieldOf[element] : undefined,
      };
    });
}
