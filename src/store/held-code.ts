/** The codes that content summaries name: kept up as those and CodeSystems are written, and found by words. See docs/adr/0028-held-codes.md */
import { type HeldCodes, nameTypes } from '../conditions/held-code.ts';
import type { Statement } from '../search/index.ts';
import { type Hash, type Int64, systemKey } from '../search/index-rows.ts';
import { type TypedWord, wordsOfCode } from '../search/plain-words.ts';
import type { PermittedClasses } from '../search/tree.ts';
import { arrayText, type InsertStatement, separator } from './row-buffer.ts';

/** A summary or CodeSystem that was written, with the class that it has. */
export interface OwnedCodes {
  key: Int64;
  class: number;
  held: HeldCodes;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators themselves
const controls = /[\u0000\u001e\u001f]/g;
const texts = (at: number): string => `string_to_array($${at}, E'\\x1f')`;

/** New codes with their words; those that are known stay as they are. Before each word stands its place. */
const codesText = `
  with fresh as (
    insert into held_code (id, system, code, display, system_key, code_key)
    select i.id, coalesce(i.system, ''), i.code, coalesce(i.display, ''), i.system_key, i.code_key
    from unnest($1::bigint[], ${texts(2)}, ${texts(3)}, ${texts(4)}, $5::int[], $6::bigint[])
      as i (id, system, code, display, system_key, code_key)
    order by i.id
    on conflict (id) do nothing returning id)
  insert into held_word (word, id, place)
  select substr(w.word, 2), f.id, left(w.word, 1)::smallint from fresh f
  join unnest($1::bigint[], ${texts(7)}) as i (id, words) on i.id = f.id
  cross join lateral unnest(string_to_array(i.words, ' ')) as w (word)
  on conflict do nothing`;

const heldText = `
  insert into held (key, class, id, type, patients, rounded)
  select i.key, i.class, i.id, i.type, nullif(i.patients, -1), i.rounded
  from unnest($1::bigint[], $2::int[], $3::bigint[], ${texts(4)}, $5::int[], $6::boolean[])
    as i (key, class, id, type, patients, rounded)`;

/** The statements that keep what summaries name, to be run one after the other. */
export function heldStatements(owners: readonly OwnedCodes[], hash: Hash): InsertStatement[] {
  const codes = new Map<Int64, readonly [system: string, code: string, display: string]>();
  const rows: [key: Int64, accessClass: number, id: Int64, type: string, patients: number, rounded: boolean][] = [];
  for (const { key, class: accessClass, held } of owners) {
    for (const { type, system, code, display, patients = -1 } of held.codes) {
      const parts = [system, code, display].map((text) => text.replace(controls, ' ')) as [string, string, string];
      const id = hash(`held ${JSON.stringify(parts)}`);
      codes.set(id, parts);
      rows.push([key, accessClass, id, type.replace(controls, ' '), patients, held.isRounded]);
    }
  }
  if (rows.length === 0) return [];
  const all = [...codes];
  const column = (of: (parts: readonly [string, string, string]) => string): string =>
    all.map(([, parts]) => of(parts)).join(separator);
  const codeValues = [
    arrayText(all.map(([id]) => id)),
    column(([system]) => system),
    column(([, code]) => code),
    column(([, , display]) => display),
    arrayText(all.map(([, [system]]) => systemKey(hash, system))),
    arrayText(all.map(([, [, code]]) => hash(code))),
    column(([, code, display]) =>
      wordsOfCode(code, display)
        .map(({ word, place }) => `${place}${word}`)
        .join(' '),
    ),
  ];
  const heldValues = [
    arrayText(rows.map(([key]) => key)),
    arrayText(rows.map(([, one]) => one)),
    arrayText(rows.map(([, , id]) => id)),
    rows.map(([, , , type]) => type).join(separator),
    arrayText(rows.map(([, , , , patients]) => patients)),
    arrayText(rows.map(([, , , , , rounded]) => String(rounded))),
  ];
  return [
    { text: codesText, values: codeValues },
    { text: heldText, values: heldValues },
  ];
}

/** Which codes are looked for. */
export interface CodeQuestion {
  /** each is to be found in one name; what begins with the first one comes first */
  words: readonly TypedWord[];
  /** resource types; none: any */
  types: readonly string[];
  /** code systems; none: any */
  systems: readonly string[];
  /** only codes below this one, as the CodeSystems here state it */
  below?: { system: string; code: string };
  /** whether the names in CodeSystems may be read */
  readsNames: boolean;
  count: number;
  offset: number;
}

/** Collects the values of a statement; gives the place of each. */
class Values {
  readonly list: unknown[] = [];

  add(value: unknown): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

/** Words that begin with `text`: their bytes are compared (collation C), and no character comes after the last one. */
const begins = (text: string, values: Values): string =>
  `word >= ${values.add(text)}::text and word < ${values.add(`${text}\u{10FFFF}`)}::text`;

/** Ids of codes that a typed word finds. */
function found({ whole, parts }: TypedWord, values: Values): string {
  const by = (text: string): string => `select id from held_word where ${begins(text, values)}`;
  if (parts.length < 2) return `(${by(whole)})`;
  return `(${by(whole)} union (${parts.map((part) => `(${by(part)})`).join(' intersect ')}))`;
}

/** The condition that rows of `alias` may be read. */
function readable(alias: string, permitted: PermittedClasses, values: Values): string {
  return permitted === 'all' ? '' : ` and ${alias}.class = any(${values.add(permitted)}::int[])`;
}

const names = `('${nameTypes.join("', '")}')`;

/** Conditions on `held_sum s`: what summaries that may be read tell of the types. */
function told(types: readonly string[], permitted: PermittedClasses, values: Values): string {
  const type =
    types.length === 0
      ? `s.type not in ${names}`
      : `s.type = any(string_to_array(${values.add(types.join('|'))}, '|'))`;
  return `${type} and s.summaries > 0${readable('s', permitted, values)}`;
}

/** Conditions on `held_sum n`: names that may be read, in CodeSystems and in what tells of the types. */
function naming({ types, readsNames }: CodeQuestion, permitted: PermittedClasses, values: Values): string {
  const all = readsNames ? [...types, ...nameTypes] : types;
  const type =
    types.length === 0
      ? readsNames
        ? ''
        : ` and n.type not in ${names}`
      : ` and n.type = any(string_to_array(${values.add(all.join('|'))}, '|'))`;
  return `n.summaries > 0${type}${readable('n', permitted, values)}`;
}

/**
 * The statement that finds a page of codes. Rows: the code by its keys, with one name that summaries give it, and for
 * each type what they tell, as JSON. Names that only summaries have which the asker may not read find nothing.
 */
export function heldCodesStatement(question: CodeQuestion, permitted: PermittedClasses, hash: Hash): Statement {
  const values = new Values();
  const { words, types, count, offset } = question;
  const counts = told(types, permitted, values);
  const onNames = naming(question, permitted, values);
  const [first, ...others] = words;
  const from =
    first === undefined
      ? 'held_sum s'
      : `(select n.system_key, n.code_key, min(m.rank) as rank
          from (${ranked(first, values)}) m join held_sum n on n.id = m.id and ${onNames}
          ${others.length === 0 ? '' : `where ${others.map((word) => `m.id in ${found(word, values)}`).join(' and ')}`}
          group by n.system_key, n.code_key) m
         join held_sum s on s.system_key = m.system_key and s.code_key = m.code_key`;
  const conditions = [counts, ...restrictions(question, values, hash)];
  // Names are looked up for the codes of the page alone.
  const text = `
    with page as materialized (
      select s.system_key, s.code_key, count(*) over () as total, row_number() over (
        order by ${first === undefined ? '' : 'min(m.rank), '}max(s.patients) desc, max(s.summaries) desc,
          s.system_key, s.code_key) as place
      from ${from}
      where ${conditions.join(' and ')}
      group by s.system_key, s.code_key
      order by place limit ${values.add(count)}::int offset ${values.add(offset)}::int),
    told as (
      select p.system_key, p.code_key, s.type, s.summaries, s.told, s.rounded, s.patients
      from page p join held_sum s on s.system_key = p.system_key and s.code_key = p.code_key and ${counts}),
    named as (
      select p.system_key, p.code_key, c.system, c.code, c.display, n.type, n.summaries
      from page p
      join held_sum n on n.system_key = p.system_key and n.code_key = p.code_key and ${onNames}
      join held_code c on c.id = n.id)
    select p.total, p.place, p.system_key, p.code_key::text as code_key, n.system, n.code, n.display, t.types
    from page p
    cross join lateral (
      select system, code, display from named n where n.system_key = p.system_key and n.code_key = p.code_key
      group by system, code, display
      order by display = '', bool_or(type = 'display') desc, bool_and(type = 'designation'), sum(summaries) desc, display
      limit 1) n
    cross join lateral (
      select jsonb_agg(jsonb_build_array(type, summaries, told, rounded, patients) order by type)::text as types from (
        select type, sum(summaries) as summaries, sum(told) as told, sum(rounded) as rounded, sum(patients) as patients
        from told t where t.system_key = p.system_key and t.code_key = p.code_key group by type) by_type) t
    order by p.place`;
  return { text, values: values.list, isPlannedOnce: false };
}

/** Ids of codes that the first typed word finds: the code itself, what begins with it, names that do, all others. */
function ranked({ whole, parts }: TypedWord, values: Values): string {
  const by = (text: string): string => {
    const exact = `word = ${values.add(text)}::text`;
    return `select id, case when place = 0 and ${exact} then 0 else place + 1 end as rank from held_word where ${begins(text, values)}`;
  };
  const each =
    parts.length < 2 ? by(whole) : `${by(whole)} union all select id, 3 from ${found({ whole, parts }, values)} joined`;
  return `select id, min(rank) as rank from (${each}) w group by id`;
}

function restrictions({ systems, below }: CodeQuestion, values: Values, hash: Hash): string[] {
  const list = systems.map((one) => systemKey(hash, one));
  return [
    ...(systems.length === 0 ? [] : [`s.system_key = any(${values.add(list)}::int[])`]),
    ...(below === undefined
      ? []
      : [
          `(s.system_key, s.code_key) in (select cc.system, cc.descendant from code_closure cc
             where cc.system = ${values.add(systemKey(hash, below.system))}::int
               and cc.ancestor = ${values.add(hash(below.code))}::bigint and cc.descendant <> cc.ancestor)`,
        ]),
  ];
}

/** How many there are, for pages past the last one. */
export function countHeldCodesStatement(question: CodeQuestion, permitted: PermittedClasses, hash: Hash): Statement {
  const { text, values } = heldCodesStatement({ ...question, count: 1, offset: 0 }, permitted, hash);
  return { text: `select total from (${text}) page`, values, isPlannedOnce: false };
}

/** Of codes (by their keys): the told ones directly above each, and whether any told one lies below. */
export function heldHierarchyStatement(
  codes: readonly (readonly [systemKey: number, codeKey: Int64])[],
  types: readonly string[],
  permitted: PermittedClasses,
): Statement {
  const values = new Values();
  const input = `unnest(${values.add(codes.map(([system]) => system))}::int[], ${values.add(
    codes.map(([, code]) => code),
  )}::bigint[]) as i (system, code)`;
  const counts = told(types, permitted, values);
  const isTold = (system: string, code: string): string =>
    `exists (select 1 from held_sum s where s.system_key = ${system} and s.code_key = ${code} and ${counts})`;
  const text = `
    with above as materialized (
      select distinct i.system, i.code, cc.ancestor from ${input}
      join code_closure cc on cc.system = i.system and cc.descendant = i.code and cc.ancestor <> i.code
      where ${isTold('i.system', 'cc.ancestor')})
    select i.system as system_key, i.code::text as code_key,
      exists (select 1 from code_closure cc where cc.system = i.system and cc.ancestor = i.code
        and cc.descendant <> i.code and ${isTold('cc.system', 'cc.descendant')}) as has_below,
      to_json(array(select (select min(h.code) from held_code h where h.system_key = a.system and h.code_key = a.ancestor)
        from above a where a.system = i.system and a.code = i.code and not exists (
          select 1 from above b join code_closure cc
            on cc.system = b.system and cc.descendant = b.ancestor and cc.ancestor = a.ancestor
          where b.system = a.system and b.code = a.code and b.ancestor <> a.ancestor) order by 1))::text as parents
    from ${input}`;
  return { text, values: values.list, isPlannedOnce: false };
}
