/** A community as a discovery server holds it: servers of all kinds, what they can do, and what their data sets hold. See docs/reference/discovery.md */
import { shapes } from '../../src/demo/shapes.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';
import type { JsonObject, Resource } from '../../src/fhir/json.ts';

export const atc = 'http://www.whocc.no/atc';
const extension = (url: string, value: JsonObject): JsonObject => ({ url, ...value });
const coding = (system: string, code: string): JsonObject => ({ coding: [{ system, code }] });

interface ServerPlan {
  id: string;
  name: string;
  country: string;
  city: string;
  /** language of what is written there */
  language: string;
  role: 'repository' | 'metadata-registry' | 'discovery';
  status?: string;
  membership?: string;
  seen: string;
  /** FHIR version, that of the world's server when absent */
  operations: readonly string[];
  parameters: readonly string[];
  types: readonly string[];
  profile?: string;
  security?: string;
  summaries: readonly SummaryPlan[];
}

interface SummaryPlan {
  id: string;
  codes: readonly string[];
  ages: readonly string[];
  types: readonly string[];
  patients: number;
  period: readonly [string, string];
  date: string;
  licence?: string;
  level: string;
  dataUse?: string;
  visa?: string;
}

const feasibility = `${canonical.ours}/OperationDefinition/feasibility`;
const gender = 'http://hl7.org/fhir/SearchParameter/individual-gender';

const servers: readonly ServerPlan[] = [
  {
    id: 'hospital',
    name: 'Hospital North',
    country: 'DE',
    city: 'Berlin',
    language: 'de',
    role: 'repository',
    seen: '2026-11-20T08:00:00Z',
    operations: [feasibility],
    parameters: [gender],
    types: ['Patient', 'MedicationRequest'],
    profile: 'https://example.org/StructureDefinition/mii-medication',
    security: 'SMART-on-FHIR',
    summaries: [
      {
        id: 'routine',
        codes: ['C07AB02', 'C07', 'C08DA01', 'C08'],
        ages: ['65-69', '70-74'],
        types: ['MedicationRequest', 'Condition'],
        patients: 1200,
        period: ['2010-01-01', '2024-12-31'],
        date: '2026-11-19T00:00:00Z',
        licence: 'CC-BY-4.0',
        level: 'count',
      },
    ],
  },
  {
    id: 'cohort',
    name: 'Cohort by the Sea',
    country: 'NL',
    city: 'Utrecht',
    language: 'nl',
    role: 'repository',
    seen: '2026-11-01T08:00:00Z',
    operations: [],
    parameters: [],
    types: ['Patient', 'MedicationStatement'],
    summaries: [
      {
        id: 'cohort-beta',
        codes: ['C07AB02', 'C07'],
        ages: ['40-44'],
        types: ['MedicationStatement'],
        patients: 90,
        period: ['2020-01-01', '2022-12-31'],
        date: '2025-01-01T00:00:00Z',
        licence: 'CC-BY-NC-4.0',
        level: 'record',
        dataUse: 'DUO_0000006',
        visa: 'ResearcherStatus',
      },
      {
        id: 'cohort-calcium',
        codes: ['C08DA01', 'C08'],
        ages: ['70-74'],
        types: ['MedicationStatement', 'Observation'],
        patients: 4000,
        period: ['2015-01-01', '2016-12-31'],
        date: '2026-11-18T00:00:00Z',
        licence: 'CC-BY-4.0',
        level: 'exists',
      },
    ],
  },
  {
    id: 'clinic',
    name: 'Clinic South',
    country: 'DE',
    city: 'Munich',
    language: 'de',
    role: 'repository',
    seen: '2026-11-20T09:00:00Z',
    operations: [],
    parameters: [gender],
    types: ['Patient', 'Observation'],
    summaries: [
      {
        id: 'labs',
        codes: ['A02BC01'],
        ages: ['65-69'],
        types: ['Observation'],
        patients: 30,
        period: ['2001-01-01', '2001-12-31'],
        date: '2026-11-19T00:00:00Z',
        level: 'count',
      },
    ],
  },
  {
    id: 'dead',
    name: 'Gone Hospital',
    country: 'DE',
    city: 'Berlin',
    language: 'de',
    role: 'repository',
    status: 'off',
    seen: '2026-01-01T00:00:00Z',
    operations: [feasibility],
    parameters: [gender],
    types: ['Patient'],
    summaries: [
      {
        id: 'gone',
        codes: ['C07AB02', 'C07'],
        ages: ['65-69'],
        types: ['MedicationRequest'],
        patients: 5000,
        period: ['2010-01-01', '2024-12-31'],
        date: '2026-01-01T00:00:00Z',
        licence: 'CC-BY-4.0',
        level: 'count',
      },
    ],
  },
  ...(['metadata-registry', 'discovery'] as const).map(
    (role): ServerPlan => ({
      id: role,
      name: `The ${role}`,
      country: 'BE',
      city: 'Ghent',
      language: 'nl',
      role,
      seen: '2026-11-20T09:00:00Z',
      operations: [],
      parameters: [],
      types: ['Library'],
      summaries: [],
    }),
  ),
];

/** ATC as far as the world has it. */
const hierarchy: Resource = {
  resourceType: 'CodeSystem',
  id: 'atc',
  url: atc,
  status: 'active',
  content: 'fragment',
  concept: [
    {
      code: 'C',
      concept: [
        { code: 'C07', concept: [{ code: 'C07AB02' }] },
        { code: 'C08', concept: [{ code: 'C08DA01' }] },
      ],
    },
  ],
};

/** Everything that the discovery server holds, in the FHIR version that it speaks. */
export function directoryWorld(version: FhirVersion, fhirVersion: string): Resource[] {
  return [
    hierarchy,
    ...servers.flatMap((server) => [
      organizationOf(server, version),
      endpointOf(server, version),
      statementOf(server, fhirVersion),
      ...server.summaries.map((one) => summaryOf(one, server, version)),
    ]),
  ];
}

function organizationOf({ id, name, country, city, language }: ServerPlan, version: FhirVersion): Resource {
  return {
    resourceType: 'Organization',
    id,
    language,
    active: true,
    name,
    type: [coding('http://terminology.hl7.org/CodeSystem/organization-type', 'prov')],
    ...shapes[version].organizationAddress({ country, city }),
  };
}

function endpointOf(
  { id, name, role, status = 'active', membership, seen }: ServerPlan,
  version: FhirVersion,
): Resource {
  const connection = { system: canonical.connectionType, code: 'hl7-fhir-rest' };
  return {
    resourceType: 'Endpoint',
    id,
    status,
    name,
    managingOrganization: { reference: `Organization/${id}` },
    address: `https://${id}.example/fhir`,
    ...shapes[version].endpoint(connection, [coding(canonical.endpointRole, role)]),
    extension: [
      extension(canonical.lastSeen, { valueInstant: seen }),
      ...(membership === undefined ? [] : [extension(canonical.membership, { valueCode: membership })]),
    ],
  };
}

function statementOf(
  { id, operations, parameters, types, profile, security }: ServerPlan,
  fhirVersion: string,
): Resource {
  return {
    resourceType: 'CapabilityStatement',
    id,
    extension: [extension(canonical.endpoint, { valueReference: { reference: `Endpoint/${id}` } })],
    status: 'active',
    kind: 'instance',
    date: '2026-01-01',
    fhirVersion,
    format: ['json'],
    implementation: { description: id, url: `https://${id}.example/fhir` },
    rest: [
      {
        mode: 'server',
        ...(security === undefined
          ? {}
          : {
              security: {
                service: [coding('http://terminology.hl7.org/CodeSystem/restful-security-service', security)],
              },
            }),
        resource: types.map((type) => ({
          type,
          ...(profile === undefined || type !== 'MedicationRequest' ? {} : { supportedProfile: [profile] }),
          ...(type !== 'Patient' || parameters.length === 0
            ? {}
            : { searchParam: parameters.map((definition) => ({ name: 'gender', type: 'token', definition })) }),
        })),
        ...(operations.length === 0
          ? {}
          : { operation: operations.map((definition) => ({ name: definition.split('/').at(-1)!, definition })) }),
      },
    ],
  };
}

function summaryOf(plan: SummaryPlan, { id }: ServerPlan, version: FhirVersion): Resource {
  const { codes, ages, types, patients, period, date, licence, level, dataUse, visa } = plan;
  const strata = (system: string, values: readonly string[]): JsonObject[] =>
    values.map((code) => ({ [version === 'R5' ? 'valueCodeableConcept' : 'value']: coding(system, code) }));
  const stratifier = (by: string, stratum: JsonObject[]): JsonObject => {
    const code = coding(canonical.contentSummaryCode, by);
    return { code: version === 'R5' ? code : [code], stratum };
  };
  return {
    resourceType: 'MeasureReport',
    id: plan.id,
    meta: { profile: [canonical.contentSummary] },
    identifier: [{ system: canonical.uri, value: `urn:data-set:${plan.id}/content-summary` }],
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    date,
    period: { start: period[0], end: period[1] },
    extension: [
      extension(canonical.summaryDataSet, {
        valueReference: { identifier: { system: canonical.uri, value: `urn:data-set:${plan.id}` } },
      }),
      extension(canonical.endpoint, { valueReference: { reference: `Endpoint/${id}` } }),
      extension(canonical.summaryPatients, { valueInteger: patients }),
      extension(canonical.granularity, { extension: [{ url: 'level', valueCode: level }] }),
      ...(licence === undefined
        ? []
        : [extension(canonical.licenceCodeable, { valueCodeableConcept: coding(canonical.spdx, licence) })]),
      ...(dataUse === undefined
        ? []
        : [
            extension(canonical.dataUse, {
              extension: [{ url: 'term', valueCoding: { system: canonical.duo, code: dataUse } }],
            }),
          ]),
      ...(visa === undefined ? [] : [extension(canonical.visa, { extension: [{ url: 'type', valueCode: visa }] })]),
    ],
    group: [
      {
        code: coding(canonical.contentSummaryCode, 'patients'),
        stratifier: [stratifier('age', strata(canonical.ageBand, ages))],
      },
      ...types.map((type, at) => ({
        code: coding('http://hl7.org/fhir/resource-types', type),
        ...(at > 0 ? {} : { stratifier: [stratifier('code', strata(atc, codes))] }),
      })),
    ],
  };
}
