/** A question says the same in every form: file, Group, CCDL, sentence. See docs/reference/question.md */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ccdlOf,
  groupOf,
  type PatientCriterion,
  questionOfCcdl,
  questionOfGroup,
  readQuestion,
} from '../../src/federation/client/index.ts';
import type { Json, JsonObject } from '../../src/fhir/json.ts';
import { FhirError } from '../../src/fhir/outcome.ts';
import { questionGroup as names } from '../../src/fhir/specification/question-group.ts';
import type { Asking } from '../feasibility/ask.ts';
import { population, system } from '../feasibility/population.ts';
import { meets } from '../feasibility/reference.ts';
import { startServer } from '../server.ts';
import { askings, criterionOf, where } from './random-question.ts';

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const day = fc.constantFrom('2019-12-31', '2024-02-29', '2026-11-25');
const number = fc
  .record({ whole: fc.integer({ min: -99, max: 999 }), decimals: fc.constantFrom('', '.5', '.50', '.0', '.125') })
  .map(({ whole, decimals }) => `${whole}${decimals}`);
const quantity = fc.record(
  {
    comparator: fc.constantFrom('eq', 'ne', 'gt', 'lt', 'ge', 'le'),
    number,
    unit: fc.constantFrom('%', 'mg/dL', '10*3/uL'),
  },
  { requiredKeys: ['comparator', 'number'] },
);
const code = fc.constantFrom('a', 'urn:x|b', 'http://loinc.org|4548-4', 'http://hl7.org/fhir/sid/icd-10|E11.9');
const coded = fc
  .record({
    code: fc.array(code, { minLength: 1, maxLength: 3 }),
    below: some(fc.boolean()),
    from: some(day),
    to: some(day),
  })
  .filter(({ from, to }) => from === undefined || to === undefined || from <= to);
const leaf = fc.oneof(
  fc.constantFrom('male', 'female', 'other', 'unknown').map((sex) => ({ sex })),
  fc
    .integer({ min: 0, max: 99 })
    .chain((from) => fc.constantFrom({ from }, { to: from }, { from, to: from + 1 }).map((age) => ({ age }))),
  fc
    .record({ kind: fc.constantFrom('medication', 'condition', 'procedure', 'immunization'), coded })
    .map(({ kind, coded }) => ({ [kind]: coded })),
  fc
    .record({ coded, value: some(fc.oneof(quantity, fc.array(quantity, { minLength: 1, maxLength: 3 }))) })
    .map(({ coded, value }) => ({ observation: { ...coded, value } })),
  fc.constantFrom('Patient?gender=female', 'Condition?code=x&onset-date=ge2020').map((where) => ({ where })),
);
const records = fc
  .record({ kind: fc.constantFrom('medication', 'condition'), coded })
  .map(({ kind, coded }) => ({ [kind]: coded }));
const { criterion } = fc.letrec<{ criterion: unknown }>((tie) => ({
  criterion: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc.array(tie('criterion'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('criterion'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    fc.array(records, { minLength: 2, maxLength: 3 }).map((all) => ({ all, together: 'overlapping' })),
    tie('criterion').map((not) => ({ not })),
  ),
}));
const texts = some(fc.array(fc.constantFrom('one', 'two words', '3'), { minLength: 1, maxLength: 2 }));
const question = fc
  .record({
    about: some(fc.constantFrom('Who?', 'Are there “such” people')),
    patients: fc.record({
      all: fc.array(criterion, { maxLength: 4 }),
      together: some(fc.constant('any-time')),
      asOf: some(day),
    }),
    datasets: fc.record({
      only: some(fc.constant(['urn:x:1', 'https://a.example/ids|b', 'https://a.example/Library/c'])),
      text: some(fc.constant('cohort of Łódź')),
      licence: texts,
      dataUse: texts,
      visa: texts,
      granularity: some(fc.constantFrom('count', 'record')),
      country: some(fc.constant(['de', 'NL'])),
      minimumPatients: some(fc.integer({ min: 1, max: 1e6 })),
    }),
    servers: fc.record({
      country: some(fc.constant(['NO'])),
      language: some(fc.constant(['de', 'pt-BR'])),
      role: some(fc.constant(['repository', 'discovery'])),
      fhirVersion: some(fc.constant(['R4B', '4.0.1'])),
      type: some(fc.constant(['Condition'])),
      searchParameter: some(fc.constant(['Condition.code', '_id'])),
      operation: some(fc.constant(['$feasibility'])),
      profile: some(fc.constant(['http://x.example/StructureDefinition/y'])),
      security: texts,
      name: some(fc.constant('North shore')),
      seenWithin: some(fc.constant('7d')),
    }),
  })
  .map((one) => readQuestion(JSON.parse(JSON.stringify(one)) as Json));

describe('as a Group', () => {
  test.each(['R4', 'R4B', 'R5'])('a question comes back as it was: %s', (version) => {
    fc.assert(
      fc.property(question, (one) => {
        const group = JSON.parse(JSON.stringify(groupOf(one, version))) as JsonObject;
        expect(questionOfGroup(group)).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  test.each(['R4', 'R4B', 'R5'] as const)('it is a valid Group in %s', async (fhirVersion) => {
    const server = await startServer({ fhirVersion });
    await fc.assert(
      fc.asyncProperty(question, async (one) => {
        const answer = await server.ask('POST', 'Group/$validate', { body: groupOf(one, fhirVersion) });
        const issues = answer.body['issue'] as { severity: string; diagnostics?: string }[];
        expect(issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')).toEqual([]);
      }),
      { numRuns: 20 },
    );
    await server.close();
  });

  const characteristic = (code: string, more: object) => ({
    code: { coding: [{ system: names.system, code }] },
    ...more,
  });
  const codes = { valueCodeableConcept: { coding: [{ code: 'x' }] } };
  const nested = (depth: number) => ({
    contained: Array.from({ length: depth }, (_, at) => ({
      resourceType: 'Group',
      id: `g${at}`,
      characteristic: [characteristic('group', { valueReference: { reference: `#g${at + 1}` } })],
    })),
    characteristic: [characteristic('group', { valueReference: { reference: '#g0' } })],
  });
  const doubled = (depth: number) => {
    const { contained, characteristic: first } = nested(depth);
    const twice = contained.map((group) => ({ ...group, characteristic: Array(3).fill(group.characteristic[0]) }));
    const last = { resourceType: 'Group', id: `g${depth}`, characteristic: [] };
    return { contained: [...twice, last], characteristic: first };
  };
  test.each<[string, object, string]>([
    ['another resource', { resourceType: 'Patient' }, 'this is Patient'],
    ['members', { actual: true }, 'lists its members'],
    ['members in R5', { membership: 'enumerated' }, 'lists its members'],
    ['a modifier', { modifierExtension: [{ url: 'urn:x' }] }, 'modifierExtension is not understood'],
    ['an extension that is not known', { extension: [{ url: 'urn:x' }] }, 'urn:x is not understood'],
    ['a Group of animals', { type: 'animal' }, 'must be person'],
    ['an element of later versions', { combinationMethod: 'any-of' }, 'combinationMethod is not understood'],
    ['Groups that multiply', doubled(6), 'at most 200 characteristics'],
    ['another combination', { extension: [{ url: names.combination, valueCode: 'some' }] }, 'it is all or any'],
    [
      'alternatives that overlap',
      {
        extension: [
          { url: names.combination, valueCode: 'any' },
          { url: names.together, valueCode: 'overlapping' },
        ],
      },
      'cannot ask of alternatives',
    ],
    ['a code of another system', { characteristic: [{ code: { coding: [{ code: 'age' }] } }] }, 'must be a code of'],
    [
      'an element that is not known',
      { characteristic: [characteristic('age', { valueBoolean: true })] },
      'valueBoolean is not understood',
    ],
    [
      'exclude that is no boolean',
      { characteristic: [characteristic('condition', { ...codes, exclude: 'no' })] },
      'true or false',
    ],
    ['no codes', { characteristic: [characteristic('condition', {})] }, 'needs valueCodeableConcept'],
    [
      'a coding without code',
      { characteristic: [characteristic('sex', { valueCodeableConcept: { coding: [{}] } })] },
      'coding without code',
    ],
    [
      'an age in months',
      { characteristic: [characteristic('age', { valueRange: { low: { value: 3, code: 'mo' } } })] },
      'must be in years',
    ],
    [
      'an age without value',
      { characteristic: [characteristic('age', { valueRange: { low: {} } })] },
      'whole number of years',
    ],
    ['an age at a time', { characteristic: [characteristic('age', { period: {} })] }, 'goes with records only'],
    ['a search without text', { characteristic: [characteristic('where', {})] }, 'needs the search'],
    [
      'a Group that is not there',
      { characteristic: [characteristic('group', { valueReference: { reference: '#x' } })] },
      'must be a contained Group',
    ],
    ['Groups without end', nested(12), 'Groups inside each other'],
    [
      'a Group in itself',
      { ...nested(1), contained: [{ ...nested(1).contained[0], characteristic: nested(1).characteristic }] },
      'Groups inside each other',
    ],
    [
      'a value of a condition',
      { characteristic: [characteristic('condition', { ...codes, extension: [{ url: names.value }] })] },
      'is not understood here',
    ],
    [
      'a value that is a code without any',
      {
        characteristic: [
          characteristic('observation', { ...codes, extension: [{ url: names.value, valueCodeableConcept: {} }] }),
        ],
      },
      'needs valueCodeableConcept with a coding',
    ],
    [
      'a comparator of later versions',
      {
        characteristic: [
          characteristic('observation', {
            ...codes,
            extension: [{ url: names.value, valueQuantity: { value: 1, comparator: 'ad' } }],
          }),
        ],
      },
      'comparator',
    ],
    ['no day', { extension: [{ url: names.asOf, valueString: 'x' }] }, 'asOf'],
    [
      'an unknown criterion on servers',
      { extension: [{ url: names.servers, extension: [{ url: 'x', valueString: 'y' }] }] },
      'servers.x is not known',
    ],
  ])('%s is refused', (_, more, message) => {
    expect(() => questionOfGroup({ resourceType: 'Group', ...more } as JsonObject)).toThrow(message);
  });

  test('what others write: a range of values, sexes, units by code', () => {
    const group = {
      resourceType: 'Group',
      extension: [{ url: names.combination, valueCode: 'any' }],
      characteristic: [
        characteristic('sex', { valueCodeableConcept: { coding: [{ code: 'male' }, { code: 'other' }] } }),
        characteristic('observation', {
          ...codes,
          extension: [
            { url: names.value, valueRange: { low: { value: 1, code: 'g' }, high: { value: 2, unit: 'gram' } } },
          ],
        }),
      ],
    };
    expect(questionOfGroup(group as JsonObject).patients.all).toEqual([
      {
        any: [
          { any: [{ sex: 'male' }, { sex: 'other' }] },
          {
            observation: {
              code: 'x',
              value: [
                { comparator: 'ge', number: '1', unit: 'g' },
                { comparator: 'le', number: '2', unit: 'gram' },
              ],
            },
          },
        ],
      },
    ]);
  });
});

/** The way back, for the plainest reading. */
function askingOf(criterion: PatientCriterion): Asking {
  if ('all' in criterion) return { all: criterion.all.map(askingOf) };
  if ('any' in criterion) return { any: criterion.any.map(askingOf) };
  if ('not' in criterion) return { not: askingOf(criterion.not) };
  if ('age' in criterion) return { age: criterion.age };
  if ('sex' in criterion) return { sex: criterion.sex };
  if ('where' in criterion) return { where: criterion.where };
  const [record, given] = Object.entries(criterion)[0] as [any, any];
  return {
    record,
    codes: [given.code].flat(),
    ...((given.below ?? record === 'medication') ? { below: true } : {}),
    ...(given.value === undefined
      ? {}
      : { value: { valueQuantity: { value: Number([given.value].flat()[0].number) } } }),
    ...(given.from === undefined && given.to === undefined
      ? {}
      : {
          during: {
            ...(given.from === undefined ? {} : { start: given.from }),
            ...(given.to === undefined ? {} : { end: given.to }),
          },
        }),
  };
}

describe('as CCDL', () => {
  test('what it can say means the same; what it cannot is refused with the reason', () => {
    const [people] = fc.sample(population, { numRuns: 1, seed: 22 });
    const refused = new Set<string>();
    let said = 0;
    fc.assert(
      fc.property(askings([{ where }]), (asking) => {
        // All codes with those below them, which is what the language means by a code.
        const all = JSON.parse(JSON.stringify(criterionOf(asking)).replaceAll('"below":false', '"below":true')) as Json;
        const question = readQuestion({ patients: { all: [all] } });
        let ccdl: JsonObject;
        try {
          ccdl = ccdlOf(question);
        } catch (error) {
          if (!(error instanceof FhirError)) throw error;
          refused.add(error.message);
          return;
        }
        const back = questionOfCcdl(JSON.parse(JSON.stringify(ccdl)) as JsonObject);
        const [first, second] = [question, back].map(({ patients }) => ({ all: patients.all.map(askingOf) }));
        for (const person of people!) {
          expect(meets(person, second!, '2026-01-01')).toBe(meets(person, first!, '2026-01-01'));
        }
        said++;
      }),
      { numRuns: 500 },
    );
    expect(said).toBeGreaterThan(100);
    expect([...refused].sort()).toEqual([
      'CCDL has no words for "not" inside of alternatives or of another "not"',
      'CCDL has no words for a FHIR search',
      'CCDL has no words for a question that only leaves out: ask for something that patients have',
      'CCDL has no words for records that overlap',
    ]);
  });

  const with_ = (all: Json[], more: object = {}) => readQuestion({ patients: { all, ...more } } as Json);
  const below = { code: 'urn:x|a', below: true };
  const fifteen = { all: Array.from({ length: 15 }, () => ({ condition: below })) };
  test.each<[string, Parameters<typeof ccdlOf>[0], string]>([
    [
      'records that overlap',
      with_([{ condition: below }, { procedure: below }], { together: 'overlapping' }),
      'overlap',
    ],
    ['a reference day', with_([{ sex: 'male' }], { asOf: '2020-01-01' }), 'a day at which'],
    [
      'data sets',
      readQuestion({ patients: { all: [{ sex: 'male' }] }, datasets: { text: 'x' } }),
      'data sets or servers',
    ],
    ['a code alone', with_([{ condition: 'urn:x|a' }]), 'without those below it (urn:x|a)'],
    ['no system', with_([{ condition: { code: 'a', below: true } }]), 'without its system (a)'],
    [
      'several values',
      with_([
        {
          observation: {
            ...below,
            value: [
              { comparator: 'gt', number: 1 },
              { comparator: 'le', number: 2 },
            ],
          },
        },
      ]),
      'several values',
    ],
    ['too much', with_([{ any: [fifteen, fifteen] }]), 'more than 200'],
  ])('%s is refused', (_, question, message) => expect(() => ccdlOf(question)).toThrow(message));

  test('a range of values is one filter', () => {
    const value: Json = [
      { comparator: 'le', number: 2, unit: 'g' },
      { comparator: 'ge', number: 1, unit: 'g' },
    ];
    const ccdl = ccdlOf(with_([{ observation: { ...below, value } }]));
    expect((ccdl['inclusionCriteria'] as any)[0][0].valueFilter).toEqual({
      type: 'quantity-range',
      minValue: 1,
      maxValue: 2,
      unit: { code: 'g', display: 'g' },
    });
    const { observation } = questionOfCcdl(ccdl).patients.all[0] as any;
    expect(observation.value).toEqual([
      { comparator: 'ge', number: '1', unit: 'g' },
      { comparator: 'le', number: '2', unit: 'g' },
    ]);
  });

  test('values that are codes are concepts', () => {
    const value = { code: ['urn:y|pos', 'urn:y|strong'] };
    const ccdl = ccdlOf(with_([{ observation: { ...below, value } }]));
    expect((ccdl['inclusionCriteria'] as any)[0][0].valueFilter).toEqual({
      type: 'concept',
      selectedConcepts: [
        { system: 'urn:y', code: 'pos', display: 'pos' },
        { system: 'urn:y', code: 'strong', display: 'strong' },
      ],
    });
    expect(questionOfCcdl(ccdl).patients.all).toEqual([{ observation: { ...below, value } }]);
    const mixed: Json = [value, { number: 1 }];
    expect(() => ccdlOf(with_([{ observation: { ...below, value: mixed } }]))).toThrow('a code and a quantity');
  });

  const context = (code: string) => ({ context: { code } });
  const term = { termCodes: [{ system, code: 'A' }] };
  const age = { ...context('Patient'), termCodes: [{ system: 'http://snomed.info/sct', code: '424144002' }] };
  const sex = { ...context('Patient'), termCodes: [{ system: 'http://snomed.info/sct', code: '263495000' }] };
  const of = (valueFilter: object) => ({ valueFilter });
  test.each<[object | undefined, string]>([
    [undefined, 'must be a list of lists'],
    [{ ...term }, 'context is missing'],
    [{ ...context('Diagnose') }, 'termCodes must not be empty'],
    [{ ...context('Diagnose'), termCodes: [{}] }, 'code is missing'],
    [{ ...context('Diagnose'), ...term, other: 1 }, 'other is not understood'],
    [{ ...context('Diagnose'), ...term, attributeFilters: [{}] }, 'further attributes cannot be asked'],
    [{ ...context('Diagnose'), ...term, ...of({ type: 'concept' }) }, 'a value of a condition cannot be asked'],
    [{ ...context('Einwilligung'), ...term }, 'of the context "Einwilligung" cannot be asked'],
    [{ ...context('Laboruntersuchung'), ...term, ...of({ type: 'concept' }) }, 'selectedConcepts must not be empty'],
    [{ ...context('Laboruntersuchung'), ...term, ...of({ type: 'x' }) }, 'must be concept, quantity-comparator'],
    [{ ...context('Laboruntersuchung'), ...term, ...of({ type: 'quantity-comparator' }) }, 'value must be a number'],
    [
      { ...context('Laboruntersuchung'), ...term, ...of({ type: 'quantity-comparator', value: 1, comparator: 'x' }) },
      'must be one of',
    ],
    [{ ...context('Diagnose'), ...term, timeRestriction: { afterDate: 'soon' } }, 'must be a day'],
    [{ ...context('Patient'), ...term }, 'anything of a patient but age and sex'],
    [{ ...age, timeRestriction: {} }, 'does not go with a patient'],
    [{ ...age, ...of({ type: 'quantity-comparator', value: 3, comparator: 'ge', unit: { code: 'mo' } }) }, 'age in mo'],
    [{ ...age, ...of({ type: 'quantity-comparator', value: 3, comparator: 'x' }) }, 'none of eq'],
    [{ ...sex, ...of({ type: 'concept', selectedConcepts: [{ code: 'X' }] }) }, 'the sex "X" cannot be asked'],
  ])('%j is refused', (one, message) => {
    const ccdl = { version: '2', display: '', inclusionCriteria: one === undefined ? {} : [[one]] };
    expect(() => questionOfCcdl(ccdl as JsonObject)).toThrow(message);
  });

  test.each<[string, number, object]>([
    ['eq', 40, { age: { from: 40, to: 40 } }],
    ['ne', 40, { not: { age: { from: 40, to: 40 } } }],
    ['ge', 17.5, { age: { from: 18 } }],
    ['gt', 17, { age: { from: 18 } }],
    ['le', 17.5, { age: { to: 17 } }],
    ['lt', 18, { age: { to: 17 } }],
  ])('an age %s %d', (comparator, value, expected) => {
    const one = { ...age, ...of({ type: 'quantity-comparator', comparator, value, unit: { code: 'a' } }) };
    const ccdl = { display: 'Who?', inclusionCriteria: [[one]], exclusionCriteria: [] } as unknown as JsonObject;
    expect(questionOfCcdl(ccdl)).toMatchObject({ about: 'Who?', patients: { all: [expected] } });
  });

  test('LOINC’s answers are sexes, too', () => {
    const one = { ...sex, ...of({ type: 'concept', selectedConcepts: [{ code: 'F' }, { code: 'other' }] }) };
    expect(questionOfCcdl({ inclusionCriteria: [[one]] } as unknown as JsonObject).patients.all).toEqual([
      { any: [{ sex: 'female' }, { sex: 'other' }] },
    ]);
  });
});
