/** Where the same fact is written differently in R4, R4B and R5: one table, so that the records are built by one code. https://hl7.org/fhir/R5/diff.html */
import { canonical } from '../fhir/canonical.ts';
import type { FhirVersion } from '../fhir/definitions/model.ts';
import type { JsonObject } from '../fhir/json.ts';

export interface Shapes {
  encounter(kind: JsonObject, period: JsonObject): JsonObject;
  medication(concept: JsonObject): JsonObject;
  medicationStatementStatus: string;
  /** what makes a Group one of persons who are described, not listed */
  describedGroup: JsonObject;
  sponsor(reference: JsonObject): JsonObject;
  /** connection type and what the server is for */
  endpoint(connection: JsonObject, payloads: JsonObject[]): JsonObject;
  organizationAddress(address: JsonObject): JsonObject;
  /** of a Consent that permits no use for research */
  refusal(patient: JsonObject, date: string): JsonObject;
}

const researchConsent: JsonObject = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentcategorycodes', code: 'research' }],
};

const r4: Shapes = {
  encounter: (kind, period) => ({ status: 'finished', class: kind, period }),
  medication: (concept) => ({ medicationCodeableConcept: concept }),
  medicationStatementStatus: 'active',
  describedGroup: { type: 'person', actual: false },
  sponsor: (reference) => ({ sponsor: reference }),
  endpoint: (connection, payloads) => ({ connectionType: connection, payloadType: payloads }),
  organizationAddress: (address) => ({ address: [address] }),
  refusal: (patient, date) => ({
    status: 'active',
    scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
    category: [researchConsent],
    patient,
    dateTime: date,
    policyRule: { coding: [{ system: canonical.actCode, code: 'OPTOUT' }] },
  }),
};

export const shapes: Readonly<Record<FhirVersion, Shapes>> = {
  R4: r4,
  R4B: r4,
  R5: {
    encounter: (kind, period) => ({ status: 'completed', class: [{ coding: [kind] }], actualPeriod: period }),
    medication: (concept) => ({ medication: { concept } }),
    medicationStatementStatus: 'recorded',
    describedGroup: { type: 'person', membership: 'definitional' },
    sponsor: (reference) => ({
      associatedParty: [
        {
          role: { coding: [{ system: 'http://hl7.org/fhir/research-study-party-role', code: 'sponsor' }] },
          party: reference,
        },
      ],
    }),
    endpoint: (connection, payloads) => ({
      connectionType: [{ coding: [connection] }],
      payload: [{ type: payloads }],
    }),
    organizationAddress: (address) => ({ contact: [{ address }] }),
    refusal: (patient, date) => ({
      status: 'active',
      category: [researchConsent],
      subject: patient,
      date,
      decision: 'deny',
    }),
  },
};
