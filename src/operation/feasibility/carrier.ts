/** Which resource types carry a kind of record, by which search parameters its code is found, and which of them tell its time. https://hl7.org/fhir/R4B/searchparameter-registry.html */
import type { Definitions } from '../../fhir/definitions/model.ts';
import { registryOf } from '../../search/index.ts';
import { type Hash, parameterKey } from '../../search/index-rows.ts';
import type { PeriodWay } from '../../search/tree.ts';
import type { RecordKind } from './criterion.ts';

/** Search parameters by their codes; the first of several that the FHIR version has. */
type PeriodCodes =
  | { kind: 'span'; parameter: readonly string[] }
  /** `until`: where it ends */
  | { kind: 'from'; parameter: readonly string[]; until?: string }
  | { kind: 'lasting'; parameter: readonly string[]; days: string };

interface Carrier {
  type: string;
  /** token parameters of the type itself, or of what a reference leads to */
  codes: readonly string[];
  concepts?: string;
  period: readonly PeriodCodes[];
}

const span = (...parameter: string[]): PeriodCodes => ({ kind: 'span', parameter });
const medicationCodes = ['code', 'medication:Medication.code'];

/** Ways to tell the time stand in the order in which they are believed. */
const carriers: Readonly<Record<RecordKind, readonly Carrier[]>> = {
  medication: [
    { type: 'MedicationStatement', codes: medicationCodes, period: [span('effective')] },
    {
      type: 'MedicationRequest',
      codes: medicationCodes,
      period: [span('dosage-period'), span('validity-period'), { kind: 'from', parameter: ['authoredon'] }],
    },
    { type: 'MedicationAdministration', codes: medicationCodes, period: [span('effective-time', 'date')] },
    {
      type: 'MedicationDispense',
      codes: medicationCodes,
      period: [
        { kind: 'lasting', parameter: ['whenhandedover'], days: 'days-supply' },
        { kind: 'lasting', parameter: ['whenprepared'], days: 'days-supply' },
      ],
    },
  ],
  condition: [
    {
      type: 'Condition',
      codes: ['code'],
      period: [
        { kind: 'from', parameter: ['onset-date'], until: 'abatement-date' },
        { kind: 'from', parameter: ['recorded-date'], until: 'abatement-date' },
      ],
    },
  ],
  procedure: [{ type: 'Procedure', codes: ['code'], period: [span('date')] }],
  observation: [{ type: 'Observation', codes: ['code'], concepts: 'value-concept', period: [span('date')] }],
  immunization: [{ type: 'Immunization', codes: ['vaccine-code'], period: [span('date')] }],
};

/** The carriers of a kind that the FHIR version has. */
export function carriersOf(kind: RecordKind, { resourceTypes }: Definitions): readonly Carrier[] {
  return carriers[kind].filter(({ type }) => resourceTypes.includes(type));
}

/** How resources of `type` tell their time; of types that are no carriers, by their `date`. Empty: they do not. */
export function periodOf(type: string, definitions: Definitions, hash: Hash): PeriodWay[] {
  const known = Object.values(carriers)
    .flat()
    .find((one) => one.type === type);
  const ways = known?.period ?? [span('date')];
  return ways.map((one) => wayOf(one, type, definitions, hash)).filter((way) => way !== undefined);
}

/** Undefined where the FHIR version has none of the parameters. */
function wayOf(codes: PeriodCodes, type: string, definitions: Definitions, hash: Hash): PeriodWay | undefined {
  const registry = registryOf(definitions);
  const key = (code: string): string => parameterKey(hash, type, code);
  const found = codes.parameter.find((code) => registry.find(type, code)?.type === 'date');
  if (found === undefined) return undefined;
  const parameter = key(found);
  switch (codes.kind) {
    case 'span':
      return { kind: 'span', parameter };
    case 'from':
      return { kind: 'from', parameter, ...(codes.until === undefined ? {} : { until: key(codes.until) }) };
    case 'lasting':
      return { kind: 'lasting', parameter, days: key(codes.days) };
  }
}
