/** Reads the parts of a Group's characteristic that asks for records: codes, values, dates. https://hl7.org/fhir/R4B/group-definitions.html#Group.characteristic */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { questionGroup as names } from '../../fhir/specification/question-group.ts';
import type { Code, Criterion, During, RecordKind, ValueBound } from './criterion.ts';

/** A fault in what was asked, at its place. */
export function refuse(at: string, message: string): never {
  throw new FhirError('value', `${at} ${message}`, { expression: at });
}

/** Refuses members that are not known: what is not understood must not be passed over. */
export function only(holder: JsonObject, known: readonly string[], at: string): void {
  for (const name of Object.keys(holder)) {
    const isKnown =
      known.includes(name) || name.startsWith('_') || (name.startsWith('value') && known.includes('value[x]'));
    if (!isKnown) refuse(`${at}.${name}`, 'is not understood');
  }
}

/** Extensions by their URL; refuses those that are not among `known`. */
export function extensionsOf(
  holder: JsonObject,
  at: string,
  known: readonly string[],
): ReadonlyMap<string, readonly JsonObject[]> {
  const all = new Map<string, JsonObject[]>();
  for (const [index, extension] of objectsOf(holder['extension']).entries()) {
    const url = String(extension['url']);
    if (!known.includes(url)) refuse(`${at}.extension[${index}]`, `${url.slice(0, 200)} is not understood here`);
    all.set(url, [...(all.get(url) ?? []), extension]);
  }
  return all;
}

/** The codings of a concept, one at least. */
export function codesOf(concept: Json | undefined, at: string): Code[] {
  const codings = objectsOf(objectOf(concept)?.['coding']);
  if (codings.length === 0) refuse(at, 'needs valueCodeableConcept with a coding');
  return codings.map(({ system, code }): Code => {
    if (typeof code !== 'string' || code === '') refuse(at, 'has a coding without code');
    return typeof system === 'string' && system !== '' ? { system, code } : { code };
  });
}

/** Both ends of a characteristic's period; undefined where it has none. */
export function periodOf(one: JsonObject, at: string): During | undefined {
  const period = objectOf(one['period']);
  if (period === undefined) return undefined;
  const [from, to] = [period['start'], period['end']];
  if (from === undefined && to === undefined) refuse(`${at}.period`, 'needs start, end or both');
  return { ...(typeof from === 'string' ? { from } : {}), ...(typeof to === 'string' ? { to } : {}) };
}

const recordExtensions = [names.below, names.value, names.otherValue];

/** A characteristic that asks for records. */
export function recordOf(of: RecordKind, one: JsonObject, at: string): Criterion {
  const stated = extensionsOf(one, at, of === 'observation' ? recordExtensions : [names.below]);
  const [below] = stated.get(names.below) ?? [];
  if (below !== undefined && typeof below['valueBoolean'] !== 'boolean')
    refuse(`${at}.extension`, `${names.below} needs valueBoolean`);
  const values = (stated.get(names.value) ?? []).flatMap((one) => boundsOf(one, `${at}.extension`));
  const others = (stated.get(names.otherValue) ?? []).map((one) => ({
    ...boundOf(objectOf(one['valueQuantity']), `${at}.extension`),
    comparator: 'ne' as const,
  }));
  const concepts = (stated.get(names.value) ?? []).flatMap((one) =>
    one['valueCodeableConcept'] === undefined ? [] : codesOf(one['valueCodeableConcept'], `${at}.extension`),
  );
  const during = periodOf(one, at);
  return {
    kind: 'record',
    at,
    of,
    codes: codesOf(one['valueCodeableConcept'], `${at}.value`),
    below: below?.['valueBoolean'] === true,
    values: [...values, ...others],
    concepts,
    ...(during === undefined ? {} : { during }),
  };
}

function boundsOf(extension: JsonObject, at: string): ValueBound[] {
  if (extension['valueCodeableConcept'] !== undefined) return [];
  if (extension['valueQuantity'] !== undefined) return [boundOf(objectOf(extension['valueQuantity']), at)];
  const range = objectOf(extension['valueRange']);
  const ends = [['low', 'ge'] as const, ['high', 'le'] as const].flatMap(([name, comparator]): ValueBound[] => {
    const quantity = objectOf(range?.[name]);
    return quantity === undefined ? [] : [{ ...boundOf(quantity, at), comparator }];
  });
  return ends.length > 0 ? ends : refuse(at, `${names.value} needs valueQuantity, valueRange or valueCodeableConcept`);
}

/** https://hl7.org/fhir/R4B/valueset-quantity-comparator.html */
const comparators: Readonly<Record<string, ValueBound['comparator']>> = {
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};

/** Which JSON numbers lose when they end with zeros. https://hl7.org/fhir/extensions/StructureDefinition-quantity-precision.html */
const precision = 'http://hl7.org/fhir/StructureDefinition/quantity-precision';

/** A value as precise as it is stated: 7.50 is more precise than 7.5. */
function digitsOf(value: number, quantity: JsonObject): string {
  const decimals = objectsOf(quantity['extension']).find(({ url }) => url === precision)?.['valueInteger'];
  return typeof decimals === 'number' && Number.isInteger(decimals) && decimals >= 0 && decimals <= 20
    ? value.toFixed(decimals)
    : String(value);
}

function boundOf(quantity: JsonObject | undefined, at: string): ValueBound {
  const { value, comparator, system, code, unit } = quantity ?? {};
  if (typeof value !== 'number') refuse(at, 'needs a quantity with a value');
  const compared = comparator === undefined ? 'eq' : comparators[String(comparator)];
  if (compared === undefined) refuse(at, `has a comparator that is none of ${Object.keys(comparators).join(', ')}`);
  const bound: ValueBound = { comparator: compared, number: digitsOf(value, quantity!) };
  if (typeof code === 'string') return { ...bound, unit: code, ...(typeof system === 'string' ? { system } : {}) };
  return typeof unit === 'string' ? { ...bound, unit } : bound;
}
