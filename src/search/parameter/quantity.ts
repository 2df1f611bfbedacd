/** Indexes and matches `quantity` search parameters. https://hl7.org/fhir/R4B/search.html#quantity */
import type { Json, JsonObject } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Node } from '../../fhir/path/index.ts';
import { systemKey } from '../index-rows.ts';
import { decimalTests } from './number.ts';
import type { Extraction, ParameterKind, ParameterRows } from './parameter.ts';
import { splitEscaped, unescapeText } from './text-list.ts';

/** A measured value with its unit, as a range. */
interface Measured {
  low: number;
  high: number;
  system?: string;
  code: string;
  unit: string;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function measured(quantity: JsonObject, low: number, high: number): Measured {
  const system = text(quantity['system']);
  return {
    low,
    high,
    code: text(quantity['code']),
    unit: text(quantity['unit']),
    ...(system === '' ? {} : { system }),
  };
}

/** `<5` is anything below five. https://hl7.org/fhir/R4B/valueset-quantity-comparator.html */
function bounds(value: number, comparator: Json | undefined): [low: number, high: number] {
  if (comparator === '<' || comparator === '<=') return [-Infinity, value];
  if (comparator === '>' || comparator === '>=') return [value, Infinity];
  return [value, value];
}

/** The measured values by which a value is found. */
function measuredOf(node: Node): Measured[] {
  if (typeof node.value !== 'object' || node.value === null) return [];
  const value = node.value as JsonObject; // not an array: paths spread those
  if (node.type === 'Range') {
    const low = value['low'] as JsonObject | undefined; // Quantities by the definition of Range
    const high = value['high'] as JsonObject | undefined;
    const end = (one: JsonObject | undefined, open: number): number =>
      typeof one?.['value'] === 'number' ? one['value'] : open;
    return [measured(low ?? high ?? {}, end(low, -Infinity), end(high, Infinity))];
  }
  if (node.type === 'SampledData') {
    const origin = value['origin'] as JsonObject | undefined;
    return typeof origin?.['value'] === 'number' ? [measured(origin, origin['value'], origin['value'])] : [];
  }
  if (node.type === 'Ratio') {
    const numerator = value['numerator'] as JsonObject | undefined;
    return numerator === undefined ? [] : measuredOf({ value: numerator, type: 'Quantity' });
  }
  const amount = value['value'];
  if (typeof amount !== 'number') return [];
  if (node.type === 'Money') {
    const currency = text(value['currency']);
    return [{ low: amount, high: amount, system: 'urn:iso:std:iso:4217', code: currency, unit: currency }];
  }
  return [measured(value, ...bounds(amount, value['comparator']))];
}

/** The Unified Code for Units of Measure: quantities in its units can be compared. https://ucum.org */
export const ucumSystem = 'http://unitsofmeasure.org';

function extract(node: Node, { own }: ParameterRows, { sink, hash }: Extraction): void {
  for (const { low, high, system, code, unit } of measuredOf(node)) {
    sink.quantity(own, low, high, systemKey(hash, system), hash(code), hash(unit));
    if (system === ucumSystem && code !== '') sink.unit(code);
  }
}

export const quantity: ParameterKind = {
  table: 'quantity',
  extract,
  match(values, { code: name }, { hash }) {
    const ranges = values.flatMap((value) => {
      const parts = splitEscaped(value, '|').map(unescapeText);
      const [number, system = '', code = ''] = parts;
      if (parts.length !== 1 && parts.length !== 3) {
        throw new FhirError(
          'value',
          `${name}=${value} is no quantity: write number or number|system|code or number||code`,
        );
      }
      const unit =
        code === ''
          ? system === ''
            ? {}
            : { system: systemKey(hash, system) }
          : system === ''
            ? { unit: hash(code) }
            : {
                system: systemKey(hash, system),
                code: hash(code),
                ...(system === ucumSystem ? { ucum: code } : {}),
              };
      return decimalTests(number!, name).map((range) => ({ ...range, ...unit }));
    });
    return { table: 'quantity', ranges };
  },
};
