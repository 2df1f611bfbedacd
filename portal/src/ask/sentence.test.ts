/** The sentence in English is the client's; in German it is a sentence too. */
import fc from 'fast-check';
import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import { questionText, readQuestion } from '../../../src/federation/client/index.ts';
import { askings, criterionOf } from '../../../test/federation/random-question.ts';
import de from '../text/de/ask.json' with { type: 'json' };
import en from '../text/en/ask.json' with { type: 'json' };
import { draftOf } from './draft.ts';
import { askedBy } from './draft-question.ts';
import { exampleLink } from './example.ts';
import { linkText, questionOfLink } from './link.ts';
import { type Speech, sentenceOf } from './sentence.ts';

const texts = i18next.createInstance();
beforeAll(() =>
  texts.init({
    lng: 'en',
    ns: ['ask'],
    defaultNS: 'ask',
    resources: { en: { ask: en }, de: { ask: de } },
    interpolation: { escapeValue: false },
  }),
);

const speech = (language: 'en' | 'de'): Speech => ({
  say: texts.getFixedT(language, 'ask') as unknown as Speech['say'],
  name: (code) => code,
  dataSet: (name) => name,
  day: (day) => day,
  number: (number) => number,
});

const scope = {
  datasets: {
    only: ['urn:ds:a', 'https://example.org/fhir/Library/b'],
    text: 'cohort',
    licence: ['CC0-1.0', 'CC-BY-4.0'],
    dataUse: ['DUO:0000006'],
    granularity: 'count',
    visa: ['ResearcherStatus'],
    country: ['NL'],
    minimumPatients: 100,
  },
  servers: {
    country: ['DE', 'NL'],
    language: ['de'],
    role: ['repository'],
    fhirVersion: ['R4'],
    type: ['Condition', 'Observation'],
    searchParameter: ['code'],
    operation: ['feasibility'],
    profile: ['urn:p'],
    security: ['SMART-on-FHIR'],
    name: 'north',
    seenWithin: '7d',
  },
};

const random = fc
  .record({
    all: fc.array(askings([{ where: 'Patient?gender=female' }]), { maxLength: 3 }),
    asOf: fc.option(fc.constant('2026-01-01'), { nil: undefined }),
    isScoped: fc.boolean(),
    about: fc.option(fc.constant('Who?'), { nil: undefined }),
  })
  .map(({ all, asOf, isScoped, about }) =>
    readQuestion({
      ...(about === undefined ? {} : { about }),
      patients: { all: all.map(criterionOf), ...(asOf === undefined ? {} : { asOf }) },
      ...(isScoped ? scope : {}),
    }),
  );

describe('a question', () => {
  test('in English is said as the client says it', () => {
    fc.assert(
      fc.property(random, (question) => {
        expect(sentenceOf(question, speech('en'))).toBe(questionText(question));
      }),
    );
  });

  test('in German has no phrase missing', () => {
    fc.assert(
      fc.property(random, (question) => {
        expect(sentenceOf(question, speech('de'))).not.toContain('sentence.');
      }),
    );
  });

  test('comes back from the address and from the editor as it was', () => {
    fc.assert(
      fc.property(random, (question) => {
        expect(questionOfLink(linkText(question))).toEqual({ question: readQuestion(JSON.parse(linkText(question))) });
        const asked = askedBy(draftOf(question));
        expect(asked.missing).toEqual([]);
        expect(sentenceOf(asked.question, speech('en'))).toBe(sentenceOf(question, speech('en')));
      }),
    );
  });
});

test('a German sentence', () => {
  const question = readQuestion({
    patients: {
      all: [
        { age: { from: 65 } },
        { medication: 'http://www.whocc.no/atc|C07' },
        { medication: { code: 'http://www.whocc.no/atc|C08DA01', from: '2020-01-01' } },
        { not: { observation: { code: 'x', value: { comparator: 'ge', number: '6.50', unit: '%' } } } },
      ],
      together: 'overlapping',
    },
  });
  const named = { 'http://www.whocc.no/atc|C07': 'Betablocker (C07)' } as Record<string, string>;
  const german: Speech = {
    ...speech('de'),
    name: (code) => named[code] ?? code,
    number: (number) => number.replace('.', ','),
    day: (day) => day.split('-').reverse().join('.'),
  };
  expect(sentenceOf(question, german)).toBe(
    'Wie viele Patientinnen und Patienten sind mindestens 65 Jahre alt und haben eine Medikation Betablocker (C07) (oder etwas darunter) und haben eine Medikation http://www.whocc.no/atc|C08DA01 (oder etwas darunter) ab dem 01.01.2020 und haben keinen Messwert x mit einem Wert von mindestens 6,50 %, wobei diese Einträge denselben Zeitpunkt betreffen?',
  );
});

test.each([['{'], ['[]'], ['{"patients":{"all":[{"disease":"x"}]}}'], ['{"patients":{"all":[{"age":{"from":-1}}]}}']])(
  'an address with %s is a fault in words, not an error',
  (text) => expect(questionOfLink(text)).toHaveProperty('fault'),
);

test('the example of the start page is a question as addresses have it', () => {
  const example = questionOfLink(exampleLink);
  expect('question' in example && linkText(example.question)).toBe(exampleLink);
});
