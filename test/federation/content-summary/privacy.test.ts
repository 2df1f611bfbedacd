/** Tries to get at persons through summaries, over HTTP: in one, and between two. See docs/guarantees/content-summaries.md */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canonical } from '../../../src/fhir/canonical.ts';
import { condition, dataSet, level, licence, patient, refusal, rules, SummaryWorld } from './world.ts';

const now = (): number => Date.parse('2026-06-15T00:00:00Z');
let world: SummaryWorld;
beforeAll(async () => {
  world = await SummaryWorld.start({ now });
});
afterAll(() => world.close());

const counted = (id: string, ...more: object[]) => dataSet(id, [licence('CC-BY-4.0'), level('count', more)]);
const range = (length: number, from = 0): number[] => Array.from({ length }, (_, at) => at + from);

describe('a summary of a data set that may be counted', () => {
  beforeAll(async () => {
    await world.load([
      counted('count'),
      ...range(43).map((at) =>
        patient(`n${at}`, ['count'], {
          gender: at < 5 ? 'male' : 'female',
          birthDate: at < 9 ? '2020-01-01' : '1950-01-01',
          ...(at < 2 ? { name: [{ family: 'Seldom' }] } : {}),
        }),
      ),
      ...range(24).map((at) => condition(`many${at}`, `n${at}`, ['count'], 'many', { onsetDateTime: '2011' })),
      ...range(9).map((at) => condition(`few${at}`, `n${at}`, ['count'], 'few', { onsetDateTime: '1999' })),
      // Forty records of one person are one person, and more than all others' together.
      ...range(40).map((at) => condition(`often${at}`, 'n40', ['count'], 'often')),
      ...range(3).map((at) => ({
        ...condition(`p${at}`, `n${at}`, ['count'], 'x'),
        resourceType: 'Procedure',
        clinicalStatus: undefined,
        status: 'completed',
      })),
    ]);
  });

  test('names nothing that fewer than the threshold have, and rounds what it names', async () => {
    const said = (await world.summary('count'))!;
    expect(said.counts).toEqual({
      patients: 40,
      'age:75-79': 30,
      'sex:female': 40,
      // One person more than have the code.
      Condition: 20,
      'Condition|many': 20,
      Patient: 40,
    });
    expect(said.patients).toBe(40);
    expect(said.resources['Condition']).toBeUndefined();
    expect(said.completeness['Patient.name']).toBe(5);
    const { body } = await world.published('count');
    expect(JSON.stringify(body)).not.toMatch(/few|often|Procedure|Seldom|1999/);
    expect(body['period']).toEqual({ start: '2011', end: '2011' });
  });

  test('says below what number of persons something may be missing', async () => {
    expect(await world.summary('count')).toMatchObject({ threshold: 14, rounding: 10, granularity: 'count' });
  });

  test('says of codes what their system says, and not what records call them', async () => {
    const code = { coding: [{ system: 'urn:c', code: 'called', display: 'like Ms Seldom' }] };
    await world.load([
      counted('called'),
      ...range(20).map((at) => patient(`d${at}`, ['called'])),
      ...range(20).map((at) => condition(`d${at}`, `d${at}`, ['called'], '', { code })),
    ]);
    await world.refresh();
    const { text } = await world.published('called');
    expect(text).toContain('called');
    expect(text).not.toContain('Seldom');
  });

  test('gives sets that few persons are between one number', async () => {
    await world.load([
      counted('nested', ...rules(10, 1)),
      ...range(30).map((at) => patient(`e${at}`, ['nested'], { gender: 'female' })),
      ...range(26).map((at) => condition(`e${at}`, `e${at}`, ['nested'], at < 25 ? 'most' : 'other')),
      patient('e-man', ['nested'], { gender: 'male' }),
    ]);
    // 25 have the code, 26 the type, 30 are women, 31 all: what is between them is nobody's business.
    const { counts } = (await world.summary('nested'))!;
    expect(new Set(Object.values(counts))).toEqual(new Set([30]));
  });
});

describe('a data set that is not to be counted by anyone', () => {
  test.each([
    ['closed by its level', [licence('CC-BY-4.0'), level('none')]],
    ['with a licence that is not open', [licence('CC-BY-NC-4.0')]],
    [
      'for a purpose',
      [licence('CC-BY-4.0'), { url: canonical.purpose, valueCoding: { system: canonical.actReason, code: 'BIORCH' } }],
    ],
    ['under embargo', [licence('CC-BY-4.0'), { url: canonical.embargo, valueDate: '2030-01-01' }]],
    [
      'that states what is not understood',
      [licence('CC-BY-4.0'), { url: `${canonical.structureDefinitions}unheard-of`, valueBoolean: true }],
    ],
  ])('has no summary: %s', async (_, extension) => {
    await world.load([
      dataSet('shut', extension),
      ...range(20).map((at) => patient(`s${at}`, ['shut'])),
      ...range(20).map((at) => condition(`s${at}`, `s${at}`, ['shut'], 'secret')),
    ]);
    expect(await world.summary('shut')).toBeUndefined();
    const all = await world.server.ask('GET', 'MeasureReport?content-code=urn:c|secret', { as: '' });
    expect(all.body['total']).toBe(0);
  });

  test('takes back its summary with all versions of it when it is closed, and is counted from nothing when it opens', async () => {
    await world.load([
      dataSet('turning', [licence('CC-BY-4.0')]),
      ...range(3).map((at) => patient(`t${at}`, ['turning'])),
      ...range(3).map((at) => condition(`t${at}`, `t${at}`, ['turning'], 'turned')),
    ]);
    expect((await world.summary('turning'))!.counts).toMatchObject({ 'Condition|turned': 3 });
    await world.load([dataSet('turning', [licence('CC-BY-4.0'), level('none')])]);
    expect(await world.summary('turning')).toBeUndefined();
    const history = await world.server.ask('GET', 'MeasureReport/content-summary-turning/_history', { as: '' });
    expect(history.text).not.toContain('turned');
    const version = await world.server.ask('GET', 'MeasureReport/content-summary-turning/_history/1', { as: '' });
    expect(version.text).not.toContain('turned');
    await world.load([dataSet('turning', [licence('CC-BY-4.0')])]);
    expect((await world.summary('turning'))!.counts).toMatchObject({ 'Condition|turned': 3 });
    await world.remove('Library/turning');
    expect(await world.summary('turning')).toBeUndefined();
  });
});

test('existence is told without any number', async () => {
  await world.load([
    dataSet('there', [licence('CC-BY-4.0'), level('exists')]),
    ...range(20).map((at) => patient(`x${at}`, ['there'], { gender: at < 3 ? 'male' : 'female' })),
    ...range(20).map((at) => condition(`x${at}`, `x${at}`, ['there'], at < 9 ? 'few' : 'many')),
  ]);
  const said = (await world.summary('there'))!;
  expect(Object.keys(said.counts).sort()).toEqual(['Condition', 'Condition|many', 'Patient', 'patients', 'sex:female']);
  expect(Object.values(said.counts).every((one) => one === undefined)).toBe(true);
  expect(said).toMatchObject({ patients: undefined, granularity: 'exists', completeness: {} });
  const { body } = await world.published('there');
  expect(JSON.stringify(body['group'])).not.toMatch(/"count"|measureScore/);
});

test('records that leave changed are told of by patients and types alone', async () => {
  await world.load([
    {
      resourceType: 'Library',
      id: 'profile',
      url: 'https://example.org/profile',
      status: 'active',
      type: { coding: [{ system: canonical.libraryType, code: 'logic-library' }] },
      content: [
        {
          contentType: 'application/vnd.fairway.deidentification+json',
          data: Buffer.from(JSON.stringify({ default: 'keep', ids: 'pseudonymise', rules: [] })).toString('base64'),
        },
      ],
    },
    dataSet('veiled', [
      licence('CC-BY-4.0'),
      level('record-deidentified', [{ url: 'profile', valueCanonical: 'https://example.org/profile' }]),
    ]),
    ...range(20).map((at) => patient(`v${at}`, ['veiled'], { gender: 'female', birthDate: '1950-01-01' })),
    ...range(20).map((at) => condition(`v${at}`, `v${at}`, ['veiled'], 'veiled')),
  ]);
  const said = await world.summary('veiled');
  expect(said!.counts).toEqual({ patients: 20, Condition: 20, Patient: 20 });
  expect(said!.partial).toEqual(['Condition', 'Patient']);
});

describe('who refused', () => {
  test('counts for nothing, neither among few nor in an exact summary', async () => {
    await world.load([
      dataSet('exact', [licence('CC-BY-4.0')]),
      ...range(3).map((at) => patient(`r${at}`, ['exact'], { gender: at === 0 ? 'other' : 'female' })),
      ...range(3).map((at) => condition(`r${at}`, `r${at}`, ['exact'], at === 0 ? 'theirs' : 'others')),
      refusal('no-r0', 'r0'),
    ]);
    expect((await world.summary('exact'))!.counts).toEqual({
      patients: 2,
      'sex:female': 2,
      Condition: 2,
      'Condition|others': 2,
      Patient: 2,
    });
    await world.load([refusal('no-r1', 'r1')]);
    expect((await world.summary('exact'))!.counts).toMatchObject({ patients: 1, 'Condition|others': 1 });
    await world.remove('Consent/no-r0');
    expect((await world.summary('exact'))!.counts).toMatchObject({ patients: 2, 'Condition|theirs': 1 });
  });

  test('does not make up a threshold', async () => {
    await world.load([
      counted('refusing', ...rules(5, 5)),
      ...range(8).map((at) => patient(`q${at}`, ['refusing'])),
      ...range(8).map((at) => condition(`q${at}`, `q${at}`, ['refusing'], 'shared')),
      ...range(4).map((at) => refusal(`no-q${at}`, `q${at}`)),
    ]);
    expect((await world.summary('refusing'))!.counts).toEqual({ patients: undefined });
  });
});

describe('between two summaries', () => {
  const base = 20;
  beforeEach(async () => {
    await world.remove('Library/flow');
    await world.summary('flow');
    await world.load([
      counted('flow', ...rules(10, 10)),
      ...range(base).map((at) => patient(`f${at}`, ['flow'], { gender: at < 12 ? 'female' : 'male' })),
      ...range(base).map((at) => condition(`f${at}`, `f${at}`, ['flow'], at < 14 ? 'common' : 'rare')),
      ...range(14).map((at) => patient(`g${at}`, [])),
      ...range(14).map((at) => condition(`g${at}`, `g${at}`, [], 'none')),
    ]);
  });
  const told = async () => (await world.published('flow')).body;
  const join = (at: number, code: string) =>
    world.load([patient(`g${at}`, ['flow'], { gender: 'male' }), condition(`g${at}`, `g${at}`, ['flow'], code)]);

  test('one person more or less does not show, wherever the numbers stand', async () => {
    await world.refresh();
    const before = await told();
    // Without care the tenth man (10), the 25th patient (30) and the tenth with the rare code would show.
    for (const at of range(4)) {
      await join(at, 'rare');
      await world.refresh();
      expect(await told(), `after ${at + 1} came`).toEqual(before);
    }
    await world.remove('Condition/f0');
    await world.load([refusal('no-f1', 'f1')]);
    await world.refresh();
    expect(await told()).toEqual(before);
    await world.remove('Consent/no-f1');
  });

  test('a crowd shows', async () => {
    const before = (await world.summary('flow'))!.counts;
    expect(before).toEqual({ patients: 20, 'sex:female': 10, Condition: 20, 'Condition|common': 10, Patient: 20 });
    for (const at of range(14)) await join(at, 'rare');
    expect((await world.summary('flow'))!.counts).toEqual({
      patients: 30,
      'sex:female': 10,
      'sex:male': 20,
      Condition: 30,
      'Condition|common': 10,
      'Condition|rare': 20,
      Patient: 30,
    });
  });

  test('one who comes and goes again and again is one', async () => {
    await world.refresh();
    const before = await told();
    for (const _ of range(6)) {
      for (const code of ['common', 'rare']) {
        await join(0, code);
        await world.refresh();
      }
      await world.load([patient('g0', [])]);
      await world.load([condition('g0', 'g0', [], 'none')]);
      await world.refresh();
    }
    expect(await told()).toEqual(before);
  });

  test('records that one person adds do not show in the number of resources', async () => {
    await world.refresh();
    const before = await told();
    expect(before['group'][1].population[1]).toMatchObject({ count: 20 });
    await world.load(range(40).map((at) => condition(`added${at}`, 'f3', ['flow'], 'common')));
    await world.refresh();
    expect(await told()).toEqual(before);
    await world.remove(...range(40).map((at) => `Condition/added${at}`));
  });

  test('what grew up to the threshold one by one is named only when several came together', async () => {
    // Six have it at first, and are withheld; from then on five must come.
    await world.refresh();
    const named: boolean[] = [];
    for (const at of range(6)) {
      await join(at, 'rare');
      named.push((await world.summary('flow'))!.counts['Condition|rare'] !== undefined);
    }
    expect(named).toEqual([false, false, false, false, true, true]);
  });
});
