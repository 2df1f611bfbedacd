/** Rules that both shipped profiles begin with: what names people and places goes, what is coded and counted stays. https://hl7.org/fhir/R4B/datatypes.html */
import type { StatedProfile } from './library.ts';

type Rules = StatedProfile['rules'];

const redacted = (path: string, comment?: string): Rules[number] => ({
  path,
  method: 'redact',
  ...(comment === undefined ? {} : { comment }),
});
const optional = (rule: Rules[number]): Rules[number] => ({ ...rule, optional: true });
const kept = (path: string): Rules[number] => ({ path, method: 'keep' });

/** Texts, pictures and signatures, of people and by people; whole, so that no `use` or `type` is left of them. */
export const namingRules: Rules = [
  redacted('HumanName'),
  redacted('ContactPoint'),
  redacted('ContactDetail'),
  optional(redacted('ExtendedContactDetail')),
  redacted('Attachment'),
  redacted('Annotation'),
  redacted('Signature'),
  redacted('Patient.contact', 'relatives and employers'),
  redacted('Location.position', 'a place on the map'),
  redacted('MolecularSequence', 'a genome names its owner'),
  optional(redacted('GenomicStudy')),
];

/** Codes of systems, codes of FHIR itself, truth values and numbers; the texts beside them do not stay. */
export const codedRules: Rules = [
  kept('Coding.system'),
  kept('Coding.code'),
  kept('Coding.userSelected'),
  kept('Quantity.value'),
  kept('Quantity.system'),
  kept('Quantity.code'),
  { path: 'code', method: 'keep', bound: true, comment: 'codes of FHIR itself' },
  kept('boolean'),
  kept('decimal'),
  kept('integer'),
  kept('positiveInt'),
  kept('unsignedInt'),
  kept('Reference.reference'),
  kept('Bundle.entry.fullUrl'),
];

const ageUnits: readonly (readonly [code: string, top: number])[] = [
  ['a', 90],
  ['mo', 1080],
  ['wk', 4695],
  ['d', 32_871],
];

const ranges: readonly string[] = [
  'Condition.onset',
  'Condition.abatement',
  'AllergyIntolerance.onset',
  'Procedure.performed',
  'Procedure.occurrence',
  'FamilyMemberHistory.age',
  'FamilyMemberHistory.deceased',
  'FamilyMemberHistory.condition.onset',
];

/** Ages of ninety and more are one age, in whatever unit and element they stand. */
export const ageRules: Rules = [
  ...ageUnits.map(([code, top]): Rules[number] => ({
    path: `Age.where(code = '${code}')`,
    method: 'round',
    top,
    comment: 'ages over 89',
  })),
  redacted('Age', 'in other units'),
  ...ranges.map((path) => optional(redacted(`${path}.ofType(Range)`, 'ages from and to'))),
  redacted("Observation.where(code.coding.where(code = '30525-0' or code = '21612-7').exists()).value", 'LOINC: age'),
];
