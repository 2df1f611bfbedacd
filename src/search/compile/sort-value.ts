/** What pages are ordered by, as SQL, and where they are cut. https://hl7.org/fhir/R4B/search.html#sort */
import type { Int64 } from '../index-rows.ts';
import type { Search, SortKey } from '../tree.ts';
import { uriStart } from './row-test.ts';
import type { StatementBuilder } from './statement.ts';

/** Where a page ends: the sort values of its last resource (null: it has none) and its key. */
export interface PageKey {
  sorts: readonly (string | null)[];
  key: Int64;
}

const columns = {
  token: { column: 'text', type: 'text' },
  string: { column: 'prefix', type: 'text' },
  uri: { column: 'text', type: 'text' },
  date: { column: 'low', type: 'bigint' },
  number: { column: 'low', type: 'float8' },
  quantity: { column: 'low', type: 'float8' },
  reference: { column: 'target', type: 'bigint' },
  id: { column: 'id', type: 'text' },
  updated: { column: 'updated', type: 'bigint' },
  score: { column: 'score', type: 'float4' },
} as const;

const columnOf = (by: SortKey['by']) => columns[typeof by === 'string' ? by : by.table];

export const typeOf = (by: SortKey['by']): string => columnOf(by).type;

/** What a row of `alias` sorts by, written as its index has it: texts by their bytes, addresses by their beginning. */
export function sortValue(by: SortKey['by'], alias: string): string {
  const { column, type } = columnOf(by);
  if (typeof by !== 'string' && by.table === 'uri') return uriStart(alias);
  return type === 'text' ? `${alias}.${column} collate "C"` : `${alias}.${column}`;
}

export interface Direction {
  order: 'asc' | 'desc';
  /** comes later in this direction */
  beyond: '>' | '<';
}
export const directionOf = (sort: SortKey): Direction =>
  sort.descending ? { order: 'desc', beyond: '<' } : { order: 'asc', beyond: '>' };

/** The key breaks ties: in the direction of a single sort, as its index is walked; upwards below several. */
export const tieOf = ({ sort }: Search): Direction =>
  sort.length === 1 ? directionOf(sort[0]!) : { order: 'asc', beyond: '>' };

/** Same in the first values and later in the next one, for each of them; nulls come last. */
export function keysetCondition(
  search: Search,
  values: readonly string[],
  after: PageKey,
  key: string,
  to: StatementBuilder,
): string {
  const asked = search.sort.map((sort, at) => to.add(after.sorts[at] ?? null, typeOf(sort.by)));
  const same = values.map((value, at) => `${value} is not distinct from ${asked[at]}`);
  const later = search.sort.map((sort, at) =>
    after.sorts[at] === null
      ? 'false'
      : `(${values[at]} ${directionOf(sort).beyond} ${asked[at]} or ${values[at]} is null)`,
  );
  const branches = later.map((one, at) => [...same.slice(0, at), one].join(' and '));
  branches.push([...same, `${key}.key ${tieOf(search).beyond} ${to.add(after.key, 'bigint')}`].join(' and '));
  return `(${branches.map((one) => `(${one})`).join(' or ')})`;
}
