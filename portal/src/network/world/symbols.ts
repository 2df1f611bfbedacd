/** What stands on the map: a symbol for each country with servers, one for several where they would cover each other, and lines between those that name each other. */
import { linksOf } from '../graph.ts';
import type { NetworkServer } from '../server.ts';
import { placeOfCountry } from './countries.ts';
import type { Point } from './projection.ts';

export interface CountryServers {
  readonly code: string;
  readonly at: Point;
  readonly servers: readonly NetworkServer[];
}

/** One country or several neighbours, the one with most servers first: there the symbol stands. */
export type MapSymbol = readonly [CountryServers, ...CountryServers[]];

export interface Line {
  readonly from: Point;
  readonly to: Point;
  readonly count: number;
}

interface Placed {
  readonly countries: readonly CountryServers[];
  /** what is stated as country and has no place on the map; undefined for servers that state none */
  readonly elsewhere: ReadonlyMap<string | undefined, readonly NetworkServer[]>;
}

export function placed(servers: readonly NetworkServer[]): Placed {
  const groups = Map.groupBy(servers, ({ country }) => country);
  const countries: CountryServers[] = [];
  const elsewhere = new Map<string | undefined, readonly NetworkServer[]>();
  for (const [country, all] of groups) {
    const at = country === undefined ? undefined : placeOfCountry(country);
    if (country === undefined || at === undefined) elsewhere.set(country, all);
    else countries.push({ code: country, at, servers: all });
  }
  return { countries, elsewhere };
}

/** How far apart symbols stand at least, in pixels. */
const apart = { x: 58, y: 36 };

/** `scale`: pixels by unit of the sheet. */
export function symbolsOf(countries: readonly CountryServers[], scale: number): MapSymbol[] {
  const symbols: [CountryServers, ...CountryServers[]][] = [];
  const mostFirst = [...countries].sort((x, y) => y.servers.length - x.servers.length || (x.code < y.code ? -1 : 1));
  for (const country of mostFirst) {
    const near = symbols.find(
      ([{ at }]) => Math.abs(at.x - country.at.x) * scale < apart.x && Math.abs(at.y - country.at.y) * scale < apart.y,
    );
    if (near === undefined) symbols.push([country]);
    else near.push(country);
  }
  return symbols;
}

export function linesOf(servers: readonly NetworkServer[], symbols: readonly MapSymbol[]): Line[] {
  const placeOf = new Map(
    symbols.flatMap((symbol) => symbol.flatMap((one) => one.servers.map(({ base }) => [base, symbol[0].at] as const))),
  );
  const lines = new Map<string, Line>();
  for (const [leading, led] of linksOf(servers)) {
    const [from, to] = [placeOf.get(leading), placeOf.get(led)];
    if (from === undefined || to === undefined || from === to) continue;
    const key = `${from.x} ${from.y} ${to.x} ${to.y}`;
    lines.set(key, { from, to, count: (lines.get(key)?.count ?? 0) + 1 });
  }
  return [...lines.values()];
}

/** Bent, so that lines to and fro are two. */
export function pathOf({ from, to }: Line): string {
  const [x, y] = [to.x - from.x, to.y - from.y];
  return `M${from.x} ${from.y}Q${from.x + x / 2 + y / 6} ${from.y + y / 2 - x / 6} ${to.x} ${to.y}`;
}
