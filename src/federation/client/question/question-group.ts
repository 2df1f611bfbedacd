/** Writes a question as a definitional Group. https://hl7.org/fhir/R4B/group.html and docs/reference/question.md */

import { codingOf } from '../../../fhir/coding.ts';
import { definitional } from '../../../fhir/definitions/definitional-group.ts';
import type { Json, JsonObject } from '../../../fhir/json.ts';
import { questionGroup as names } from '../../../fhir/specification/question-group.ts';
import { codedOf } from './criterion.ts';
import type {
  ObservationCriterion,
  PatientCriterion,
  QuantityFilter,
  Question,
  Together,
  ValueFilter,
} from './question.ts';
import { belowByDefault } from './question-criterion.ts';

/** What is asked of data sets and of servers goes with a question that is kept; a server that is asked needs neither. */
export function groupOf(question: Question, fhirVersion = 'R4B'): JsonObject {
  const { resourceType, extension, ...rest } = patientsGroup(question, fhirVersion);
  const scope: JsonObject[] = [
    ...scopeOf(names.dataSets, question.datasets ?? {}),
    ...scopeOf(names.servers, question.servers ?? {}),
  ];
  const extensions = [...((extension as JsonObject[] | undefined) ?? []), ...scope]; // made below
  const { contained, ...members } = rest;
  return {
    resourceType: resourceType!,
    ...(contained === undefined ? {} : { contained }),
    ...(extensions.length === 0 ? {} : { extension: extensions }),
    ...(question.about === undefined ? {} : { name: question.about }),
    ...members,
  };
}

/** The criteria on patients alone: what `$feasibility` takes. */
export function patientsGroup({ patients }: Question, fhirVersion: string): JsonObject {
  const writer: Writer = { contained: [], shape: { type: 'person', ...definitional(fhirVersion) } };
  const { extension, ...root } = groupWith(writer, patients.all, { together: patients.together });
  const asOf = patients.asOf === undefined ? [] : [{ url: names.asOf, valueDate: patients.asOf }];
  const extensions = [...((extension as JsonObject[] | undefined) ?? []), ...asOf]; // made below
  const { resourceType, ...members } = root;
  return {
    resourceType: resourceType!,
    ...(writer.contained.length === 0 ? {} : { contained: writer.contained }),
    ...(extensions.length === 0 ? {} : { extension: extensions }),
    ...members,
  };
}

interface Writer {
  contained: JsonObject[];
  shape: JsonObject;
}

interface Combination {
  isAny?: boolean;
  together?: Together | undefined;
}

function groupWith(
  writer: Writer,
  of: readonly PatientCriterion[],
  { isAny = false, together }: Combination,
): JsonObject {
  const extension = [
    ...(isAny ? [{ url: names.combination, valueCode: 'any' }] : []),
    ...(together === undefined ? [] : [{ url: names.together, valueCode: together }]),
  ];
  return {
    resourceType: 'Group',
    ...(extension.length === 0 ? {} : { extension }),
    ...writer.shape,
    ...(of.length === 0 ? {} : { characteristic: of.map((one) => characteristicOf(writer, one, false)) }),
  };
}

const coded = (code: string): JsonObject => ({ coding: [{ system: names.system, code }] });

function characteristicOf(writer: Writer, criterion: PatientCriterion, exclude: boolean): JsonObject {
  if ('not' in criterion) return characteristicOf(writer, criterion.not, !exclude);
  if ('all' in criterion) return nested(writer, groupWith(writer, criterion.all, criterion), exclude);
  if ('any' in criterion) return nested(writer, groupWith(writer, criterion.any, { isAny: true }), exclude);
  if ('age' in criterion) return { code: coded(names.age), valueRange: yearsOf(criterion.age), exclude };
  if ('sex' in criterion) {
    const coding = [{ system: 'http://hl7.org/fhir/administrative-gender', code: criterion.sex }];
    return { code: coded(names.sex), valueCodeableConcept: { coding }, exclude };
  }
  if ('where' in criterion) {
    return { code: coded(names.where), valueCodeableConcept: { text: criterion.where }, exclude };
  }
  return recordCharacteristic(...codedOf(criterion), exclude);
}

function nested(writer: Writer, group: JsonObject, exclude: boolean): JsonObject {
  const id = `group-${writer.contained.length + 1}`;
  const { resourceType, ...members } = group;
  writer.contained.push({ resourceType: resourceType!, id, ...members });
  return { code: coded(names.group), valueReference: { reference: `#${id}` }, exclude };
}

function yearsOf({ from, to }: { from?: number; to?: number }): JsonObject {
  const years = (value: number): JsonObject => ({
    value,
    unit: 'years',
    system: 'http://unitsofmeasure.org',
    code: 'a',
  });
  return { ...(from === undefined ? {} : { low: years(from) }), ...(to === undefined ? {} : { high: years(to) }) };
}

function recordCharacteristic(
  kind: Parameters<typeof belowByDefault>[0],
  given: ObservationCriterion,
  exclude: boolean,
): JsonObject {
  const { code, below = belowByDefault(kind), value, from, to } = given;
  const extension = [
    ...(below ? [{ url: names.below, valueBoolean: true }] : []),
    ...(value === undefined ? [] : [value].flat().map(valueExtension)),
  ];
  return {
    ...(extension.length === 0 ? {} : { extension }),
    code: coded(kind),
    valueCodeableConcept: { coding: [code].flat().map((one) => codingOf(one)) },
    exclude,
    ...(from === undefined && to === undefined
      ? {}
      : { period: { ...(from === undefined ? {} : { start: from }), ...(to === undefined ? {} : { end: to }) } }),
  };
}

/** https://hl7.org/fhir/R4B/valueset-quantity-comparator.html */
export const comparatorSigns = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

/** https://hl7.org/fhir/extensions/StructureDefinition-quantity-precision.html */
export const precisionExtension = 'http://hl7.org/fhir/StructureDefinition/quantity-precision';

function valueExtension(filter: ValueFilter): JsonObject {
  if ('number' in filter) return quantityExtension(filter);
  return { url: names.value, valueCodeableConcept: { coding: [filter.code].flat().map((one) => codingOf(one)) } };
}

function quantityExtension({ comparator, number, unit }: QuantityFilter): JsonObject {
  const sign = comparator === 'eq' || comparator === 'ne' ? undefined : comparatorSigns[comparator];
  const value = Number(number);
  const decimals = /^-?\d+\.(\d+)$/.exec(number)?.[1]?.length;
  // JSON numbers lose the zeros at their end.
  const precision =
    decimals !== undefined && String(value) !== number ? [{ url: precisionExtension, valueInteger: decimals }] : [];
  return {
    url: comparator === 'ne' ? names.otherValue : names.value,
    valueQuantity: {
      ...(precision.length === 0 ? {} : { extension: precision }),
      value,
      ...(sign === undefined ? {} : { comparator: sign }),
      ...(unit === undefined ? {} : { unit }),
    },
  };
}

/** Criteria on data sets or servers as parts of an extension, named as the question names them. */
function scopeOf(url: string, criteria: object): JsonObject[] {
  const parts = Object.entries(criteria).flatMap(([name, value]: [string, Json]) =>
    [value]
      .flat()
      .map((one) => ({ url: name, ...(typeof one === 'number' ? { valueInteger: one } : { valueString: one }) })),
  );
  return parts.length === 0 ? [] : [{ url, extension: parts as JsonObject[] }]; // texts and numbers only
}
