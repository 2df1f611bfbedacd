/** `$lastn`: the newest observations of each code. https://hl7.org/fhir/R4B/observation-operation-lastn.html */

import type { StoredResource } from '../door/index.ts';
import { textOf } from '../door/index.ts';
import { type JsonObject, objectOf, objectsOf } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { bundleText, searchEntry } from '../interaction/index.ts';
import { type PageKey, parseSearch } from '../search/index.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

/** Observations that are looked through. */
const mostRead = 20_000;
const pageSize = 1000;
const mostShown = 1000;

export const lastn: Operation = {
  code: 'lastn',
  levels: ['type'],
  types: ['Observation'],
  affectsState: false,
  summary: 'The newest observations of each code, newest first within a code.',
  parameters: [
    {
      name: 'max',
      min: 0,
      max: '1',
      type: 'positiveInt',
      documentation: 'Observations of each code; 1 unless stated.',
    },
    { name: 'patient', min: 0, max: '*', type: 'string', documentation: 'Whose; patient or subject is needed.' },
    { name: 'subject', min: 0, max: '*', type: 'string', documentation: 'Whose; patient or subject is needed.' },
    { name: 'category', min: 0, max: '*', type: 'string', documentation: 'Only of this category.' },
    { name: 'code', min: 0, max: '*', type: 'string', documentation: 'Only of this code.' },
    { name: 'date', min: 0, max: '*', type: 'string', documentation: 'Only of this time.' },
    { name: 'status', min: 0, max: '*', type: 'string', documentation: 'Only of this status.' },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, lastn.parameters, 'lastn');
    const max = inputs.text('max') ?? '1';
    if (!/^[1-9]\d{0,4}$/.test(max)) throw new FhirError('value', `max must be a number from 1 on, not ${max}`);
    if (inputs.texts('patient').length + inputs.texts('subject').length === 0) {
      throw new FhirError('required', '$lastn needs a patient or a subject');
    }
    const criteria = inputs.pairs.filter(([name]) => name !== 'max' && !name.startsWith('_'));
    const search = parseSearch('Observation', [...criteria, ['_sort', '-date'], ['_count', String(pageSize)]], {
      ...server.searchContext,
      handling: 'strict',
    });
    const groups: Group[] = [];
    let after: PageKey | undefined;
    let read = 0;
    do {
      const page = await server.door.search(search, after);
      for (const stored of page.matches) place(stored, groups, Number(max));
      read += page.matches.length;
      after = page.next;
      if (after !== undefined && read >= mostRead) {
        throw new FhirError(
          'too-costly',
          `more than ${mostRead} observations match; narrow them by code, category or date`,
        );
      }
    } while (after !== undefined);
    const shown = groups.flatMap(({ newest }) => newest);
    if (shown.length > mostShown)
      throw new FhirError(
        'too-costly',
        `the answer has more than ${mostShown} observations; narrow it by code or category`,
      );
    const entries = shown.map((stored) => searchEntry(stored, server.base, { mode: 'match' }, undefined, server));
    const query = new URLSearchParams([
      ...criteria.map(([name, value]): [string, string] => [name, value]),
      ['max', max],
    ]);
    const links = [{ relation: 'self', url: `${server.base}/Observation/$lastn?${query.toString()}` }];
    return {
      status: 200,
      body: bundleText({
        type: 'searchset',
        id: server.newId(),
        now: server.now(),
        total: entries.length,
        links,
        entries,
      }),
      disclosed: shown,
    };
  },
};

interface Group {
  /** every coding, or the text where there is none */
  codes: Set<string>;
  newest: StoredResource[];
}

/** Observations belong together when one of their codings is the same. They come newest first. */
function place(stored: StoredResource, groups: Group[], max: number): void {
  const codes = codesOf(JSON.parse(textOf(stored)) as JsonObject); // stored resources are objects
  let group = groups.find((one) => codes.some((code) => one.codes.has(code)));
  if (group === undefined) groups.push((group = { codes: new Set(), newest: [] }));
  for (const code of codes) group.codes.add(code);
  if (group.newest.length < max) group.newest.push(stored);
}

function codesOf(observation: JsonObject): string[] {
  const concept = objectOf(observation['code']);
  const codings = objectsOf(concept?.['coding']).map(
    (one) => `${String(one['system'] ?? '')}|${String(one['code'] ?? '')}`,
  );
  return codings.length > 0 ? codings : [`text ${String(concept?.['text'] ?? '')}`];
}
