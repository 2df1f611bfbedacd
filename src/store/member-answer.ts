/** Keeps how the members of a community answered, in streaks of the same answer, so that a million members asked every ten minutes need few rows. See docs/adr/0025-discovery.md */
import type { Sql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** Times in milliseconds since 1970. */
export interface MemberAnswer {
  at: number;
  /** of HTTP; 0 where there was no answer */
  status: number;
  milliseconds: number;
  reason?: string;
}

export interface AnswerStreak {
  since: number;
  until: number;
  times: number;
  status: number;
  reason?: string;
  /** of the last answer */
  milliseconds: number;
}

/** Keeps an answer; gives how many failures in a row there are now. */
export async function keepAnswer(sql: Sql, endpoint: string, answer: MemberAnswer): Promise<number> {
  const [row] = await sql.unsafe(
    `with last as (
       select since, until, status, reason from member_answer where endpoint = $1 order by since desc limit 1
     ), longer as (
       update member_answer a set until = greatest(a.until, $2::bigint), times = times + 1, milliseconds = $4::int
       from last where a.endpoint = $1 and a.since = last.since and last.status = $3::smallint
         and last.reason is not distinct from $5 returning a.since
     ), fresh as (
       insert into member_answer (endpoint, since, until, times, status, milliseconds, reason)
       -- Clocks go back at times: streaks keep the order in which they were.
       select $1, at, at, 1, $3::smallint, $4::int, $5
       from (select greatest($2::bigint, (select until + 1 from last)) as at) now where not exists (select 1 from longer)
     )
     select case when $5::text is null then 0 else 1 + coalesce(sum(times), 0) end::int as failures
     from member_answer where endpoint = $1 and reason is not null
       and since > coalesce((select max(since) from member_answer where endpoint = $1 and reason is null), -1)`,
    [endpoint, answer.at, answer.status, answer.milliseconds, answer.reason ?? null],
    { prepare: true },
  );
  return row!['failures'] as number;
}

/** The newest `most` streaks of each. */
export async function answersOf(
  sql: Sql,
  endpoints: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, readonly AnswerStreak[]>> {
  const rows = await sql.unsafe(
    `select e.endpoint, a.* from unnest($1::text[]) e (endpoint) cross join lateral (
       select since, until, times, status, reason, milliseconds from member_answer m
       where m.endpoint = e.endpoint order by since desc limit $2::int
     ) a`,
    [arrayText(endpoints), most],
  );
  const found = new Map<string, AnswerStreak[]>();
  for (const row of rows) {
    const endpoint = row['endpoint'] as string;
    const streaks = found.get(endpoint) ?? [];
    found.set(endpoint, streaks);
    const reason = row['reason'] as string | null;
    streaks.push({
      since: Number(row['since']),
      until: Number(row['until']),
      times: row['times'] as number,
      status: row['status'] as number,
      milliseconds: row['milliseconds'] as number,
      ...(reason === null ? {} : { reason }),
    });
  }
  return found;
}

/** Forgets streaks that ended before. */
export async function forgetAnswers(sql: Sql, before: number): Promise<void> {
  await sql.unsafe('delete from member_answer where until < $1::bigint', [before]);
}
