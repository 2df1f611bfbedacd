/** Citations come back from their forms, whatever stands in titles and names. See docs/adr/0030-landing-pages.md */
import { array, assert, constantFrom, oneof, option, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bibtexOf, citationOf, citationText, cslJsonOf, describeDataSet, risOf } from '../../src/fair/landing/index.ts';
import { plain } from '../../src/fair/plain.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { bibtexNames, readBibtex, readRis, texText } from './citation-readers.ts';

const whereabouts = { base: 'https://a.example/fhir', page: 'https://a.example/data-set/one' };

/** Pieces that break files of this kind, and any text. */
const piece = oneof(
  constantFrom('{', '}', '\\', '\\}', '%', '~', '^', '_', '$', '#', '&', '"', "'", '<', '</script>', ',', ' and ', '@'),
  constantFrom(
    '\n',
    '\r\n',
    '\t',
    '\u2028',
    '\u0000',
    '\u202e',
    '\u200f',
    'ER  - ',
    'TI  - ',
    'العربية',
    'עברית',
    '漢字',
    '🙂',
  ),
  string({ unit: 'binary' }),
);
const text = array(piece, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));
const one = record({ title: text, authors: array(text, { maxLength: 4 }), publisher: option(text) });

const shown = (value: string): string => plain(value, 50_000);

function citationOfRandom({
  title,
  authors,
  publisher,
}: {
  title: string;
  authors: string[];
  publisher: string | null;
}) {
  const library = {
    resourceType: 'Library',
    id: 'one',
    title,
    date: '2025-12-31',
    author: authors.map((name) => ({ name })),
    ...(publisher === null ? {} : { publisher }),
  };
  const citation = citationOf(describeDataSet(library, whereabouts));
  const stated = authors.filter((name) => name.trim() !== '').map(shown);
  const by = publisher === null || publisher.trim() === '' ? [] : [shown(publisher)];
  // Who is named by signs that cannot be shown is not named.
  const names = (stated.length > 0 ? stated : by).filter((name) => name !== '');
  return { citation, names, title: title.trim() === '' ? 'https://a.example/fhir/Library/one' : shown(title) };
}

describe('a citation comes back', () => {
  test('from BibTeX', () => {
    assert(
      property(one, (random) => {
        const { citation, names, title } = citationOfRandom(random);
        const { type, key, fields } = readBibtex(bibtexOf(citation));
        expect({ type, key, title: texText(fields['title']!) }).toEqual({ type: 'misc', key: 'dataset-one', title });
        expect(fields['author'] === undefined ? [] : bibtexNames(fields['author'])).toEqual(names);
        expect(fields['year']).toBe('2025');
      }),
    );
  });

  test('from RIS', () => {
    assert(
      property(one, (random) => {
        const { citation, names, title } = citationOfRandom(random);
        const tags = readRis(risOf(citation));
        expect(tags).toMatchObject({ TY: ['DATA'], TI: [title], PY: ['2025'], DA: ['2025/12/31/'], ER: [''] });
        expect(tags['AU'] ?? []).toEqual(names);
      }),
    );
  });

  test('from CSL-JSON', () => {
    assert(
      property(one, (random) => {
        const { citation, names, title } = citationOfRandom(random);
        const [item] = JSON.parse(JSON.stringify(cslJsonOf(citation))) as any[];
        expect(item).toMatchObject({
          id: 'dataset-one',
          type: 'dataset',
          title,
          issued: { 'date-parts': [[2025, 12, 31]] },
        });
        expect((item.author ?? []).map(({ literal }: { literal: string }) => literal)).toEqual(names);
      }),
    );
  });

  test('as a sentence on one line', () => {
    assert(
      property(one, (random) => {
        const sentence = citationText(citationOfRandom(random).citation);
        expect(sentence).not.toMatch(/[\r\n\u2028\u2029]/);
        expect(sentence.endsWith('https://a.example/data-set/one')).toBe(true);
      }),
    );
  });
});

test('a DOI is what a data set is cited by', () => {
  const library = {
    resourceType: 'Library',
    id: 'one',
    title: 'Cohort A',
    version: '2.1',
    date: '2024-03',
    publisher: 'Institute B',
    identifier: [
      { system: 'urn:ietf:rfc:3986', value: 'https://b.example/sets/a' },
      { system: 'https://doi.org/', value: '10.1234/abc.5' },
    ],
    author: [{ name: 'Doe, Jane', telecom: [{ system: 'url', value: 'https://orcid.org/0000-0002-1825-0097' }] }],
  };
  const citation = citationOf(describeDataSet(library, whereabouts));
  expect(citationText(citation)).toBe(
    'Doe, Jane (2024): Cohort A. Version 2.1. Institute B. Data set. https://doi.org/10.1234/abc.5',
  );
  expect(readBibtex(bibtexOf(citation)).fields).toMatchObject({
    doi: '10.1234/abc.5',
    month: '3',
    publisher: 'Institute B',
  });
  expect(readRis(risOf(citation))).toMatchObject({ DO: ['10.1234/abc.5'], ET: ['2.1'], DA: ['2024/03//'] });
  expect(cslJsonOf(citation)[0]).toMatchObject({ DOI: '10.1234/abc.5', issued: { 'date-parts': [[2024, 3]] } });
});

test('a copy of a record leads to the record that it is of, and to one that is better', () => {
  const source = 'https://b.example/fhir/Library/a';
  const hop = { url: canonical.hop, valueUrl: 'https://b.example/fhir' };
  const copy = { resourceType: 'Library', id: 'one', meta: { source }, extension: [hop] };
  expect(describeDataSet(copy, whereabouts)).toMatchObject({ primary: source, hops: ['https://b.example/fhir'] });
  const better = { url: canonical.primaryRecord, valueReference: { reference: 'Library/two' } };
  const known = describeDataSet({ ...copy, extension: [hop, better] }, whereabouts);
  expect(known.primary).toBe('https://a.example/fhir/Library/two');
  expect(describeDataSet({ ...copy, extension: [] }, whereabouts).primary).toBeUndefined();
});
