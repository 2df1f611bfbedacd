/** Two databases that differ only in one protected fact, and the comparison of what they answer. See ../../SECURITY.md */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { AppSettings } from '../../src/app.ts';
import { connect } from '../../src/store/connect.ts';
import { startEngine } from '../../src/store/engine.ts';
import { type Answer, type Asked, newDatabase, startServer, type TestServer } from '../server.ts';

/** The time at which everything happens in both worlds. */
const moment = Date.parse('2026-03-01T12:00:00Z');

export interface Twins {
  /** asks both worlds the same; the answers are equal in everything that tells */
  ask(method: string, path: string, asked?: Asked): Promise<{ one: Told; other: Told }>;
  servers: readonly [TestServer, TestServer];
  close(): Promise<void>;
}

/** What an asker sees of an answer, without what differs between any two requests. */
export interface Told {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** `common` is loaded once and copied; then each world gets its own facts. Settings must not name a database. */
export async function startTwins(
  common: readonly object[],
  facts: readonly [readonly object[], readonly object[]],
  settings: Partial<AppSettings> = {},
): Promise<Twins> {
  const template = await newDatabase();
  // A clock that stands still and ids that are counted, so that nothing differs by chance.
  const fixed = (): Partial<AppSettings> => {
    let ids = 0;
    return { now: () => moment, newId: () => `made-${++ids}`, ...settings };
  };
  const first = await startServer({ ...fixed(), database: template });
  await loadAll(first, common);
  await first.close();
  const engine = await startEngine({ folder: inject('engineFolder') });
  const name = 'database' in template ? template.database : '';
  const copy = `test_${randomBytes(8).toString('hex')}`;
  const sql = connect({ engine, database: 'postgres' }, { connections: 1 });
  await sql.unsafe(`create database ${copy} template ${name}`);
  await sql.end();
  const servers = [
    await startServer({ ...fixed(), database: template }),
    await startServer({ ...fixed(), database: { engine, database: copy } }),
  ] as const;
  await loadAll(servers[0], facts[0]);
  await loadAll(servers[1], facts[1]);
  return {
    servers,
    async ask(method, path, asked) {
      const [one, other] = await Promise.all(servers.map((server) => server.ask(method, path, asked)));
      return { one: told(one!, servers[0]), other: told(other!, servers[1]) };
    },
    async close() {
      for (const server of servers) await server.close();
    },
  };
}

async function loadAll(server: TestServer, resources: readonly object[]): Promise<void> {
  if (resources.length === 0) return;
  const { body, text } = await server.load(resources);
  const refused = body['parameter']?.find((one: { name: string }) => one.name === 'refused')?.valueInteger;
  if (refused !== 0) throw new Error(`the world was not taken: ${text}`);
}

/** Headers that differ between any two answers. */
const ofChance = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

function told({ status, headers, text }: Answer, { base }: TestServer): Told {
  // Ports and page tokens (sealed with a nonce) differ always; their lengths must not. Entries of a batch are worked on at once.
  const plain = (value: string): string =>
    value
      .replaceAll(base, 'BASE')
      .replace(/made-\d+/g, 'made')
      .replace(/_page=([A-Za-z0-9_-]+)/g, (_, token: string) => `_page=${token.length}`);
  const kept = [...headers].filter(
    ([name]) => !ofChance.has(name) && !(name === 'content-length' && text.includes(base)),
  );
  return { status, headers: Object.fromEntries(kept.map(([name, value]) => [name, plain(value)])), body: plain(text) };
}
