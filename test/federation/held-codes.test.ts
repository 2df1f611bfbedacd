/** Codes found in plain words from what content summaries name. See docs/reference/held-codes.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noAccess } from '../../src/auth/access-file.ts';
import { tokenDigest } from '../../src/auth/static-token.ts';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import type { Scope } from '../../src/conditions/scope.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';
import { type Answer, diagnosticsOf, startServer, type TestServer, tokens } from '../server.ts';
import { condition, dataSet, level, patient, rules, SummaryWorld } from './content-summary/world.ts';

const concept = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
const icd = 'http://hl7.org/fhir/sid/icd-10';
const atc = 'http://www.whocc.no/atc';

type Code = [system: string, code: string, display: string | undefined, patients?: number | undefined];
interface Summary {
  id: string;
  held: Record<string, Code[]>;
  rounding?: number;
  more?: object;
}

/** A content summary as the FHIR version writes it. */
function summaryOf({ id, held, rounding = 10, more = {} }: Summary, version: FhirVersion) {
  const part = concept(canonical.contentSummaryCode, 'code');
  const population = (count?: number) => [
    {
      code: concept('http://terminology.hl7.org/CodeSystem/measure-population', 'initial-population'),
      ...(count === undefined ? {} : { count }),
    },
  ];
  return {
    resourceType: 'MeasureReport',
    id,
    meta: { profile: [canonical.contentSummary] },
    extension: [
      { url: canonical.summaryDataSet, valueReference: { reference: `https://far.example/fhir/Library/${id}` } },
      {
        url: canonical.endpoint,
        valueReference: { identifier: { system: canonical.uri, value: 'https://far.example/fhir' } },
      },
      {
        url: canonical.countDisclosure,
        extension: [
          { url: 'granularity', valueCode: 'count' },
          { url: 'threshold', valueInteger: 10 },
          { url: 'rounding', valueInteger: rounding },
        ],
      },
    ],
    identifier: [{ system: canonical.uri, value: `urn:${id}/content-summary` }],
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    date: '2026-01-01',
    period: { start: '2020' },
    group: Object.entries(held).map(([type, codes]) => ({
      code: concept('http://hl7.org/fhir/resource-types', type),
      stratifier: [
        {
          code: version === 'R5' ? part : [part],
          stratum: codes.map(([system, code, display, patients]) => ({
            [version === 'R5' ? 'valueCodeableConcept' : 'value']: concept(system, code, display),
            population: population(patients),
          })),
        },
      ],
    })),
    ...more,
  };
}

const restricted = {
  meta: { profile: [canonical.contentSummary], security: [{ system: canonical.confidentiality, code: 'R' }] },
};

const community: Summary[] = [
  {
    id: 'one',
    held: {
      Condition: [
        [icd, 'I10', 'Essential (primary) hypertension', 120],
        [icd, 'E11', 'Type 2 diabetes mellitus', 40],
        [icd, 'M35.0', 'Sjögren syndrome', 10],
      ],
      MedicationRequest: [
        [atc, 'C07', 'Beta-blocking agents', 200],
        [atc, 'C07AB02', 'metoprolol', 90],
      ],
      Observation: [['http://loinc.org', '4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', 50]],
    },
  },
  {
    id: 'two',
    rounding: 1,
    held: {
      Condition: [[icd, 'I10', 'Essential (primary) hypertension', 7]],
      MedicationStatement: [[atc, 'C07AB02', 'metoprolol', 3]],
    },
  },
  { id: 'exists', held: { Condition: [[icd, 'I10', 'Hypertonie, essentiell', undefined]] } },
  {
    id: 'secret',
    held: {
      Condition: [
        [icd, 'I10', 'Zanzibar fever', 1000],
        [icd, 'Z99', 'Quixotic dependence', 12],
      ],
    },
    more: restricted,
  },
];

interface Found {
  total: number;
  codes: string[];
  contains: any[];
}

const foundIn = ({ status, body, text }: Answer): Found => {
  if (status !== 200) throw new Error(text);
  const { total, contains = [] } = body['expansion'];
  return { total, contains, codes: contains.map((one: any) => one.code) };
};

/** What a code says of each type. */
const heldOf = (contained: any): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    contained.extension
      .filter(({ url }: any) => url === canonical.heldContent)
      .map(({ extension }: any) => {
        const parts = extension.map(({ url, ...value }: any) => [url, Object.values(value)[0]]);
        const { type, ...rest } = Object.fromEntries(parts);
        return [type, rest];
      }),
  );
const one = (contained: any, url: string) =>
  contained.extension.filter((part: any) => part.url === url).map((part: any) => Object.values(part)[1]);

const at = (restriction: string, more: Record<string, string> = {}): string =>
  `ValueSet/$expand?${new URLSearchParams({ url: `${canonical.heldCodes}${restriction}`, ...more })}`;

describe.each(['R4', 'R4B', 'R5'] as const)('on a discovery server of %s', (fhirVersion) => {
  let server: TestServer;
  const find = async (restriction: string, more: Record<string, string> = {}, as = '') =>
    foundIn(await server.ask('GET', at(restriction, more), { as }));
  const write = async (summary: Summary) => {
    const body = summaryOf(summary, fhirVersion);
    const answer = await server.ask('PUT', `MeasureReport/${summary.id}`, { body });
    expect([200, 201], answer.text).toContain(answer.status);
  };

  beforeAll(async () => {
    const scoped = (name: string, scopes: Scope[]): [string, AccessContext] => [
      tokenDigest(name),
      { subject: { kind: 'service', name }, rights: { readAll: true, write: false }, scopes },
    ];
    const reports: Scope = { level: 'system', type: 'MeasureReport', letters: ['r', 's'], query: [] };
    const access = {
      ...noAccess,
      tokens: new Map([
        ...tokens,
        scoped('all-reports', [reports]),
        scoped('some-reports', [{ ...reports, query: [['_id', 'one']] }]),
        scoped('no-reports', [{ ...reports, type: 'Endpoint' }]),
      ]),
    };
    server = await startServer({ roles: ['discovery'], fhirVersion, access });
    const answer = await server.load(community.map((summary) => summaryOf(summary, fhirVersion)));
    expect(answer.body['parameter'].find(({ name }: any) => name === 'refused').valueInteger, answer.text).toBe(0);
  });
  afterAll(() => server.close());

  test.each([
    ['the beginning of a word', 'hyper', ['I10']],
    ['a word in the middle', 'mellit', ['E11']],
    ['several words in any order', 'diab typ', ['E11']],
    ['no matter the case', 'HYPERTENSION', ['I10']],
    ['no matter the accents', 'sjogren', ['M35.0']],
    ['with accents where the name has some', 'SJÖG', ['M35.0']],
    ['the beginning of the code', 'c07a', ['C07AB02']],
    ['a code with a joint', '4548-', ['4548-4']],
    ['a word with a joint', 'beta-bl', ['C07']],
    ['the part behind a joint', 'blocking', ['C07']],
    ['words joined that the name has apart', 'diabetes-mellitus', ['E11']],
    ['a name that another summary gives the code', 'hypertonie', ['I10']],
    ['punctuation around a word', 'primary', ['I10']],
    ['not inside of words', 'tension', []],
    ['each word must be there', 'hypertension diabetes', []],
    ['what would be a pattern is a word', 'hyper%', []],
    ['quotes and NUL are nothing special', `h'"\u0000\\`, []],
  ])('finds by %s', async (_, filter, codes) => {
    expect((await find('', { filter })).codes).toEqual(codes);
  });

  test('tells data sets and patients of each type, what is rounded and what is not told', async () => {
    const { contains, total } = await find('?type=Condition', { filter: 'I10' });
    expect(total).toBe(1);
    expect(contains[0]).toMatchObject({ system: icd, code: 'I10', display: 'Essential (primary) hypertension' });
    expect(heldOf(contains[0])).toEqual({ Condition: { dataSets: 3, patients: 127, untold: 1, rounded: true } });
    const medication = await find('?type=MedicationRequest,MedicationStatement', { filter: 'metop' });
    expect(heldOf(medication.contains[0])).toEqual({
      MedicationRequest: { dataSets: 1, patients: 90, rounded: true },
      MedicationStatement: { dataSets: 1, patients: 3 },
    });
    const exact = await find('?type=MedicationStatement', { filter: 'metop' });
    expect(heldOf(exact.contains[0])).toEqual({ MedicationStatement: { dataSets: 1, patients: 3 } });
  });

  test('is restricted to types and systems', async () => {
    expect((await find('?type=Observation')).codes).toEqual(['4548-4']);
    expect((await find('?type=Procedure')).total).toBe(0);
    expect((await find('?type=Condition&type=Observation')).total).toBe(4);
    expect((await find(`?system=${encodeURIComponent(atc)}`)).codes).toEqual(['C07', 'C07AB02']);
    expect((await find(`?system=${encodeURIComponent(atc)}`, { filter: 'hyper' })).total).toBe(0);
  });

  test('gives pages with the total of all', async () => {
    const all = await find('');
    expect(all.codes).toHaveLength(all.total);
    const pages = [];
    for (let offset = 0; offset < all.total; offset += 2) {
      const page = await find('', { offset: String(offset), count: '2' });
      expect(page.total).toBe(all.total);
      pages.push(...page.codes);
    }
    expect(pages).toEqual(all.codes);
    expect(await find('', { offset: '100' })).toMatchObject({ total: all.total, codes: [] });
    expect(await find('', { count: '0' })).toMatchObject({ total: all.total, codes: [] });
  });

  test('answers a posted Parameters resource alike', async () => {
    const parameter = [
      { name: 'url', valueUri: `${canonical.heldCodes}?type=Condition` },
      { name: 'filter', valueString: 'hyper' },
      { name: 'count', valueInteger: 1 },
    ];
    const body = { resourceType: 'Parameters', parameter };
    const answer = await server.ask('POST', 'ValueSet/$expand', { body, as: '' });
    expect(foundIn(answer).codes).toEqual(['I10']);
    expect(answer.body).toMatchObject({
      resourceType: 'ValueSet',
      status: 'active',
      expansion: { total: 1, offset: 0, parameter: [{ name: 'filter', valueString: 'hyper' }, {}, {}] },
    });
  });

  test('the answer is a valid ValueSet', async () => {
    const { body } = await server.ask('GET', at(''), { as: '' });
    const valid = await server.ask('POST', 'ValueSet/$validate', { body });
    expect(valid.body['issue'].filter(({ severity }: any) => severity === 'error')).toEqual([]);
  });

  test('the hierarchy comes from the CodeSystems here, and counts only what is held', async () => {
    expect(one((await find('', { filter: 'c07' })).contains[0], canonical.heldBelow)).toEqual([false]);
    const nested = (code: string, ...below: object[]) => ({ code, ...(below.length === 0 ? {} : { concept: below }) });
    const body = {
      resourceType: 'CodeSystem',
      id: 'atc',
      url: atc,
      status: 'active',
      content: 'fragment',
      concept: [nested('C', nested('C07', nested('C07A', nested('C07AB', nested('C07AB02')))), nested('C08'))],
    };
    expect((await server.ask('PUT', 'CodeSystem/atc', { body })).status).toBe(201);
    const { contains } = await find('', { filter: 'c07' });
    expect(
      contains.map((code) => [code.code, one(code, canonical.heldBelow), one(code, canonical.heldParent)]),
    ).toEqual([
      ['C07', [true], []],
      ['C07AB02', [false], ['C07']],
    ]);
    expect((await find(`?below=${encodeURIComponent(`${atc}|C07`)}`)).codes).toEqual(['C07AB02']);
    expect(
      (await find(`?type=MedicationStatement`, { filter: 'metop' })).contains.map((code) =>
        one(code, canonical.heldParent),
      ),
    ).toEqual([[]]);
  });

  test('names of the CodeSystems here find codes that summaries give none, in other languages too', async () => {
    await write({ id: 'bare', held: { Condition: [['urn:bare', 'B1', undefined, 30]] } });
    expect((await find('', { filter: 'gout' })).total).toBe(0);
    const concept = [
      {
        code: 'B',
        display: 'Joint diseases',
        concept: [{ code: 'B1', display: 'Gout', designation: [{ language: 'de', value: 'Gicht' }] }],
      },
    ];
    const body = {
      resourceType: 'CodeSystem',
      id: 'bare',
      url: 'urn:bare',
      status: 'active',
      content: 'complete',
      concept,
    };
    expect((await server.ask('PUT', 'CodeSystem/bare', { body })).status).toBe(201);
    for (const filter of ['gout', 'gich', 'b1 gou']) {
      const { contains, total } = await find('?type=Condition', { filter });
      expect([total, contains[0].code, contains[0].display]).toEqual([1, 'B1', 'Gout']);
      expect(heldOf(contains[0])).toEqual({ Condition: { dataSets: 1, patients: 30, rounded: true } });
    }
    // What nobody holds is not told, though it has a name.
    expect((await find('', { filter: 'joint' })).total).toBe(0);
    expect((await find('?type=Procedure', { filter: 'gout' })).total).toBe(0);
    expect((await find('', { filter: 'gout' }, 'all-reports')).total).toBe(0);
    await server.ask('PUT', 'CodeSystem/bare', { body: { ...body, meta: { security: restricted.meta.security } } });
    expect((await find('', { filter: 'gout' })).total).toBe(0);
    expect((await find('', { filter: 'B1' })).contains[0].display).toBeUndefined();
    await server.ask('DELETE', 'CodeSystem/bare');
    expect((await find('', { filter: 'gout' }, 'reader')).total).toBe(0);
  });

  test.each([
    ['without url', 'ValueSet/$expand', 400, 'needs url='],
    ['of another value set', 'ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/condition-code', 400, 'alone'],
    ['by an unknown restriction', at('?colour=red'), 400, 'not colour'],
    ['of a type that is none', at('?type=Nonsense'), 400, 'must name resource types'],
    ['below what is no code', at('?below=C07'), 400, 'system|code'],
    ['below two codes', at('?below=a|b&below=a|c'), 400, 'once'],
    ['with a count that is none', at('', { count: '-1' }), 400, 'whole number'],
    ['with an offset that is none', at('', { offset: 'x' }), 400, 'whole number'],
    ['with too long a filter', at('', { filter: 'x'.repeat(201) }), 403, '200 characters'],
    ['with too many words', at('', { filter: 'a b c d e f g h i j k' }), 403, '10 words'],
    ['with two filters', `${at('', { filter: 'a' })}&filter=b`, 400, 'once'],
    [
      'by a parameter that it does not have',
      at('', { displayLanguage: 'de' }),
      400,
      'has no parameter displayLanguage',
    ],
  ])('is refused %s', async (_, path, status, said) => {
    const answer = await server.ask('GET', path, { as: '' });
    expect([answer.status, diagnosticsOf(answer)], answer.text).toEqual([status, expect.stringContaining(said)]);
  });

  test('a value set that is sent along is refused', async () => {
    const parameter = [{ name: 'valueSet', resource: { resourceType: 'ValueSet', status: 'active' } }];
    const body = { resourceType: 'Parameters', parameter };
    expect((await server.ask('POST', 'ValueSet/$expand', { body, as: '' })).status).toBe(400);
  });

  describe('of summaries that the asker may not read', () => {
    test('neither codes nor names nor totals are told', async () => {
      expect(await find('', { filter: 'quixotic' })).toMatchObject({ total: 0, codes: [] });
      expect(await find('', { filter: 'Z99' })).toMatchObject({ total: 0, codes: [] });
      expect(await find('', { filter: 'zanzibar' })).toMatchObject({ total: 0, codes: [] });
      const all = await find('');
      expect(all.codes).not.toContain('Z99');
      expect(all.total).toBe(all.codes.length);
      const { contains } = await find('?type=Condition', { filter: 'I10' });
      expect(contains[0].display).not.toContain('Zanzibar');
      expect(heldOf(contains[0])).toEqual({ Condition: { dataSets: 3, patients: 127, untold: 1, rounded: true } });
    });

    test('whoever may read them finds them, too', async () => {
      const { contains, codes } = await find('', { filter: 'zanzibar' }, 'reader');
      expect(codes).toEqual(['I10']);
      expect(heldOf(contains[0])).toEqual({ Condition: { dataSets: 4, patients: 1127, untold: 1, rounded: true } });
      expect((await find('', { filter: 'Z99' }, 'reader')).total).toBe(1);
    });

    test('a token without MeasureReports finds nothing, one for some of them is refused', async () => {
      expect(await find('', {}, 'no-reports')).toMatchObject({ total: 0, codes: [] });
      expect((await find('', { filter: 'hyper' }, 'all-reports')).total).toBe(1);
      const answer = await server.ask('GET', at(''), { as: 'some-reports' });
      expect([answer.status, diagnosticsOf(answer)]).toEqual([400, expect.stringContaining('restricted to some')]);
    });

    test('what is restricted later is told no more, and is told again when it is opened', async () => {
      const [, two] = community as [Summary, Summary];
      await write({ ...two, more: restricted });
      const closed = heldOf((await find('?type=Condition', { filter: 'I10' })).contains[0]);
      expect(closed).toEqual({ Condition: { dataSets: 2, patients: 120, untold: 1, rounded: true } });
      expect((await find('?type=MedicationStatement')).total).toBe(0);
      await write(two);
      const open = heldOf((await find('?type=Condition', { filter: 'I10' })).contains[0]);
      expect(open).toEqual({ Condition: { dataSets: 3, patients: 127, untold: 1, rounded: true } });
    });
  });

  test('follows what is written, deleted and erased', async () => {
    const [, two] = community as [Summary, Summary];
    await write({ id: 'new', held: { Procedure: [['urn:p', 'P1', 'Appendectomy', 20]] } });
    expect((await find('', { filter: 'append' })).codes).toEqual(['P1']);
    await write({ id: 'new', held: { Procedure: [['urn:p', 'P1', 'Appendicectomy', 30]] } });
    expect((await find('', { filter: 'appende' })).total).toBe(0);
    expect(heldOf((await find('', { filter: 'appendi' })).contains[0])).toEqual({
      Procedure: { dataSets: 1, patients: 30, rounded: true },
    });
    expect((await server.ask('DELETE', 'MeasureReport/new')).status).toBeLessThan(300);
    expect((await find('?type=Procedure')).total).toBe(0);
    await server.ask('POST', 'MeasureReport/two/$expunge', {
      body: { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'test' }] },
    });
    expect((await find('?type=MedicationStatement')).total).toBe(0);
    await write(two);
    expect((await find('?type=MedicationStatement')).total).toBe(1);
  });

  test('a report that is no content summary names nothing', async () => {
    const body = summaryOf({ id: 'other', held: { Condition: [['urn:c', 'X', 'Xylophobia', 20]] } }, fhirVersion);
    await server.ask('PUT', 'MeasureReport/other', { body: { ...body, type: 'individual' } });
    expect((await find('', { filter: 'xylo' }, 'reader')).total).toBe(0);
  });

  test('writers at once leave the right sums', async () => {
    const ids = Array.from({ length: 12 }, (_, at) => `busy-${at}`);
    for (const patients of [5, 10]) {
      await Promise.all(
        ids.map((id) =>
          write({
            id,
            held: { Immunization: ['A', 'B', 'C'].map((code): Code => ['urn:v', code, `Vaccine ${code}`, patients]) },
          }),
        ),
      );
    }
    const { contains } = await find('?type=Immunization');
    expect(contains.map(heldOf)).toEqual(
      Array(3).fill({ Immunization: { dataSets: 12, patients: 120, rounded: true } }),
    );
  });
});

describe('in a repository', () => {
  let world: SummaryWorld;
  beforeAll(async () => {
    world = await SummaryWorld.start();
    const persons = Array.from({ length: 30 }, (_, at) => `p${at}`);
    const named = (id: string, of: string, sets: string[], code: string, display: string) => ({
      ...condition(id, of, sets, code),
      code: { coding: [{ system: 'urn:c', code, display }] },
    });
    await world.load([
      dataSet('open', [level('count', rules(10, 10))]),
      dataSet('closed', [level('none')]),
      ...persons.flatMap((id) => [
        patient(id, ['open', 'closed']),
        named(`c-${id}`, id, ['open'], 'common', 'Common cold'),
        named(`h-${id}`, id, ['closed'], 'hidden', 'Hidden illness'),
      ]),
      named('rare', 'p0', ['open'], 'rare', 'Rare disease'),
    ]);
    await world.refresh();
  });
  afterAll(() => world.close());
  const find = async (filter: string, as = '') =>
    foundIn(await world.server.ask('GET', at('?type=Condition', { filter }), { as }));

  test('finds what its own summaries name, and no more', async () => {
    const { contains, codes } = await find('common');
    expect(codes).toEqual(['common']);
    expect(heldOf(contains[0])).toEqual({ Condition: { dataSets: 1, patients: 30, rounded: true } });
    expect((await find('rare')).total).toBe(0);
    expect((await find('hidden')).total).toBe(0);
    expect((await find('hidden', 'writer')).total).toBe(0);
  });

  test('a data set that is closed is found no more', async () => {
    await world.load([dataSet('open', [level('none')])]);
    await world.refresh();
    expect((await find('common')).total).toBe(0);
  });
});
