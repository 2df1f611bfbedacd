/** JSON as FHIR means it: numbers keep the digits that were sent. https://hl7.org/fhir/R4B/json.html#decimal */

/** A number as it was written. */
export class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Value = string | boolean | null | NumberText | readonly Value[] | ValueObject;
export interface ValueObject {
  readonly [name: string]: Value;
}

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

/** Throws SyntaxError. Browsers that do not tell the source of numbers show them as JavaScript writes them. */
export function parseValue(text: string): Value {
  const keep: Reviver = (_, value, context) =>
    typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value;
  return JSON.parse(text, keep as (this: unknown, key: string, value: unknown) => unknown) as Value;
}

export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

export const isObject = (value: Value | undefined): value is ValueObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText);

export const listOf = (value: Value | undefined): readonly Value[] =>
  value === undefined || value === null ? [] : isList(value) ? value : [value];

export const objectsOf = (value: Value | undefined): readonly ValueObject[] => listOf(value).filter(isObject);

/** A text, or what a number or truth value is as one. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof NumberText) return value.text;
  return typeof value === 'boolean' ? String(value) : undefined;
}

/** A primitive as JSON writes it. */
export const literalOf = (value: string | boolean | null | NumberText): string =>
  value instanceof NumberText ? value.text : JSON.stringify(value);

/** The whole as JSON, in one line or in many. */
export function writeValue(value: Value, indent = ''): string {
  if (isList(value))
    return value.length === 0
      ? '[]'
      : enclosed(
          '[',
          value.map((one) => writeValue(one, inner(indent))),
          ']',
          indent,
        );
  if (!isObject(value)) return literalOf(value);
  const members = Object.entries(value);
  if (members.length === 0) return '{}';
  const written = members.map(([name, one]) => `${JSON.stringify(name)}: ${writeValue(one, inner(indent))}`);
  return enclosed('{', written, '}', indent);
}

const inner = (indent: string): string => `${indent}  `;

const enclosed = (open: string, parts: readonly string[], close: string, indent: string): string =>
  `${open}\n${parts.map((one) => `${inner(indent)}${one}`).join(',\n')}\n${indent}${close}`;
