/** Puts the rules of a de-identification profile into a Library. https://hl7.org/fhir/R4B/library.html */
import { deidentificationType } from '../../../fhir/canonical.ts';
import type { Json, JsonObject, Resource } from '../../../fhir/json.ts';

/** A profile as it is written. */
export interface StatedProfile {
  default: 'keep' | 'redact';
  ids: 'pseudonymise' | 'keep';
  rules: readonly ({ path: string; method: string; optional?: boolean; comment?: string } & Readonly<
    Record<string, Json | undefined>
  >)[];
}

export interface ShippedProfile {
  url: string;
  name: string;
  title: string;
  description: string;
  content: StatedProfile;
}

/** The Library that states the profile, to be posted and adapted. */
export function profileLibrary({ content, ...named }: ShippedProfile): Resource {
  const data = Buffer.from(JSON.stringify(content, undefined, 1)).toString('base64');
  const coding: JsonObject[] = [
    { system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' },
  ];
  return {
    resourceType: 'Library',
    status: 'active',
    type: { coding },
    ...named,
    content: [{ contentType: deidentificationType, data }],
  };
}
