/** A starting point after the list of HIPAA's safe harbour; no promise in law. https://www.hhs.gov/hipaa/for-professionals/special-topics/de-identification/index.html */
import { canonical } from '../../../fhir/canonical.ts';
import { ageRules, codedRules, namingRules } from './coded.ts';
import type { ShippedProfile } from './library.ts';

/** Beginnings of US postal codes that fewer than 20,000 people share, by the census of 2000, as HHS lists them. */
const sparse = [
  ...['036', '059', '063', '102', '203', '556', '692', '790', '821', '823', '830', '831', '878', '879', '884', '890'],
  '893',
];

const births = ['Patient.birthDate', 'RelatedPerson.birthDate', 'Person.birthDate', 'Practitioner.birthDate'];

export const safeHarborLike: ShippedProfile = {
  url: `${canonical.ours}/Library/safe-harbor-like`,
  name: 'SafeHarborLike',
  title: 'Coded data without identifiers, dates as years',
  description:
    'A starting point after the identifiers that HIPAA lists (45 CFR 164.514(b)(2)): everything is redacted but codes, numbers, truth values and references by pseudonym; dates become years, ages over 89 one age, postal codes their first three digits. Codes of a system leave whatever the system is: local codes that name people must be redacted by a rule before. It is no promise in law; have it looked at.',
  content: {
    default: 'redact',
    ids: 'pseudonymise',
    rules: [
      ...namingRules,
      { path: 'Identifier', method: 'redact' },
      { path: 'Address.postalCode', method: 'generalise', digits: 3, sparse },
      ...births.map((path) => ({ path, method: 'generalise', to: 'year', maximumAge: 89 })),
      { path: 'FamilyMemberHistory.born.ofType(date)', method: 'generalise', to: 'year', maximumAge: 89 },
      { path: 'FamilyMemberHistory.born.ofType(Period)', method: 'redact' },
      ...ageRules,
      { path: 'date', method: 'generalise', to: 'year' },
      { path: 'dateTime', method: 'generalise', to: 'year' },
      { path: 'instant', method: 'generalise', to: 'year' },
      ...codedRules,
    ],
  },
};
