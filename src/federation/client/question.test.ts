/** Questions are read with care: what is not understood is refused where it stands. https://hl7.org/fhir/R4B/search.html */
import { describe, expect, test } from 'vitest';
import type { Json } from '../../fhir/json.ts';
import { type AnsweredDataset, type CountAnswer, patientRange } from './answer.ts';
import { type CodedCriterion, criterionOfQuestion, parseCode } from './criterion.ts';
import { ageFromText, codedFromText, sexFromText } from './criterion-text.ts';
import { demographicParameters, hasParameter, yearsBefore } from './patient-search.ts';
import { readQuestion } from './question-read.ts';
import { datasetOf } from './record.ts';

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

  test.each<[Json, string]>([
    [[], 'question must be an object'],
    [{ patient: {} }, 'question.patient is not known'],
    [{ about: '' }, 'about must be text'],
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
    [{ servers: { country: 'Germany' } }, 'two-letter code'],
    [{ datasets: { granularity: 'most' } }, 'must be one of'],
  ])('%j is refused', (input, message) => {
    expect(() => readQuestion(input)).toThrow(message);
  });

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
    expect(hasParameter(observation!, carrier('O'), 'subject')).toEqual([
      '_has:O:subject:code-value-quantity',
      'x$6.50||%',
    ]);
  });
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
