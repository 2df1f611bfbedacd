/** When a record is about, read from the record itself; what FHIR versions call differently is looked for under each name. https://hl7.org/fhir/R4B/datatypes.html#Period */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import type { During } from '../question/criterion.ts';

/** Milliseconds since 1970, half-open; infinite where an end is missing. */
export interface Time {
  readonly low: number;
  readonly high: number;
}

const day = 86_400_000;

/** Ways to tell the time of a type stand in the order in which they are believed. */
const ways: Readonly<Record<string, readonly ((record: JsonObject) => Time[])[]>> = {
  MedicationStatement: [choice('effective')],
  MedicationRequest: [
    (record) =>
      objectsOf(record['dosageInstruction']).flatMap((dosage) =>
        periodOf(objectOf(objectOf(dosage['timing'])?.['repeat'])?.['boundsPeriod']),
      ),
    (record) => periodOf(objectOf(record['dispenseRequest'])?.['validityPeriod']),
    (record) => dateOf(record['authoredOn']).map(({ low }) => ({ low, high: Infinity })),
  ],
  MedicationAdministration: [choice('effective'), choice('occurence')],
  MedicationDispense: [lasting('whenHandedOver'), lasting('whenPrepared')],
  Condition: [
    (record) => untilAbated(choice('onset')(record), record),
    (record) => untilAbated(dateOf(record['recordedDate']), record),
  ],
  Procedure: [choice('performed'), choice('occurrence')],
  Observation: [choice('effective')],
  Immunization: [choice('occurrence')],
  DiagnosticReport: [choice('effective')],
  Encounter: [(record) => periodOf(record['period']), (record) => periodOf(record['actualPeriod'])],
};

export const tellsTime = (type: string): boolean => Object.hasOwn(ways, type);

/** None where the record does not say, or ends before it begins; only as much as lies within `during`. */
export function timesOf(record: JsonObject, during?: During): Time[] {
  const told = (ways[String(record['resourceType'])] ?? []).map((way) => way(record)).find((times) => times.length > 0);
  const window = during === undefined ? always : windowOf(during);
  return (told ?? [])
    .map(({ low, high }) => ({ low: Math.max(low, window.low), high: Math.min(high, window.high) }))
    .filter(({ low, high }) => low < high);
}

const always: Time = { low: -Infinity, high: Infinity };

function windowOf({ from, to }: During): Time {
  return { low: dateOf(from)[0]?.low ?? -Infinity, high: dateOf(to)[0]?.high ?? Infinity };
}

/** Whether there is a moment at which each of the branches has a time. Some time begins last: all hold then, or never. */
export function share(branches: readonly (readonly Time[])[]): boolean {
  const moments = branches.flat().map(({ low }) => low);
  return moments.some((moment) =>
    branches.every((times) => times.some(({ low, high }) => low <= moment && moment < high)),
  );
}

/** The forms in which a choice element states a time. */
function choice(name: string): (record: JsonObject) => Time[] {
  return (record) => [
    ...dateOf(record[`${name}DateTime`]),
    ...dateOf(record[`${name}Instant`]),
    ...periodOf(record[`${name}Period`]),
  ];
}

function lasting(name: string): (record: JsonObject) => Time[] {
  return (record) => {
    const stated = objectOf(record['daysSupply'])?.['value'];
    const days = typeof stated === 'number' ? Math.min(Math.max(stated, 0), 100_000) : 0;
    return dateOf(record[name]).map(({ low, high }) => ({ low, high: Math.max(high, low + days * day) }));
  };
}

function untilAbated(from: readonly Time[], record: JsonObject): Time[] {
  const ends = choice('abatement')(record);
  return from.flatMap(({ low }) =>
    ends.length === 0 ? [{ low, high: Infinity }] : ends.map(({ high }) => ({ low, high })),
  );
}

function periodOf(value: Json | undefined): Time[] {
  const period = objectOf(value);
  const [start] = dateOf(period?.['start']);
  const [end] = dateOf(period?.['end']);
  if (start === undefined && end === undefined) return [];
  return [{ low: start?.low ?? -Infinity, high: end?.high ?? Infinity }];
}

const datePattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** As much time as the date stands for: a year, a month, a day, or the second and less; without zone it is UTC. https://hl7.org/fhir/R4B/search.html#date */
function dateOf(value: Json | undefined): Time[] {
  const match = typeof value === 'string' ? datePattern.exec(value) : null;
  if (match === null) return [];
  const [, year, month, dayOfMonth, time, zone = 'Z'] = match;
  if (time !== undefined) {
    const low = Date.parse(`${year}-${month}-${dayOfMonth}T${time}${zone}`);
    const lasts = time.length === 5 ? 60_000 : time.includes('.') ? 1 : 1000;
    return Number.isNaN(low) ? [] : [{ low, high: low + lasts }];
  }
  const low = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(dayOfMonth ?? 1));
  if (dayOfMonth !== undefined) return [{ low, high: low + day }];
  const [nextYear, nextMonth] = month === undefined ? [Number(year) + 1, 0] : [Number(year), Number(month)];
  return [{ low, high: Date.UTC(nextYear, nextMonth, 1) }];
}
