/** Reads the versions of a resource, of a type or of the whole system in the order of time. https://hl7.org/fhir/R4B/http.html#history */

import { selectKeys } from '../search/compile/expression.ts';
import { StatementBuilder } from '../search/compile/statement.ts';
import type { Statement } from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { Expression, PermittedClasses } from '../search/tree.ts';

/** Which versions are wanted. */
export interface HistoryRange {
  of: { key: Int64 } | { types: readonly string[] } | 'system';
  /** changed at this time or later, milliseconds since 1970 */
  since?: number;
  /** current at some time of this half-open period */
  during?: { low: number; high: number };
  /** oldest first */
  ascending: boolean;
  /** the last version of the page before */
  after?: HistoryKey;
  limit: number;
  /** what must hold of the current resource by its type; types that are not listed are left out */
  rows?: readonly TypeRows[];
}

/** What must hold of resources of a type; nothing when absent. */
export interface TypeRows {
  type: string;
  must?: Expression;
}

interface HistoryKey {
  updated: number;
  key: Int64;
  version: number;
}

/** One SELECT over current and superseded versions. Who may see a version is decided by the class that its resource has today. */
export function historyStatement(range: HistoryRange, permitted: PermittedClasses): Statement {
  const to = new StatementBuilder(permitted);
  const order = range.ascending ? 'asc' : 'desc';
  const limit = to.add(range.limit, 'int');
  const current = part('resource r', 'r', range, order, limit, to);
  const superseded = part('resource_version r join resource c on c.key = r.key', 'c', range, order, limit, to);
  const text = `select q.* from ((${current}) union all (${superseded})) q
    order by q.updated ${order}, q.key ${order}, q.version ${order} limit ${limit}`;
  return { text, values: to.values, isPlannedOnce: typeof range.of === 'object' && 'key' in range.of };
}

function part(
  source: string,
  classOwner: string,
  range: HistoryRange,
  order: string,
  limit: string,
  to: StatementBuilder,
): string {
  const conditions = [`true${to.permitted(classOwner)}`];
  if (typeof range.of === 'object' && 'key' in range.of) conditions.push(`r.key = ${to.add(range.of.key, 'bigint')}`);
  else if (range.of !== 'system') {
    const { types } = range.of;
    conditions.push(
      types.length === 1 ? `r.type = ${to.add(types[0], 'text')}` : `r.type = any(${to.add([...types], 'text[]')})`,
    );
  }
  if (range.since !== undefined) conditions.push(`r.updated >= ${to.add(range.since, 'bigint')}`);
  if (range.during !== undefined) conditions.push(wasCurrent(range.during, to));
  if (range.after !== undefined) {
    const { updated, key, version } = range.after;
    const beyond = range.ascending ? '>' : '<';
    conditions.push(
      `(r.updated, r.key, r.version) ${beyond} (${to.add(updated, 'bigint')}, ${to.add(key, 'bigint')}, ${to.add(version, 'int')})`,
    );
  }
  if (range.rows !== undefined) conditions.push(rowCondition(range.rows, to));
  return `select r.key, r.type, r.id, r.version, r.updated, ${classOwner}.class, r.content from ${source}
    where ${conditions.join(' and ')} order by r.updated ${order}, r.key ${order}, r.version ${order} limit ${limit}`;
}

function rowCondition(rows: readonly TypeRows[], to: StatementBuilder): string {
  const free = rows.filter(({ must }) => must === undefined).map(({ type }) => type);
  const of = rows.flatMap(({ type, must }) =>
    must === undefined || must.kind === 'none'
      ? []
      : [`r.type = ${to.add(type, 'text')} and r.key in (${selectKeys([type], [must], to)})`],
  );
  if (free.length > 0) of.push(`r.type = any(${to.add(free, 'text[]')})`);
  return of.length === 0 ? 'false' : `(${of.map((one) => `(${one})`).join(' or ')})`;
}

/** It was there before the period ended, and nothing had replaced it when the period began. */
function wasCurrent({ low, high }: { low: number; high: number }, to: StatementBuilder): string {
  const replaced = (table: string): string =>
    `not exists (select 1 from ${table} n where n.key = r.key and n.version = r.version + 1 and n.updated <= ${to.add(low, 'bigint')})`;
  return `r.updated < ${to.add(high, 'bigint')} and ${replaced('resource')} and ${replaced('resource_version')}`;
}
