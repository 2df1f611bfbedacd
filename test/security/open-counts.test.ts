/** Counts of open data sets beside data sets that may only be counted: exact where nothing else can bear on them, and never by what else there is. See docs/adr/0035-exact-counts-of-open-data-sets.md */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { feasible } from '../feasibility/ask.ts';
import { type Answer, startServer, type TestServer } from '../server.ts';
import { composedOf, group, value } from './statements.ts';
import { finding, granularityOf, library, licence, person } from './world.ts';

const open = licence('CC0-1.0');
const listed = (id: string, more: object[] = []) => ({
  ...library(id, [open, composedOf(`Group/${id}`), ...more]),
  content: undefined,
});
const tags = (...sets: string[]) =>
  sets.length === 0 ? {} : { meta: { tag: sets.map((code) => ({ system: 'urn:ds', code })) } };
const metadata = [
  library('open', [open]),
  listed('listed'),
  library('counted', [open, granularityOf('count')]),
  library('existing', [open, granularityOf('exists')]),
  library('unlicensed', [licence('CC-BY-NC-4.0')]),
  { resourceType: 'Organization', id: 'house', name: 'House' },
];
const sex = (at: number): string => (at % 2 === 0 ? 'female' : 'male');

/** The shape of a world: how many persons are in which data sets, and whose records may only be counted. */
interface Shape {
  open: number;
  both: number;
  listed: number;
  counted: number;
  /** of the open persons, so many have a finding in the counted data set; what two of the listed have there is of theirs, too */
  crossing: number;
}

function* worldOf(shape: Shape) {
  yield* metadata;
  const members: string[] = [];
  const add = function* (kind: string, many: number, sets: string[]) {
    for (let at = 0; at < many; at++) {
      const id = `${kind}-${at}`;
      yield person(id, undefined, {
        ...tags(...sets),
        gender: sex(at),
        managingOrganization: { reference: 'Organization/house' },
      });
      yield { ...finding(`f-${id}`, id, undefined, at % 3 === 0 ? 'x' : 'y'), ...tags(...sets) };
      if (at < (kind === 'listed' ? 2 : kind === 'counted' ? 0 : shape.crossing))
        yield finding(`crossing-${id}`, id, 'counted', 'z');
      if (kind === 'listed') members.push(`Patient/${id}`);
    }
  };
  yield* add('open', shape.open, ['open']);
  yield* add('both', shape.both, ['open', 'counted']);
  yield* add('listed', shape.listed, []);
  yield* add('counted', shape.counted, ['counted']);
  yield group('listed', ...members);
  yield value('v', 'open-0', 'open', 5);
}

async function start(shape: Shape): Promise<TestServer> {
  const server = await startServer({ disclosure: { perAsker: 9000, perGroup: 9000 } });
  const { body, text } = await server.load(worldOf(shape));
  expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
  return server;
}

interface Told {
  total: number;
  /** absent: exact */
  disclosure?: Record<string, unknown>;
}
const toldIn = ({ body, status, text }: Answer): Told => {
  if (status !== 200) throw new Error(text);
  const parts = body['_total']?.extension[0].extension as { url: string }[] | undefined;
  if (parts === undefined) return { total: body['total'] };
  const disclosure = Object.fromEntries(parts.map(({ url, ...rest }) => [url, Object.values(rest)[0]]));
  return { total: body['total'], disclosure };
};
const askerOf = (server: TestServer) => {
  const ask = (query: string, as: string) =>
    server.ask('GET', `${query}${query.includes('?') ? '&' : '?'}_summary=count`, { as });
  return {
    told: async (query: string, as = '') => toldIn(await ask(query, as)),
    truth: async (query: string) => toldIn(await ask(query, 'reader')).total,
    /** how many records a search for them says that there are */
    read: async (query: string) =>
      (await server.ask('GET', `${query}${query.includes('?') ? '&' : '?'}_total=accurate&_count=1`, { as: '' })).body[
        'total'
      ] as number,
  };
};

const inOpen = '_tag=urn:ds|open';
const inListed = '_has:Group:member:_id=listed';

describe('in one world', () => {
  let server: TestServer;
  let of: ReturnType<typeof askerOf>;
  beforeAll(async () => {
    server = await start({ open: 13, both: 8, listed: 12, counted: 30, crossing: 4 });
    of = askerOf(server);
  });
  afterAll(async () => {
    expect(server.errors).toEqual([]);
    await server.close();
  });

  test.each([
    [`Patient?${inOpen}`, 21],
    [`Patient?${inOpen}&gender=female`, 11],
    [`Patient?${inOpen}&gender:not=female`, 10],
    [`Patient?${inOpen}&organization:Organization.name=House`, 21],
    [`Condition?${inOpen}&code=x`, 8],
    [`Observation?${inOpen}`, 1],
    // A person stands for the compartment in a Group: nothing of it is anywhere else.
    [`Patient?${inListed}`, 12],
    [`Patient?${inListed}&gender=male`, 6],
    [`Patient?${inListed}&_has:Condition:patient:code=x`, 4],
    [`Patient?${inListed}&_has:Condition:patient:code=z`, 2],
    [`Patient?${inListed}&_has:Condition:patient:code:not=x`, 9],
    [`Patient?_in=Group/listed&_filter=not (gender eq male)`, 6],
    [`Patient?_filter=_tag eq urn:ds|open and gender eq female`, 11],
  ])('%s is counted exactly', async (query, expected) => {
    expect(await of.told(query)).toEqual({ total: expected });
    expect(await of.truth(query)).toBe(expected);
  });

  test.each([
    'Patient',
    'Patient?gender=female',
    'Patient?_tag=urn:ds|counted',
    'Patient?_tag=urn:ds|open,urn:ds|counted',
    'Patient?_tag=open',
    'Patient?_tag:not=urn:ds|counted',
    'Patient?_tag=urn:ds|unlicensed',
    `Patient?_filter=_tag eq urn:ds|open or gender eq female`,
    // Of a tag only what carries it is in the data set: a finding of the same person may be in another.
    `Patient?${inOpen}&_has:Condition:subject:code=z`,
    `Patient?${inOpen}&_has:Condition:subject:code=x`,
    `Condition?${inOpen}&subject:Patient.gender=female`,
    `Condition?subject:Patient._tag=urn:ds|open`,
    // `subject` may be no person.
    `Patient?${inListed}&_has:Condition:subject:code=z`,
    // Members of members, and findings that others are led to by.
    `Patient?${inListed}&_has:Condition:subject:subject:Patient.gender=male`,
    `Patient?${inListed}&link:Patient.gender=male`,
    `Patient?_has:Group:member:_id=listed,other`,
    'Patient?_has:Group:member:type=person',
  ])('%s rests on more, and is told by the rules of what may only be counted', async (query) => {
    const { total, disclosure } = await of.told(query);
    expect(disclosure).toMatchObject({ threshold: 10, rounding: 10 });
    // The part that may be read is what anyone may count by searching for it.
    expect(disclosure!['read']).toBe(await of.read(query));
    expect((total - (disclosure!['read'] as number)) % 10).toBe(0);
  });

  test('whether a person of the open data set is in the counted one, too, does not show by what is exact', async () => {
    // `both` and `open` persons, findings there or not: whether an answer is exact follows from its wording alone.
    for (const who of ['open-0', 'open-12', 'both-0', 'both-7', 'nobody']) {
      expect(Object.keys(await of.told(`Patient?${inOpen}&_id=${who}`))).toEqual(['total']);
      expect((await of.told(`Patient?${inOpen}&_id=${who}&_has:Condition:subject:code=z`)).disclosure).toMatchObject({
        suppressed: true,
        read: 0,
      });
    }
  });

  test('the exact count of the open part, taken from the union, leaves what the rules tell of the rest and no more', async () => {
    for (const more of ['', '&gender=female', '&gender=male', '&_has:Condition:subject:code=x']) {
      const union = await of.told(`Patient?_tag=urn:ds|open,urn:ds|counted${more}`);
      const part = await of.read(`Patient?_tag=urn:ds|open${more}`);
      const rest = union.total - part;
      expect(rest % 10).toBe(0);
      expect(rest === 0 || rest >= 10).toBe(true);
      const counted = await of.told(`Patient?_tag=urn:ds|counted&_tag:not=urn:ds|open${more}`);
      expect(counted.total - (counted.disclosure!['read'] as number)).toBe(rest);
    }
  });

  test('a feasibility question is told alike', async () => {
    const told = (...where: string[]) =>
      feasible(server, { all: [{ sex: 'female' }, ...where.map((one) => ({ where: `Patient?${one}` }))] }, { as: '' });
    expect(await told(inListed)).toEqual({ count: 6 });
    expect(await told()).toHaveProperty('suppressed');
  });

  test('a person who is listed as a member no more makes the list say nothing', async () => {
    const put = (body: object) => server.ask('PUT', 'Group/listed', { body });
    const before = (await server.ask('GET', 'Group/listed', { as: 'reader' })).body;
    const former = { entity: { reference: 'Patient/counted-3' }, inactive: true };
    await put({ ...before, member: [...before['member'], former] });
    // She is found by the list, and may only be counted.
    expect(await of.truth(`Patient?${inListed}`)).toBe(13);
    expect(await of.told(`Patient?${inListed}`)).toMatchObject({
      total: 12,
      disclosure: { suppressed: true, read: 12 },
    });
    await put(before);
    expect(await of.told(`Patient?${inListed}`)).toEqual({ total: 12 });
  });

  test('what is stated changes it at once', async () => {
    const put = (...extension: object[]) => server.ask('PUT', 'Library/open', { body: library('open', extension) });
    await put(open, granularityOf('count'));
    expect((await of.told(`Patient?${inOpen}`)).disclosure).toMatchObject({ rounding: 10 });
    await put(open);
    expect(await of.told(`Patient?${inOpen}`)).toEqual({ total: 21 });
  });
});

describe('in any world', () => {
  const criterion = fc.constantFrom(
    inOpen,
    inListed,
    '_tag=urn:ds|counted',
    '_tag=urn:ds|open,urn:ds|counted',
    'gender=female',
    'gender:not=male',
    '_has:Condition:subject:code=x',
    '_has:Condition:patient:code=z',
    '_has:Condition:patient:code:not=z',
    'organization:Organization.name=House',
    '_has:Group:member:type=person',
    '_filter=not (_tag eq urn:ds|open)',
    '_filter=_tag eq urn:ds|open and gender eq male',
  );
  const many = (most: number) => fc.integer({ min: 0, max: most });
  const shapes: fc.Arbitrary<Shape> = fc.record({
    open: fc.integer({ min: 1, max: 15 }),
    both: many(5),
    listed: many(12),
    counted: fc.integer({ min: 1, max: 25 }),
    crossing: many(12),
  });

  test('what is told as exact is the truth, what may be read is never disturbed, and the rest is by the rules', async () => {
    const question = fc.uniqueArray(criterion, { minLength: 1, maxLength: 3 }).map((all) => `Patient?${all.join('&')}`);
    let exact = 0;
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(question, { minLength: 12, maxLength: 12 }), async (shape, questions) => {
        const server = await start(shape);
        try {
          const of = askerOf(server);
          for (const query of [`Patient?${inOpen}`, ...questions]) {
            const [{ total, disclosure }, truth, read] = [
              await of.told(query),
              await of.truth(query),
              await of.read(query),
            ];
            if (disclosure === undefined) {
              exact++;
              expect([query, total, read]).toEqual([query, truth, truth]);
            } else {
              expect([query, disclosure['read']]).toEqual([query, read]);
              expect([query, (total - read) % 10]).toEqual([query, 0]);
            }
          }
        } finally {
          await server.close();
        }
      }),
      { numRuns: 4 },
    );
    // The question on the open data set alone is in each of them.
    expect(exact).toBeGreaterThanOrEqual(4);
  });

  test('whether an answer is exact is the same whatever the counted data set holds', async () => {
    const queries = fc.array(
      fc.uniqueArray(criterion, { minLength: 1, maxLength: 3 }).map((all) => `Patient?${all.join('&')}`),
      {
        minLength: 15,
        maxLength: 15,
      },
    );
    const one = await start({ open: 5, both: 1, listed: 5, counted: 12, crossing: 0 });
    const other = await start({ open: 5, both: 1, listed: 5, counted: 24, crossing: 5 });
    await fc.assert(
      fc.asyncProperty(queries, async (all) => {
        for (const query of all) {
          const [a, b] = [await askerOf(one).told(query), await askerOf(other).told(query)];
          expect([query, a.disclosure === undefined]).toEqual([query, b.disclosure === undefined]);
          if (a.disclosure === undefined) expect([query, a.total]).toEqual([query, b.total]);
          else expect([query, a.disclosure['read']]).toEqual([query, b.disclosure?.['read']]);
        }
      }),
      { numRuns: 5 },
    );
    await one.close();
    await other.close();
  });
});
