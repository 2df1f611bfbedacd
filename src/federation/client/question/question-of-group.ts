/** Reads a question back from a definitional Group. https://hl7.org/fhir/R4B/group.html and docs/reference/question.md */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { FhirError } from '../../../fhir/outcome.ts';
import { questionGroup as names } from '../../../fhir/specification/question-group.ts';
import { codedKinds, type Question, questionLimits } from './question.ts';
import { belowByDefault } from './question-criterion.ts';
import { comparatorSigns, precisionExtension } from './question-group.ts';
import { readQuestion } from './question-read.ts';

/** Throws FhirError `value` that names the place of what no question of ours can say. */
export function questionOfGroup(group: JsonObject): Question {
  if (group['resourceType'] !== 'Group') refuse('Group', `is missing: this is ${String(group['resourceType'])}`);
  const extensions = extensionsOf(group, 'Group', [names.asOf, names.dataSets, names.servers, ...ofGroup]);
  const [asOf] = extensions.get(names.asOf) ?? [];
  const { name } = group;
  const root = groupAt(group, 'Group', {
    contained: objectsOf(group['contained']),
    depth: 0,
    tally: { characteristics: 0 },
  });
  const patients: JsonObject = 'any' in root ? { all: [root] } : root;
  return readQuestion({
    ...(typeof name === 'string' ? { about: name } : {}),
    patients: { ...patients, ...(asOf === undefined ? {} : { asOf: asOf['valueDate'] ?? null }) },
    datasets: scopeOf(extensions.get(names.dataSets)),
    servers: scopeOf(extensions.get(names.servers)),
  });
}

function refuse(at: string, message: string): never {
  throw new FhirError('value', `${at} ${message}`, { expression: at });
}

const ofGroup = [names.combination, names.together];

/** Extensions by URL; what is not known may turn the meaning round, so it is refused. */
function extensionsOf(holder: JsonObject, at: string, known: readonly string[]): Map<string, JsonObject[]> {
  if (holder['modifierExtension'] !== undefined) refuse(`${at}.modifierExtension`, 'is not understood');
  const all = new Map<string, JsonObject[]>();
  for (const [index, extension] of objectsOf(holder['extension']).entries()) {
    const url = String(extension['url']);
    if (!known.includes(url)) refuse(`${at}.extension[${index}]`, `${url.slice(0, 200)} is not understood here`);
    all.set(url, [...(all.get(url) ?? []), extension]);
  }
  return all;
}

interface Reader {
  contained: readonly JsonObject[];
  depth: number;
  /** what was read in all: a Group that is contained once may be meant many times */
  tally: { characteristics: number };
}

/** What names or manages a Group, and does not change who is in it. */
const ofGroupAllowed = [
  ...['resourceType', 'id', 'meta', 'language', 'text', 'contained', 'extension', 'identifier', 'active', 'type'],
  ...['actual', 'membership', 'code', 'name', 'description', 'managingEntity', 'characteristic'],
];

function groupAt(group: JsonObject, at: string, reader: Reader): JsonObject {
  if (reader.depth > questionLimits.depth) refuse(at, `has more than ${questionLimits.depth} Groups inside each other`);
  if (group['actual'] === true || group['membership'] === 'enumerated' || group['member'] !== undefined) {
    refuse(at, 'lists its members; a question is a Group of characteristics');
  }
  const other = Object.keys(group).find((name) => !ofGroupAllowed.includes(name) && !name.startsWith('_'));
  if (other !== undefined) refuse(`${at}.${other}`, 'is not understood');
  if (group['type'] !== undefined && group['type'] !== 'person') refuse(`${at}.type`, 'must be person');
  const known = reader.depth === 0 ? [names.asOf, names.dataSets, names.servers, ...ofGroup] : ofGroup;
  const extensions = extensionsOf(group, at, known);
  const code = (url: string): Json | undefined => extensions.get(url)?.[0]?.['valueCode'];
  const combination = code(names.combination) ?? 'all';
  if (combination !== 'all' && combination !== 'any')
    refuse(at, `has the combination ${String(combination)}; it is all or any`);
  const together = code(names.together);
  if (combination === 'any' && together === 'overlapping') refuse(at, 'cannot ask of alternatives that they overlap');
  const characteristics = objectsOf(group['characteristic']);
  reader.tally.characteristics += characteristics.length;
  if (reader.tally.characteristics > questionLimits.criteria) {
    refuse(at, `is too much: a question has at most ${questionLimits.criteria} characteristics`);
  }
  const of = characteristics.map((one, index) => characteristicAt(one, `${at}.characteristic[${index}]`, reader));
  if (combination === 'any') return { any: of };
  return { all: of, ...(together === undefined ? {} : { together }) };
}

const ofCharacteristic = [
  'id',
  'extension',
  'code',
  'exclude',
  'period',
  'valueCodeableConcept',
  'valueRange',
  'valueReference',
];

function characteristicAt(one: JsonObject, at: string, reader: Reader): JsonObject {
  const other = Object.keys(one).find((name) => !ofCharacteristic.includes(name));
  if (other !== undefined) refuse(`${at}.${other}`, 'is not understood');
  const criterion = criterionAt(one, at, reader);
  const { exclude } = one;
  if (exclude !== undefined && typeof exclude !== 'boolean') refuse(`${at}.exclude`, 'must be true or false');
  return exclude === true ? { not: criterion } : criterion;
}

function criterionAt(one: JsonObject, at: string, reader: Reader): JsonObject {
  const code = objectsOf(objectOf(one['code'])?.['coding']).find(({ system }) => system === names.system)?.['code'];
  const kind = codedKinds.find((known) => known === code);
  if (kind !== undefined) return { [kind]: recordAt(one, at, kind) };
  extensionsOf(one, at, []);
  if (one['period'] !== undefined) refuse(`${at}.period`, `goes with records only (${codedKinds.join(', ')})`);
  switch (code) {
    case names.age:
      return { age: yearsAt(objectOf(one['valueRange']), `${at}.value`) };
    case names.sex:
      return sexAt(one, `${at}.value`);
    case names.where: {
      const text = objectOf(one['valueCodeableConcept'])?.['text'];
      return typeof text === 'string' ? { where: text } : refuse(`${at}.value`, 'needs the search as text');
    }
    case names.group:
      return containedAt(one, at, reader);
    default: {
      const all = [names.age, names.sex, ...codedKinds, names.group, names.where].join(', ');
      return refuse(`${at}.code`, `must be a code of ${names.system}: ${all}`);
    }
  }
}

function containedAt(one: JsonObject, at: string, reader: Reader): JsonObject {
  const { contained, depth } = reader;
  const reference = objectOf(one['valueReference'])?.['reference'];
  const index = contained.findIndex(({ id }) => reference === `#${String(id)}`);
  const group = contained[index];
  if (group?.['resourceType'] !== 'Group') refuse(`${at}.value`, `${String(reference)} must be a contained Group`);
  return groupAt(group, `Group.contained[${index}]`, { ...reader, depth: depth + 1 });
}

function sexAt(one: JsonObject, at: string): JsonObject {
  const codes = codesAt(one, at, ({ code }) => ({ sex: code! }));
  return codes.length === 1 ? codes[0]! : { any: codes };
}

function yearsAt(range: JsonObject | undefined, at: string): JsonObject {
  const end = (name: 'low' | 'high', as: string): JsonObject => {
    const quantity = objectOf(range?.[name]);
    if (quantity === undefined) return {};
    const { value, code } = quantity;
    if (code !== undefined && code !== 'a') refuse(`${at}.${name}`, `must be in years (a), not ${String(code)}`);
    return { [as]: value ?? null };
  };
  return { ...end('low', 'from'), ...end('high', 'to') };
}

function codesAt<T>(one: JsonObject, at: string, as: (coding: JsonObject) => T): T[] {
  const codings = objectsOf(objectOf(one['valueCodeableConcept'])?.['coding']);
  if (codings.length === 0) refuse(at, 'needs valueCodeableConcept with a coding');
  return codings.map((coding) =>
    typeof coding['code'] === 'string' ? as(coding) : refuse(at, 'has a coding without code'),
  );
}

const codeTextOf = ({ system, code }: JsonObject): string =>
  typeof system === 'string' ? `${system}|${String(code)}` : String(code);

function recordAt(one: JsonObject, at: string, kind: (typeof codedKinds)[number]): JsonObject {
  const withValue = kind === 'observation' ? [names.value, names.otherValue] : [];
  const extensions = extensionsOf(one, at, [names.below, ...withValue]);
  const below = extensions.get(names.below)?.[0]?.['valueBoolean'] ?? false;
  const values = objectsOf(one['extension']).flatMap((extension): JsonObject[] => {
    if (extension['valueCodeableConcept'] !== undefined && extension['url'] === names.value) {
      return [{ code: codesAt(extension, `${at}.extension`, codeTextOf) }];
    }
    if (extension['url'] === names.value) return valuesAt(extension, `${at}.extension`);
    if (extension['url'] !== names.otherValue) return [];
    return [{ ...quantityAt(objectOf(extension['valueQuantity']), `${at}.extension`), comparator: 'ne' }];
  });
  const period = objectOf(one['period']);
  const { start, end } = period ?? {};
  return {
    code: codesAt(one, `${at}.value`, codeTextOf),
    ...(below === belowByDefault(kind) ? {} : { below }),
    ...(values.length === 0 ? {} : { value: values }),
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: end }),
  };
}

function valuesAt(extension: JsonObject, at: string): JsonObject[] {
  const range = objectOf(extension['valueRange']);
  if (range === undefined) return [quantityAt(objectOf(extension['valueQuantity']), at)];
  return [['low', 'ge'] as const, ['high', 'le'] as const].flatMap(([name, comparator]) => {
    const quantity = objectOf(range[name]);
    return quantity === undefined ? [] : [{ ...quantityAt(quantity, at), comparator }];
  });
}

function quantityAt(quantity: JsonObject | undefined, at: string): JsonObject {
  const { value, comparator, code, unit } = quantity ?? {};
  if (typeof value !== 'number') refuse(at, 'needs a quantity with a value');
  const signs = Object.entries(comparatorSigns);
  const compared = comparator === undefined ? 'eq' : signs.find(([, sign]) => sign === comparator)?.[0];
  if (compared === undefined)
    refuse(at, `has a comparator that is none of ${signs.map(([, sign]) => sign).join(', ')}`);
  const precision = objectsOf(quantity?.['extension']).find(({ url }) => url === precisionExtension)?.['valueInteger'];
  const number = typeof precision === 'number' ? value.toFixed(Math.min(Math.max(precision, 0), 20)) : String(value);
  const named = typeof code === 'string' ? code : unit;
  return { comparator: compared, number, ...(typeof named === 'string' ? { unit: named } : {}) };
}

/** Members that a question has once; all others are lists. */
const single = new Set(['text', 'granularity', 'minimumPatients', 'name', 'seenWithin']);

function scopeOf(extensions: readonly JsonObject[] = []): JsonObject {
  const scope: { [name: string]: Json[] } = {};
  for (const part of extensions.flatMap((one) => objectsOf(one['extension']))) {
    const name = String(part['url']);
    scope[name] = [...(scope[name] ?? []), part['valueString'] ?? part['valueInteger'] ?? null];
  }
  return Object.fromEntries(
    Object.entries(scope).map(([name, values]) => [
      name,
      single.has(name) && values.length === 1 ? values[0]! : values,
    ]),
  );
}
