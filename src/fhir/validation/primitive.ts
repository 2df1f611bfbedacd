/** Checks the values of primitive types. https://hl7.org/fhir/R4B/datatypes.html#primitive */
import type { Definitions } from '../definitions/model.ts';
import type { Json } from '../json.ts';

/** What is wrong with the value, or undefined. */
export type PrimitiveCheck = (value: Json) => string | undefined;

const ranges: Record<string, [low: number, high: number]> = {
  integer: [-2_147_483_648, 2_147_483_647],
  positiveInt: [1, 2_147_483_647],
  unsignedInt: [0, 2_147_483_647],
};
const dated = new Set(['date', 'dateTime', 'instant']);

/** One check for each primitive type, made once for a set of definitions. */
export function primitiveChecks(definitions: Definitions): Map<string, PrimitiveCheck> {
  return new Map(
    Object.entries(definitions.primitives).map(([type, model]) => [type, checkOf(type, model.json, model.pattern)]),
  );
}

function checkOf(type: string, json: 'string' | 'number' | 'boolean', pattern: string | undefined): PrimitiveCheck {
  if (json === 'boolean')
    return (value) => (typeof value === 'boolean' ? undefined : `must be true or false, not ${shown(value)}`);
  if (json === 'number') return numberCheck(type);
  if (type === 'string' || type === 'markdown') {
    // The pattern of texts is "something that is not white space"; trimming is faster than matching.
    return (value) =>
      typeof value !== 'string'
        ? `must be a text, not ${shown(value)}`
        : value.trim() === ''
          ? 'must not be empty'
          : undefined;
  }
  const regex = new RegExp(`^(?:${pattern})$`);
  return (value) => {
    if (typeof value !== 'string') return `must be a text, not ${shown(value)}`;
    if (!regex.test(value)) return `${shown(value)} is no ${type}`;
    return dated.has(type) && !isRealDay(value) ? `${shown(value)} is no day of the calendar` : undefined;
  };
}

function numberCheck(type: string): PrimitiveCheck {
  const range = ranges[type];
  if (range === undefined)
    return (value) => (typeof value === 'number' ? undefined : `must be a number, not ${shown(value)}`);
  const [low, high] = range;
  return (value) => {
    if (typeof value !== 'number') return `must be a number, not ${shown(value)}`;
    return Number.isInteger(value) && value >= low && value <= high ? undefined : `${value} is no ${type}`;
  };
}

/** Long values are cut: an error text is read by people. */
function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isRealDay(text: string): boolean {
  if (text.length < 10) return true;
  const day = Number(text.slice(8, 10));
  if (day <= 28) return true;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return day <= [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
}
