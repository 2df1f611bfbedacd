/** What `$feasibility` takes, what it refuses and where it says the fault is; data sets; CCDL. See docs/reference/feasibility.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { questionGroup as names } from '../../src/fhir/specification/question-group.ts';
import { finding, granularityOf, library, licence, person } from '../security/world.ts';
import { type Answer, diagnosticsOf, startServer, type TestServer } from '../server.ts';
import { countsOf, feasible, groupOf, questionOf } from './ask.ts';

const listed = (id: string, type: string, reference: string) =>
  library(
    id,
    [
      licence('CC-BY-4.0'),
      granularityOf('count'),
      {
        url: canonical.relatedContent,
        valueRelatedArtifact: {
          type: 'documentation',
          extension: [
            { url: canonical.relatedArtifactResourceReference, valueReference: { reference: `${type}/${reference}` } },
          ],
        },
      },
    ],
    {
      content: undefined,
      url: `https://data.example/${id}`,
      identifier: [{ system: canonical.uri, value: `urn:id:${id}` }],
    },
  );

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
  const { body, text } = await server.load([
    library('one', [licence('CC-BY-4.0')]),
    library('two', [licence('CC-BY-4.0')], { content: [{ url: 'Condition?_tag=urn:ds|two' }] }),
    listed('group', 'Group', 'cohort'),
    listed('list', 'List', 'these'),
    listed('manifest', 'DocumentManifest', 'those'),
    library('nowhere', [licence('CC-BY-4.0')], { content: undefined }),
    ...['a', 'b', 'c', 'd'].map((id) =>
      person(id, id < 'c' ? 'one' : undefined, { gender: id === 'a' ? 'female' : 'male', birthDate: '1950-01-01' }),
    ),
    finding('of-c', 'c', 'two', 'x'),
    finding('of-a', 'a', undefined, 'x'),
    {
      resourceType: 'Group',
      id: 'cohort',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: 'Patient/a' } }, { entity: { reference: 'Patient/d' } }],
    },
    {
      resourceType: 'List',
      id: 'these',
      status: 'current',
      mode: 'working',
      entry: [{ item: { reference: 'Patient/d' } }],
    },
    { resourceType: 'DocumentManifest', id: 'those', status: 'current', content: [{ reference: 'Patient/b' }] },
  ]);
  expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
});
afterAll(() => server.close());

const ask = (parameter: readonly object[], path = 'Patient/$feasibility'): Promise<Answer> =>
  server.ask('POST', path, { body: { resourceType: 'Parameters', parameter } });
const everyone = { name: 'question', resource: groupOf({ all: [] }) };

describe('the answer', () => {
  test('is a MeasureReport of the day at which ages were reckoned', async () => {
    const { body } = await ask([everyone, { name: 'as-of', valueDate: '2026-01-01' }]);
    expect(body).toMatchObject({
      resourceType: 'MeasureReport',
      status: 'complete',
      type: 'summary',
      measure: canonical.feasibilityMeasure,
      period: { start: '2026-01-01', end: '2026-01-01' },
      group: [{ population: [{ code: { coding: [{ code: 'initial-population' }] }, count: 4 }] }],
    });
  });

  test.each(['R4', 'R4B', 'R5'] as const)('is valid in %s', async (fhirVersion) => {
    const other = await startServer({ fhirVersion });
    const right = await other.ask('POST', 'Patient/$feasibility', { body: questionOf({ all: [] }) });
    const unasked = await other.ask('POST', 'Patient/$feasibility', {
      body: questionOf({ all: [{ where: 'Patient?nonsense=1' }] }),
    });
    for (const { body, text } of [right, unasked]) {
      const checked = await other.ask('POST', 'MeasureReport/$validate', { body });
      expect(
        checked.body['issue'].filter(({ severity }: { severity: string }) => severity === 'error'),
        text,
      ).toEqual([]);
    }
    const question = groupOf(
      {
        all: [
          {
            any: [
              { record: 'condition', codes: ['urn:c|x'], below: true, during: { start: '2020' } },
              { age: { from: 3 } },
            ],
          },
          { record: 'observation', codes: ['x'], value: { valueQuantity: { value: 1 } } },
          { record: 'procedure', codes: ['x'] },
        ],
        together: true,
      },
      fhirVersion === 'R5',
    );
    const checked = await other.ask('POST', 'Group/$validate', { body: question });
    expect(checked.body['issue'].filter(({ severity }: { severity: string }) => severity === 'error')).toEqual([]);
    await other.close();
  });

  test('comes by GET, at the address of the system and inside a batch, too', async () => {
    const ccdl = JSON.stringify(sexCcdl('female'));
    const query = `$feasibility?ccdl=${encodeURIComponent(ccdl)}`;
    expect(countsOf(await server.ask('GET', `Patient/${query}`))).toEqual([{ count: 1 }]);
    expect(countsOf(await ask([everyone], '$feasibility'))).toEqual([{ count: 4 }]);
    const { body } = await server.ask('POST', '', {
      body: { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: `Patient/${query}` } }] },
    });
    expect(body['entry'][0].resource.group[0].population[0].count).toBe(1);
  });

  test('the day of the question holds unless the request names another', async () => {
    const asking = { all: [{ age: { from: 76 } }] };
    const dated = { ...groupOf(asking), extension: [{ url: names.asOf, valueDate: '2025-12-31' }] };
    expect(countsOf(await ask([{ name: 'question', resource: dated }]))).toEqual([{ count: 0 }]);
    const later = { name: 'as-of', valueDate: '2026-01-01' };
    expect(countsOf(await ask([{ name: 'question', resource: dated }, later]))).toEqual([{ count: 4 }]);
  });

  test('the statement of capabilities names it', async () => {
    const { body } = await server.ask('GET', 'metadata');
    const patient = body['rest'][0].resource.find(({ type }: { type: string }) => type === 'Patient');
    expect(patient.operation).toContainEqual({
      name: 'feasibility',
      definition: 'https://fairway.health/fhir/OperationDefinition/feasibility',
    });
  });
});

describe('data sets', () => {
  const of = (name: string, valueUri: string) => ({ name, valueUri });
  test.each([
    ['a tag', 'Library/one', 2],
    ['a tag on what is of the patients', 'Library/two', 1],
    ['a Group', 'Library/group', 2],
    ['a List', 'Library/list', 1],
    ['a DocumentManifest', 'Library/manifest', 1],
    ['a canonical URL', 'https://data.example/group', 2],
    ['an identifier', 'urn:id:list', 1],
  ])('by %s', async (_, name, expected) => {
    expect(countsOf(await ask([everyone, of('data-set', name)]))).toEqual([{ count: expected }]);
  });

  test('several are counted as one and, when asked for, each', async () => {
    const sets = [
      of('data-set', `${server.base}/Library/one`),
      { name: 'data-set', valueReference: { reference: 'Library/group' } },
      { name: 'data-set', valueReference: { identifier: { system: canonical.uri, value: 'urn:id:list' } } },
    ];
    expect(countsOf(await ask([everyone, ...sets]))).toEqual([{ count: 3 }]);
    const each = countsOf(await ask([everyone, ...sets, { name: 'stratify', valueCode: 'data-set' }]));
    expect(each[0]).toEqual({ count: 3 });
    expect(each.slice(1).toSorted((one, other) => one.dataSet!.localeCompare(other.dataSet!))).toEqual([
      { count: 2, dataSet: 'Library/group' },
      { count: 1, dataSet: 'Library/list' },
      { count: 2, dataSet: 'Library/one' },
    ]);
  });

  test('one that does not say what belongs to it cannot be asked about', async () => {
    expect(reasonsOf(await ask([everyone, of('data-set', 'Library/nowhere')]))).toEqual([
      'data-set[0]: Library/nowhere does not say which patients here belong to it',
    ]);
  });

  test('one that is not there is not found', async () => {
    for (const name of ['Library/none', 'urn:none', 'https://elsewhere.example/Library/one']) {
      const answer = await ask([everyone, of('data-set', name)]);
      expect([answer.status, diagnosticsOf(answer)]).toEqual([404, `data-set[0]: there is no data set ${name} here`]);
    }
  });
});

/** Why nothing was counted. */
function reasonsOf({ status, body, text }: Answer): string[] {
  expect([status, body['status'], body['group']], text).toEqual([200, 'error', undefined]);
  expect(body['extension']).toEqual([{ url: canonical.notAsked, valueReference: { reference: '#not-asked' } }]);
  return body['contained'][0].issue.map((one: { diagnostics: string }) => one.diagnostics);
}

describe('what cannot be asked is said, all of it, in place of a count', () => {
  test.each<[string, object, RegExp[]]>([
    [
      'search parameters that are not there',
      groupOf({
        all: [{ where: 'Patient?nonsense=1' }, { sex: 'female' }, { not: { where: 'Condition?nonsense=1' } }],
      }),
      [
        /^Group.characteristic\[0\]: Patient has no search parameter "nonsense"/,
        /^Group.characteristic\[2\]: Condition has no/,
      ],
    ],
    [
      'records that are not of patients',
      groupOf({ all: [{ where: 'Organization?name=x' }] }),
      [/Organization does not refer to patients/],
    ],
    [
      'records without a time, at the same time',
      groupOf({
        all: [{ where: 'ImmunizationRecommendation?identifier=1' }, { where: 'Coverage?status=active' }],
        together: true,
      }),
      [/characteristic\[1\]: the time that a Coverage is about is not known here/],
    ],
  ])('%s', async (_, resource, expected) => {
    const reasons = reasonsOf(await ask([{ name: 'question', resource }]));
    expect(reasons).toHaveLength(expected.length);
    for (const [at, one] of expected.entries()) expect(reasons[at]).toMatch(one);
  });

  test('criteria of CCDL', async () => {
    const context = (code: string) => ({ context: { code, system: 'fdpg.mii.cds' } });
    const termCodes = [{ system: 'urn:c', code: 'x' }];
    const ccdl = {
      version: '2',
      inclusionCriteria: [
        [{ ...context('Bioprobe'), termCodes }],
        [{ ...context('Diagnose'), termCodes, attributeFilters: [{ type: 'concept' }] }],
        [{ ...context('Patient'), termCodes }],
        [ageCcdl('gt', 3, 'mo')],
      ],
    };
    const reasons = reasonsOf(await ask([{ name: 'ccdl', valueString: JSON.stringify(ccdl) }]));
    expect(reasons.map((one) => one.slice(0, 40))).toEqual([
      'inclusionCriteria[0][0]: records of the ',
      'inclusionCriteria[1][0]: attributeFilter',
      'inclusionCriteria[2][0]: of a patient on',
      'inclusionCriteria[3][0]: age in mo canno',
    ]);
  });
});

const patientContext = { context: { code: 'Patient', system: 'fdpg.mii.cds', version: '1.0.0', display: 'Patient' } };
const sexCriterion = (code: string, system = 'http://snomed.info/sct', term = '263495000') => ({
  ...patientContext,
  termCodes: [{ system, code: term, display: 'Geschlecht' }],
  valueFilter: { type: 'concept', selectedConcepts: [{ system: 'http://hl7.org/fhir/administrative-gender', code }] },
});
const sexCcdl = (code: string) => ({ version: '2', display: '', inclusionCriteria: [[sexCriterion(code)]] });
const ageCcdl = (comparator: string, value: number, unit = 'a') => ({
  ...patientContext,
  termCodes: [{ system: 'http://snomed.info/sct', code: '424144002', display: 'Alter' }],
  valueFilter: { type: 'quantity-comparator', comparator, value, unit: { code: unit, display: unit } },
});

describe('CCDL', () => {
  const diagnosis = (more: object = {}) => ({
    context: { code: 'Diagnose', system: 'fdpg.mii.cds' },
    termCodes: [{ system: 'urn:c', code: 'x', display: 'x' }],
    ...more,
  });
  const range = {
    ...ageCcdl('gt', 1),
    valueFilter: { type: 'quantity-range', minValue: 70, maxValue: 76, unit: { code: 'a' } },
  };
  test.each<[string, object, number]>([
    ['sex', sexCcdl('female'), 1],
    ['sex by LOINC', { inclusionCriteria: [[sexCriterion('M', 'http://loinc.org', 'LL2191-6')]] }, 3],
    ...[
      ['gt', 75, 4],
      ['gt', 76, 0],
      ['ge', 76, 4],
      ['lt', 76, 0],
      ['le', 76, 4],
      ['eq', 76, 4],
      ['eq', 75.5, 0],
      ['ne', 76, 0],
    ].map(([comparator, value, expected]): [string, object, number] => [
      `age ${comparator} ${value}`,
      { inclusionCriteria: [[ageCcdl(comparator as string, value as number)]] },
      expected as number,
    ]),
    ['age in a range', { inclusionCriteria: [[range]] }, 4],
    ['and, or', { inclusionCriteria: [[sexCriterion('male')], [sexCriterion('female'), diagnosis()]] }, 1],
    ['and not', { inclusionCriteria: [[diagnosis()]], exclusionCriteria: [[sexCriterion('male')]] }, 1],
    [
      'and not (both, or one)',
      {
        inclusionCriteria: [[ageCcdl('gt', 1)]],
        exclusionCriteria: [[sexCriterion('male'), diagnosis()], [sexCriterion('female')]],
      },
      2,
    ],
    [
      'a time that no record is of',
      { inclusionCriteria: [[diagnosis({ timeRestriction: { afterDate: '2020-01-01' } })]] },
      0,
    ],
    [
      'a value',
      {
        inclusionCriteria: [
          [
            {
              context: { code: 'Laboruntersuchung' },
              termCodes: [{ system: 'http://loinc.org', code: '718-7' }],
              valueFilter: { type: 'quantity-range', minValue: 1, maxValue: 2, unit: { code: 'g/dL' } },
            },
          ],
        ],
      },
      0,
    ],
  ])('%s', async (_, ccdl, expected) => {
    const body = [
      { name: 'ccdl', valueString: JSON.stringify(ccdl) },
      { name: 'as-of', valueDate: '2026-01-01' },
    ];
    expect(countsOf(await ask(body))).toEqual([{ count: expected }]);
  });
});

describe('what is wrong is refused, and the place is named', () => {
  const question = (resource: object) => [{ name: 'question', resource }];
  const characteristic = (one: object) =>
    question({ resourceType: 'Group', type: 'person', actual: false, characteristic: [one] });
  const coded = (code: string, more: object = {}) =>
    characteristic({ code: { coding: [{ system: names.system, code }] }, exclude: false, ...more });
  const values = (value: object) =>
    coded('observation', {
      valueCodeableConcept: { coding: [{ code: 'x' }] },
      extension: [{ url: names.value, ...value }],
    });
  const ccdl = (value: unknown) => [
    { name: 'ccdl', valueString: typeof value === 'string' ? value : JSON.stringify(value) },
  ];
  const criterion = (one: unknown) => ccdl({ inclusionCriteria: [[one]] });
  const deep = (depth: number): object => ({
    ...groupOf({ all: [] }),
    contained: Array.from({ length: depth }, (_, at) => ({
      ...(characteristic({
        code: { coding: [{ system: names.system, code: 'group' }] },
        valueReference: { reference: `#g${(at + 1) % depth}` },
        exclude: false,
      })[0]!.resource as object),
      id: `g${at}`,
    })),
    characteristic: [
      {
        code: { coding: [{ system: names.system, code: 'group' }] },
        valueReference: { reference: '#g0' },
        exclude: false,
      },
    ],
  });

  test.each<[string, readonly object[], number, string]>([
    ['nothing', [], 400, 'question'],
    ['two questions', [everyone, ...ccdl('{}')], 400, 'question'],
    ['no Group', question({ resourceType: 'Patient' }), 400, 'question'],
    ['a list of members', question({ resourceType: 'Group', type: 'person', actual: true }), 400, 'Group'],
    ['an enumerated Group', question({ resourceType: 'Group', membership: 'enumerated' }), 400, 'Group'],
    [
      'what changes the meaning',
      question({ resourceType: 'Group', modifierExtension: [{ url: 'urn:x' }] }),
      400,
      'Group.modifierExtension',
    ],
    ['an extension', question({ resourceType: 'Group', extension: [{ url: 'urn:x' }] }), 400, 'Group.extension[0]'],
    [
      'a combination',
      question({ resourceType: 'Group', extension: [{ url: names.combination, valueCode: 'xor' }] }),
      400,
      'Group.extension',
    ],
    [
      'alternatives at the same time',
      question({
        resourceType: 'Group',
        extension: [
          { url: names.combination, valueCode: 'any' },
          { url: names.together, valueCode: 'overlapping' },
        ],
      }),
      400,
      'Group',
    ],
    [
      'one record at the same time',
      question(groupOf({ all: [{ record: 'condition', codes: ['x'] }], together: true })),
      400,
      'Group',
    ],
    [
      'alternatives of records and others at the same time',
      question(
        groupOf({
          all: [
            { any: [{ record: 'condition', codes: ['x'] }, { sex: 'male' }] },
            { record: 'condition', codes: ['x'] },
          ],
          together: true,
        }),
      ),
      400,
      'Group.contained[0]',
    ],
    [
      'a code of another system',
      characteristic({ code: { coding: [{ system: 'urn:x', code: 'age' }] } }),
      400,
      'Group.characteristic[0].code',
    ],
    ['a code that is not known', coded('colour'), 400, 'Group.characteristic[0].code'],
    ['a member that is not known', coded('sex', { period2: 1 }), 400, 'Group.characteristic[0].period2'],
    [
      'an exclude that is none',
      coded('sex', { valueCodeableConcept: { coding: [{ code: 'male' }] }, exclude: 'no' }),
      400,
      'Group.characteristic[0].exclude',
    ],
    ['no age', coded('age'), 400, 'Group.characteristic[0].value'],
    ['an age of text', coded('age', { valueRange: { low: { value: 'x' } } }), 400, 'Group.characteristic[0].value.low'],
    [
      'an age in months',
      coded('age', { valueRange: { low: { value: 3, code: 'mo' } } }),
      400,
      'Group.characteristic[0].value.low',
    ],
    [
      'an age that runs down',
      coded('age', { valueRange: { low: { value: 3 }, high: { value: 2 } } }),
      400,
      'Group.characteristic[0].value',
    ],
    [
      'a period of an age',
      coded('age', { valueRange: { low: { value: 3 } }, period: { start: '2020' } }),
      400,
      'Group.characteristic[0].period',
    ],
    ['no codes', coded('condition'), 400, 'Group.characteristic[0].value'],
    [
      'a coding without code',
      coded('condition', { valueCodeableConcept: { coding: [{ system: 'urn:x' }] } }),
      400,
      'Group.characteristic[0].value',
    ],
    [
      'an empty period',
      coded('condition', { valueCodeableConcept: { coding: [{ code: 'x' }] }, period: {} }),
      400,
      'Group.characteristic[0].period',
    ],
    [
      'a period of no dates',
      coded('condition', { valueCodeableConcept: { coding: [{ code: 'x' }] }, period: { start: 'soon' } }),
      400,
      'Group.characteristic[0]',
    ],
    [
      'a hierarchy of no system',
      coded('condition', {
        valueCodeableConcept: { coding: [{ code: 'x' }] },
        extension: [{ url: names.below, valueBoolean: true }],
      }),
      400,
      'Group.characteristic[0]',
    ],
    [
      'a hierarchy that is none',
      coded('condition', {
        valueCodeableConcept: { coding: [{ code: 'x' }] },
        extension: [{ url: names.below, valueCode: 'x' }],
      }),
      400,
      'Group.characteristic[0].extension',
    ],
    [
      'a value of a condition',
      coded('condition', {
        valueCodeableConcept: { coding: [{ code: 'x' }] },
        extension: [{ url: names.value, valueQuantity: { value: 1 } }],
      }),
      400,
      'Group.characteristic[0].extension[0]',
    ],
    ['a value without number', values({ valueQuantity: { unit: 'g' } }), 400, 'Group.characteristic[0].extension'],
    [
      'a comparator',
      values({ valueQuantity: { value: 1, comparator: 'ad' } }),
      400,
      'Group.characteristic[0].extension',
    ],
    ['a range without ends', values({ valueRange: {} }), 400, 'Group.characteristic[0].extension'],
    [
      'a search of no type',
      coded('where', { valueCodeableConcept: { text: 'gender=female' } }),
      400,
      'Group.characteristic[0]',
    ],
    [
      'a search that shapes',
      coded('where', { valueCodeableConcept: { text: 'Patient?_sort=birthdate' } }),
      400,
      'Group.characteristic[0]',
    ],
    [
      'a search with a wrong value',
      coded('where', { valueCodeableConcept: { text: 'Patient?birthdate=x' } }),
      400,
      'Group.characteristic[0]',
    ],
    [
      'a group that is not there',
      coded('group', { valueReference: { reference: '#x' } }),
      400,
      'Group.characteristic[0].value',
    ],
    ['a group without reference', coded('group'), 400, 'Group.characteristic[0].value'],
    ['an empty group', question(groupOf({ any: [{ all: [] }] })), 400, 'Group.contained[0].characteristic'],
    ['groups in a circle', question(deep(2)), 403, ''],
    [
      'too many characteristics',
      question(groupOf({ all: Array.from({ length: 201 }, () => ({ sex: 'male' })) })),
      403,
      '',
    ],
    [
      'searches with too many parts',
      question(
        groupOf({
          any: Array.from({ length: 150 }, () => ({
            where: `Patient?${Array.from({ length: 190 }, (_, at) => `birthdate=ne20${10 + (at % 80)}-01-01`).join('&')}`,
          })),
        }),
      ),
      403,
      '',
    ],
    ['a day that is none', [everyone, { name: 'as-of', valueDate: '2026-02-30' }], 400, 'as-of'],
    ['a stratum', [everyone, { name: 'stratify', valueCode: 'sex' }], 400, 'stratify'],
    ['strata of nothing', [everyone, { name: 'stratify', valueCode: 'data-set' }], 400, 'data-set'],
    ['a data set of nothing', [everyone, { name: 'data-set', valueReference: {} }], 400, 'data-set'],
    [
      'too many data sets',
      [everyone, ...Array.from({ length: 51 }, (_, at) => ({ name: 'data-set', valueUri: `urn:${at}` }))],
      403,
      '',
    ],
    ['a parameter that is not known', [everyone, { name: 'colour', valueCode: 'red' }], 400, ''],
    ['no JSON', ccdl('{'), 400, 'ccdl'],
    ['nothing included', ccdl({ inclusionCriteria: [] }), 400, 'inclusionCriteria'],
    ['no list', ccdl({ inclusionCriteria: {} }), 400, 'inclusionCriteria'],
    ['an empty list', ccdl({ inclusionCriteria: [[]] }), 400, 'inclusionCriteria[0]'],
    ['a member of CCDL that is not known', ccdl({ inclusionCriteria: [], also: 1 }), 400, 'ccdl.also'],
    [
      'too many criteria',
      ccdl({ inclusionCriteria: [Array.from({ length: 201 }, () => sexCriterion('male'))] }),
      400,
      'ccdl',
    ],
    ['a criterion of text', criterion('x'), 400, 'inclusionCriteria[0][0]'],
    ['no context', criterion({ termCodes: [] }), 400, 'inclusionCriteria[0][0].context'],
    ['no term codes', criterion({ context: { code: 'Diagnose' } }), 400, 'inclusionCriteria[0][0].termCodes'],
    [
      'a term code without code',
      criterion({ context: { code: 'Diagnose' }, termCodes: [{}] }),
      400,
      'inclusionCriteria[0][0].termCodes[0].code',
    ],
    [
      'an empty time',
      criterion({ context: { code: 'Diagnose' }, termCodes: [{ code: 'x' }], timeRestriction: {} }),
      400,
      'inclusionCriteria[0][0].timeRestriction',
    ],
    [
      'a time of a patient',
      criterion({ ...sexCriterion('male'), timeRestriction: { afterDate: '2020-01-01' } }),
      400,
      'inclusionCriteria[0][0].timeRestriction',
    ],
    [
      'a filter',
      criterion({ ...sexCriterion('male'), context: { code: 'Diagnose' }, valueFilter: { type: 'x' } }),
      400,
      'inclusionCriteria[0][0].valueFilter.type',
    ],
    ['a comparison', criterion({ ...ageCcdl('about', 3) }), 400, 'inclusionCriteria[0][0].valueFilter.comparator'],
    [
      'a number of text',
      criterion({ ...ageCcdl('gt', 'x' as unknown as number) }),
      400,
      'inclusionCriteria[0][0].valueFilter.value',
    ],
  ])('%s', async (_, parameter, status, place) => {
    const answer = await ask(parameter);
    const [issue] = (answer.body['issue'] ?? [{}]) as { expression?: string[]; diagnostics: string }[];
    expect([answer.status, issue!.expression?.[0] ?? ''], answer.text).toEqual([status, place]);
    expect(issue!.diagnostics.length).toBeGreaterThan(10);
  });

  test('it is for patients and changes nothing', async () => {
    expect((await ask([everyone], 'Condition/$feasibility')).status).toBe(400);
    expect((await server.ask('PUT', 'Patient/$feasibility', { body: {} })).status).not.toBe(200);
  });
});

test('concepts as values', async () => {
  await server.load([
    {
      resourceType: 'Observation',
      id: 'smokes',
      status: 'final',
      subject: { reference: 'Patient/a' },
      code: { coding: [{ code: 'smoking' }] },
      valueCodeableConcept: { coding: [{ code: 'yes' }] },
    },
  ]);
  const value = (code: string) => ({ value: { valueCodeableConcept: { coding: [{ code }] } } });
  const of = (code: string) =>
    feasible(server, { all: [{ record: 'observation', codes: ['smoking'], ...value(code) }] });
  expect([await of('yes'), await of('no')]).toEqual([{ count: 1 }, { count: 0 }]);
});
