/** Reads and writes numbers of elements and of Quantity for the methods that change them. https://hl7.org/fhir/R4B/datatypes.html#Quantity */
import { digitsOf, losslessNumber } from '../../../fhir/format/lossless.ts';
import { type Json, type JsonObject, objectOf } from '../../../fhir/json.ts';
import { type Decimal, decimalOf, decimalText } from '../decimal.ts';
import { type Change, isOfType } from './method.ts';

export const wholeTypes: readonly string[] = ['integer', 'integer64', 'positiveInt', 'unsignedInt'];
export const numberTypes: readonly string[] = ['decimal', ...wholeTypes, 'Quantity'];

/** A number of a profile, as a number or a text. */
export function statedDecimal(value: Json | undefined): Decimal | undefined {
  const digits = typeof value === 'string' ? value : digitsOf(value);
  return digits === undefined ? undefined : decimalOf(digits);
}

export const isDecimal = (value: Json): boolean => statedDecimal(value) !== undefined;

/** A new number; `end` when it stands for all beyond it. */
export interface Coarse {
  value: Decimal;
  end?: 'top' | 'bottom';
}

/** The change that `coarsen` makes of numbers; undefined: the number may not leave. */
export function numberChange(coarsen: (value: Decimal) => Coarse | undefined): Change {
  const changed = (value: Json | undefined): Coarse | undefined => {
    const decimal = statedDecimal(value);
    return decimal === undefined ? undefined : coarsen(decimal);
  };
  return (value, { type }) => {
    if (isOfType(type, 'Quantity')) {
      const quantity = objectOf(value);
      return quantity === undefined ? undefined : quantityOf(quantity, changed(quantity['value']));
    }
    const coarse = changed(value);
    if (coarse === undefined || (type === 'positiveInt' && coarse.value.units <= 0n)) return undefined;
    if (wholeTypes.includes(type) && coarse.value.scale > 0) return undefined;
    const text = decimalText(coarse.value);
    return type === 'integer64' ? text : losslessNumber(text);
  };
}

/** The unit leaves as a code only: a Quantity whose unit is a text and nothing else would be read in the wrong one. */
function quantityOf(quantity: JsonObject, coarse: Coarse | undefined): JsonObject | undefined {
  const { comparator, unit, system, code } = quantity;
  if (coarse === undefined || (unit !== undefined && code === undefined)) return undefined;
  // Below 120 may be below or above a top of 90: nothing true can be said.
  if (comparator !== undefined && coarse.end !== undefined) return undefined;
  const end = coarse.end === undefined ? comparator : coarse.end === 'top' ? '>=' : '<=';
  return {
    value: losslessNumber(decimalText(coarse.value)),
    ...(end === undefined ? {} : { comparator: end }),
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
  };
}
