/** Keeps what the embedded authorization server needs, for all processes on this database. https://www.rfc-editor.org/rfc/rfc6749 */
import type { Sql } from './connect.ts';

interface KeptItem {
  kind: string;
  id: string;
  content: string;
  expires: number;
  grant?: string;
  alias?: string;
  account?: string;
}

interface FoundItem {
  content: string;
  expires: number;
  consumed?: number;
}

interface RemovedItem {
  id: string;
  expires: number;
}

interface KeptKey {
  content: string;
  made: number;
}

/** Keys are added under this lock, so that processes that start together agree on one. */
const keyLock = 7_203_412;

/** The storage as `auth/authorization-server/storage.ts` describes it; every statement is atomic by itself. */
export function authorizationStorage(sql: Sql) {
  const found = (row: Record<string, unknown>): FoundItem => {
    const { content, expires, consumed } = row as { content: string; expires: string; consumed: string | null }; // as selected
    return { content, expires: Number(expires), ...(consumed === null ? {} : { consumed: Number(consumed) }) };
  };
  const first = ([row]: readonly Record<string, unknown>[]): FoundItem | undefined =>
    row === undefined ? undefined : found(row);
  const removed = (rows: readonly Record<string, unknown>[]): RemovedItem[] =>
    rows.map((row) => ({ id: row['id'] as string, expires: Number(row['expires']) })); // as returned
  return {
    async put({ kind, id, content, expires, grant = null, alias = null, account = null }: Nullable<KeptItem>) {
      await sql`
        insert into authorization_item (kind, id, content, expires, of_grant, alias, account)
        values (${kind}, ${id}, ${content}, ${instant(expires)}::timestamptz, ${grant}, ${alias}, ${account})
        on conflict (kind, id) do update set content = excluded.content, expires = excluded.expires,
          of_grant = excluded.of_grant, alias = excluded.alias, account = excluded.account`;
    },

    async putOnce({ kind, id, content, expires }: KeptItem, now: number): Promise<boolean> {
      const rows = await sql`
        insert into authorization_item (kind, id, content, expires)
        values (${kind}, ${id}, ${content}, ${instant(expires)}::timestamptz)
        on conflict (kind, id) do update set content = excluded.content, expires = excluded.expires, consumed = null
          where authorization_item.expires <= ${instant(now)}::timestamptz
        returning 1`;
      return rows.length === 1;
    },

    find: async (kind: string, id: string): Promise<FoundItem | undefined> =>
      first(
        await sql`
        select content, ${millisOf(sql, 'expires')} as expires, ${millisOf(sql, 'consumed')} as consumed
        from authorization_item where kind = ${kind} and id = ${id}`,
      ),

    findByAlias: async (kind: string, alias: string): Promise<FoundItem | undefined> =>
      first(
        await sql`
        select content, ${millisOf(sql, 'expires')} as expires, ${millisOf(sql, 'consumed')} as consumed
        from authorization_item where kind = ${kind} and alias = ${alias} order by expires desc limit 1`,
      ),

    async findAllByAlias(kind: string, alias: string): Promise<FoundItem[]> {
      const rows = await sql`
        select content, ${millisOf(sql, 'expires')} as expires, ${millisOf(sql, 'consumed')} as consumed
        from authorization_item where kind = ${kind} and alias = ${alias}`;
      return rows.map(found);
    },

    async consume(kind: string, id: string, now: number): Promise<boolean> {
      const rows = await sql`
        update authorization_item set consumed = ${instant(now)}::timestamptz
        where kind = ${kind} and id = ${id} and consumed is null returning 1`;
      return rows.length === 1;
    },

    remove: async (kind: string, id: string): Promise<RemovedItem[]> =>
      removed(
        await sql`
        delete from authorization_item where kind = ${kind} and id = ${id}
        returning id, ${millisOf(sql, 'expires')} as expires`,
      ),

    removeOfGrant: async (kind: string, grant: string): Promise<RemovedItem[]> =>
      removed(
        await sql`
        delete from authorization_item where kind = ${kind} and of_grant = ${grant}
        returning id, ${millisOf(sql, 'expires')} as expires`,
      ),

    async token(kinds: readonly string[], id: string, now: number) {
      const [row] = await sql`
        select t.kind, t.content, ${millisOf(sql, 't.expires')} as expires,
          (select coalesce(jsonb_agg(a.url order by a.url), '[]')::text from authorization_term a
            where a.account = t.account) as terms
        from authorization_item t
        where t.id = ${id} and t.kind in ${sql(kinds as string[])} and t.expires > ${instant(now)}::timestamptz
          and (t.of_grant is null or exists (select 1 from authorization_item g
            where g.kind = 'Grant' and g.id = t.of_grant and g.expires > ${instant(now)}::timestamptz))`;
      if (row === undefined) return undefined;
      return {
        kind: row['kind'] as string, // as selected
        content: row['content'] as string,
        expires: Number(row['expires']),
        acceptedTerms: JSON.parse(row['terms'] as string) as string[], // as aggregated
      };
    },

    async attempt(key: string, windowMilliseconds: number, now: number): Promise<{ count: number; until: number }> {
      const [row] = await sql`
        insert into authorization_attempt as a (key, count, until)
        values (${key}, 1, ${instant(now + windowMilliseconds)}::timestamptz)
        on conflict (key) do update set
          count = case when a.until <= ${instant(now)}::timestamptz then 1 else a.count + 1 end,
          until = case when a.until <= ${instant(now)}::timestamptz then excluded.until else a.until end
        returning count, ${millisOf(sql, 'until')} as until`;
      return { count: Number(row!['count']), until: Number(row!['until']) };
    },

    takeBack: async (key: string, how: 'one' | 'all'): Promise<void> =>
      void (await sql`
        update authorization_attempt set count = case when ${how} = 'all' then 0 else greatest(count - 1, 0) end
        where key = ${key}`),

    async keys(purpose: string): Promise<KeptKey[]> {
      const rows = await sql`
        select content, ${millisOf(sql, 'made')} as made from authorization_key
        where purpose = ${purpose} order by authorization_key.made desc`;
      return rows.map((row) => ({ content: row['content'] as string, made: Number(row['made']) })); // as selected
    },

    async addKey(purpose: string, { content, made }: KeptKey, notAfter: number, dropBefore: number): Promise<void> {
      await sql.begin(async (inside) => {
        await inside`select pg_advisory_xact_lock(${keyLock})`;
        await inside`
          insert into authorization_key (purpose, made, content)
          select ${purpose}, ${instant(made)}::timestamptz, ${content}
          where not exists (select 1 from authorization_key
            where purpose = ${purpose} and made > ${instant(notAfter)}::timestamptz)`;
        await inside`
          delete from authorization_key where purpose = ${purpose} and made < ${instant(dropBefore)}::timestamptz`;
      });
    },

    acceptTerms: async (account: string, url: string, now: number): Promise<void> =>
      void (await sql`
        insert into authorization_term (account, url, accepted) values (${account}, ${url}, ${instant(now)}::timestamptz)
        on conflict (account, url) do nothing`),

    async tidy(now: number): Promise<void> {
      await sql`delete from authorization_item where expires < ${instant(now)}::timestamptz`;
      await sql`delete from authorization_attempt where until < ${instant(now)}::timestamptz`;
    },
  };
}

type Nullable<T> = { [name in keyof T]: Exclude<T[name], undefined> | (undefined extends T[name] ? null : never) };

const instant = (millis: number): string => new Date(millis).toISOString();

/** Names are ours, never a request's. */
const millisOf = (sql: Sql, column: string) => sql.unsafe(`floor(extract(epoch from ${column}) * 1000)::bigint::text`);
