/** Criteria from the short texts of flags, and from expressions of them with and, or, not and parentheses. See docs/reference/question.md */
import { FhirError } from '../../../fhir/outcome.ts';
import {
  type CodedKind,
  type Comparator,
  codedKinds,
  type PatientCriterion,
  type QuantityFilter,
  sexes,
} from './question.ts';
import { codedCriterion } from './question-criterion.ts';

function refuse(message: string): never {
  throw new FhirError('value', message);
}

/** `65..`, `..17`, `18..64` or `40`. Throws `value` otherwise. */
export function ageFromText(text: string): PatientCriterion {
  const match = /^(\d{1,3})?(\.\.)?(\d{1,3})?$/.exec(text.trim());
  const [, first, dots, last] = match ?? [];
  if (!match || (first === undefined && last === undefined)) {
    return refuse(`age "${text}" is not understood; write 65.. or 18..64 or ..17 or 40`);
  }
  const from = first === undefined ? undefined : Number(first);
  const to = dots === undefined ? from : last === undefined ? undefined : Number(last);
  if (from !== undefined && to !== undefined && from > to) return refuse(`age "${text}" runs downwards`);
  return { age: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } };
}

/** One of FHIR's administrative genders. */
export function sexFromText(text: string): PatientCriterion {
  const sex = sexes.find((item) => item === text.trim().toLowerCase());
  return sex === undefined ? refuse(`sex "${text}" is not one of ${sexes.join(', ')}`) : { sex };
}

/** Codes between commas, any of which suffices; a star at the end asks for everything under the code too. */
function codesFromText(kind: CodedKind, text: string): { code: string | readonly string[]; below?: boolean } {
  const items = text.split(',').map((item) => item.trim());
  const starred = items.filter((item) => item.endsWith('*')).length;
  if (starred > 0 && starred < items.length) {
    return refuse(`${kind} "${text}" mixes codes with and without *; give all of them a * or none`);
  }
  const codes = items.map((item) => (starred > 0 ? item.slice(0, -1) : item));
  if (codes.some((code) => code === '' || code.endsWith('|'))) {
    return refuse(`${kind} "${text}" names no code; write system|code, for example http://www.whocc.no/atc|C07`);
  }
  return { code: codes.length === 1 ? codes[0]! : codes, ...(starred > 0 ? { below: true } : {}) };
}

const comparatorOf: Record<string, Comparator> = {
  '>=': 'ge',
  '<=': 'le',
  '!=': 'ne',
  '>': 'gt',
  '<': 'lt',
  '=': 'eq',
};

const comparison = /(>=|<=|!=|>|<|=)\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*([^<>=]*)$/;
const daysAtEnd = /\s+(from|to)\s+(\d{4}-\d{2}-\d{2})$/;

/** Takes `from DAY` and `to DAY` off the end. */
function daysFromText(text: string): { rest: string; days: { from?: string; to?: string } } {
  let rest = text.trim();
  const days: { from?: string; to?: string } = {};
  for (let match = daysAtEnd.exec(rest); match !== null; match = daysAtEnd.exec(rest)) {
    const name = match[1] as 'from' | 'to'; // the two that the pattern knows
    if (days[name] !== undefined) refuse(`"${text}" says twice ${name} when`);
    days[name] = match[2]!;
    rest = rest.slice(0, match.index).trim();
  }
  return { rest, days };
}

/** A criterion of the given kind from a flag's text, `system|code from DAY to DAY`; for observations also `system|code>=6.5 %` and `system|code is system|code`. Throws `value`. */
export function codedFromText(kind: CodedKind, text: string): PatientCriterion {
  const { rest, days } = daysFromText(text);
  const [, coded, valueCodes] = (kind === 'observation' && /^(.+?)\s+is\s+(.+)$/.exec(rest)) || [];
  if (coded !== undefined && valueCodes !== undefined) {
    const { code, below } = codesFromText(kind, valueCodes);
    if (below) refuse(`${kind} "${text}" asks for what is below a value, which is not known; list the values`);
    return { observation: { ...codesFromText(kind, coded), ...days, value: { code } } };
  }
  const match = kind === 'observation' ? comparison.exec(rest) : null;
  if (match === null) return codedCriterion(kind, { ...codesFromText(kind, rest), ...days });
  const unit = match[3]!.trim();
  const value: QuantityFilter = {
    comparator: comparatorOf[match[1]!]!,
    number: match[2]!,
    ...(unit === '' ? {} : { unit }),
  };
  return { observation: { ...codesFromText(kind, rest.slice(0, match.index).trim()), ...days, value } };
}

/** One criterion with its kind in front: `condition system|code`, `age 65..`, `where Patient?...`. */
function criterionFromWords(text: string): PatientCriterion {
  const [, word = '', content = ''] = /^(\S+)\s+(.+)$/s.exec(text) ?? [];
  const kind = codedKinds.find((one) => one === word);
  if (kind !== undefined) return codedFromText(kind, content);
  switch (word) {
    case 'age':
      return ageFromText(content);
    case 'sex':
      return sexFromText(content);
    case 'where':
      return { where: content };
    default:
      return refuse(
        `"${text}" is no criterion; write its kind and what is asked, such as "condition http://snomed.info/sct|73211009" (kinds: age, sex, ${codedKinds.join(', ')}, where)`,
      );
  }
}

/**
 * An expression: criteria with `and`, `or`, `not` and parentheses between them. `and` and `or` side by side need
 * parentheses, since readers differ in which of them binds closer. Throws `value`.
 */
export function expressionFromText(text: string): PatientCriterion {
  const tokens = tokensOf(text);
  const parser = { tokens, at: 0, text };
  const criterion = expression(parser);
  if (parser.at < tokens.length) refuse(`"${text}" has a ")" without "("`);
  return criterion;
}

interface Parser {
  tokens: readonly string[];
  at: number;
  text: string;
}

const words = new Set(['and', 'or', 'not', '(', ')']);

/** Words and parentheses between spaces, and what stands between them. */
function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let isInside = false;
  for (const piece of text.trim().split(/\s+/)) {
    let word = piece;
    while (!isInside && word.startsWith('(')) {
      tokens.push('(');
      word = word.slice(1);
    }
    let closing = 0;
    while (word.endsWith(')') && countOf(word, ')') > countOf(word, '(')) {
      closing++;
      word = word.slice(0, -1);
    }
    if (words.has(word)) isInside = false;
    if (word !== '') {
      if (isInside) tokens.push(`${tokens.pop()} ${word}`);
      else tokens.push(word);
      isInside = !words.has(word);
    }
    for (; closing > 0; closing--) {
      tokens.push(')');
      isInside = false;
    }
  }
  return tokens;
}

const countOf = (text: string, letter: string): number => text.split(letter).length - 1;

function expression(parser: Parser): PatientCriterion {
  const first = term(parser);
  const joint = parser.tokens[parser.at];
  if (joint !== 'and' && joint !== 'or') return first;
  const of = [first];
  while (parser.tokens[parser.at] === joint) {
    parser.at++;
    of.push(term(parser));
  }
  const next = parser.tokens[parser.at];
  if (next === 'and' || next === 'or') refuse(`"${parser.text}" mixes and with or: say by ( ) which belongs together`);
  return joint === 'and' ? { all: of } : { any: of };
}

function term(parser: Parser): PatientCriterion {
  const token = parser.tokens[parser.at++];
  switch (token) {
    case 'not':
      return { not: term(parser) };
    case '(': {
      const inner = expression(parser);
      if (parser.tokens[parser.at++] !== ')') refuse(`"${parser.text}" has a "(" without ")"`);
      return inner;
    }
    case undefined:
    case 'and':
    case 'or':
    case ')':
      return refuse(`"${parser.text}" lacks a criterion${token === undefined ? ' at its end' : ` before "${token}"`}`);
    default:
      return criterionFromWords(token);
  }
}
