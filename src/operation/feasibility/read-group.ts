/** Reads a question that is a definitional Group. https://hl7.org/fhir/R4B/group.html and docs/reference/feasibility.md */
import { type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { questionGroup as names } from '../../fhir/specification/question-group.ts';
import type { Criterion } from './criterion.ts';
import { codesOf, extensionsOf, only, periodOf, recordOf, refuse } from './read-characteristic.ts';

/** What was asked, and the day at which ages are reckoned where it says one. */
export interface GroupQuestion {
  criterion: Criterion;
  asOf?: string;
}

/** Groups inside each other, and characteristics in all. */
const limits = { depth: 8, characteristics: 200 };

/** Throws FhirError that names the place (`Group.characteristic[1].value`) of what is wrong. */
export function readGroup(group: JsonObject): GroupQuestion {
  if (group['resourceType'] !== 'Group') refuse('question', `must be a Group, not a ${String(group['resourceType'])}`);
  const reader = new Reader(group);
  const criterion = reader.group(group, 'Group', 0);
  const [asOf] = extensionsOf(group, 'Group', known).get(names.asOf) ?? [];
  return { criterion, ...(asOf === undefined ? {} : { asOf: textOf(asOf, 'valueDate', `Group.extension`) }) };
}

const known = [names.combination, names.together, names.asOf];

class Reader {
  readonly #contained: readonly JsonObject[];
  #read = 0;

  constructor(root: JsonObject) {
    this.#contained = objectsOf(root['contained']);
  }

  group(group: JsonObject, at: string, depth: number): Criterion {
    if (depth > limits.depth)
      throw new FhirError('too-costly', `${at}: more than ${limits.depth} Groups inside each other`);
    if (group['actual'] === true || group['membership'] === 'enumerated' || group['member'] !== undefined) {
      refuse(
        at,
        'lists its members; a question is a Group of characteristics (actual false, or membership definitional)',
      );
    }
    if (group['modifierExtension'] !== undefined) refuse(`${at}.modifierExtension`, 'is not understood');
    const stated = extensionsOf(group, at, known);
    const combination = choice(stated.get(names.combination)?.[0], ['all', 'any'], `${at}.extension`);
    const together = choice(stated.get(names.together)?.[0], ['any-time', 'overlapping'], `${at}.extension`);
    const characteristics = objectsOf(group['characteristic']);
    this.#read += characteristics.length;
    if (this.#read > limits.characteristics) {
      throw new FhirError('too-costly', `a question may have ${limits.characteristics} characteristics, not more`);
    }
    if (characteristics.length === 0 && depth > 0) refuse(`${at}.characteristic`, 'is missing');
    const of = characteristics.map((one, index) => this.#characteristic(one, `${at}.characteristic[${index}]`, depth));
    if (combination === 'any') {
      if (together === 'overlapping') refuse(at, 'cannot ask of alternatives that they overlap');
      return { kind: 'any', at, of };
    }
    return { kind: 'all', at, of, together: together === 'overlapping' };
  }

  #characteristic(one: JsonObject, at: string, depth: number): Criterion {
    only(one, ['id', 'extension', 'code', 'value[x]', 'exclude', 'period'], at);
    const criterion = this.#criterion(one, at, depth);
    const { exclude } = one;
    if (exclude !== undefined && typeof exclude !== 'boolean') refuse(`${at}.exclude`, 'must be true or false');
    return exclude === true ? { kind: 'not', at, of: criterion } : criterion;
  }

  #criterion(one: JsonObject, at: string, depth: number): Criterion {
    const coding = objectsOf(objectOf(one['code'])?.['coding']).find(({ system }) => system === names.system);
    const code = coding?.['code'];
    const record = names.records.find((kind) => kind === code);
    if (record !== undefined) return recordOf(record, one, at);
    extensionsOf(one, at, []);
    if (periodOf(one, at) !== undefined) refuse(`${at}.period`, `goes with records only (${names.records.join(', ')})`);
    switch (code) {
      case names.age:
        return { kind: 'age', at, ...ageOf(one, `${at}.value`) };
      case names.sex:
        return { kind: 'sex', at, sexes: codesOf(one['valueCodeableConcept'], `${at}.value`) };
      case names.where:
        return { kind: 'where', at, query: textOf(objectOf(one['valueCodeableConcept']), 'text', `${at}.value`) };
      case names.group:
        return this.#nested(one, at, depth);
      default: {
        const all = [names.age, names.sex, ...names.records, names.group, names.where].join(', ');
        return refuse(`${at}.code`, `must be a code of ${names.system}: ${all}; not ${String(code)}`);
      }
    }
  }

  #nested(one: JsonObject, at: string, depth: number): Criterion {
    const reference = textOf(objectOf(one['valueReference']), 'reference', `${at}.value`);
    const index = this.#contained.findIndex(({ id }) => reference === `#${String(id)}`);
    const group = this.#contained[index];
    if (group?.['resourceType'] !== 'Group') refuse(`${at}.value`, `${reference} must be a contained Group`);
    return this.group(group, `Group.contained[${index}]`, depth + 1);
  }
}

function textOf(holder: JsonObject | undefined, name: string, at: string): string {
  const text = holder?.[name];
  return typeof text === 'string' && text.trim() !== '' ? text : refuse(at, `needs ${name}`);
}

function choice<T extends string>(extension: JsonObject | undefined, allowed: readonly T[], at: string): T | undefined {
  if (extension === undefined) return undefined;
  const found = allowed.find((one) => one === extension['valueCode']);
  return found ?? refuse(at, `${String(extension['url'])} must be valueCode ${allowed.join(' or ')}`);
}

const mostYears = 200;

function ageOf(one: JsonObject, at: string): { from?: number; to?: number } {
  const range = objectOf(one['valueRange']);
  const end = (name: 'low' | 'high'): number | undefined => {
    const quantity = objectOf(range?.[name]);
    if (quantity === undefined) return undefined;
    const { value, code } = quantity;
    if (code !== undefined && code !== 'a') refuse(`${at}.${name}`, `must be in years (a), not ${String(code)}`);
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= mostYears) return value;
    return refuse(`${at}.${name}`, `must be a whole number of years from 0 to ${mostYears}`);
  };
  const [from, to] = [end('low'), end('high')];
  if (from === undefined && to === undefined) refuse(at, 'needs valueRange with low, high or both');
  if (from !== undefined && to !== undefined && from > to) refuse(at, `runs from ${from} down to ${to}`);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
