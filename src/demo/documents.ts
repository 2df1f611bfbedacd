/** Documents that the demo's conditions refer to, as Libraries: terms of use and a de-identification profile. https://hl7.org/fhir/R4B/library.html */
import { deidentificationType } from '../fhir/canonical.ts';
import type { JsonObject, Resource } from '../fhir/json.ts';
import { biosamplesProfile, lowlandsTerms } from './sites.ts';

const termsText = `Terms of use of the Lowlands Ageing Cohort

1. Use the data for the stated research only.
2. Do not try to find out who the participants are.
3. Cite the cohort in what you publish.
`;

/** Nothing names a patient any more; dates stay as they are, so that ages can be asked for. */
const profile: JsonObject = {
  default: 'keep',
  ids: 'pseudonymise',
  rules: [
    { path: 'HumanName', method: 'redact' },
    { path: 'Identifier', method: 'redact' },
    { path: 'Meta.tag', method: 'keep', comment: 'the data set is found by it' },
  ],
};

export const termsLibrary = (publisher: string): Resource =>
  document('lowlands-terms', lowlandsTerms, 'Terms of use', publisher, 'text/plain', termsText);

export const profileLibrary = (publisher: string): Resource =>
  document(
    'northshore-biosamples-profile',
    biosamplesProfile,
    'De-identification of records with biosamples',
    publisher,
    deidentificationType,
    JSON.stringify(profile, null, 2),
  );

function document(
  id: string,
  url: string,
  title: string,
  publisher: string,
  contentType: string,
  text: string,
): Resource {
  return {
    resourceType: 'Library',
    id,
    url,
    title,
    status: 'active',
    type: { text: title },
    publisher,
    content: [{ contentType, data: Buffer.from(text, 'utf8').toString('base64') }],
  };
}
