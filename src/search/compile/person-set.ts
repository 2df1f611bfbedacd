/** Compiles a search to what must be known of the persons behind its matches before their number may be told. See docs/adr/0012-counts.md */
import type { Int64 } from '../index-rows.ts';
import type { PermittedClasses, Search } from '../tree.ts';
import { selectKeys } from './expression.ts';
import { type Statement, StatementBuilder } from './statement.ts';

/** How resources lead to persons. */
export interface PersonLeads {
  /** resource types whose resources are a person each */
  own: readonly string[];
  /** reference parameters that lead to patients only */
  only: readonly Int64[];
  /** reference parameters that lead to patients and to others, who are no persons */
  mixed: readonly Int64[];
}

/** A search, and the classes of which all that takes part must be. */
export interface World {
  search: Search;
  permitted: PermittedClasses;
}

export interface PersonSetOptions {
  leads: PersonLeads;
  /** two secret numbers that fingerprints are made with */
  seeds: readonly [Int64, Int64];
  /** class -> number of its group, 1 and up; other classes are in group 0. Undefined: all are in group 1 */
  groups?: ReadonlyMap<number, number>;
}

/**
 * One row for each group: `grp`, `persons`, `matches`, `largest` (most matches of one person), and, of matches and of
 * persons: fingerprint (two 64-bit numbers) and sketch (cells as `cell * 256 + value`). Matches without a person are one person's.
 * `without`: what matches in this world is not counted.
 */
export function compilePersonSets(world: World, without: World | undefined, options: PersonSetOptions): Statement {
  const one = keysOf(world, 0);
  const other = without === undefined ? undefined : keysOf(without, one.values.length);
  const to = new Values([...one.values, ...(other?.values ?? [])]);
  const keys = other === undefined ? one.text : `(${one.text}) except (${other.text})`;
  const text = `with matched as (${matchedText(keys, options, world.search, to)}), ${cellText(options, to)}
    select grp, sum(persons)::bigint as persons, sum(matches)::bigint as matches, max(largest) as largest,
      bit_xor(a) as match_a, bit_xor(b) as match_b, bit_xor(pa) as person_a, bit_xor(pb) as person_b,
      string_agg((cell * 256 + v)::text, ',') filter (where v <> 0) as match_cells,
      string_agg((cell * 256 + pv)::text, ',') filter (where pv <> 0) as person_cells
    from cell group by grp`;
  return { text, values: to.values, isPlannedOnce: false };
}

class Values {
  readonly values: unknown[];

  constructor(values: unknown[]) {
    this.values = values;
  }

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** Each world has a builder of its own, since each permits other classes; the second one's placeholders come after the first's. */
function keysOf({ search, permitted }: World, from: number): { text: string; values: unknown[] } {
  const to = new StatementBuilder(permitted);
  const text = selectKeys(search.types, search.where, to);
  return { text: text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + from}`), values: to.values };
}

/** `key`, `person` and `grp` of each match, once. */
function matchedText(keys: string, { leads, groups }: PersonSetOptions, { types }: Search, to: Values): string {
  const { own, only, mixed } = leads;
  const isOwn = own.length === types.length;
  const needsResource = groups !== undefined || (!isOwn && own.length > 0);
  const joins: string[] = [];
  if (needsResource) joins.push('join resource x on x.key = d.key');
  if (!isOwn) joins.push(`left join reference r on r.key = d.key and ${leadCondition(only, mixed, to)}`);
  let group = '1';
  if (groups !== undefined) {
    const classes = to.add([...groups.keys()], 'int[]');
    joins.push(
      `left join unnest(${classes}, ${to.add([...groups.values()], 'int[]')}) g (class, grp) on g.class = x.class`,
    );
    group = 'coalesce(min(g.grp), 0)';
  }
  const person = isOwn ? 'd.key' : `coalesce(min(r.target), ${own.length === 0 ? '0' : ownOf(own, to)})`;
  return `select d.key, ${person} as person, ${group} as grp from (${keys}) d ${joins.join(' ')} group by d.key`;
}

/** Who is not in the compartment is a person; what leads to nobody there is one person's, all together. */
const ownOf = (own: readonly string[], to: Values): string =>
  `case when min(x.type) = any(${to.add([...own], 'text[]')}) then d.key else 0 end`;

function leadCondition(only: readonly Int64[], mixed: readonly Int64[], to: Values): string {
  const all = `r.parameter = any(${to.add([...only, ...mixed], 'bigint[]')})`;
  if (mixed.length === 0) return all;
  const isPatient = "exists (select 1 from resource p where p.key = r.target and p.type = 'Patient')";
  return `${all} and (r.parameter <> all(${to.add([...mixed], 'bigint[]')}) or ${isPatient})`;
}

/** Keys are hashes made with a secret, so their own bits choose cell and value (conditions/disclosure/sketch.ts). */
const cellOf = (key: string): string => `(${key} & 2047)::int`;
/** Odd, so that one alone is never nothing. */
const valueIn = (key: string): string => `((${key} >> 11) & 254 | 1)::int`;

/** `person`, and `cell`: what the persons of a cell come to. */
function cellText({ leads, seeds }: PersonSetOptions, to: Values): string {
  const [a, b] = seeds.map((seed) => to.add(seed, 'bigint'));
  const hashes = (key: string): [string, string] => [
    `hashint8extended(${key}, ${a})`,
    `hashint8extended(${key}, ${b})`,
  ];
  const [pa, pb] = hashes('person');
  const [ma, mb] = hashes('key');
  // Where each match is a person there is nothing to gather by person.
  const person =
    leads.only.length + leads.mixed.length === 0
      ? `select grp, person, 1 as n, ${pa} as a, ${pb} as b, ${valueIn('person')} as v from matched`
      : `select grp, person, count(*)::int as n, bit_xor(${ma}) as a, bit_xor(${mb}) as b, bit_xor(${valueIn('key')}) as v
         from matched group by grp, person`;
  return `person as (${person}),
    cell as (select grp, ${cellOf('person')} as cell, count(*)::int as persons, sum(n)::int as matches, max(n) as largest,
      bit_xor(a) as a, bit_xor(b) as b, bit_xor(${pa}) as pa, bit_xor(${pb}) as pb, bit_xor(v) as v, bit_xor(${valueIn('person')}) as pv
      from person group by 1, 2)`;
}
