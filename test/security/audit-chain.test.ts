/** The audit log cannot be changed unnoticed, whoever writes to it and however they end. See docs/adr/0015-audit-log.md */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessCommand } from '../../src/cli/access/index.ts';
import { type Environment, exit, UsageError } from '../../src/cli/environment.ts';
import { openAudit } from '../../src/store/audit.ts';
import { trimChain, verifyChain } from '../../src/store/audit-chain.ts';
import { connect, type DatabaseAddress, type Sql } from '../../src/store/connect.ts';
import { startEngine } from '../../src/store/engine.ts';
import { createHash, secretOf } from '../../src/store/hash.ts';
import { newFolder, removeFolder, type ServerProcess, startProcess } from '../process.ts';
import { type Ask, askerOf, startServer, type TestServer } from '../server.ts';

const verify = async (sql: Sql, expected: readonly string[] = []) =>
  verifyChain(sql, createHash(await secretOf(sql, 'hash')), expected);

/** Works on the database as its superuser who has put the triggers out of force. */
async function tampering(sql: Sql, ...statements: string[]): Promise<void> {
  await sql.begin(async (inside) => {
    await inside.unsafe('alter table audit disable trigger all');
    for (const statement of statements) await inside.unsafe(statement);
    await inside.unsafe('alter table audit enable trigger all');
  });
}

/** Waits until the server has written down what it was asked. */
async function allWritten({ base }: { base: string }): Promise<void> {
  const metrics = async (): Promise<string> => (await fetch(`${base.replace('/fhir', '')}/metrics`)).text();
  while (!/^fairway_audit_unflushed 0$/m.test(await metrics())) await sleep(10);
}

describe('tampering', () => {
  let server: TestServer;
  let sql: Sql;
  beforeEach(async () => {
    server = await startServer();
    sql = server.app.store.sql;
    // At least three blocks, one of them with several entries.
    for (let isReady = false; !isReady; ) {
      await Promise.all(['a', 'b', 'c'].map((id) => server.ask('GET', `Patient/${id}`)));
      await allWritten(server);
      const blocks = await sql`select entries from audit order by first`;
      isReady = blocks.length > 2 && blocks.slice(0, -1).some((row) => (row['entries'] as string).includes('\n'));
    }
  });
  afterEach(() => server.close());

  test('what was not touched is whole', async () => {
    const { fault, entries, head, missing } = await verify(sql);
    expect([fault, missing, entries]).toEqual([undefined, [], head.sequence]);
    expect(head.sequence).toBeGreaterThanOrEqual(6);
  });

  test.each([
    ['update audit set entries = entries'],
    ['delete from audit'],
    ['truncate audit'],
    ['update audit_trimmed set sequence = 1'],
    ['truncate audit_trimmed'],
    ["set fairway.trims_audit = 'yes'; update audit set entries = entries"],
  ])('%s is refused', async (statement) => {
    await expect(sql.unsafe(statement)).rejects.toThrow('the audit log only grows');
  });

  const nth = (n: number) => `(select first from audit order by first limit 1 offset ${n})`;
  const several = `(select first from audit where entries like E'%\\n%' order by first limit 1)`;
  const redone = `entries = regexp_replace(entries, 'Patient/b', 'Patient/x')`;
  test.each<[name: string, ...statements: string[]]>([
    [
      'an entry of other content',
      `update audit set ${redone} where first = (select first from audit where entries like '%Patient/b%' limit 1)`,
    ],
    ['another status', `update audit set entries = replace(entries, ',404,', ',200,') where first = ${nth(0)}`],
    [
      'other content under a hash that fits',
      `update audit set ${redone}, hash = sha256(convert_to(repeat('0', 64) || regexp_replace(entries, 'Patient/b', 'Patient/x') || E'\\n\\n' || shared, 'UTF8')) where first = ${nth(0)}`,
    ],
    ['another agent', `update audit set shared = replace(shared, 'writer', 'nobody') where first = ${nth(0)}`],
    ['another hash', `update audit set hash = sha256(hash) where first = ${nth(1)}`],
    ['a block that is gone', `delete from audit where first = ${nth(1)}`],
    ['the first block gone', `delete from audit where first = ${nth(0)}`],
    [
      'an entry that is gone from a block',
      `update audit set entries = regexp_replace(entries, '^[^\\n]*\\n', '') where first = ${several}`,
    ],
    [
      'entries in another order',
      `update audit set entries = (select string_agg(e, E'\\n' order by n desc) from unnest(string_to_array(entries, E'\\n')) with ordinality x (e, n)) where first = ${several}`,
    ],
    [
      'two blocks in each other’s place',
      `create temp table swap on commit drop as select * from audit order by first limit 2`,
      `update audit a set entries = s.entries, shared = s.shared, hash = s.hash, about = s.about, recorded_from = s.recorded_from, recorded_to = s.recorded_to from swap s where a.first in (select first from swap) and s.first <> a.first`,
    ],
    [
      'an entry that was put in',
      `update audit set entries = entries || E'\\n' || split_part(entries, E'\\n', 1) where first = ${nth(1)}`,
    ],
    [
      'a block that was put in',
      `insert into audit (first, sequence, recorded_from, recorded_to, about, entries, shared, hash) select sequence + 1, sequence + 1, recorded_from, recorded_to, about, entries, shared, sha256(hash) from audit order by first desc limit 1`,
    ],
    ['a block that is not found by what it is about', `update audit set about = about[2:] where first = ${nth(1)}`],
    ['a block of another time', `update audit set recorded_to = recorded_to + 1 where first = ${nth(1)}`],
    ['a block under another number', `update audit set first = first - 1 where first = ${nth(1)}`],
    [
      'a beginning that was never trimmed',
      `insert into audit_trimmed (sequence, hash, entries) select sequence, sha256('x'), 1 from audit where first = ${nth(0)}`,
      `delete from audit where first = ${nth(0)}`,
    ],
    [
      'a beginning said to be later than it is',
      `insert into audit_trimmed (sequence, hash, entries) select sequence, hash, 1 from audit where first = ${nth(1)}`,
    ],
  ])('%s', async (_, ...statements) => {
    await tampering(sql, ...statements);
    const { fault, head } = await verify(sql);
    expect(fault).toBeDefined();
    expect(fault!.sequence).toBeLessThanOrEqual(head.sequence + 4);
  });

  test('the block of the entry that was changed is named, alone or with its neighbours', async () => {
    const rows =
      await sql`select first, sequence from audit where entries like '%Patient/b%' order by first desc limit 1`;
    const [first, last] = [Number(rows[0]!['first']), Number(rows[0]!['sequence'])];
    await tampering(sql, `update audit set ${redone} where first = ${first}`);
    const { fault, head } = await verify(sql);
    expect(head.sequence).toBe(first - 1);
    expect(fault).toEqual({
      sequence: first,
      what: `${first === last ? '' : `or one of those up to ${last} `}was changed, moved, removed or put in`,
    });
  });

  test('an end that was cut off is known by a head that was kept elsewhere', async () => {
    const { head } = await verify(sql);
    await tampering(sql, `delete from audit where sequence = ${head.sequence}`);
    expect((await verify(sql)).fault).toBeUndefined();
    expect((await verify(sql, [head.hash])).missing).toEqual([head.hash]);
  });

  test('an earlier head stays in the chain', async () => {
    const { head } = await verify(sql);
    await server.ask('GET', 'Patient/d');
    await allWritten(server);
    const later = await verify(sql, [head.hash]);
    expect([later.missing, later.head.sequence > head.sequence]).toEqual([[], true]);
  });

  test('what is trimmed leaves a chain that goes on', async () => {
    const before = await verify(sql);
    expect(await trimChain(sql, Date.now() + 60_000)).toBe(before.entries);
    expect(await trimChain(sql, Date.now() + 60_000)).toBe(0);
    await server.ask('GET', 'Patient/e');
    await allWritten(server);
    const after = await verify(sql, [before.head.hash]);
    expect(after).toMatchObject({ from: before.head, missing: [] });
    expect(after.fault).toBeUndefined();
    expect(after.entries).toBeGreaterThan(0);
  });

  test('only what is old is trimmed', async () => {
    expect(await trimChain(sql, Date.now() - 3_600_000)).toBe(0);
    const [middle] = await sql`select recorded_from from audit order by first offset 1 limit 1`;
    const gone = await trimChain(sql, Number(middle!['recorded_from']));
    const { fault, from } = await verify(sql);
    expect([fault, from.sequence]).toEqual([undefined, gone]);
  });
});

describe('several writers', () => {
  test('two servers on one database make one chain', async () => {
    const one = await startServer();
    const two = await startServer({ database: one.address, audit: 'strict' });
    await Promise.all(
      [one, two].flatMap((server) =>
        Array.from({ length: 40 }, async (_, at) => {
          await sleep(at * 5);
          expect((await server.ask('GET', `Patient/${at}`)).status).toBe(404);
        }),
      ),
    );
    await Promise.all([allWritten(one), allWritten(two)]);
    const { fault, entries } = await verify(one.app.store.sql);
    expect([fault, entries]).toEqual([undefined, 80]);
    await one.close();
    await two.close();
  });

  test('large answers are split over entries', async () => {
    const server = await startServer();
    await server.load(
      Array.from({ length: 2500 }, (_, at) => ({ resourceType: 'Patient', id: `p${at}`, gender: 'male' })),
    );
    await server.ask('GET', '_history?_count=1000');
    await server.ask('GET', 'Group?_count=1');
    await server.load([
      {
        resourceType: 'Group',
        id: 'all',
        type: 'person',
        actual: true,
        member: Array.from({ length: 2500 }, (_, at) => ({ entity: { reference: `Patient/p${at}` } })),
      },
    ]);
    const answer = await server.ask('GET', 'Group?_include=Group:member');
    expect(answer.body['entry']).toHaveLength(2501);
    const mine = await server.ask('GET', 'Patient/p2499/$disclosures?date=ge2000');
    expect(mine.body['entry'].length).toBeGreaterThan(0);
    expect(mine.text).not.toContain('Patient/p2498');
    const group = await server.ask('GET', '$audit-log?entity=Group/all&interaction=search-type');
    expect(group.body['entry']).toHaveLength(999);
    expect((await verify(server.app.store.sql)).fault).toBeUndefined();
    await server.close();
  });
});

describe('ends', () => {
  test('a server that ends in order has written everything', async () => {
    const server = await startServer();
    for (let at = 0; at < 30; at++) await server.ask('GET', `Patient/${at}`);
    await server.close();
    const sql = connect(server.address, { connections: 1 });
    expect((await verify(sql)).entries).toBe(30);
    await sql.end();
  });

  test('a killed server loses the last moments at most and leaves a valid chain', async () => {
    const folder = newFolder();
    try {
      let before = 0;
      for (const mode of ['batched', 'strict'] as const) {
        const { base, end } = await startProcess(folder, ['--audit', mode]);
        const ask = askerOf(() => base);
        const answered: number[] = [];
        const stop = Date.now() + 1500;
        const asking = async (): Promise<void> => {
          while (Date.now() < stop + 5000) {
            const answer = await ask('GET', 'Patient/x').catch(() => undefined);
            if (answer === undefined) return;
            answered.push(Date.now());
          }
        };
        const work = Promise.all(Array.from({ length: 8 }, asking));
        await sleep(1500);
        await end('SIGKILL');
        const killed = Date.now();
        await work;
        const engine = await startEngine({ folder });
        const sql = connect({ engine, database: 'fairway' }, { connections: 1 });
        const { fault, entries } = await verify(sql);
        await sql.end();
        expect(fault).toBeUndefined();
        const written = entries - before;
        before = entries;
        // What was answered a second before the end is there, and with `strict` everything is.
        const must = mode === 'strict' ? answered.length : answered.filter((at) => at < killed - 1000).length;
        expect(answered.length).toBeGreaterThan(20);
        expect(written).toBeGreaterThanOrEqual(must);
      }
    } finally {
      await removeFolder(folder);
    }
  });

  test('the head is named in the log, for others to keep', async () => {
    const heads: Record<string, unknown>[] = [];
    const server = await startServer({
      anchorMilliseconds: 20,
      log: (_, message, details) => void (message === 'audit head' && heads.push(details!)),
    });
    await server.ask('GET', 'Patient/a');
    while (heads.length === 0) await sleep(20);
    await server.ask('GET', 'Patient/b');
    await server.close();
    const sql = connect(server.address, { connections: 1 });
    const { missing, head } = await verify(
      sql,
      heads.map(({ hash }) => hash as string),
    );
    await sql.end();
    expect(missing).toEqual([]);
    expect(heads.at(-1)).toEqual({ sequence: head.sequence, hash: head.hash });
  });
});

describe('a log that cannot be written', () => {
  let address: DatabaseAddress;
  const entry = (path: string) => ({
    recorded: 1,
    request: 'r',
    interaction: 'read',
    status: 200,
    agent: { subject: 's', name: '', client: '', purposes: '', reason: '' },
    network: '',
    path,
    query: '',
    resources: 0,
    asked: '0',
    keys: [],
    versions: [],
  });
  beforeAll(async () => {
    const server = await startServer();
    ({ address } = server);
    await server.close();
  });

  test('holds strict answers back, keeps its entries, and goes on later', async () => {
    const sql = connect(address, { connections: 1 });
    const said: string[] = [];
    const hash = createHash(await secretOf(sql, 'hash'));
    const audit = openAudit({
      database: address,
      mode: 'strict',
      hash,
      compartment: [],
      log: (_, text) => said.push(text),
    });
    await sql`alter table audit rename to audit_away`;
    audit.record(entry('one'));
    await expect(audit.kept()).rejects.toMatchObject({ code: 'transient' });
    audit.record(entry('two \u0000 \ud800 \n "\u001f'));
    expect(audit.unflushed()).toBe(2);
    await sql`alter table audit_away rename to audit`;
    while (audit.unflushed() > 0) await sleep(20);
    await audit.kept();
    await audit.close();
    const { fault, entries } = await verify(sql);
    expect([fault, entries]).toEqual([undefined, 2]);
    expect(said).toContain('the audit log cannot be written');
    await sql.end();
  });

  test('refuses requests when too much waits', async () => {
    const sql = connect(address, { connections: 1 });
    const hash = createHash(await secretOf(sql, 'hash'));
    const audit = openAudit({ database: address, mode: 'batched', hash, compartment: [], log: () => {} });
    await sql`alter table audit rename to audit_away`;
    audit.admit();
    for (let at = 0; at < 50_000; at++) audit.record(entry('x'));
    expect(() => audit.admit()).toThrow('the audit log cannot be written');
    await sql`alter table audit_away rename to audit`;
    await audit.flush().catch(() => audit.flush());
    audit.admit();
    await audit.close();
    expect((await verify(sql)).fault).toBeUndefined();
    await sql.end();
  });
});

describe('fairway access', () => {
  const folder = newFolder();
  let server: ServerProcess;
  let ask: Ask;
  let sql: Sql;
  beforeAll(async () => {
    server = await startProcess(folder, ['--audit', 'strict']);
    ask = askerOf(() => server.base);
    await ask('GET', 'Patient/a');
    sql = connect({ engine: await startEngine({ folder }), database: 'fairway' }, { connections: 1 });
  });
  afterAll(async () => {
    await sql.end();
    await server.end('SIGTERM');
    await removeFolder(folder);
  });

  async function run(...args: string[]): Promise<{ code: number; out: string }> {
    const ran = { code: -1, out: '' };
    const stdout = {
      write: (text: string) => {
        ran.out += text;
        return true;
      },
    } as unknown as Environment['stdout']; // nothing else of it is used
    const environment = {
      variables: {},
      stdout,
      stderr: stdout,
      now: Date.now,
      ended: Promise.resolve(),
    } as unknown as Environment; // nor is more of the environment
    const command = accessCommand(environment, (code) => (ran.code = code)).exitOverride();
    for (const one of [command, ...command.commands]) one.configureOutput({ writeErr: () => {}, writeOut: () => {} });
    try {
      await command.parseAsync(args, { from: 'user' });
    } catch (error) {
      ran.code =
        error instanceof UsageError || (error as { code?: string }).code?.startsWith('commander') === true
          ? exit.usage
          : exit.failed;
      ran.out += (error as Error).message;
    }
    return ran;
  }

  test('verify-audit prints the head, which --expect then finds', async () => {
    const { code, out } = await run('verify-audit', '--data', folder);
    expect([code, out]).toEqual([
      exit.done,
      expect.stringMatching(/^1 entries follow each other as they were written\nhead 1 [0-9a-f]{64}\n$/),
    ]);
    const hash = /head 1 (\S+)/.exec(out)![1]!;
    expect((await run('verify-audit', '--data', folder, '--expect', hash)).code).toBe(exit.done);
    const other = await run('verify-audit', '--data', folder, '--expect', 'f'.repeat(64));
    expect([other.code, other.out]).toEqual([exit.failed, expect.stringContaining('MISSING')]);
    const json = await run('verify-audit', '--data', folder, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ entries: 1, missing: [] });
  });

  test('trim-audit, and what verify-audit then says', async () => {
    expect(await run('trim-audit', '--data', folder, '--before', '2000')).toEqual({
      code: exit.done,
      out: '0 entries were removed\n',
    });
    expect((await run('trim-audit', '--data', folder, '--before', '2900')).out).toMatch(/^[1-9]/);
    const { code, out } = await run('verify-audit', '--data', folder, '--expect', 'f'.repeat(64));
    expect([code, out]).toEqual([
      exit.failed,
      expect.stringMatching(/were trimmed.*unless it lies in what was trimmed/s),
    ]);
  });

  test('a broken chain is told by exit code 1', async () => {
    await ask('GET', 'Patient/b');
    await tampering(sql, `update audit set entries = replace(entries, 'read', 'raed')`);
    const { code, out } = await run('verify-audit', '--data', folder);
    expect([code, out]).toEqual([exit.failed, expect.stringMatching(/BROKEN: entry \d+ was changed/)]);
  });

  test.each([['verify-audit', '--expect', 'x'], ['trim-audit'], ['trim-audit', '--before', 'x'], ['nothing']])(
    '%s %s %s is wrong usage',
    async (...args) => {
      expect((await run(...args.filter((one) => one !== undefined))).code).toBe(exit.usage);
    },
  );
});
