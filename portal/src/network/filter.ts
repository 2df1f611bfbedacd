/** Which servers are shown, and in which order; all of it stands in the address of the page. */
import type { PageSearch } from '../page-search.ts';
import { type Health, healths, type NetworkServer } from './server.ts';

export const sortKeys = ['name', 'health', 'country', 'seen'] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Filter {
  readonly text: string;
  readonly role: string;
  readonly version: string;
  readonly country: string;
  readonly health: string;
  readonly sort: SortKey;
  readonly page: number;
}

/** What stands in the address for a server of which something is not known. */
export const unknown = 'unknown';

const oneOf = (value: PageSearch[string]): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''));

export function filterIn(search: PageSearch): Filter {
  const page = Number(oneOf(search['page']));
  const sort = oneOf(search['sort']);
  return {
    text: oneOf(search['text']),
    role: oneOf(search['role']),
    version: oneOf(search['version']),
    country: oneOf(search['country']),
    health: oneOf(search['health']),
    sort: sortKeys.find((one) => one === sort) ?? 'name',
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

export const isFiltered = ({ text, role, version, country, health }: Filter): boolean =>
  [text, role, version, country, health].some((one) => one !== '');

export function matching(servers: readonly NetworkServer[], filter: Filter): NetworkServer[] {
  const words = folded(filter.text).split(' ').filter(Boolean);
  return servers.filter(
    (server) =>
      meets(filter.role, server.roles) &&
      meets(filter.version, listOf(server.version)) &&
      meets(filter.country, listOf(server.country)) &&
      meets(filter.health, [server.health]) &&
      words.every((word) =>
        folded([server.name, server.base, server.organisation, server.city].join(' ')).includes(word),
      ),
  );
}

const listOf = (value: string | undefined): string[] => (value === undefined ? [] : [value]);
const meets = (wanted: string, held: readonly string[]): boolean =>
  wanted === '' || (wanted === unknown ? held.length === 0 : held.includes(wanted));

const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();

/** Worst first. */
const gravity: Readonly<Record<Health, number>> = {
  failing: 0,
  problem: 1,
  waiting: 2,
  off: 3,
  refused: 4,
  left: 5,
  unchecked: 6,
  well: 7,
};

export function sorted(servers: readonly NetworkServer[], by: SortKey): NetworkServer[] {
  const last = '\uffff';
  const compare: Record<SortKey, (x: NetworkServer, y: NetworkServer) => number> = {
    name: () => 0,
    health: (x, y) => gravity[x.health] - gravity[y.health],
    country: (x, y) => (x.country ?? last).localeCompare(y.country ?? last),
    // Who was seen least lately comes first.
    seen: (x, y) => (x.seen ?? last).localeCompare(y.seen ?? last),
  };
  return [...servers].sort((x, y) => compare[by](x, y) || compareNames(x, y));
}

const compareNames = (x: NetworkServer, y: NetworkServer): number =>
  x.name.localeCompare(y.name, undefined, { numeric: true });

/** Values that some server has, with how many have them. */
export function choices(
  servers: readonly NetworkServer[],
  of: (server: NetworkServer) => readonly string[],
): [value: string, count: number][] {
  const counts = new Map<string, number>();
  for (const server of servers) {
    const values = of(server);
    for (const value of values.length === 0 ? [unknown] : values) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([x], [y]) => (x === unknown ? 1 : y === unknown ? -1 : x.localeCompare(y)));
}

export const healthChoices = (servers: readonly NetworkServer[]): [Health, number][] =>
  healths.flatMap((health): [Health, number][] => {
    const count = servers.filter((one) => one.health === health).length;
    return count === 0 ? [] : [[health, count]];
  });

/** Of several servers; well when there are none. */
export const worstHealth = (servers: readonly NetworkServer[]): Health =>
  servers.map(({ health }) => health).reduce((worst, one) => (gravity[one] < gravity[worst] ? one : worst), 'well');
