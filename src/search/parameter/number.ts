/** Indexes and matches `number` search parameters. https://hl7.org/fhir/R4B/search.html#number */
import type { Json, JsonObject } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Node } from '../../fhir/path/index.ts';
import type { RangeTest } from '../tree.ts';
import type { Extraction, ParameterKind, ParameterRows } from './parameter.ts';
import { splitPrefix } from './prefix.ts';

const pattern = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A decimal as written, and half a unit of its last digit around it. Bounds are made from decimal digits, so that 5.405 is the same number everywhere. */
interface Decimal {
  value: number;
  low: number;
  high: number;
}

/** Undefined when `text` is no decimal. https://hl7.org/fhir/R4B/search.html#number */
function decimalOf(text: string): Decimal | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const scale = Number(exponent) - fraction.length;
  // 100 has three significant digits, 1e2 has one: the last digit written tells the precision.
  const bound = (tenths: bigint): number => Number(`${digits * 10n + tenths}e${scale - 1}`);
  return { value: Number(text), low: bound(-5n), high: bound(5n) };
}

/** The tests of a stored range (a single number has both ends equal) against a number as asked. */
export function decimalTests(text: string, name: string): RangeTest[] {
  const { prefix, rest } = splitPrefix(text);
  const decimal = decimalOf(rest);
  if (decimal === undefined) throw new FhirError('value', `${name}=${text} is no number, after an optional prefix`);
  const { value, low, high } = decimal;
  const tenth = Math.abs(value) / 10;
  switch (prefix) {
    case 'eq':
      return [{ lowAtLeast: low, highBelow: high }];
    case 'ne':
      return [{ lowBelow: low }, { highAtLeast: high }];
    case 'gt':
      return [{ highAbove: value }];
    case 'lt':
      return [{ lowBelow: value }];
    case 'ge':
      return [{ highAtLeast: value }];
    case 'le':
      return [{ lowAtMost: value }];
    case 'sa':
      return [{ lowAbove: value }];
    case 'eb':
      return [{ highBelow: value }];
    case 'ap':
      return [{ lowAtMost: value + tenth, highAtLeast: value - tenth }];
  }
}

/** The ranges by which a value is found. */
function rangesOf(node: Node): { low: number; high: number }[] {
  if (typeof node.value === 'number') return [{ low: node.value, high: node.value }];
  if (node.type !== 'Range') return [];
  const { low, high } = node.value as JsonObject; // a Range is an object
  return [{ low: amount(low) ?? -Infinity, high: amount(high) ?? Infinity }];
}

const amount = (quantity: Json | undefined): number | undefined => {
  const value = (quantity as JsonObject | undefined)?.['value'];
  return typeof value === 'number' ? value : undefined;
};

function extract(node: Node, { own }: ParameterRows, { sink }: Extraction): void {
  for (const { low, high } of rangesOf(node)) sink.number(own, low, high);
}

export const number: ParameterKind = {
  table: 'number',
  extract,
  match: (values, { code }) => ({ table: 'number', ranges: values.flatMap((value) => decimalTests(value, code)) }),
};
