/** Tries to get more out of `$feasibility` than a search would tell: worlds that differ in one protected fact, differences, dates, budgets. See docs/guarantees/counts.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noAccess } from '../../src/auth/access-file.ts';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { profileLibrary, safeHarborLike } from '../../src/conditions/deidentify/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { type Asking, type Counted, countsOf, feasible, questionOf } from '../feasibility/ask.ts';
import { diagnosticsOf, startServer, type TestServer, tokens } from '../server.ts';
import { scopes, withAskers } from './askers.ts';
import { startTwins, type Twins } from './twin-worlds.ts';
import { finding, granularityOf, library, licence, person } from './world.ts';

const tagOf = (set: string) => ({ meta: { tag: [{ system: 'urn:ds', code: set }] } });
const taken = (
  id: string,
  patient: string,
  set: string,
  code: string,
  start: string,
  end: string,
  more: object = {},
) => ({
  resourceType: 'MedicationStatement',
  id,
  ...tagOf(set),
  status: 'active',
  ...more,
  subject: { reference: `Patient/${patient}` },
  medicationCodeableConcept: { coding: [{ system: 'urn:m', code }] },
  effectivePeriod: { start, end },
});
const measured = (id: string, patient: string, set: string, amount: number) => ({
  resourceType: 'Observation',
  id,
  ...tagOf(set),
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: '2025-05-05',
  valueQuantity: { value: amount, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
});
const refusal = {
  resourceType: 'Consent',
  id: 'refusal',
  status: 'active',
  scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: 'Patient/refuser' },
  dateTime: '2025-01-01',
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTOUT' }] },
  provision: { type: 'deny' },
};

const common = [
  library('open', [licence('CC-BY-4.0')]),
  library('closed', [licence('CC-BY-NC-4.0')]),
  library('counted', [licence('CC-BY-4.0'), granularityOf('count')]),
  library('existing', [licence('CC-BY-4.0'), granularityOf('exists')]),
  ...['a', 'b', 'c'].map((id) => person(`open-${id}`, 'open', { gender: 'female', birthDate: '1950-01-01' })),
  ...['a', 'b', 'c'].map((id) => measured(`open-value-${id}`, `open-${id}`, 'open', 5)),
  ...['a', 'b', 'c'].map((id) => taken(`open-beta-${id}`, `open-${id}`, 'open', 'beta', '2025-01-01', '2025-06-30')),
  taken('open-other', 'open-c', 'open', 'other', '2025-06-01', '2025-07-31'),
  ...Array.from({ length: 24 }, (_, at) => person(`counted-${at}`, 'counted', { gender: 'female' })),
  ...Array.from({ length: 24 }, (_, at) =>
    taken(`counted-beta-${at}`, `counted-${at}`, 'counted', 'beta', '2025-01-01', '2025-06-30'),
  ),
  ...Array.from({ length: 24 }, (_, at) => person(`existing-${at}`, 'existing', { gender: 'female' })),
  ...Array.from({ length: 24 }, (_, at) =>
    taken(`existing-beta-${at}`, `existing-${at}`, 'existing', 'beta', '2025-01-01', '2025-06-30'),
  ),
  person('refuser', 'open', { gender: 'male', birthDate: '1930-03-03' }),
  refusal,
];

const facts: readonly { name: string; worlds: readonly [readonly object[], readonly object[]] }[] = [
  {
    name: 'when an open patient took what lies in a closed data set',
    worlds: [
      [taken('secret', 'open-a', 'closed', 'other', '2025-02-01', '2025-02-02')],
      [taken('secret', 'open-a', 'closed', 'other', '2026-02-01', '2026-02-02')],
    ],
  },
  {
    name: 'a value of an open patient that lies in a closed data set',
    worlds: [[measured('secret', 'open-a', 'closed', 9.9)], [measured('secret', 'open-a', 'closed', 7.3)]],
  },
  {
    name: 'that a closed patient exists, with all that is asked about',
    worlds: [
      [
        person('secret', 'closed', { birthDate: '1911-11-11', gender: 'other' }),
        taken('secret-1', 'secret', 'closed', 'beta', '2025-01-01', '2025-06-30'),
        taken('secret-2', 'secret', 'closed', 'other', '2025-01-01', '2025-06-30'),
        finding('secret-3', 'secret', 'closed', 'rare'),
      ],
      [],
    ],
  },
  { name: 'a diagnosis of a patient who refused', worlds: [[finding('secret', 'refuser', 'open', 'rare')], []] },
  {
    name: 'a medication with a label beyond the asker’s clearance',
    worlds: [
      [
        taken('secret', 'open-b', 'open', 'other', '2025-02-01', '2025-02-02', {
          meta: { tag: tagOf('open').meta.tag, security: [{ system: canonical.confidentiality, code: 'V' }] },
        }),
      ],
      [],
    ],
  },
  {
    name: 'which few of count-only data took two things at once',
    worlds: [
      [taken('secret', 'counted-1', 'counted', 'other', '2025-02-01', '2025-02-02')],
      [0, 1, 2].map((at) => taken(`secret-${at}`, `counted-${at}`, 'counted', 'other', '2026-02-01', '2026-02-02')),
    ],
  },
  {
    name: 'which few of exists-only data took two things at once',
    worlds: [[taken('secret', 'existing-1', 'existing', 'other', '2025-02-01', '2025-02-02')], []],
  },
];

const drug = (code: string, during?: { start: string; end: string }): Asking => ({
  record: 'medication',
  codes: [`urn:m|${code}`],
  ...(during === undefined ? {} : { during }),
});
const rare: Asking = { record: 'condition', codes: ['urn:c|rare'] };
const high = (amount: number): Asking => ({
  record: 'observation',
  codes: ['http://loinc.org|4548-4'],
  value: { valueQuantity: { value: amount, comparator: '>', system: 'http://unitsofmeasure.org', code: '%' } },
});
const february = { start: '2025-02-01', end: '2025-02-28' };
const both: Asking = { all: [drug('beta'), drug('other')], together: true };

const questions: readonly [string, Asking][] = [
  ['all', { all: [] }],
  ['overlap', both],
  ['overlap in a month', { all: [drug('beta'), drug('other', february)], together: true }],
  ['a time', { all: [drug('other', february)] }],
  ['no overlap', { all: [drug('beta'), { not: both }] }],
  ['without', { all: [{ not: drug('other') }] }],
  ['or', { any: [drug('other'), rare, { age: { from: 100 } }] }],
  ['one of two at the same time', { all: [drug('beta'), { any: [drug('other'), rare] }], together: true }],
  ['a rare code', { all: [rare] }],
  ['not the rare code', { all: [{ not: rare }] }],
  ['a value', { all: [high(7.5)] }],
  ['a value, turned round', { all: [{ not: high(7.5) }] }],
  ['age', { all: [{ age: { from: 90 } }] }],
  ['sex', { all: [{ sex: 'other' }] }],
  ['a search', { all: [{ where: 'MedicationStatement?code=urn:m|other&effective=2025-02' }] }],
  ['a search of the other', { all: [{ where: 'Patient?_has:MedicationStatement:subject:code=urn:m|other' }] }],
  ['by id', { all: [{ where: 'Patient?_id=secret' }] }],
  ['what is wrong', { all: [{ where: 'Patient?birthdate=secret' }] }],
  ['what cannot be asked', { all: [{ where: 'Patient?secret=1' }] }],
];

describe.each(facts)('$name', ({ worlds }) => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await startTwins(common, worlds);
  });
  afterAll(async () => {
    await twins.close();
    for (const { errors } of twins.servers) expect(errors).toEqual([]);
  });

  test.each(questions)('%s', async (_, asking) => {
    const dataSets = ['open', 'closed', 'counted', 'existing'].map((id) => ({
      name: 'data-set',
      valueUri: `Library/${id}`,
    }));
    for (const more of [[], [...dataSets, { name: 'stratify', valueCode: 'data-set' }]]) {
      const { one, other } = await twins.ask('POST', 'Patient/$feasibility', {
        as: '',
        body: questionOf(asking, more),
      });
      // Ids that the servers count up make answers of the same words compress to another length.
      delete one.headers['content-length'];
      delete other.headers['content-length'];
      expect(one).toEqual(other);
      expect(one.status).not.toBe(500);
    }
  });
});

describe('beside a search', () => {
  let server: TestServer;
  const born = (at: number): string => new Date(Date.UTC(1950, 0, 1 + at)).toISOString().slice(0, 10);
  const disclosure = { perAsker: 400, alike: 400 };

  beforeAll(async () => {
    server = await startServer({ disclosure });
    const { body, text } = await server.load([
      library('counted', [licence('CC-BY-4.0'), granularityOf('count')]),
      library('existing', [licence('CC-BY-4.0'), granularityOf('exists')]),
      library('open', [licence('CC-BY-4.0')]),
      person('o', 'open', { gender: 'female' }),
      ...Array.from({ length: 65 }, (_, at) => person(`p${at}`, 'counted', { gender: 'female', birthDate: born(at) })),
      ...Array.from({ length: 60 }, (_, at) => person(`q${at}`, 'counted', { gender: 'male' })),
      ...Array.from({ length: 65 }, (_, at) =>
        taken(`b${at}`, `p${at}`, 'counted', 'beta', '2025-01-01', '2025-06-30'),
      ),
      // Each began on a day of their own, so that a day would tell who.
      ...Array.from({ length: 65 }, (_, at) =>
        taken(
          `c${at}`,
          `p${at}`,
          'counted',
          'other',
          new Date(Date.UTC(2025, 0, 1 + at)).toISOString().slice(0, 10),
          '2025-06-30',
        ),
      ),
      ...Array.from({ length: 3 }, (_, at) => taken(`f${at}`, `q${at}`, 'counted', 'few', '2025-01-01', '2025-06-30')),
      ...Array.from({ length: 20 }, (_, at) => person(`e${at}`, 'existing', { gender: 'unknown' })),
      ...Array.from({ length: 20 }, (_, at) =>
        taken(`e${at}`, `e${at}`, 'existing', 'beta', '2025-01-01', '2025-06-30'),
      ),
      ...Array.from({ length: 20 }, (_, at) =>
        taken(`g${at}`, `e${at}`, 'existing', 'other', '2025-01-01', '2025-06-30'),
      ),
    ]);
    expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
  });
  afterAll(() => server.close());

  const ask = (asking: Asking): Promise<Counted> => feasible(server, asking, { as: '' });
  const search = async (query: string): Promise<Counted> => {
    const { body } = await server.ask('GET', `${query}&_summary=count`, { as: '' });
    const parts = body['_total']?.extension[0].extension as { url: string; valueBoolean?: boolean }[] | undefined;
    const part = (url: string) => parts?.find((one) => one.url === url)?.valueBoolean;
    return {
      count: body['total'],
      ...(part('suppressed') === undefined ? {} : { suppressed: part('suppressed')! }),
      ...(part('exists') === undefined ? {} : { exists: part('exists')! }),
    };
  };

  test.each<[string, Asking, string]>([
    ['sex', { all: [{ sex: 'female' }] }, 'Patient?gender=female'],
    ['nobody', { all: [{ sex: 'other' }] }, 'Patient?gender=other'],
    [
      'a few',
      { all: [{ where: 'MedicationStatement?code=urn:m|few' }] },
      'Patient?_has:MedicationStatement:patient:code=urn:m|few',
    ],
    [
      'many',
      { all: [{ where: 'MedicationStatement?code=urn:m|beta' }] },
      'Patient?_has:MedicationStatement:patient:code=urn:m|beta',
    ],
    ['of which only existence is told', { all: [{ sex: 'unknown' }] }, 'Patient?gender=unknown'],
    ['without', { all: [{ not: { sex: 'female' } }] }, 'Patient?gender:not=female'],
  ])('%s: the same is told', async (_, asking, query) => {
    const told = await ask(asking);
    expect(told).toEqual(await search(query));
    expect(told.suppressed).toBeDefined();
  });

  test('overlaps are rounded, and withheld where they are few', async () => {
    expect(await ask({ all: [drug('beta'), drug('other')], together: true })).toMatchObject({
      count: 70,
      suppressed: false,
      exists: true,
    });
    expect(await ask({ all: [drug('few'), drug('other')], together: true })).toMatchObject({
      count: 0,
      suppressed: true,
    });
  });

  test('of existence only yes or no is told', async () => {
    const own: Asking = { where: 'Patient?_tag=urn:ds|existing' };
    expect(await ask({ all: [own, drug('beta'), drug('other')], together: true })).toMatchObject({
      count: 0,
      exists: true,
    });
    expect(await ask({ all: [own, drug('beta'), drug('few')], together: true })).toMatchObject({
      count: 0,
      exists: false,
    });
  });

  test('all but one are as many as all, whichever way the one is left out', async () => {
    const women: Asking = { sex: 'female' };
    const whole = await ask({ all: [women, drug('beta'), drug('other')], together: true });
    const born64 = { where: `Patient?birthdate=${born(64)}` };
    for (const less of [{ not: born64 }, { where: `Patient?birthdate=ne${born(64)}` }] as Asking[]) {
      expect((await ask({ all: [women, less, drug('beta'), drug('other')], together: true })).count).toBe(whole.count);
    }
  });

  test('a window that moves by a day does not show who began on it', async () => {
    // In truth one more person each day.
    const told: (number | undefined)[] = [];
    for (let at = 0; at < 65; at++) {
      const end = new Date(Date.UTC(2025, 0, 1 + at)).toISOString().slice(0, 10);
      const { count, suppressed } = await ask({
        all: [{ sex: 'female' }, drug('beta'), drug('other', { start: '2025-01-01', end })],
        together: true,
      });
      told.push(suppressed === true ? undefined : count);
    }
    expect(told[0]).toBeUndefined();
    for (const one of told) if (one !== undefined) expect(one % 10).toBe(0);
    // Rounding alone would change its answer where the truth passes a half: at 15, 25, 35, ...
    const naive = told.map((_, at) => (at + 1 < 10 ? undefined : Math.round((at + 1) / 10) * 10));
    const changes = (list: readonly (number | undefined)[]): number =>
      list.filter((one, at) => at > 0 && one !== list[at - 1]).length;
    expect(changes(told)).toBeLessThan(changes(naive));
  });

  test('data sets that are closed, or of which nothing is told, have no number', async () => {
    const body = questionOf({ all: [] }, [{ name: 'data-set', valueUri: 'Library/existing' }]);
    const [told] = countsOf(await server.ask('POST', 'Patient/$feasibility', { as: '', body }));
    expect(told).toMatchObject({ count: 0, suppressed: true, exists: true });
  });
});

test('questions are taken from the same budget as searches', async () => {
  const server = await startServer({ disclosure: { perAsker: 3 }, access: { ...noAccess, tokens } });
  await server.load([
    library('counted', [licence('CC-BY-4.0'), granularityOf('count')]),
    ...Array.from({ length: 40 }, (_, at) => person(`p${at}`, 'counted', { gender: at < 20 ? 'female' : 'male' })),
  ]);
  for (const gender of ['female', 'male', 'other']) {
    expect((await server.ask('GET', `Patient?gender=${gender}&_summary=count`, { as: '' })).status).toBe(200);
  }
  // What was asked in a search is answered again.
  expect(await feasible(server, { all: [{ sex: 'female' }] }, { as: '' })).toMatchObject({ count: 20 });
  const answer = await server.ask('POST', 'Patient/$feasibility', {
    as: '',
    body: questionOf({ all: [{ sex: 'unknown' }] }),
  });
  expect([answer.status, diagnosticsOf(answer)]).toEqual([429, expect.stringContaining('used up')]);
  await server.close();
});

describe('for askers who see some rows only, or see them changed', () => {
  const app = (...texts: string[]): AccessContext => ({
    subject: { kind: 'service', name: texts.join(' ') },
    rights: { readAll: true, write: false },
    scopes: scopes(...texts),
  });
  const contexts = {
    all: app('user/*.rs'),
    patients: app('user/Patient.rs'),
    active: app('user/Patient.rs', 'user/MedicationStatement.rs?status=active'),
    'of-a': { ...app('patient/*.rs'), patient: 'a' },
  };
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(withAskers(contexts));
    const { body, text } = await server.load([
      { ...profileLibrary(safeHarborLike), id: 'safe-harbor-like' },
      library('d', [
        licence('CC-BY-4.0'),
        {
          url: canonical.granularity,
          extension: [
            { url: 'level', valueCode: 'record-deidentified' },
            { url: 'profile', valueCanonical: safeHarborLike.url },
          ],
        },
      ]),
      ...['a', 'b'].flatMap((id) => [
        person(id, 'd', { gender: 'female', birthDate: '1950-01-01' }),
        taken(`beta-${id}`, id, 'd', 'beta', '2025-01-01', '2025-06-30'),
        taken(`other-${id}`, id, 'd', 'other', '2025-02-01', '2025-02-28', id === 'a' ? {} : { status: 'completed' }),
      ]),
    ]);
    expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
  });
  afterAll(() => server.close());
  const overlapping: Asking = { all: [drug('beta'), drug('other')], together: true };

  test.each([
    ['all', 2, 2, 2],
    ['patients', 2, 0, 0],
    ['active', 2, 1, 1],
    ['of-a', 1, 1, 1],
    // Dates leave as years, so no time can be asked about; codes can.
    ['', 2, 2, 0],
  ])('%s', async (as, patients, coded, times) => {
    const ask = async (asking: Asking): Promise<number> => (await feasible(server, asking, { as })).count;
    expect(await ask({ all: [{ sex: 'female' }] })).toBe(patients);
    expect(await ask({ all: [drug('beta'), drug('other')] })).toBe(coded);
    expect(await ask(overlapping)).toBe(times);
  });
});
