/** Counts that follow every change are the counts of a computation from scratch, whatever was written, moved, refused or deleted. See docs/adr/0017-content-summaries.md */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { condition, dataSet, level, licence, patient, refusal, rules, SummaryWorld } from './world.ts';

const persons = ['p0', 'p1', 'p2', 'p3'];
const sets = ['open', 'counted', 'closed'];

/** One thing that happens to the server. */
type Step =
  | { do: 'person'; who: string; sets: string[]; gender: string; born: string }
  | { do: 'condition'; id: string; of: string; sets: string[]; code: string; year: number | undefined }
  | { do: 'medication'; id: string; sets: string[]; code: string }
  | { do: 'request'; id: string; of: string; sets: string[]; medication: string }
  | { do: 'refuse'; who: string }
  | { do: 'permit'; who: string }
  | { do: 'delete'; path: string }
  | { do: 'erase'; path: string }
  | { do: 'group'; members: string[] }
  | { do: 'level'; set: string; level: string }
  | { do: 'hierarchy'; top: string[] }
  | { do: 'time'; months: number }
  | { do: 'refresh' };

const who = fc.constantFrom(...persons);
const some = fc.subarray(sets);
const code = fc.constantFrom('a', 'b', 'c');
const born = fc.constantFrom('1950-01', '2021-07-01', '2021-08-01', '1999');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('person' as const), who, sets: some, gender: fc.constantFrom('male', 'female'), born }),
  fc.record({
    do: fc.constant('condition' as const),
    id: fc.constantFrom('c0', 'c1', 'c2', 'c3', 'c4'),
    of: who,
    sets: some,
    code,
    year: fc.constantFrom(2001, 2002, undefined),
  }),
  fc.record({ do: fc.constant('medication' as const), id: fc.constantFrom('m0', 'm1'), sets: some, code }),
  fc.record({
    do: fc.constant('request' as const),
    id: fc.constantFrom('r0', 'r1'),
    of: who,
    sets: some,
    medication: fc.constantFrom('m0', 'm1'),
  }),
  fc.record({ do: fc.constant('refuse' as const), who }),
  fc.record({ do: fc.constant('permit' as const), who }),
  fc.record({
    do: fc.constant('delete' as const),
    path: fc.constantFrom(
      'Patient/p0',
      'Condition/c0',
      'Condition/c1',
      'Medication/m0',
      'MedicationRequest/r0',
      'Library/open',
    ),
  }),
  fc.record({ do: fc.constant('erase' as const), path: fc.constantFrom('Condition/c2', 'Patient/p1') }),
  fc.record({ do: fc.constant('group' as const), members: fc.subarray(persons) }),
  fc.record({
    do: fc.constant('level' as const),
    set: fc.constantFrom('open', 'counted'),
    level: fc.constantFrom('record', 'count', 'none'),
  }),
  fc.record({ do: fc.constant('hierarchy' as const), top: fc.subarray(['a', 'b', 'c']) }),
  fc.record({ do: fc.constant('time' as const), months: fc.constantFrom(1, 60) }),
  fc.constant({ do: 'refresh' as const }),
);

const start = Date.parse('2026-06-15T00:00:00Z');
let now = start;
let world: SummaryWorld;
beforeAll(async () => {
  world = await SummaryWorld.start({ now: () => now });
});
afterAll(() => world.close());

const group = (members: string[]) => ({
  resourceType: 'Group',
  id: 'g',
  type: 'person',
  actual: true,
  ...(members.length === 0 ? {} : { member: members.map((id) => ({ entity: { reference: `Patient/${id}` } })) }),
});
const library = (id: string, granted: string) => dataSet(id, [licence('CC-BY-4.0'), level(granted, rules(2, 1))]);
const hierarchy = (top: string[]) => ({
  resourceType: 'CodeSystem',
  id: 'c',
  url: 'urn:c',
  status: 'active',
  content: 'complete',
  concept: [
    { code: 'top', ...(top.length === 0 ? {} : { concept: top.map((code) => ({ code })) }) },
    ...['a', 'b', 'c'].filter((code) => !top.includes(code)).map((code) => ({ code })),
  ],
});

async function perform(one: Step): Promise<void> {
  const { ask } = world.server;
  switch (one.do) {
    case 'person':
      return world.load([patient(one.who, one.sets, { gender: one.gender, birthDate: one.born })]);
    case 'condition': {
      const onset = one.year === undefined ? {} : { onsetDateTime: `${one.year}-01-01` };
      return world.load([condition(one.id, one.of, one.sets, one.code, onset)]);
    }
    case 'medication': {
      const { clinicalStatus: _, subject: __, ...rest } = condition(one.id, '', one.sets, one.code);
      return world.load([{ ...rest, resourceType: 'Medication' }]);
    }
    case 'request': {
      const { clinicalStatus: _, code: __, ...rest } = condition(one.id, one.of, one.sets, '');
      const medicationReference = { reference: `Medication/${one.medication}` };
      return world.load([
        { ...rest, resourceType: 'MedicationRequest', status: 'active', intent: 'order', medicationReference },
      ]);
    }
    case 'refuse':
      return world.load([refusal(`no-${one.who}`, one.who)]);
    case 'permit':
      return world.remove(`Consent/no-${one.who}`);
    case 'delete':
      return world.remove(one.path);
    case 'erase': {
      const body = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'test' }] };
      expect((await ask('POST', `${one.path}/$expunge`, { body })).status).toBe(200);
      return;
    }
    case 'group':
      return world.load([group(one.members)]);
    case 'level':
      return world.load([library(one.set, one.level)]);
    case 'hierarchy':
      return world.load([hierarchy(one.top)]);
    case 'time':
      now += one.months * 31 * 86_400_000;
      return;
    case 'refresh':
      await world.refresh();
  }
}

/** All that is counted, by what it is and not by the numbers that it is kept under. */
async function counted(): Promise<Record<string, unknown>> {
  const { sql } = world.server.app.store;
  const holdings = await sql`
    select d.statement->>'source' as set, f.kind, f.type, f.system, f.code, h.patient, h.n
    from content_holding h join content_fact f using (fact) left join data_set d on d.key = h.data_set
    order by 1, 2, 3, 4, 5, 6`;
  const counts = await sql`
    select d.statement->>'source' as set, f.kind, f.type, f.system, f.code, c.patients
    from content_count c join content_fact f using (fact) left join data_set d on d.key = c.data_set
    where c.patients > 0 order by 1, 2, 3, 4, 5`;
  const shapes = await sql`
    select d.statement->>'source' as set, s.type, s.elements, c.resources
    from content_shape_count c join content_shape s using (shape) left join data_set d on d.key = c.data_set
    where c.resources > 0 order by 1, 2, 3`;
  return { holdings: [...holdings], counts: [...counts], shapes: [...shapes] };
}

async function fromScratch(): Promise<void> {
  const { sql } = world.server.app.store;
  await sql.unsafe(
    `truncate content_change, content_resource, content_class, content_member, content_holding, content_count,
       content_shape_count, content_drift, content_data_set, content_state, content_fact, content_shape`,
  );
  await sql`insert into content_change select key from resource where class >= 16`;
  await world.refresh();
}

test('counts that followed every change are those of a computation from scratch', async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      now = start;
      await world.load([
        library('open', 'record'),
        library('counted', 'count'),
        dataSet('closed', [licence('CC-BY-NC-4.0'), level('none')]),
        dataSet('grouped', [licence('CC-BY-4.0')], { content: [{ url: 'Group/g' }] }),
        group(['p0', 'p2']),
        hierarchy(['a', 'b']),
        ...persons.map((id) => patient(id, ['open', 'counted'], { gender: 'female', birthDate: '1980-01-01' })),
        ...persons.map((id, at) => condition(`c${at}`, id, ['open'], 'a')),
      ]);
      for (const one of steps) await perform(one);
      await world.refresh();
      const followed = await counted();
      await fromScratch();
      expect(followed).toEqual(await counted());
      compared += (followed['holdings'] as unknown[]).length;
    }),
    { numRuns: 12 },
  );
  expect(compared).toBeGreaterThan(100);
}, 0);
