/** Where the same fact is written differently in R4, R4B and R5: one table, so that the records are built by one code. https://hl7.org/fhir/R5/diff.html */
import type { FhirVersion } from '../fhir/definitions/model.ts';
import type { JsonObject } from '../fhir/json.ts';

export interface Shapes {
  encounter(kind: JsonObject, period: JsonObject): JsonObject;
  medication(concept: JsonObject): JsonObject;
  medicationStatementStatus: string;
  /** the members of a Group of persons, listed or described */
  group(isListed: boolean): JsonObject;
  sponsor(reference: JsonObject): JsonObject;
  /** connection type and what the server is for */
  endpoint(connection: JsonObject, payloads: JsonObject[]): JsonObject;
  organizationAddress(address: JsonObject): JsonObject;
}

const r4: Shapes = {
  encounter: (kind, period) => ({ status: 'finished', class: kind, period }),
  medication: (concept) => ({ medicationCodeableConcept: concept }),
  medicationStatementStatus: 'active',
  group: (isListed) => ({ type: 'person', actual: isListed }),
  sponsor: (reference) => ({ sponsor: reference }),
  endpoint: (connection, payloads) => ({ connectionType: connection, payloadType: payloads }),
  organizationAddress: (address) => ({ address: [address] }),
};

export const shapes: Readonly<Record<FhirVersion, Shapes>> = {
  R4: r4,
  R4B: r4,
  R5: {
    encounter: (kind, period) => ({ status: 'completed', class: [{ coding: [kind] }], actualPeriod: period }),
    medication: (concept) => ({ medication: { concept } }),
    medicationStatementStatus: 'recorded',
    group: (isListed) => ({ type: 'person', membership: isListed ? 'enumerated' : 'definitional' }),
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
  },
};
