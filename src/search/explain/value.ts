/** Says how one value of a criterion is read: comparator, system and code, unit, the time that a date covers. https://hl7.org/fhir/R4B/search.html#ptypes */
import type { SearchParameterType } from '../../fhir/definitions/model.ts';
import { intervalOf } from '../parameter/date.ts';
import { type Prefix, splitPrefix } from '../parameter/prefix.ts';
import { splitEscaped, unescapeText } from '../parameter/text-list.ts';

export interface ValueReading {
  /** what is compared, without escapes */
  text: string;
  comparator?: Prefix;
  /** of a code or unit; empty: it must have none */
  system?: string;
  code?: string;
  /** the time that a date covers, half-open */
  from?: string;
  until?: string;
  /** of a composite, or of `:of-type`: what must hold together */
  parts?: readonly string[];
}

/** Modifiers whose value is not what the parameter's type says. */
const plainText = new Set(['missing', 'text', 'code-text', 'text-advanced', 'in', 'not-in', 'contains', 'exact']);

export function readValue(value: string, kind: SearchParameterType, modifier: string | undefined): ValueReading {
  if (modifier === 'of-type') return { text: unescapeText(value), parts: splitEscaped(value, '|').map(unescapeText) };
  if (modifier !== undefined && plainText.has(modifier)) return { text: unescapeText(value) };
  if (modifier === 'identifier') return codeOf(value);
  switch (kind) {
    case 'date':
      return dateOf(value);
    case 'number': {
      const { prefix, rest } = splitPrefix(value);
      return { text: rest, comparator: prefix };
    }
    case 'quantity':
      return quantityOf(value);
    case 'token':
      return codeOf(value);
    case 'composite':
      return { text: unescapeText(value), parts: splitEscaped(value, '$').map(unescapeText) };
    default:
      return { text: unescapeText(value) };
  }
}

function dateOf(value: string): ValueReading {
  const { prefix, rest } = splitPrefix(value);
  const covered = intervalOf(rest);
  const time = (at: number): string => new Date(at).toISOString();
  return {
    text: rest,
    comparator: prefix,
    ...(covered === undefined ? {} : { from: time(covered.low), until: time(covered.high) }),
  };
}

function quantityOf(value: string): ValueReading {
  const [number = '', system = '', code = ''] = splitEscaped(value, '|').map(unescapeText);
  const { prefix, rest } = splitPrefix(number);
  return {
    text: rest,
    comparator: prefix,
    ...(system === '' ? {} : { system }),
    ...(code === '' ? {} : { code }),
  };
}

/** `system|code`, `|code`, `system|`, `code` */
function codeOf(value: string): ValueReading {
  const [first = '', second] = splitEscaped(value, '|').map(unescapeText);
  if (second === undefined) return { text: first, code: first };
  return { text: unescapeText(value), system: first, ...(second === '' ? {} : { code: second }) };
}
