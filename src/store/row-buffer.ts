/** Collects the index rows of one resource, and many of them as the columns of one insert per table. https://www.postgresql.org/docs/current/functions-array.html */
import type { HeldCodes } from '../conditions/held-code.ts';
import { foldText, type Hash, type IndexSink, type Int64, stringPrefixLength } from '../search/index-rows.ts';

/** Tables in a fixed order with their columns beside `key` and `class`. */
const indexTables = {
  token: ['parameter bigint', 'code bigint', 'system int', 'text text'],
  reference: ['parameter bigint', 'target bigint'],
  string: ['parameter bigint', 'prefix text', 'folded text', 'exact text'],
  date: ['parameter bigint', 'low bigint', 'high bigint'],
  number: ['parameter bigint', 'low float8', 'high float8'],
  quantity: ['parameter bigint', 'low float8', 'high float8', 'system int', 'code bigint', 'unit bigint'],
  uri: ['parameter bigint', 'hash bigint', 'text text'],
} as const;

export type IndexTableName = keyof typeof indexTables;
export const indexTableNames = Object.keys(indexTables) as IndexTableName[];
/** All tables with rows that belong to a resource and carry its class. */
export const ownedTableNames: readonly string[] = [...indexTableNames, 'words', 'held'];

/** Tokens are sorted by so many characters of their code. */
const sortedLength = 32;

type Cell = string | number;

/** Unit separator: never inside stored JSON (where control characters are escaped) and taken out of index texts. */
export const separator = '\u001f';
/** Stands for null in a text column. */
const absent = '\u001e';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators themselves
const controls = /[\u0000\u001e\u001f]/g;

/** The rows of one resource. Cells of a table follow each other row by row. */
export class RowBuffer implements IndexSink {
  readonly cells: Partial<Record<IndexTableName, Cell[]>> = {};

  readonly #hash: Hash;
  /** Tokens and references that are there: a row stands for a fact, and counting relies on each being there once. */
  readonly #seen = new Set<string>();

  constructor(hash: Hash) {
    this.#hash = hash;
  }

  #table(name: IndexTableName): Cell[] {
    return (this.cells[name] ??= []);
  }

  #isNew(fact: string): boolean {
    const before = this.#seen.size;
    return this.#seen.add(fact).size > before;
  }

  token(parameter: Int64, code: Int64, system: number, text: string): void {
    if (!this.#isNew(`${parameter} ${code} ${system}`)) return;
    this.#table('token').push(parameter, code, system, text.slice(0, sortedLength).replace(controls, ' '));
  }

  reference(parameter: Int64, target: Int64): void {
    if (this.#isNew(`${parameter} ${target}`)) this.#table('reference').push(parameter, target);
  }

  string(parameter: Int64, text: string): void {
    const exact = text.replace(controls, ' ');
    if (!this.#isNew(`${parameter} text ${exact}`)) return;
    const folded = foldText(exact);
    const prefix = folded.slice(0, stringPrefixLength);
    this.#table('string').push(
      parameter,
      prefix,
      folded === prefix ? absent : folded,
      exact === folded ? absent : exact,
    );
  }

  date(parameter: Int64, low: number, high: number): void {
    this.#table('date').push(parameter, low, high);
  }

  number(parameter: Int64, low: number, high: number): void {
    this.#table('number').push(parameter, low, high);
  }

  quantity(parameter: Int64, low: number, high: number, system: number, code: Int64, unit: Int64): void {
    this.#table('quantity').push(parameter, low, high, system, code, unit);
  }

  uri(parameter: Int64, text: string): void {
    this.#table('uri').push(parameter, this.#hash(text), text.replace(controls, ' '));
  }

  /** UCUM units of the quantities */
  readonly units = new Set<string>();

  unit(code: string): void {
    this.units.add(code);
  }

  /** what a content summary names */
  held: HeldCodes | undefined = undefined;

  narrative = '';
  content = '';

  words(narrative: string, content: string): void {
    this.narrative = narrative.replace(controls, ' ');
    this.content = content.replace(controls, ' ');
  }
}

/** One resource's rows with the owner that every row carries. */
export interface OwnedRows {
  key: Int64;
  class: number;
  rows: RowBuffer;
}

export interface InsertStatement {
  text: string;
  values: string[];
}

const isText = (column: string): boolean => column.endsWith(' text');
const columnName = (column: string): string => column.slice(0, column.indexOf(' '));
const typeName = (column: string): string => column.slice(column.indexOf(' ') + 1);

const insertText: Record<IndexTableName, string> = Object.fromEntries(
  indexTableNames.map((table) => {
    const columns = [...indexTables[table], 'key bigint', 'class int'];
    const input = columns.map((column, at) =>
      isText(column) ? `string_to_array($${at + 1}, E'\\x1f')` : `$${at + 1}::${typeName(column)}[]`,
    );
    const output = columns.map((column) =>
      isText(column) ? `nullif(i.${columnName(column)}, E'\\x1e')` : `i.${columnName(column)}`,
    );
    const names = columns.map(columnName).join(', ');
    return [
      table,
      `insert into ${table} (${names}) select ${output.join(', ')} from unnest(${input.join(', ')}) as i (${names})`,
    ];
  }),
) as Record<IndexTableName, string>; // one entry for each of indexTableNames

/** The statements that insert all rows of `owners`: at most one per table. */
export function insertStatements(owners: readonly OwnedRows[]): InsertStatement[] {
  const statements: InsertStatement[] = [];
  for (const table of indexTableNames) {
    const columns = indexTables[table];
    const width = columns.length;
    const lists: Cell[][] = Array.from({ length: width + 2 }, () => []);
    for (const owner of owners) {
      const cells = owner.rows.cells[table];
      if (cells === undefined) continue;
      for (let at = 0; at < cells.length; at += width) {
        for (let column = 0; column < width; column++) lists[column]!.push(cells[at + column]!);
        lists[width]!.push(owner.key);
        lists[width + 1]!.push(owner.class);
      }
    }
    if (lists[0]!.length === 0) continue;
    statements.push({ text: insertText[table], values: lists.map((list, column) => encode(list, columns[column])) });
  }
  return statements;
}

function encode(list: readonly Cell[], column: string | undefined): string {
  return column !== undefined && isText(column) ? list.join(separator) : arrayText(list);
}

/** An array of numbers as PostgreSQL reads it. */
export function arrayText(list: readonly Cell[]): string {
  return `{${list.join(',')}}`;
}

const wordsText = `
  insert into words (key, class, type, narrative, content)
  select i.key, i.class, i.type, to_tsvector('simple', nullif(i.narrative, '')), to_tsvector('simple', i.content)
  from unnest($1::bigint[], $2::int[], string_to_array($3, E'\\x1f'), string_to_array($4, E'\\x1f'), string_to_array($5, E'\\x1f'))
    as i (key, class, type, narrative, content)`;

/** The statement that inserts the words of all `owners`. */
export function wordsStatement(owners: readonly (OwnedRows & { type: string })[]): InsertStatement {
  return {
    text: wordsText,
    values: [
      arrayText(owners.map(({ key }) => key)),
      arrayText(owners.map((one) => one.class)),
      owners.map(({ type }) => type).join(separator),
      owners.map(({ rows }) => rows.narrative).join(separator),
      owners.map(({ rows }) => rows.content).join(separator),
    ],
  };
}

/** Several inserts as one statement: a batch of few resources is dominated by the number of statements. */
export function combined(statements: readonly InsertStatement[]): InsertStatement {
  let parameters = 0;
  const parts = statements.map(({ text, values }, at) => {
    const from = parameters;
    parameters += values.length;
    return `i${at} as (${text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + from}`)})`;
  });
  return { text: `with ${parts.join(', ')} select 1`, values: statements.flatMap(({ values }) => values) };
}
