/** What can be counted of a data set's content, and the numbers that it is kept under. See docs/adr/0017-content-summaries.md */
import { ageBands } from '../fhir/specification/code-system.ts';
import type { Hash, Int64 } from '../search/index-rows.ts';
import type { TransactionSql } from './connect.ts';
import { arrayText } from './row-buffer.ts';

/** In the order of their numbers in the database. `birth` is kept to tell ages from and is never told itself. */
const contentKinds = ['any', 'type', 'code', 'sex', 'birth', 'age', 'year'] as const;
export type ContentKind = (typeof contentKinds)[number];

export interface ContentFact {
  kind: ContentKind;
  /** the resource type of a code, '' where facts are of persons */
  type: string;
  system: string;
  code: string;
  display?: string;
}

/** A fact with its number and the numbers of what follows from it (itself among them). */
export interface KnownFact {
  fact: number;
  above: readonly number[];
}

export const kindNumber = (kind: ContentKind): number => contentKinds.indexOf(kind);
export const kindOf = (number: number): ContentKind => contentKinds[number]!;

/** One code of a system and those above it, as the system displays them: what records call them may say more than the code. */
export type Ancestors = (system: string, code: string) => readonly { code: string; display?: string }[];

const hashOf = (hash: Hash, { kind, type, system, code }: ContentFact): Int64 =>
  hash(`content ${kind} ${type} ${system}|${code}`);

/** Facts by hash: what never changes is remembered, and forgotten whole when hierarchies change. */
export type FactMemory = Map<Int64, KnownFact>;

/** Gives each fact its number; those that are new are filed with all codes above them. */
export async function numberFacts(
  sql: TransactionSql,
  hash: Hash,
  facts: readonly ContentFact[],
  memory: FactMemory,
  ancestorsOf: (codes: readonly ContentFact[]) => Promise<Ancestors>,
): Promise<(fact: ContentFact) => KnownFact> {
  const keyOf = (fact: ContentFact): Int64 => hashOf(hash, fact);
  const missing = new Map(facts.filter((one) => !memory.has(keyOf(one))).map((one) => [keyOf(one), one]));
  if (missing.size > 0) {
    const rows = await sql.unsafe('select hash, fact, above::text from content_fact where hash = any($1::bigint[])', [
      arrayText([...missing.keys()]),
    ]);
    for (const row of rows) {
      const above = numbersOf(row['above'] as string);
      // Without itself it was filed as an ancestor only.
      if (above.length === 0) continue;
      memory.set(row['hash'] as string, { fact: row['fact'] as number, above });
      missing.delete(row['hash'] as string);
    }
  }
  if (missing.size > 0) {
    const list = [...missing.values()];
    await fileFacts(sql, hash, list, memory, await ancestorsOf(list.filter(({ kind }) => kind === 'code')));
  }
  return (fact) => memory.get(keyOf(fact))!;
}

const numbersOf = (text: string): number[] => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number));

/** Files facts that are new, and anew those above which other codes stand now. */
export async function fileFacts(
  sql: TransactionSql,
  hash: Hash,
  facts: readonly ContentFact[],
  memory: FactMemory,
  ancestors: Ancestors,
): Promise<void> {
  const above = facts.map((one): ContentFact[] => {
    if (one.kind !== 'code') return [one];
    const { kind, type, system } = one;
    return ancestors(system, one.code).map((upper) => ({ kind, type, system, ...upper }));
  });
  const all = new Map(above.flat().map((one) => [hashOf(hash, one), one]));
  const list = [...all].sort(([x], [y]) => (x < y ? -1 : 1));
  const numbers = new Map<Int64, number>();
  const rows = await sql.unsafe(
    `insert into content_fact as f (hash, kind, type, system, code, display)
     select i.hash, i.kind, i.type, i.system, i.code, nullif(i.display, '')
     from jsonb_to_recordset($1::text::jsonb) as i (hash bigint, kind smallint, type text, system text, code text, display text)
     on conflict (hash) do update set display = coalesce(f.display, excluded.display) returning hash, fact`,
    [
      JSON.stringify(
        list.map(([key, one]) => ({
          hash: key,
          kind: kindNumber(one.kind),
          type: one.type,
          system: one.system,
          code: one.code,
          display: one.display ?? '',
        })),
      ),
    ],
  );
  for (const row of rows) numbers.set(row['hash'] as string, row['fact'] as number);
  const known = facts.map((one, at): [Int64, KnownFact] => [
    hashOf(hash, one),
    { fact: numbers.get(hashOf(hash, one))!, above: above[at]!.map((upper) => numbers.get(hashOf(hash, upper))!) },
  ]);
  await fileAbove(
    sql,
    known.map(([, one]) => one),
  );
  for (const [key, one] of known) memory.set(key, one);
}

/** Says what follows from facts. */
async function fileAbove(sql: TransactionSql, facts: readonly KnownFact[]): Promise<void> {
  await sql.unsafe(
    `update content_fact f set above = i.above::int[]
     from unnest($1::int[], string_to_array($2, '|')) as i (fact, above) where f.fact = i.fact`,
    [arrayText(facts.map(({ fact }) => fact)), facts.map(({ above }) => arrayText(above)).join('|')],
  );
}

/** Numbers of the combinations of elements. */
export async function numberShapes(
  sql: TransactionSql,
  hash: Hash,
  shapes: readonly { type: string; elements: string }[],
  memory: Map<string, number>,
): Promise<(shape: { type: string; elements: string }) => number> {
  const keyOf = ({ type, elements }: { type: string; elements: string }): string => `${type} ${elements}`;
  const missing = [
    ...new Map(shapes.filter((one) => !memory.has(keyOf(one))).map((one) => [keyOf(one), one])).values(),
  ];
  if (missing.length > 0) {
    const rows = await sql.unsafe(
      `insert into content_shape as s (hash, type, elements)
       select i.hash, i.type, i.elements from jsonb_to_recordset($1::text::jsonb) as i (hash bigint, type text, elements text)
       on conflict (hash) do update set type = s.type returning shape, type, elements`,
      [JSON.stringify(missing.map((one) => ({ ...one, hash: hash(`content shape ${keyOf(one)}`) })))],
    );
    for (const row of rows) memory.set(`${row['type']} ${row['elements']}`, row['shape'] as number);
  }
  return (shape) => memory.get(keyOf(shape))!;
}

/** The band of completed years in a month of someone born in another (or in a year); undefined where it cannot be told. */
export function ageBandAt(born: string, month: string): string | undefined {
  const months = monthsOf(month) - monthsOf(born);
  if (Number.isNaN(months) || months < 0) return undefined;
  const years = Math.floor(months / 12);
  return ageBands.findLast(({ from }) => from <= years)?.code;
}

function monthsOf(text: string): number {
  const [year, month = '01'] = text.split('-');
  return Number(year) * 12 + Number(month) - 1;
}
