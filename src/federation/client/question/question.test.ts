/** Questions are read with care: what is not understood is refused where it stands. https://hl7.org/fhir/R4B/search.html */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../fhir/json.ts';
import { type AnsweredDataset, type CountAnswer, patientRange } from '../answer.ts';
import { demographicParameters, hasParameter, yearsBefore } from '../count/patient-search.ts';
import { datasetOf } from '../walk/record.ts';
import { type CodedCriterion, criterionOfQuestion, parseCode } from './criterion.ts';
import { ageFromText, codedFromText, expressionFromText, sexFromText } from './criterion-text.ts';
import { readQuestion } from './question-read.ts';
import { questionText } from './question-text.ts';

function deep(levels: number): Json {
  return levels === 0 ? { sex: 'male' } : { any: [{ age: { from: 1 } }, deep(levels - 1)] };
}

describe('reading', () => {
  test('fills nothing in and freezes all', () => {
    const question = readQuestion({
      about: ' Who? ',
      patients: {
        all: [
          { age: { from: 65 } },
          { medication: ['a|b', 'c'] },
          { observation: { code: 'x', value: { comparator: 'ge', number: '6.50', unit: '%' } } },
          { procedure: 'p' },
        ],
        together: 'any-time',
        asOf: '2024-02-29',
      },
      datasets: { text: 'cohort', licence: 'CC0-1.0', granularity: 'count' },
      servers: { country: ['de', 'NL'] },
    });
    expect(question.about).toBe('Who?');
    expect(question.servers?.country).toEqual(['DE', 'NL']);
    expect(question.datasets?.licence).toEqual(['CC0-1.0']);
    expect(Object.isFrozen(question) && Object.isFrozen(question.patients.all)).toBe(true);
    expect(readQuestion(JSON.parse(JSON.stringify(question)) as Json)).toEqual(question);
  });

  test('data sets are named as their records have it, each once', () => {
    const only = [
      'urn:x:1',
      'urn:ietf:rfc:3986|urn:x:1',
      'https://a.example/fhir/Library/b/_history/3',
      'https://a.example/fhir/Library/b',
      'https://a.example/sets/c/',
      'https://a.example/ids|a value',
    ];
    expect(readQuestion({ datasets: { only } }).datasets?.only).toEqual([
      'urn:x:1',
      'https://a.example/fhir/Library/b',
      'https://a.example/sets/c',
      'https://a.example/ids|a value',
    ]);
  });

  test.each<[Json, string]>([
    [[], 'question must be an object'],
    [{ patient: {} }, 'question.patient is not known'],
    [{ about: '' }, 'about must be text'],
    [{ datasets: { only: [] } }, 'empty list'],
    [{ datasets: { only: ['urn:ok', 'Library/a'] } }, 'datasets.only[1] "Library/a" does not say on which server'],
    [{ datasets: { only: 'Routine care' } }, 'names no data set'],
    [{ datasets: { only: Array.from({ length: 101 }, (_, at) => `urn:x:${at}`) } }, 'more than 100 data sets'],
    [{ patients: { all: {} } }, 'patients.all must be a list'],
    [{ patients: { all: [{}] } }, 'exactly one member'],
    [{ patients: { all: [{ age: { from: 1 }, sex: 'male' }] } }, 'exactly one member'],
    [{ patients: { all: [{ age: {} }] } }, 'needs from, to or both'],
    [{ patients: { all: [{ age: { from: -1 } }] } }, 'whole number of years'],
    [{ patients: { all: [{ age: { from: 70, to: 60 } }] } }, 'runs from 70 down to 60'],
    [{ patients: { all: [{ sex: 'm' }] } }, 'must be one of'],
    [{ patients: { all: [{ medication: {} }] } }, 'code is missing'],
    [{ patients: { all: [{ medication: [] }] } }, 'empty list'],
    [{ patients: { all: [{ condition: 'urn:x|' }] } }, 'names no code'],
    [{ patients: { all: [{ condition: { code: 'a', below: 'yes' } }] } }, 'must be true or false'],
    [{ patients: { all: [{ observation: { code: 'a', value: { number: 'many' } } }] } }, 'decimal number'],
    [{ patients: { all: [{ observation: { code: 'a', value: { number: 1, comparator: '~' } } }] } }, 'must be one of'],
    [{ patients: { asOf: '2023-02-29' } }, 'must be a day'],
    [{ patients: { together: 'always' } }, 'must be one of'],
    [{ patients: { together: 'overlapping', all: [{ condition: 'a' }] } }, 'two criteria on records at least'],
    [{ patients: { together: 'overlapping', all: [{ condition: 'a' }, { sex: 'male' }] } }, 'two criteria on records'],
    [
      { patients: { all: [{ all: [{ where: 'Patient?active=true' }, { condition: 'a' }], together: 'overlapping' }] } },
      'two criteria on records',
    ],
    [
      {
        patients: {
          together: 'overlapping',
          all: [{ condition: 'a' }, { any: [{ condition: 'b' }, { sex: 'male' }] }, { condition: 'c' }],
        },
      },
      'alternatives of which some are records',
    ],
    [{ patients: { all: [{ any: [{ sex: 'male' }], together: 'overlapping' }] } }, 'goes with all only'],
    [{ patients: { all: [{ any: [] }] } }, 'must not be an empty list'],
    [{ patients: { all: [{ all: { sex: 'male' } }] } }, 'must be a list of criteria'],
    [{ patients: { all: [{ not: {} }] } }, 'exactly one member'],
    [{ patients: { all: [{ not: [{ sex: 'male' }] }] } }, 'must be an object'],
    [{ patients: { not: [] } }, 'patients.not must not be an empty list'],
    [{ patients: { any: {} } }, 'patients.any must be a list'],
    [{ patients: { all: [{ condition: { code: 'a', from: '2020' } }] } }, 'must be a day'],
    [{ patients: { all: [{ condition: { code: 'a', from: '2020-01-02', to: '2020-01-01' } }] } }, 'back to 2020-01-01'],
    [{ patients: { all: [{ condition: { code: 'a', value: { number: 1 } } }] } }, 'value is not known'],
    [{ patients: { all: [{ observation: { code: 'a', value: [] } }] } }, 'must not be an empty list'],
    [{ patients: { all: [{ observation: { code: 'a', value: { code: 'x|' } } }] } }, 'names no code'],
    [{ patients: { all: [{ observation: { code: 'a', value: { code: 'x', number: 1 } } }] } }, 'number is not known'],
    [{ patients: { all: [{ observation: { code: 'a', value: [{ code: 'x' }, { code: 'y' }] } }] } }, 'more than once'],
    [{ patients: { all: [{ where: 'gender=male' }] } }, 'is no search such as'],
    [{ patients: { all: [{ where: 'Patient?' }] } }, 'is no search such as'],
    [{ patients: { all: [{ where: 'Condition?code=' }] } }, 'is no search such as'],
    [{ patients: { all: [{ where: 'Patient?gender=male&_count=1' }] } }, '_count asks nothing'],
    [{ patients: { all: [deep(9)] } }, 'more than 8 criteria inside each other'],
    [{ patients: { all: Array.from({ length: 201 }, () => ({ sex: 'male' })) } }, 'at most 200 criteria'],
    [{ patients: { all: [{ condition: Array.from({ length: 1001 }, () => 'a') }] } }, '1000 codes at most'],
    [{ about: 'x'.repeat(10_001) }, 'longer than 10000'],
    [{ datasets: { minimumPatients: 0.5 } }, 'whole number from 1'],
    [{ datasets: { country: ['Europe'] } }, 'two-letter code'],
    [{ servers: { role: 'archive' } }, 'must be one of'],
    [{ servers: { language: 'Deutsch!' } }, 'no language such as'],
    [{ servers: { fhirVersion: '4' } }, 'no FHIR version'],
    [{ servers: { type: 'condition' } }, 'no resource type'],
    [{ servers: { searchParameter: 'Condition code' } }, 'no search parameter'],
    [{ servers: { profile: 'mine' } }, 'no canonical URL'],
    [{ servers: { seenWithin: 'soon' } }, 'no time such as'],
    [{ servers: { seenWithin: ['1h', '2h'] } }, 'must be text'],
    [{ servers: { country: 'Germany' } }, 'two-letter code'],
    [{ datasets: { granularity: 'most' } }, 'must be one of'],
  ])('%j is refused', (input, message) => {
    expect(() => readQuestion(input)).toThrow(message);
  });

  test('each meaning has one form', () => {
    const all = (...criteria: Json[]) => readQuestion({ patients: { all: criteria } }).patients.all;
    expect(all({ all: [{ any: [{ not: { not: { sex: 'male' } } }] }] })).toEqual([{ sex: 'male' }]);
    expect(all({ medication: { code: ['x'], below: true } }, { condition: { code: 'y', below: false } })).toEqual([
      { medication: { code: 'x' } },
      { condition: { code: 'y' } },
    ]);
    const beside = readQuestion({
      patients: { all: [{ age: { from: 1 } }], any: [{ condition: 'a' }, { condition: 'b' }], not: { sex: 'male' } },
    });
    expect(beside.patients.all).toEqual([
      { age: { from: 1 } },
      { any: [{ condition: { code: 'a' } }, { condition: { code: 'b' } }] },
      { not: { sex: 'male' } },
    ]);
    expect(readQuestion({ servers: { operation: '$feasibility' } }).servers).toEqual({ operation: ['feasibility'] });
  });

  test.each<[string, Json]>([
    ['condition a', { condition: { code: 'a' } }],
    ['condition a or procedure b', { any: [{ condition: { code: 'a' } }, { procedure: { code: 'b' } }] }],
    [
      'age 65.. and not (sex male or medication urn:x|a,urn:x|b)',
      {
        all: [
          { age: { from: 65 } },
          { not: { any: [{ sex: 'male' }, { medication: { code: ['urn:x|a', 'urn:x|b'] } }] } },
        ],
      },
    ],
    [
      '((observation a>=6.5 % from 2020-01-01 to 2020-12-31) or where Patient?name=Ng)',
      {
        any: [
          {
            observation: {
              code: 'a',
              from: '2020-01-01',
              to: '2020-12-31',
              value: { comparator: 'ge', number: '6.5', unit: '%' },
            },
          },
          { where: 'Patient?name=Ng' },
        ],
      },
    ],
    ['where Condition?code=a(b) and sex other', { all: [{ where: 'Condition?code=a(b)' }, { sex: 'other' }] }],
    [
      'observation a is urn:x|b,c from 2020-01-01',
      { observation: { code: 'a', from: '2020-01-01', value: { code: ['urn:x|b', 'c'] } } },
    ],
    ['immunization v*', { immunization: { code: 'v', below: true } }],
  ])('the expression %s', (text, expected) => expect(expressionFromText(text)).toEqual(expected));

  test.each<[string, string]>([
    ['', 'lacks a criterion at its end'],
    ['condition', 'is no criterion'],
    ['disease a', 'is no criterion'],
    ['condition a or', 'lacks a criterion at its end'],
    ['or condition a', 'lacks a criterion before "or"'],
    ['not', 'lacks a criterion at its end'],
    ['condition a and condition b or condition c', 'mixes and with or'],
    ['(condition a', 'without ")"'],
    ['condition a)', 'without "("'],
    ['condition a from 2020-01-01 from 2020-01-02', 'says twice from'],
    ['condition a*,b', 'mixes codes'],
    ['observation a is b*', 'below a value'],
  ])('the expression "%s" is refused', (text, message) => expect(() => expressionFromText(text)).toThrow(message));

  test('short texts of the command line', () => {
    expect(ageFromText('18..64')).toEqual({ age: { from: 18, to: 64 } });
    expect(ageFromText('..17')).toEqual({ age: { to: 17 } });
    expect(ageFromText('40')).toEqual({ age: { from: 40, to: 40 } });
    expect(sexFromText(' Female ')).toEqual({ sex: 'female' });
    expect(codedFromText('condition', 'urn:x|a*, urn:x|b*')).toEqual({
      condition: { code: ['urn:x|a', 'urn:x|b'], below: true },
    });
    expect(codedFromText('procedure', 'p')).toEqual({ procedure: { code: 'p' } });
    expect(codedFromText('observation', 'urn:x|a<=1.50 mg/dL')).toEqual({
      observation: { code: 'urn:x|a', value: { comparator: 'le', number: '1.50', unit: 'mg/dL' } },
    });
    expect(codedFromText('observation', 'urn:x|a')).toEqual({ observation: { code: 'urn:x|a' } });
    expect(parseCode('http://x|y|z')).toEqual({ system: 'http://x|y', code: 'z' });
    expect(parseCode('|z')).toEqual({ code: 'z' });
  });
});

describe('as search parameters', () => {
  test('ages are completed years on the day', () => {
    const on = (day: string, from?: number, to?: number) =>
      demographicParameters(
        [{ kind: 'age', ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }],
        day,
      );
    expect(on('2026-11-24', 65)).toEqual([['birthdate', 'le1961-11-24']]);
    expect(on('2026-11-24', 18, 64)).toEqual([
      ['birthdate', 'le2008-11-24'],
      ['birthdate', 'gt1961-11-24'],
    ]);
    expect(yearsBefore('2024-02-29', 4)).toBe('2020-02-29');
    expect(yearsBefore('2024-02-29', 1)).toBe('2023-02-28');
  });

  test('codes are escaped, medication means all below', () => {
    const { of } = criterionOfQuestion(
      readQuestion({
        patients: {
          all: [{ medication: 'urn:a,b|c$d' }, { observation: { code: 'x', value: { number: '6.50', unit: '%' } } }],
        },
      }),
    );
    const [medication, observation] = of as CodedCriterion[];
    const carrier = (type: string) => ({ type, code: 'code' });
    expect(hasParameter(medication!, carrier('M'), 'patient')).toEqual([
      '_has:M:patient:code:below',
      'urn:a\\,b|c\\$d',
    ]);
    const coded = { ...observation!, values: [], valueCodes: [{ code: 'p' }, { system: 'urn:y', code: 'q' }] };
    expect(hasParameter(coded, carrier('O'), 'subject')).toEqual([
      '_has:O:subject:code-value-concept',
      'x$p,x$urn:y|q',
    ]);
    expect(hasParameter(observation!, carrier('O'), 'subject')).toEqual([
      '_has:O:subject:code-value-quantity',
      'x$6.50||%',
    ]);
  });
});

describe('as a sentence', () => {
  test.each<[Json, string]>([
    [{}, 'Which data sets are there?'],
    [
      { about: 'Who?', patients: { all: [{ age: { to: 17 } }], asOf: '2026-01-01' } },
      'Who? (How many patients are at most 17 years old (ages on 2026-01-01)?)',
    ],
    [
      {
        patients: {
          all: [
            { age: { from: 18, to: 64 } },
            { medication: ['a', 'b'] },
            { condition: { code: 'c', from: '2020-01-01', to: '2020-12-31' } },
          ],
          together: 'overlapping',
        },
      },
      'How many patients are 18 to 64 years old and have a medication a or b (or anything below it) and have a condition c between 2020-01-01 and 2020-12-31, their records about the same moment?',
    ],
    [
      {
        patients: {
          all: [
            { any: [{ sex: 'female' }, { all: [{ procedure: 'p' }, { age: { from: 40, to: 40 } }] }] },
            { not: { immunization: { code: 'v', to: '2020-01-01' } } },
            { not: { sex: 'other' } },
            { not: { age: { from: 90 } } },
            { not: { where: 'Patient?active=false' } },
            { not: { any: [{ sex: 'male' }, { where: 'Patient?name=x' }] } },
          ],
        },
      },
      'How many patients (are of sex female or (have a procedure p and are 40 years old)) and do not have an immunization v on 2020-01-01 or before and are not of sex other and are not at least 90 years old and are not found by the search Patient?active=false and not (are of sex male or are found by the search Patient?name=x)?',
    ],
    [
      {
        patients: {
          all: [
            {
              observation: {
                code: 'o',
                from: '2020-01-01',
                value: [
                  { comparator: 'ge', number: '6.50', unit: '%' },
                  { comparator: 'lt', number: 9 },
                  { code: ['x', 'y'] },
                ],
              },
            },
          ],
        },
        datasets: { text: 'cohort', licence: ['CC0-1.0', 'CC-BY-4.0'], minimumPatients: 100 },
        servers: { country: ['DE', 'NL'], type: ['Condition', 'Observation'], seenWithin: '7d' },
      },
      'How many patients have an observation o with a value of at least 6.50 %, below 9 and that is x or y on 2020-01-01 or later, in data sets about "cohort", under the licence CC0-1.0 or CC-BY-4.0, of patients numbering at least 100, on servers in DE or NL, on servers that hold Condition and Observation and on servers that answered within 7d?',
    ],
  ])('%j', (input, sentence) => expect(questionText(readQuestion(input))).toBe(sentence));
});

describe('the range of distinct patients', () => {
  const range = (...answers: CountAnswer[]) => patientRange(answers.map((answer) => ({ answer }) as AnsweredDataset));
  test.each<[CountAnswer[], object]>([
    [[], { atLeast: 0, atMost: 0 }],
    [
      [
        { state: 'counted', patients: 7 },
        { state: 'counted', patients: 5 },
      ],
      { atLeast: 7, atMost: 12 },
    ],
    [[{ state: 'counted', patients: 20, rounding: 10 }], { atLeast: 11, atMost: 29 }],
    [[{ state: 'below-threshold', threshold: 10 }], { atLeast: 0, atMost: 9 }],
    [[{ state: 'below-threshold' }], { atLeast: 0 }],
    [[{ state: 'exists' }], { atLeast: 1 }],
    [[{ state: 'counted', patients: 3 }, { state: 'unavailable' }], { atLeast: 3 }],
    [[{ state: 'not-permitted' }, { state: 'not-askable' }], { atLeast: 0 }],
  ])('%j', (answers, expected) => expect(range(...answers)).toEqual(expected));
});

test('a record with nothing in it is a data set nobody can be led to', () => {
  const { stated, ...dataset } = datasetOf({ resourceType: 'Library', id: 'x' }, 'http://r/fhir');
  expect(stated?.statement.offers).toEqual([]);
  expect(dataset).toEqual({
    identifier: 'http://r/fhir/Library/x',
    title: 'http://r/fhir/Library/x',
    metadata: 'http://r/fhir/Library/x',
    alsoAt: [],
    registry: 'http://r/fhir',
    conditions: [],
    types: [],
    extents: [],
    files: [],
    references: [],
  });
  const full = datasetOf(
    {
      resourceType: 'Library',
      id: 'x',
      identifier: [{ system: 'https://doi.org', value: '10.1/x' }],
      content: [{ url: 'https://x.example/file.csv' }, { url: 'Observation?code=1' }],
      licence: 'x',
    },
    'http://r/fhir',
  );
  expect([full.identifier, full.files, full.extents]).toEqual([
    'https://doi.org|10.1/x',
    ['https://x.example/file.csv'],
    [{ kind: 'search', base: 'http://r/fhir', type: 'Observation', query: 'code=1' }],
  ]);
});
