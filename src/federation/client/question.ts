/** The question a person asks of many servers: one small model for command line, file, portal and wire. https://hl7.org/fhir/R4B/search.html */
import { type Granularity, granularities } from '../../fhir/canonical.ts';
import type { Json, JsonObject } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';

/** Ages in completed years at the reference date, both ends included. */
export interface AgeRange {
  readonly from?: number;
  readonly to?: number;
}

/** `code` is `system|code`, `code` alone for any system, or a list of which one suffices. */
export interface CodeCriterion {
  readonly code: string | readonly string[];
  /** also everything under the code in its system's hierarchy */
  readonly below?: boolean;
}

const comparators = ['eq', 'ne', 'gt', 'lt', 'ge', 'le'] as const;
export type Comparator = (typeof comparators)[number];

/** `number` is text so that it keeps its digits (6.50 is more precise than 6.5). */
export interface QuantityFilter {
  readonly comparator: Comparator;
  readonly number: string;
  /** UCUM code or unit as written */
  readonly unit?: string;
}

export interface ObservationCriterion extends CodeCriterion {
  readonly value?: QuantityFilter;
}

/** FHIR's administrative genders. https://hl7.org/fhir/R4B/valueset-administrative-gender.html */
export const sexes = ['male', 'female', 'other', 'unknown'] as const;
export type Sex = (typeof sexes)[number];

/** Kinds of criteria that name codes. */
const codedKinds = ['medication', 'condition', 'procedure', 'observation'] as const;
export type CodedKind = (typeof codedKinds)[number];

/** One thing asked of a patient; exactly one member is set. */
export type PatientCriterion =
  | { readonly age: AgeRange }
  | { readonly sex: Sex }
  | { readonly medication: CodeCriterion }
  | { readonly condition: CodeCriterion }
  | { readonly procedure: CodeCriterion }
  | { readonly observation: ObservationCriterion };

export type { Granularity };

export interface Question {
  readonly about?: string;
  readonly patients: {
    /** a patient must meet every one */
    readonly all: readonly PatientCriterion[];
    readonly together?: 'any-time' | 'overlapping';
    /** YYYY-MM-DD, the day at which ages are reckoned; today unless stated */
    readonly asOf?: string;
  };
  readonly datasets?: {
    readonly text?: string;
    readonly licence?: readonly string[];
    /** at least this much must be granted, as far as the record says */
    readonly granularity?: Granularity;
  };
  readonly servers?: {
    /** ISO 3166 two-letter codes */
    readonly country?: readonly string[];
  };
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuse(expression: string, message: string): never {
  throw new FhirError('value', `question: ${expression} ${message}`, { expression });
}

function objectAt(value: Json | undefined, at: string, known: readonly string[]): JsonObject {
  if (value === undefined) return {};
  if (!isObject(value)) refuse(at, 'must be an object');
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) refuse(`${at}.${key}`, `is not known; known are ${known.join(', ')}`);
  }
  return value;
}

function textAt(value: Json | undefined, at: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '') refuse(at, 'must be text that is not empty');
  return value.trim();
}

function textsAt(value: Json | undefined, at: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) refuse(at, 'must not be an empty list');
  return Object.freeze(list.map((item, index) => textAt(item, `${at}[${index}]`)!));
}

function oneOf<T extends string>(value: Json | undefined, at: string, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = allowed.find((item) => item === value);
  return found ?? refuse(at, `must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
}

function ageAt(value: Json, at: string): AgeRange {
  const range = objectAt(value, at, ['from', 'to']);
  const bound = (key: 'from' | 'to') => {
    const number = range[key];
    if (number === undefined) return undefined;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 150) {
      refuse(`${at}.${key}`, 'must be a whole number of years from 0 to 150');
    }
    return number;
  };
  const from = bound('from');
  const to = bound('to');
  if (from === undefined && to === undefined) refuse(at, 'needs from, to or both');
  if (from !== undefined && to !== undefined && from > to) refuse(at, `runs from ${from} down to ${to}`);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function codeAt(value: Json, at: string, more: readonly string[] = []): CodeCriterion {
  const given: JsonObject =
    typeof value === 'string' || Array.isArray(value)
      ? { code: value }
      : objectAt(value, at, ['code', 'below', ...more]);
  const code = textsAt(given['code'], `${at}.code`);
  if (code === undefined) refuse(`${at}.code`, 'is missing');
  for (const item of code) {
    if (item.endsWith('|') || item === '') refuse(`${at}.code`, `"${item}" names no code; write system|code`);
  }
  const below = given['below'];
  if (below !== undefined && typeof below !== 'boolean') refuse(`${at}.below`, 'must be true or false');
  return { code: code.length === 1 ? code[0]! : code, ...(below === undefined ? {} : { below }) };
}

function observationAt(value: Json, at: string): ObservationCriterion {
  const criterion = codeAt(value, at, ['value']);
  const quantity = isObject(value) ? value['value'] : undefined;
  if (quantity === undefined) return criterion;
  if (criterion.below) refuse(at, 'cannot have both below and value: FHIR search has no hierarchy inside a composite');
  const given = objectAt(quantity, `${at}.value`, ['comparator', 'number', 'unit']);
  const number = String(given['number'] ?? '');
  if (!/^[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(number)) refuse(`${at}.value.number`, 'must be a decimal number');
  const unit = textAt(given['unit'], `${at}.value.unit`);
  const comparator = oneOf(given['comparator'] ?? 'eq', `${at}.value.comparator`, comparators) ?? 'eq';
  return { ...criterion, value: { comparator, number, ...(unit === undefined ? {} : { unit }) } };
}

function criterionAt(value: Json, at: string): PatientCriterion {
  const given = objectAt(value, at, ['age', 'sex', ...codedKinds]);
  const keys = Object.keys(given);
  const kind = keys[0];
  if (keys.length !== 1 || kind === undefined) refuse(at, 'must have exactly one member, such as age or medication');
  const content = given[kind]!;
  const inside = `${at}.${kind}`;
  switch (kind) {
    case 'age':
      return { age: ageAt(content, inside) };
    case 'sex':
      return { sex: oneOf(content, inside, sexes)! };
    case 'medication':
      return { medication: codeAt(content, inside) };
    case 'condition':
      return { condition: codeAt(content, inside) };
    case 'procedure':
      return { procedure: codeAt(content, inside) };
    default:
      return { observation: observationAt(content, inside) };
  }
}

/** A day that exists, as FHIR writes dates. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function patientsAt(value: Json | undefined): Question['patients'] {
  const given = objectAt(value, 'patients', ['all', 'together', 'asOf']);
  const all = given['all'] ?? [];
  if (!Array.isArray(all)) refuse('patients.all', 'must be a list of criteria');
  const together = oneOf(given['together'], 'patients.together', ['any-time', 'overlapping'] as const);
  const asOf = textAt(given['asOf'], 'patients.asOf');
  if (asOf !== undefined && !isDay(asOf)) refuse('patients.asOf', `must be a day such as 2026-11-24, not "${asOf}"`);
  return Object.freeze({
    all: Object.freeze(all.map((item, index) => Object.freeze(criterionAt(item, `patients.all[${index}]`)))),
    ...(together === undefined ? {} : { together }),
    ...(asOf === undefined ? {} : { asOf }),
  });
}

/**
 * Reads a question from parsed JSON (or YAML), checks every part and freezes it.
 * Throws a FhirError `value` that names the place and what would be right.
 */
export function readQuestion(input: Json): Question {
  const given = objectAt(input, 'question', ['about', 'patients', 'datasets', 'servers']);
  const about = textAt(given['about'], 'about');
  const datasets = objectAt(given['datasets'], 'datasets', ['text', 'licence', 'granularity']);
  const servers = objectAt(given['servers'], 'servers', ['country']);
  const text = textAt(datasets['text'], 'datasets.text');
  const licence = textsAt(datasets['licence'], 'datasets.licence');
  const granularity = oneOf(datasets['granularity'], 'datasets.granularity', granularities);
  const country = textsAt(servers['country'], 'servers.country')?.map((code) => code.toUpperCase());
  for (const code of country ?? []) {
    if (!/^[A-Z]{2}$/.test(code)) refuse('servers.country', `"${code}" is no ISO 3166 two-letter code such as DE`);
  }
  return Object.freeze({
    ...(about === undefined ? {} : { about }),
    patients: patientsAt(given['patients']),
    datasets: Object.freeze({
      ...(text === undefined ? {} : { text }),
      ...(licence === undefined ? {} : { licence }),
      ...(granularity === undefined ? {} : { granularity }),
    }),
    servers: Object.freeze(country === undefined ? {} : { country: Object.freeze(country) }),
  });
}
