/** Where an AuditEvent is written differently in R4, R4B and R5: one table, so that events are built by one code. https://hl7.org/fhir/R5/auditevent.html */
import type { FhirVersion } from '../fhir/definitions/model.ts';
import type { JsonObject } from '../fhir/json.ts';

export interface Agent {
  type: JsonObject;
  who: JsonObject;
  name?: string;
  requestor: boolean;
  /** address, and whether it is a URI (else of the internet protocol) */
  network?: { address: string; isUri: boolean };
  purposes: JsonObject[];
}

export interface Entity {
  /** a Coding */
  type: JsonObject;
  /** a Coding */
  role?: JsonObject;
  what?: JsonObject;
  /** in base64 */
  query?: string;
  /** how many resources it gave */
  found?: number;
}

export interface Shapes {
  /** what it was, and more closely what */
  kind(type: JsonObject, subtypes: JsonObject[]): JsonObject;
  outcome(failure: 'none' | 'minor' | 'serious', text: string): JsonObject;
  purposes(concepts: JsonObject[]): JsonObject;
  agent(agent: Agent): JsonObject;
  source(site: string, observer: JsonObject, type: JsonObject): JsonObject;
  entity(entity: Entity): JsonObject;
  /** the patient that it is about */
  patient(reference: JsonObject): JsonObject;
}

const concept = (coding: JsonObject): JsonObject => ({ coding: [coding] });
const listed = (name: string, list: JsonObject[]): JsonObject => (list.length === 0 ? {} : { [name]: list });

const r4: Shapes = {
  kind: (type, subtype) => ({ type, subtype }),
  outcome: (failure, text) => ({
    outcome: { none: '0', minor: '4', serious: '8' }[failure],
    ...(failure === 'none' ? {} : { outcomeDesc: text }),
  }),
  purposes: (concepts) => listed('purposeOfEvent', concepts),
  agent: ({ type, who, name, requestor, network, purposes }) => ({
    type: concept(type),
    who,
    ...(name === undefined ? {} : { name }),
    requestor,
    ...(network === undefined ? {} : { network: { address: network.address, type: network.isUri ? '5' : '2' } }),
    ...listed('purposeOfUse', purposes),
  }),
  source: (site, observer, type) => ({ site, observer, type: [type] }),
  entity: ({ type, role, what, query, found }) => ({
    ...(what === undefined ? {} : { what }),
    type,
    ...(role === undefined ? {} : { role }),
    ...(query === undefined ? {} : { query }),
    ...(found === undefined ? {} : { description: `${found} resources` }),
  }),
  patient: () => ({}),
};

export const shapes: Readonly<Record<FhirVersion, Shapes>> = {
  R4: r4,
  R4B: r4,
  R5: {
    kind: (type, subtypes) => ({ category: [concept(type)], code: { coding: subtypes } }),
    outcome: (failure, text) => ({
      outcome: {
        code: {
          system: 'http://hl7.org/fhir/issue-severity',
          code: { none: 'success', minor: 'error', serious: 'fatal' }[failure],
        },
        ...(failure === 'none' ? {} : { detail: [{ text }] }),
      },
    }),
    purposes: (concepts) => listed('authorization', concepts),
    agent: ({ type, who, requestor, network, purposes }) => ({
      type: concept(type),
      who,
      requestor,
      ...(network === undefined
        ? {}
        : network.isUri
          ? { networkUri: network.address }
          : { networkString: network.address }),
      ...listed('authorization', purposes),
    }),
    source: (site, observer, type) => ({ site: { display: site }, observer, type: [concept(type)] }),
    entity: ({ role, what, query, found }) => ({
      ...(what === undefined ? {} : { what }),
      ...(role === undefined ? {} : { role: concept(role) }),
      ...(query === undefined ? {} : { query }),
      ...(found === undefined ? {} : { detail: [{ type: { text: 'resources' }, valueInteger: found }] }),
    }),
    patient: (reference) => ({ patient: reference }),
  },
};
