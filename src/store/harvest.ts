/** Remembers what members of the community said, and how far they were read. See docs/adr/0023-harvest.md */
import type { Json } from '../fhir/json.ts';
import type { Sql } from './connect.ts';

/** What one member says of one thing. */
export interface HarvestRecord {
  member: string;
  /** absolute URL where the record was made; the address, for an Endpoint */
  origin: string;
  /** its URL at the member */
  url: string;
  type: string;
  /** here */
  id: string;
  digest: string;
  /** servers between its origin and the member */
  hops: number;
  /** of a data set */
  identifier?: string;
  /** when the data set was described, as a text that sorts */
  dated: string;
  /** whether the member describes what lies with itself */
  direct: boolean;
  /** whether its source has it no more */
  retired: boolean;
  run: number;
}

interface HarvestMember {
  since?: number;
  compared?: number;
  report?: Json;
}

interface HarvestOutcome {
  started: number;
  ended: number;
  failed: boolean;
  since?: number;
  compared?: number;
  report: Json;
}

export interface HarvestMemory {
  member(address: string): Promise<HarvestMember>;
  /** Members that were harvested once. */
  members(): Promise<string[]>;
  /** Those of `addresses` whose last run ended before `ended`, or failed, or that said that there is news. */
  due(addresses: readonly string[], ended: number): Promise<string[]>;
  /** Whether nobody else harvests the member; renewed by `hold`. */
  claim(address: string, now: number): Promise<boolean>;
  hold(address: string, now: number): Promise<void>;
  /** A member that is none any more, and of which nothing is left. */
  leave(address: string): Promise<void>;
  /** Ends a run. Without `since` it is not known what changed: everything is read anew. */
  settle(address: string, outcome: HarvestOutcome): Promise<void>;
  /** Says that there is news, unless that was said less than `pause` milliseconds ago. */
  ping(address: string, now: number, pause: number): Promise<boolean>;
  /** What all members say of these things. */
  byOrigin(origins: readonly string[]): Promise<HarvestRecord[]>;
  byIdentifier(identifiers: readonly string[]): Promise<HarvestRecord[]>;
  byUrl(member: string, urls: readonly string[]): Promise<HarvestRecord[]>;
  /** Of a member and a type: those that the run did not see. */
  unseen(member: string, types: readonly string[], run: number, most: number): Promise<HarvestRecord[]>;
  keep(records: readonly HarvestRecord[]): Promise<void>;
  forget(records: readonly HarvestRecord[]): Promise<void>;
  /** Has everything read anew from members that say something of these things, too. */
  rereadOrigins(origins: readonly string[]): Promise<void>;
}

/** Milliseconds that a process holds a member without a word. */
const lease = 120_000;
const columns = 'member, origin, url, type, id, digest, hops, identifier, dated, direct, retired, run';

export function harvestMemory(sql: Sql): HarvestMemory {
  const find = async (where: string, values: readonly (string | number)[]): Promise<HarvestRecord[]> =>
    (await sql.unsafe(`select ${columns} from harvest_record where ${where}`, [...values])).map(recordOf);
  return {
    member: (address) => memberOf(sql, address),
    async members() {
      return (await sql`select address from harvest_member order by address`).map((row) => row['address'] as string);
    },
    async due(addresses, ended) {
      const rows = await sql.unsafe(
        `select a from jsonb_array_elements_text($1::text::jsonb) as a left join harvest_member m on m.address = a
         where m.ended is null or m.asked or m.ended <= $2::bigint order by coalesce(m.ended, 0), a`,
        [JSON.stringify(addresses), ended],
      );
      return rows.map((row) => row['a'] as string);
    },
    async claim(address, now) {
      const rows = await sql.unsafe(
        `insert into harvest_member (address, busy_until) values ($1, $2::bigint) on conflict (address) do update
         set busy_until = excluded.busy_until where harvest_member.busy_until < $3::bigint returning address`,
        [address, now + lease, now],
      );
      return rows.length > 0;
    },
    async hold(address, now) {
      await sql`update harvest_member set busy_until = ${now + lease} where address = ${address}`;
    },
    async leave(address) {
      await sql`delete from harvest_member where address = ${address}`;
    },
    async settle(address, { started, ended, failed, since, compared, report }) {
      // A ping that came meanwhile keeps the member due.
      await sql.unsafe(
        `update harvest_member set since = $2::bigint, compared = coalesce($3::bigint, compared), ended = $4::bigint,
         asked = $7::boolean or coalesce(pinged >= $6::bigint, false), report = $5::text::jsonb, busy_until = 0 where address = $1`,
        [address, since ?? null, compared ?? null, ended, JSON.stringify(report), started, failed],
      );
    },
    async ping(address, now, pause) {
      const rows = await sql.unsafe(
        `insert into harvest_member (address, pinged, asked) values ($1, $2::bigint, true) on conflict (address) do update
         set pinged = excluded.pinged, asked = true where coalesce(harvest_member.pinged, 0) < $2::bigint - $3::bigint returning address`,
        [address, now, pause],
      );
      return rows.length > 0;
    },
    byOrigin: (origins) =>
      find('origin in (select jsonb_array_elements_text($1::text::jsonb))', [JSON.stringify(origins)]),
    byIdentifier: (identifiers) =>
      find('identifier in (select jsonb_array_elements_text($1::text::jsonb))', [JSON.stringify(identifiers)]),
    byUrl: (member, urls) =>
      find('member = $1 and url in (select jsonb_array_elements_text($2::text::jsonb))', [
        member,
        JSON.stringify(urls),
      ]),
    unseen: (member, types, run, most) =>
      find(
        'member = $1 and type in (select jsonb_array_elements_text($2::text::jsonb)) and run <> $3::bigint and not retired limit $4::int',
        [member, JSON.stringify(types), run, most],
      ),
    keep: (records) => keep(sql, records),
    async forget(records) {
      await sql.unsafe(
        `delete from harvest_record r using jsonb_to_recordset($1::text::jsonb) as f (member text, origin text)
         where r.member = f.member and r.origin = f.origin`,
        [JSON.stringify(records.map(({ member, origin }) => ({ member, origin })))],
      );
    },
    async rereadOrigins(origins) {
      await sql.unsafe(
        `update harvest_member set since = null, asked = true
         where address in (select member from harvest_record where origin in (select jsonb_array_elements_text($1::text::jsonb)))`,
        [JSON.stringify(origins)],
      );
      await sql.unsafe(
        `update harvest_record set digest = '' where origin in (select jsonb_array_elements_text($1::text::jsonb))`,
        [JSON.stringify(origins)],
      );
    },
  };
}

async function memberOf(sql: Sql, address: string): Promise<HarvestMember> {
  const [row] = await sql`
    select since, compared, report::text as report from harvest_member where address = ${address}`;
  const number = (name: string): Record<string, number> => (row?.[name] == null ? {} : { [name]: Number(row[name]) });
  return {
    ...number('since'),
    ...number('compared'),
    ...(row?.['report'] == null ? {} : { report: JSON.parse(row['report'] as string) as Json }),
  };
}

async function keep(sql: Sql, records: readonly HarvestRecord[]): Promise<void> {
  if (records.length === 0) return;
  await sql.unsafe(
    `insert into harvest_record (${columns})
     select * from jsonb_to_recordset($1::text::jsonb) as r (member text, origin text, url text, type text, id text,
       digest text, hops integer, identifier text, dated text, direct boolean, retired boolean, run bigint)
     on conflict (member, origin) do update set url = excluded.url, digest = excluded.digest, hops = excluded.hops,
       identifier = excluded.identifier, dated = excluded.dated, direct = excluded.direct, retired = excluded.retired,
       run = excluded.run`,
    [JSON.stringify(records)],
  );
}

function recordOf(row: Record<string, unknown>): HarvestRecord {
  const { identifier, ...rest } = row as unknown as HarvestRecord; // the columns of the table
  return { ...rest, ...(identifier == null ? {} : { identifier }), run: Number(rest.run) };
}
