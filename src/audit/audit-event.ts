/** Writes entries of the audit log as AuditEvents, after IHE's Basic Audit Log Patterns. https://profiles.ihe.net/ITI/BALP/ */
import { hash } from 'node:crypto';
import { canonical } from '../fhir/canonical.ts';
import type { FhirVersion } from '../fhir/definitions/model.ts';
import type { JsonObject } from '../fhir/json.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { ChainedEntry } from '../store/audit-entry.ts';
import { kindOf } from './action.ts';
import { type Agent, type Entity, shapes } from './shapes.ts';

export interface EventContext {
  fhirVersion: FhirVersion;
  /** FHIR base address of the server */
  base: string;
  /** `Type/id` by key */
  names: ReadonlyMap<Int64, string>;
  /** key of the patient to whom the event is shown: then without what concerns others */
  shownTo?: Int64;
}

const terminology = 'http://terminology.hl7.org/CodeSystem';
const dicom = 'http://dicom.nema.org/resources/ontology/DCM';
const patterns = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit';

const coding = (system: string, code: string, display?: string): JsonObject =>
  display === undefined ? { system, code } : { system, code, display };

const restful = coding(`${terminology}/audit-event-type`, 'rest', 'Restful Operation');
const source = coding(dicom, '110153', 'Source Role ID');
const destination = coding(dicom, '110152', 'Destination Role ID');
const participation = `${terminology}/v3-ParticipationType`;

/** Parts in which client, server and user take part, by the pattern. The client is the source of a query, and the server that of a resource. */
const parts = {
  Read: { client: destination, server: source, user: coding(participation, 'IRCP', 'information recipient') },
  Query: { client: source, server: destination, user: coding(participation, 'IRCP', 'information recipient') },
  Create: { client: source, server: destination, user: coding(participation, 'AUT', 'author (originator)') },
  Update: { client: source, server: destination, user: coding(participation, 'AUT', 'author (originator)') },
  Delete: {
    client: coding(dicom, '110150', 'Application'),
    server: coding(`${terminology}/provenance-participant-type`, 'custodian', 'Custodian'),
    user: coding(participation, 'AUT', 'author (originator)'),
  },
};

const objectType = coding(`${terminology}/audit-entity-type`, '2', 'System Object');
const personType = coding(`${terminology}/audit-entity-type`, '1', 'Person');
const requestType = coding('https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', 'XrequestId');
const role = (code: string, display: string): JsonObject => coding(`${terminology}/object-role`, code, display);
const resourceRole = role('4', 'Domain Resource');
const queryRole = role('24', 'Query');
const patientRole = role('1', 'Patient');
const jobRole = role('20', 'Job');

/** One AuditEvent for every patient that an entry is about, as the patterns want it, or one where it is about none. */
export function auditEvents(entry: ChainedEntry, context: EventContext): JsonObject[] {
  const { shownTo } = context;
  const all = [...new Set(entry.owners)].filter((owner) => owner !== '0');
  const patients = shownTo === undefined ? all : all.filter((one) => one === shownTo);
  if (patients.length === 0) return shownTo === undefined ? [eventOf(entry, undefined, ['0'], context)] : [];
  // What belongs to nobody is told with the first.
  return patients.map((patient, at) =>
    eventOf(entry, patient, at === 0 && shownTo === undefined ? [patient, '0'] : [patient], context),
  );
}

/** `owners` are those whose resources are told. */
function eventOf(
  entry: ChainedEntry,
  patient: Int64 | undefined,
  owners: readonly Int64[],
  context: EventContext,
): JsonObject {
  const shape = shapes[context.fhirVersion];
  const { action, subtype } = kindOf(entry.interaction);
  const name = patient === undefined ? undefined : context.names.get(patient);
  const purposes = purposesOf(entry);
  const subtypes = [coding('http://hl7.org/fhir/restful-interaction', subtype)];
  // FHIR has one code for all operations.
  if (entry.interaction.startsWith('$')) subtypes.push(coding(canonical.operation, entry.interaction.slice(1)));
  const failure = entry.status < 400 ? 'none' : entry.status < 500 ? 'minor' : 'serious';
  return {
    resourceType: 'AuditEvent',
    id: hash('sha256', `${entry.sequence} ${entry.recorded} ${entry.request} ${patient ?? ''}`, 'hex'),
    ...profileOf(entry, name, context),
    ...shape.kind(restful, subtypes),
    action,
    recorded: new Date(entry.recorded).toISOString(),
    ...shape.outcome(failure, `answered with ${entry.status}`),
    ...shape.purposes(purposes),
    ...(name === undefined ? {} : shape.patient({ reference: name })),
    agent: agentsOf(entry, context).map(shape.agent),
    source: shape.source(
      new URL(context.base).host,
      { display: context.base },
      coding(`${terminology}/security-source-type`, '4', 'Application Server'),
    ),
    entity: entitiesOf(entry, name, owners, context).map(shape.entity),
  };
}

/** The pattern that the event follows in full: those are for what succeeded, in R4, and tell what a patient is not shown of others. */
function profileOf(entry: ChainedEntry, patient: string | undefined, context: EventContext): JsonObject {
  const { pattern } = kindOf(entry.interaction);
  if (pattern === undefined || entry.status >= 400 || context.fhirVersion === 'R5') return {};
  if (context.shownTo !== undefined) return {};
  if (pattern !== 'Query' && targetOf(entry) === undefined && !isWritten(entry, context)) return {};
  return { meta: { profile: [`${patterns}.${patient === undefined ? '' : 'Patient'}${pattern}`] } };
}

const isWritten = ({ keys }: ChainedEntry, { names }: EventContext): boolean =>
  keys.length === 1 && names.has(keys[0]!);

function purposesOf({ agent: { purposes, reason } }: ChainedEntry): JsonObject[] {
  const concepts: JsonObject[] = purposes
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => {
      const at = one.lastIndexOf('|');
      return { coding: [at < 0 ? { code: one } : { system: one.slice(0, at), code: one.slice(at + 1) }] };
    });
  if (reason === '') return concepts;
  return [...concepts, { coding: [coding(`${terminology}/v3-ActReason`, 'BTG', 'break the glass')], text: reason }];
}

function agentsOf(entry: ChainedEntry, { base, shownTo }: EventContext): Agent[] {
  const { agent, network, interaction } = entry;
  const { pattern = 'Query' } = kindOf(interaction);
  const part = parts[pattern];
  const isKnown = agent.subject !== 'anonymous';
  const client = agent.client === '' ? { display: 'not stated' } : { identifier: { value: agent.client } };
  const purposes = purposesOf(entry);
  const agents: Agent[] = [
    {
      type: part.client,
      who: client,
      requestor: !isKnown,
      purposes: isKnown ? [] : purposes,
      // From where it was asked is for those who look after the server.
      ...(shownTo === undefined ? { network: { address: network, isUri: false } } : {}),
    },
    {
      type: part.server,
      who: { display: base },
      requestor: false,
      purposes: [],
      network: { address: base, isUri: true },
    },
  ];
  if (!isKnown) return agents;
  const name = agent.name === '' ? agent.subject : agent.name;
  const who = { identifier: { value: agent.subject }, display: name };
  return [...agents, { type: part.user, who, name, requestor: true, purposes }];
}

function entitiesOf(
  entry: ChainedEntry,
  patient: string | undefined,
  owners: readonly Int64[],
  context: EventContext,
): Entity[] {
  const { names, base, shownTo } = context;
  const entities: Entity[] = [];
  if (shownTo === undefined) {
    entities.push({ type: requestType, what: { identifier: { value: entry.request } } });
  }
  if (patient !== undefined) entities.push({ type: personType, role: patientRole, what: { reference: patient } });
  const told = new Set(entry.keys.filter((_, at) => owners.includes(entry.owners[at]!)));
  const main = mainEntity(entry, told, context);
  if (main !== undefined) entities.push(main.entity);
  for (const key of told) {
    const reference = names.get(key);
    if (reference === undefined || key === main?.key) continue;
    entities.push({ type: resourceType(reference), role: resourceRole, what: { reference } });
  }
  if (shownTo === undefined && entities.length === 1 && entry.path !== '') {
    // What was refused is told as it was asked for.
    entities.push({ type: objectType, role: jobRole, what: { display: `${base}/${entry.path}` } });
  }
  return entities;
}

/** The resource that was read or written, or the query. */
function mainEntity(
  entry: ChainedEntry,
  told: ReadonlySet<Int64>,
  { names, base, shownTo }: EventContext,
): { entity: Entity; key?: Int64 } | undefined {
  const { interaction, path, query, resources } = entry;
  const { pattern, action } = kindOf(interaction);
  if (pattern !== undefined && pattern !== 'Query') {
    const [only] = told;
    const target = targetOf(entry) ?? (told.size === 1 ? names.get(only!) : undefined);
    if (target === undefined) return undefined;
    return {
      entity: { type: objectType, role: resourceRole, what: { reference: target } },
      ...(told.size === 1 ? { key: only! } : {}),
    };
  }
  // Queries may name other people.
  if (shownTo !== undefined || (pattern === undefined && query === '' && action !== 'R')) return undefined;
  const asked = `${base}/${path}${query === '' ? '' : `?${query}`}`;
  const entity = { type: objectType, role: queryRole, query: Buffer.from(asked).toString('base64'), found: resources };
  return { entity };
}

/** `Type/id` or `Type/id/_history/1`, where the address names one. */
function targetOf({ path }: ChainedEntry): string | undefined {
  return /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}(?:\/_history\/\d+)?$/.test(path) ? path : undefined;
}

function resourceType(reference: string): JsonObject {
  return coding('http://hl7.org/fhir/resource-types', reference.split('/')[0]!);
}
