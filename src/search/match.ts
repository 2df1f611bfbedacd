/** Decides in memory what SQL decides of index rows: for resources that have no rows of their own, such as contained ones. https://hl7.org/fhir/R4B/search.html#contained */
import { FhirError } from '../fhir/outcome.ts';
import { foldText, type Hash, type IndexSink, type Int64 } from './index-rows.ts';
import type { Expression, KnownToken, QuantityTest, RangeTest, RowTest } from './tree.ts';

/** The index rows of one resource, as values. */
export interface MatchableRow {
  table: RowTest['table'];
  parameter: Int64;
  code?: Int64;
  system?: number;
  text?: string;
  target?: Int64;
  low?: number;
  high?: number;
  unit?: Int64;
  hash?: Int64;
}

/** A sink that keeps rows, and the list of them. */
export function keepRows(hash: Hash): { sink: IndexSink; rows: MatchableRow[] } {
  const rows: MatchableRow[] = [];
  const sink: IndexSink = {
    token: (parameter, code, system, text) => void rows.push({ table: 'token', parameter, code, system, text }),
    reference: (parameter, target) => void rows.push({ table: 'reference', parameter, target }),
    string: (parameter, text) => void rows.push({ table: 'string', parameter, text }),
    date: (parameter, low, high) => void rows.push({ table: 'date', parameter, low, high }),
    number: (parameter, low, high) => void rows.push({ table: 'number', parameter, low, high }),
    quantity: (parameter, low, high, system, code, unit) =>
      void rows.push({ table: 'quantity', parameter, low, high, system, code, unit }),
    uri: (parameter, text) => void rows.push({ table: 'uri', parameter, hash: hash(text), text }),
    unit: () => {},
    words: () => {},
  };
  return { sink, rows };
}

/** Whether `expression` holds for a resource with these rows and this key, if it has one. Throws `not-supported` for what needs more than its own rows. */
export function holds(expression: Expression, rows: readonly MatchableRow[], key?: Int64): boolean {
  switch (expression.kind) {
    case 'and':
      return expression.of.every((one) => holds(one, rows, key));
    case 'or':
      return expression.of.some((one) => holds(one, rows, key));
    case 'not':
      return !holds(expression.of, rows, key);
    case 'none':
      return false;
    case 'present':
      return rows.some((row) => row.parameter === expression.parameter && row.table === expression.table);
    case 'key':
      if (key !== undefined) return expression.keys.includes(key);
      throw notInMemory();
    case 'match':
      return rows.some(
        (row) =>
          row.parameter === expression.parameter && row.table === expression.test.table && passes(row, expression.test),
      );
    default:
      throw notInMemory();
  }
}

const notInMemory = (): FhirError =>
  new FhirError(
    'not-supported',
    'contained resources can be searched by their own values only: not by chains, _has, _id, _lastUpdated, words or places',
  );

function passes(row: MatchableRow, test: RowTest): boolean {
  switch (test.table) {
    case 'token':
      return test.codes.some((one) => passesToken(row, one as KnownToken)); // looked up before
    case 'reference':
      return test.targets.includes(row.target!);
    case 'uri':
      return passesUri(row, test);
    case 'string':
      return test.texts.some((text) => passesText(row.text!, text, test.how));
    case 'quantity':
      return test.ranges.some((range) => passesQuantity(row, range));
    default:
      return test.ranges.some((range) => inRange(row, range));
  }
}

function passesToken(row: MatchableRow, test: KnownToken): boolean {
  if ('startsWith' in test) return row.text!.toLowerCase().startsWith(test.startsWith);
  if ('closure' in test)
    throw new FhirError(
      'not-supported',
      'contained resources are not searched by hierarchies of more than 1,000 codes',
    );
  return (test.code ?? row.code) === row.code && (test.system ?? row.system) === row.system;
}

function passesUri(row: MatchableRow, test: Extract<RowTest, { table: 'uri' }>): boolean {
  if ('hashes' in test) return test.hashes.includes(row.hash!);
  if ('contains' in test) return test.contains.some((text) => row.text!.toLowerCase().includes(text.toLowerCase()));
  return test.below.some((text) => {
    const start = text.replace(/\/+$/, '');
    return row.text === start || row.text!.startsWith(`${start}/`);
  });
}

function passesText(value: string, text: string, how: Extract<RowTest, { table: 'string' }>['how']): boolean {
  const folded = foldText(value);
  switch (how) {
    case 'exact':
      return value === text;
    case 'equal':
      return folded === text;
    case 'contains':
      return folded.includes(text);
    case 'ends':
      return folded.endsWith(text);
    case 'words':
      return text.split(' ').every((word) => folded.split(/[^\p{L}\p{N}]+/u).includes(word));
    default:
      return folded.startsWith(text);
  }
}

function passesQuantity(row: MatchableRow, test: QuantityTest): boolean {
  return (
    inRange(row, test) &&
    (test.system ?? row.system) === row.system &&
    (test.code ?? row.code) === row.code &&
    (test.unit === undefined || test.unit === row.unit || test.unit === row.code)
  );
}

/** Whether a stored range passes a test. */
export function inRange({ low = 0, high = 0 }: { low?: number; high?: number }, test: RangeTest): boolean {
  return (
    (test.lowAtLeast === undefined || low >= test.lowAtLeast) &&
    (test.lowAbove === undefined || low > test.lowAbove) &&
    (test.lowBelow === undefined || low < test.lowBelow) &&
    (test.lowAtMost === undefined || low <= test.lowAtMost) &&
    (test.highAtLeast === undefined || high >= test.highAtLeast) &&
    (test.highAbove === undefined || high > test.highAbove) &&
    (test.highAtMost === undefined || high <= test.highAtMost) &&
    (test.highBelow === undefined || high < test.highBelow)
  );
}
