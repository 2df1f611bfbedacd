/** Tries to get at persons through counts, over HTTP. Each attack first shows what plain rounding of the true count would tell. See docs/guarantees/counts.md */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noAccess } from '../../src/auth/access-file.ts';
import { tokenDigest } from '../../src/auth/static-token.ts';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import type { DisclosureSettings } from '../../src/conditions/disclosure/model.ts';
import { type Answer, diagnosticsOf, startServer, type TestServer } from '../server.ts';
import { finding, granularityOf, library, licence, person } from './world.ts';

const day = 86_400_000;
const tokens = new Map<string, AccessContext>([
  [tokenDigest('writer'), { subject: { kind: 'service', name: 'writer' }, rights: { readAll: true, write: true } }],
  ...['alice', 'bob'].map((id): [string, AccessContext] => [
    tokenDigest(id),
    { subject: { kind: 'person', issuer: 'https://id.example', id }, rights: { readAll: false, write: false } },
  ]),
  [
    tokenDigest('alice-elsewhere'),
    {
      subject: { kind: 'person', issuer: 'https://id.example', id: 'alice' },
      client: 'another',
      rights: { readAll: false, write: false },
    },
  ],
]);

/** Person `at` was born on a day of their own. */
const born = (at: number): string => new Date(Date.UTC(1950, 0, 1 + at)).toISOString().slice(0, 10);
const patient = (at: number, more: object = {}) =>
  person(`p${at}`, 'counted', {
    gender: at < 65 ? 'female' : 'male',
    birthDate: born(at),
    active: at % 2 === 0,
    ...more,
  });

/** 65 women and 60 men; code `many` of 65 persons, `few` of 3, `often` thirty times of one. */
function* world() {
  yield library('counted', [licence('CC-BY-4.0'), granularityOf('count')]);
  yield library('open', [licence('CC-BY-4.0')]);
  yield person('o1', 'open', { gender: 'female' });
  yield person('o2', 'open', { gender: 'male' });
  // What may only be counted, of a person who may be read.
  yield finding('of-o1', 'o1', 'counted', 'few');
  for (let at = 0; at < 125; at++) {
    yield patient(at);
    if (at < 65) yield finding(`c${at}`, `p${at}`, 'counted', 'many');
    if (at < 3) yield finding(`f${at}`, `p${at}`, 'counted', 'few');
  }
  for (let at = 0; at < 30; at++) yield finding(`often${at}`, 'p9', 'counted', 'often');
}

interface Counted {
  total: number;
  suppressed: boolean | undefined;
}

class World {
  readonly server: TestServer;
  constructor(server: TestServer) {
    this.server = server;
  }

  ask(query: string, as = ''): Promise<Answer> {
    return this.server.ask('GET', `${query}${query.includes('?') ? '&' : '?'}_summary=count`, { as });
  }

  async count(query: string, as = ''): Promise<Counted> {
    const { status, body, text } = await this.ask(query, as);
    if (status !== 200) throw new Error(text);
    const parts = body['_total']?.extension[0].extension as { url: string; valueBoolean?: boolean }[] | undefined;
    return { total: body['total'], suppressed: parts?.find(({ url }) => url === 'suppressed')?.valueBoolean };
  }

  /** the true number */
  async truth(query: string): Promise<number> {
    return (await this.count(query, 'writer')).total;
  }

  async naive(query: string): Promise<number | undefined> {
    const truth = await this.truth(query);
    return truth < 10 ? undefined : Math.round(truth / 10) * 10;
  }
}

async function newWorld(disclosure: Partial<DisclosureSettings> = {}, now: () => number = Date.now): Promise<World> {
  const server = await startServer({ access: { ...noAccess, tokens }, now, disclosure });
  const { body } = await server.load(world());
  expect(body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
  return new World(server);
}

const counted = '_tag=urn:ds|counted';
const withheld: Counted = { total: 0, suppressed: true };
const told = (total: number): Counted => ({ total, suppressed: false });

describe('repeated', () => {
  let all: World;
  let clock = 1000 * day;
  const settings = { perAsker: 2000, perGroup: 9000, alike: 2000 };
  beforeAll(async () => {
    all = await newWorld(settings, () => clock);
  });
  afterAll(() => all.server.close());

  const wordings = (at: number): string => {
    const parts = ['gender=female', counted, 'birthdate=lt1999-01-01'];
    const turned = [...parts.slice(at % 3), ...parts.slice(0, at % 3)];
    const redundant = [
      '',
      '&gender=female',
      '&gender=female,female',
      '&gender:not=male',
      '&gender:missing=false',
      '&_filter=gender eq female or gender eq female',
      '&_filter=not (gender eq male)',
    ][at % 7];
    const dates = ['', `&birthdate=lt${2000 + (at % 9)}-01-01`, '&birthdate:missing=false'][at % 3];
    return `Patient?${turned.join('&')}${redundant}${dates}`;
  };

  test('a thousand times in other words, by several askers, before and after a restart, the same is told', async () => {
    const seen = new Map<string, number>();
    const once = async (at: number): Promise<void> => {
      const as = ['', 'alice', 'bob', 'alice-elsewhere'][at % 4]!;
      const answer = JSON.stringify(await all.count(wordings(at), as));
      seen.set(answer, (seen.get(answer) ?? 0) + 1);
    };
    for (let at = 0; at < 500; at++) await once(at);
    const { address } = all.server;
    await all.server.close();
    all = new World(
      await startServer({ access: { ...noAccess, tokens }, database: address, now: () => clock, disclosure: settings }),
    );
    for (let at = 500; at < 1000; at++) await once(at);
    clock += day;
    await once(0);
    expect([...seen]).toEqual([[JSON.stringify(told(70)), 1001]]);
    expect(new Set(Array.from({ length: 63 }, (_, at) => wordings(at))).size).toBeGreaterThan(30);
  });
});

describe('small numbers', () => {
  let all: World;
  beforeAll(async () => {
    all = await newWorld();
  });
  afterAll(() => all.server.close());

  test.each([
    ['nobody', `Patient?${counted}&gender=other`],
    ['a code that nobody has', `Patient?${counted}&_has:Condition:subject:code=none`],
    ['a code of three', `Patient?${counted}&_has:Condition:subject:code=few`],
    ['thirty records of one person', 'Condition?code=often'],
    ['one person by all that is known of them', `Patient?${counted}&birthdate=${born(4)}&gender=female`],
    ['a record of someone who may be read', 'Patient?_tag=urn:ds|open&_has:Condition:subject:code=few&gender=male'],
  ])('are withheld: %s', async (_, query) => {
    expect(await all.count(query)).toEqual(withheld);
  });

  test('nobody and somebody look the same, but for the address', async () => {
    const bare = async (query: string): Promise<string> =>
      (await all.ask(query)).text
        .replaceAll(encodeURIComponent(query.split('=').at(-1)!), 'x')
        .replace(/"id":"[^"]*"|"lastUpdated":"[^"]*"/g, '');
    const query = (code: string): string => `Patient?_has:Condition:subject:code=${code}`;
    expect(await all.truth(query('few'))).toBe(4);
    expect(await bare(query('few'))).toBe(await bare(query('non')));
  });

  test('what may be read is counted exactly beside them', async () => {
    expect(await all.count('Patient')).toEqual({ total: 2 + 130, suppressed: false });
    expect(await all.count('Patient?gender=other,male&birthdate:missing=true')).toEqual({ total: 1, suppressed: true });
    // That someone who may be read has what may only be counted is no part of the exact number.
    expect(await all.count('Patient?_tag=urn:ds|open&_has:Condition:subject:code=few')).toEqual(withheld);
    expect((await all.server.ask('GET', 'Patient?_total=accurate', { as: '' })).body['total']).toBe(2);
  });

  test('_count=0 and searches of several types go the same way', async () => {
    const zero = await all.server.ask('GET', `Patient?${counted}&_count=0`, { as: '' });
    expect(zero.body['total']).toBe((await all.count(`Patient?${counted}`)).total);
    expect(await all.count('?_type=Condition&_id=often1,often2,often3')).toEqual(withheld);
    expect(await all.count(`?_type=Patient,Condition&${counted}`)).toEqual(told(220));
    expect(await all.count('Patient/p9/Condition')).toEqual(withheld);
  });
});

describe('one person more or less', () => {
  const victim = born(7);
  let all: World;
  beforeAll(async () => {
    all = await newWorld();
  });
  afterAll(() => all.server.close());

  test('with and without, for one asker and for two together', async () => {
    const [whole, without] = [
      `Patient?${counted}&gender=female`,
      `Patient?${counted}&gender=female&birthdate=ne${victim}`,
    ];
    expect(await all.naive(whole)).not.toBe(await all.naive(without));
    expect(await all.count(whole, 'alice')).toEqual(told(70));
    for (const as of ['alice', 'bob', '']) expect(await all.count(without, as)).toEqual(told(70));
  });

  test('by another type: persons with a code, and the records of the code', async () => {
    const [persons, records] = [
      `Patient?_has:Condition:subject:code=many`,
      `Condition?code=many&subject:Patient.birthdate=ne${victim}`,
    ];
    expect(await all.naive(persons)).not.toBe(await all.naive(records));
    expect(await all.count(persons)).toEqual(await all.count(records));
  });

  test('at the edge of the threshold', async () => {
    const ten = `Patient?${counted}&birthdate=ge${born(20)}&birthdate=le${born(29)}`;
    expect([await all.naive(ten), await all.naive(`${ten}&birthdate=ne${born(22)}`)]).toEqual([10, undefined]);
    const answer = await all.count(ten);
    expect(await all.count(`${ten}&birthdate=ne${born(22)}`)).toEqual(answer);
  });

  test('by a tracker: A, A or C, A and not C', async () => {
    const a = `_tag eq urn:ds|counted and gender eq male`;
    const c = `birthdate eq ${victim}`;
    const queries = [`(${a})`, `(${a}) or (${c})`, `(${a}) and not (${c})`].map(
      (one) => `Patient?_filter=${encodeURIComponent(one)}`,
    );
    const truth = await Promise.all(queries.map((query) => all.truth(query)));
    expect(truth[1]! - truth[0]!).toBe(1);
    const [first, ...others] = [
      await all.count(queries[0]!),
      await all.count(queries[1]!),
      await all.count(queries[2]!),
    ];
    expect(others).toEqual([first, first]);
  });

  test('by the rest of all', async () => {
    const everyone = `Patient?${counted}`;
    const most = `${everyone}&birthdate=ge${born(4)}`;
    expect((await all.truth(everyone)) - (await all.truth(most))).toBe(4);
    expect(await all.count(most)).toEqual(await all.count(everyone));
    const [women, men] = [await all.count(`${everyone}&gender=female`), await all.count(`${everyone}&gender=male`)];
    expect(women.total + men.total).toBe((await all.count(everyone)).total);
  });
});

describe('over time', () => {
  let clock = 1000 * day;
  let all: World;
  beforeAll(async () => {
    all = await newWorld({}, () => clock);
  });
  afterAll(() => all.server.close());
  const men = `Patient?${counted}&gender=male`;
  const reworded = `Patient?gender:not=female&${counted}&birthdate:missing=false`;

  test('who comes or goes within a window is not seen, in whatever words', async () => {
    const first = await all.count(men);
    expect(first).toEqual(told(60));
    const before = await all.naive(men);
    await all.server.load(Array.from({ length: 5 }, (_, at) => patient(200 + at)));
    expect(await all.naive(men)).not.toBe(before);
    expect([
      await all.count(men),
      await all.count(men, 'bob'),
      await all.count(reworded),
      await all.count(reworded, 'alice'),
    ]).toEqual(Array(4).fill(first));
    for (let at = 0; at < 5; at++) await all.server.ask('DELETE', `Patient/p${200 + at}`);
    expect([await all.count(men, 'alice'), await all.count(`${reworded}&gender:missing=false`)]).toEqual([
      first,
      first,
    ]);
  });

  test('a day later a few are not seen either, but a crowd is', async () => {
    await all.server.load(Array.from({ length: 5 }, (_, at) => patient(300 + at)));
    clock += day;
    expect(await all.count(men)).toEqual(told(60));
    await all.server.load(Array.from({ length: 7 }, (_, at) => patient(400 + at)));
    expect(await all.count(men)).toEqual(told(60));
    clock += day;
    expect(await all.count(men)).toEqual(told(70));
  });

  test('sets that were asked long ago are forgotten', async () => {
    const women = `Patient?${counted}&gender=female`;
    expect(await all.count(women)).toEqual(told(70));
    await all.server.ask('DELETE', 'Patient/p0');
    clock += 6 * day;
    expect(await all.count(women)).toEqual(told(70));
    clock += day;
    expect(await all.count(women)).toEqual(told(60));
    const [{ sets }] = (await all.server.app.store.sql`select count(*)::int as sets from disclosed_set`) as unknown as [
      { sets: number },
    ];
    expect(sets).toBe(2);
  });
});

describe('budgets', () => {
  let clock = 1000 * day;
  let all: World;
  beforeAll(async () => {
    all = await newWorld({ perAsker: 3, perGroup: 5 }, () => clock);
  });
  afterAll(() => all.server.close());
  const query = (at: number): string => `Patient?${counted}&birthdate=ge${born(at * 11)}`;

  test('an asker who asked too much is told so, by whatever client; what was answered stays answered', async () => {
    for (let at = 0; at < 3; at++) await all.count(query(at), 'alice');
    for (const as of ['alice', 'alice-elsewhere']) {
      const refused = await all.ask(query(3), as);
      expect(refused.status).toBe(429);
      expect(refused.body['issue'][0].code).toBe('throttled');
      expect(diagnosticsOf(refused)).toMatch(/^3 different questions a day .* Ask those who govern the data for more$/);
      expect(await all.count(query(1), as)).toEqual(told(110));
    }
    expect((await all.server.ask('GET', 'Patient?_total=accurate', { as: 'alice' })).body['total']).toBe(2);
  });

  test('many askers together, too; what others were told may still be asked', async () => {
    for (const at of [3, 4]) await all.count(query(at), 'bob');
    const refused = await all.ask(query(5), '');
    expect(refused.status).toBe(429);
    expect(diagnosticsOf(refused)).toMatch(/^5 different questions a day may be asked by all together/);
    expect(await all.count(query(0), '')).toEqual(await all.count(query(0), 'alice'));
  });

  test('a day later they may ask again', async () => {
    clock += day;
    expect((await all.ask(query(5), 'alice')).status).toBe(200);
  });
});

describe('two processes', () => {
  let all: World;
  let other: World;
  beforeAll(async () => {
    all = await newWorld();
    other = new World(await startServer({ access: { ...noAccess, tokens }, database: all.server.address }));
  });
  afterAll(async () => {
    await other.server.close();
    await all.server.close();
  });

  test('asked at once for sets that differ by one person, they tell the same', async () => {
    for (let at = 0; at < 6; at++) {
      const from = `Patient?${counted}&birthdate=ge${born(at * 12)}`;
      const answers = await Promise.all([
        all.count(from, 'alice'),
        other.count(`${from}&birthdate=ne${born(at * 12 + 5)}`, 'bob'),
        all.count(`${from}&birthdate=ne${born(at * 12 + 6)}`),
        other.count(from, 'bob'),
      ]);
      expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    }
  });
});

/** Thirty codes are known of one person: are they in the data? Each code, alone and with all the others. https://doi.org/10.1016/j.ajhg.2015.09.010 */
test('rare codes of one person tell nothing of whether they are there', async () => {
  const answers: string[][] = [];
  for (const isThere of [true, false]) {
    const all = await newWorld({ perAsker: 500 });
    const codes = Array.from({ length: 30 }, (_, at) => `rare${at}`);
    if (isThere)
      await all.server.load([patient(500), ...codes.map((code, at) => finding(`r${at}`, 'p500', 'counted', code))]);
    const asked = codes.flatMap((code) => [
      `Patient?_has:Condition:subject:code=${code}`,
      `Condition?code=${code}`,
      `Patient?${counted}&gender=male&_has:Condition:subject:code=${code}`,
    ]);
    asked.push(
      `Patient?_has:Condition:subject:code=${codes.join(',')}`,
      `Condition?code=${codes.join(',')}`,
      `Condition?code=many,${codes[0]}`,
    );
    const own: string[] = [];
    for (const query of asked) own.push(JSON.stringify(await all.count(query)));
    answers.push(own);
    expect(await all.truth('Condition?code=rare7')).toBe(isThere ? 1 : 0);
    await all.server.close();
  }
  expect(answers[0]).toEqual(answers[1]);
});
