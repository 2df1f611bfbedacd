/** A made-up community of thousands of repositories: what each data set holds, and how many of its patients meet a question. The same seed gives the same community in every process. */
import { atcSystem } from '../../src/demo/atc.ts';
import { createRandom } from '../../src/demo/random.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject, Resource } from '../../src/fhir/json.ts';

export interface Community {
  servers: number;
  dataSetsEach: number;
  /** where the simulator listens; servers that are down are named with the port after it */
  port: number;
}

export interface SimulatedServer {
  index: number;
  base: string;
  country: string;
  /** nobody answers there */
  isDown: boolean;
  /** answers with what is no truth; what kind */
  lie?: 'negative' | 'text' | 'html' | 'foreign';
  hasSummary: boolean;
  /** milliseconds that half of its answers take longer than */
  medianMs: number;
}

export interface SimulatedDataSet {
  id: string;
  server: SimulatedServer;
  title: string;
  patients: number;
  /** medication code -> share of the patients */
  medications: ReadonlyMap<string, number>;
  /** share of patients aged 65 and more */
  elderly: number;
}

const countries = ['DE', 'NL', 'FR', 'IT', 'ES', 'SE', 'PL', 'AT', 'FI', 'PT'];
const lies = ['negative', 'text', 'html', 'foreign'] as const;
const cardiac = ['C07AB02', 'C07AB07', 'C08CA01', 'C09AA05', 'C10AA01'];
const others = ['A10BA02', 'A10BB12', 'C09CA01', 'C10AA05', 'C09AA02'];
export const tagSystem = 'https://simulated.example.org/data-set';

/** Server `index` answers at an address of its own within 127.0.0.0/8. */
export function serverAt(index: number, { port }: Community): SimulatedServer {
  const random = createRandom(`server ${index}`);
  const place = index + 2 ** 16;
  const isDown = random.chance(0.05);
  const isLying = random.chance(0.02);
  const lie = random.pick(lies);
  return {
    index,
    base: `http://127.${place >> 16}.${(place >> 8) & 255}.${place & 255}:${isDown ? port + 1 : port}/fhir`,
    country: random.pick(countries),
    isDown,
    ...(isLying && !isDown ? { lie } : {}),
    hasSummary: !random.chance(0.02),
    medianMs: 20 * Math.exp(random.next() * 2.3),
  };
}

export function dataSetsOf(server: SimulatedServer, { dataSetsEach }: Community): SimulatedDataSet[] {
  return Array.from({ length: dataSetsEach }, (_, at) => {
    const id = `s${server.index}-d${at}`;
    const random = createRandom(`data set ${id}`);
    const kind = random.next();
    const named = kind < 0.02 ? [...cardiac, 'C08DA01'] : kind < 0.2 ? cardiac : others;
    const medications = new Map(
      kind < 0.4 ? named.map((code): [string, number] => [code, 0.02 + 0.3 * random.next()]) : [],
    );
    return {
      id,
      server,
      title: `Data set ${at} of server ${server.index}`,
      patients: Math.round(50 * Math.exp(random.next() * 6)),
      medications,
      elderly: random.next() * 0.5,
    };
  });
}

/** Patients that have one of the codes, or of those below. */
export function patientsWith({ patients, medications }: SimulatedDataSet, codes: readonly string[]): number {
  const shares = [...medications]
    .filter(([code]) => codes.some((one) => code.startsWith(one)))
    .map(([, share]) => share);
  // As if each medication were given by chance of its own.
  return Math.floor(patients * (1 - shares.reduce((none, share) => none * (1 - share), 1)));
}

/** Patients who meet all: as if criteria were independent. */
export function patientsMeeting(
  dataSet: SimulatedDataSet,
  question: { medications: readonly (readonly string[])[]; elderly: boolean },
): number {
  const { patients, elderly } = dataSet;
  const share = question.medications.reduce((all, codes) => (all * patientsWith(dataSet, codes)) / patients, 1);
  return Math.floor(patients * share * (question.elderly ? elderly : 1));
}

const uri = 'urn:ietf:rfc:3986';
const identifierOf = (id: string): string => `https://simulated.example.org/${id}`;
const coding = (system: string, code: string): JsonObject => ({ coding: [{ system, code }] });

export function libraryOf({ id, title, server, medications }: SimulatedDataSet): Resource {
  const types = ['Patient', 'Condition', ...(medications.size > 0 ? ['MedicationRequest'] : [])];
  return {
    resourceType: 'Library',
    id,
    url: identifierOf(id),
    identifier: [{ system: uri, value: identifierOf(id) }],
    extension: [
      { url: canonical.licenceCodeable, valueCodeableConcept: coding(canonical.spdx, 'CC-BY-4.0') },
      { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] },
    ],
    title,
    status: 'active',
    type: coding(canonical.libraryType, 'asset-collection'),
    date: '2026-01-01',
    dataRequirement: types.map((type) => ({ type })),
    content: [{ contentType: 'application/fhir+json', url: `${server.base}/Patient?_tag=${tagSystem}|${id}` }],
  };
}

export const threshold = 10;

/** As a repository publishes it: named is what at least the threshold of patients have. */
export function summaryOf(dataSet: SimulatedDataSet): Resource {
  const { id, server, patients, medications, elderly } = dataSet;
  const groups = new Set(
    [...medications.keys()].flatMap((code) => [3, 4, 5, 7].map((length) => code.slice(0, length))),
  );
  const stratum = (system: string, code: string, count: number): JsonObject[] =>
    count < threshold
      ? []
      : [{ value: coding(system, code), population: [{ code: initial, count: Math.round(count / 10) * 10 }] }];
  const codes = [...groups].flatMap((code) => stratum(atcSystem, code, patientsWith(dataSet, [code])));
  const ages = Array.from({ length: 19 }, (_, at) =>
    stratum(
      canonical.ageBand,
      at === 18 ? '90-' : `${at * 5}-${at * 5 + 4}`,
      at < 13 ? (patients * (1 - elderly)) / 13 : (patients * elderly) / 6,
    ),
  ).flat();
  const part = (code: string, strata: JsonObject[]): JsonObject[] =>
    strata.length === 0 ? [] : [{ code: [coding(canonical.contentSummaryCode, code)], stratum: strata }];
  return {
    resourceType: 'MeasureReport',
    id: `summary-${id}`,
    meta: { profile: [canonical.contentSummary], source: `${server.base}/MeasureReport/summary-${id}` },
    extension: [
      {
        url: canonical.summaryDataSet,
        valueReference: {
          reference: `${server.base}/Library/${id}`,
          identifier: { system: uri, value: identifierOf(id) },
        },
      },
      { url: canonical.endpoint, valueReference: { reference: `Endpoint/s${server.index}` } },
      { url: canonical.summaryPatients, valueInteger: patients < threshold ? 0 : Math.round(patients / 10) * 10 },
      {
        url: canonical.countDisclosure,
        extension: [
          { url: 'granularity', valueCode: 'count' },
          { url: 'threshold', valueInteger: threshold },
          { url: 'rounding', valueInteger: 10 },
          { url: 'suppressed', valueBoolean: false },
        ],
      },
      { url: canonical.licenceCodeable, valueCodeableConcept: coding(canonical.spdx, 'CC-BY-4.0') },
      { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'count' }] },
    ],
    identifier: [{ system: uri, value: `${identifierOf(id)}/content-summary` }],
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    date: new Date().toISOString(),
    period: { start: '2010-01-01', end: '2026-01-01' },
    group: [
      {
        code: coding(canonical.contentSummaryCode, 'patients'),
        population: [{ code: initial, count: patients }],
        stratifier: part('age', ages),
      },
      { code: coding(resourceTypes, 'Condition'), population: [{ code: initial, count: patients }] },
      ...(medications.size === 0
        ? []
        : [
            {
              code: coding(resourceTypes, 'MedicationRequest'),
              population: [{ code: initial, count: patients }],
              stratifier: part('code', codes),
            },
          ]),
    ].map((one) =>
      Object.fromEntries(Object.entries(one).filter(([, value]) => !Array.isArray(value) || value.length > 0)),
    ) as JsonObject[],
  };
}

const initial = coding('http://terminology.hl7.org/CodeSystem/measure-population', 'initial-population');
const resourceTypes = 'http://hl7.org/fhir/resource-types';

export function organizationOf({ index, country }: SimulatedServer): Resource {
  return {
    resourceType: 'Organization',
    id: `s${index}`,
    active: true,
    name: `Organisation ${index}`,
    address: [{ country }],
  };
}

/** As a discovery server keeps its members: it notes when they answered, and that they have no summary. */
export function endpointOf({ index, base, hasSummary }: SimulatedServer): Resource {
  return {
    resourceType: 'Endpoint',
    id: `s${index}`,
    extension: [
      { url: canonical.lastSeen, valueInstant: '2026-11-01T00:00:00Z' },
      ...(hasSummary ? [] : [{ url: canonical.memberProblem, valueCode: 'no-summary' }]),
    ],
    status: 'active',
    connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
    name: `Repository ${index}`,
    managingOrganization: { reference: `Organization/s${index}` },
    payloadType: [coding(canonical.endpointRole, 'repository')],
    address: base,
  };
}

/** The little of it that is searched by. */
export function statementOf({ index, base }: SimulatedServer): Resource {
  return {
    resourceType: 'CapabilityStatement',
    id: `s${index}`,
    extension: [{ url: canonical.endpoint, valueReference: { reference: `Endpoint/s${index}` } }],
    status: 'active',
    kind: 'instance',
    date: '2026-01-01',
    fhirVersion: '4.3.0',
    format: ['json'],
    implementation: { description: `Repository ${index}`, url: base },
    rest: [{ mode: 'server', resource: [{ type: 'Library' }, { type: 'Patient' }, { type: 'MedicationRequest' }] }],
  };
}
