/** The community's metadata by FHIR for FAIR: data sets, studies, organisations, endpoints. https://hl7.org/fhir/uv/fhir-for-fair/STU1/artifacts.html */
import { canonical } from '../fhir/canonical.ts';
import type { JsonObject, Resource } from '../fhir/json.ts';
import { profileLibrary, termsLibrary } from './documents.ts';
import { patientId } from './records.ts';
import { shapes } from './shapes.ts';
import { type DataSetPlan, type Site, type SiteName, sites, tagSystem } from './sites.ts';

/** FHIR base address of every server. */
export type Addresses = Readonly<Record<SiteName, string>>;

const published = '2025-12-31';

export const dataSetUrl = (plan: DataSetPlan): string => `https://fairway.health/demo/data-set/${plan.id}`;

/** How a registry comes to the records of its members: they are written there, or it harvests them. */
export type Describing = 'written' | 'harvested';

/** All metadata of one server, in the order in which they should be written. */
export function metadataOf(site: Site, patients: number, at: Addresses, how: Describing = 'written'): Resource[] {
  const own = [organization(site, site), ...committeeOf(site), endpoint(site, site, at)];
  const members = [...site.names, ...site.describes].map((name) => sites[name]);
  const described = how === 'written' ? site.describes.map((name) => sites[name]) : [];
  return [
    ...own,
    ...members.flatMap((member) => [organization(member, site), memberEndpoint(member, site, at)]),
    ...described.flatMap((member) => [...committeeOf(member), study(member, site)]),
    ...described.flatMap((member) => member.dataSets.flatMap((plan) => recordOf(plan, member, at))),
    ...(site.style === undefined ? [] : [study(site, site)]),
    ...documentsOf(site),
    ...site.dataSets.flatMap((plan) => recordOf(plan, site, at)),
    ...site.dataSets.map((plan) => extent(plan, site, patients)),
  ];
}

/** A data set, and how its record came about. */
const recordOf = (plan: DataSetPlan, site: Site, at: Addresses): Resource[] => [
  library(plan, site, at),
  provenance(plan, site),
];

function organization(about: Site, on: Site): Resource {
  return {
    resourceType: 'Organization',
    id: about.name,
    active: true,
    name: about.organisation,
    ...shapes[on.fhirVersion].organizationAddress({ country: about.country }),
  };
}

function committeeOf({ name, committee }: Site): Resource[] {
  if (committee === undefined) return [];
  const partOf = { reference: `Organization/${name}` };
  return [{ resourceType: 'Organization', id: committee.id, active: true, name: committee.name, partOf }];
}

/** What conditions refer to: the terms to accept, the rules by which records are de-identified. */
function documentsOf({ name, organisation }: Site): Resource[] {
  if (name === 'cohort') return [termsLibrary(organisation)];
  return name === 'hospital' ? [profileLibrary(organisation)] : [];
}

const payloadOf = { repository: 'repository', registry: 'metadata-registry', discovery: 'discovery' } as const;

function endpoint(about: Site, on: Site, at: Addresses): Resource {
  const payloads = about.roles.map((role) => ({ coding: [{ system: canonical.endpointRole, code: payloadOf[role] }] }));
  return {
    resourceType: 'Endpoint',
    id: about.name,
    status: 'active',
    ...shapes[on.fhirVersion].endpoint({ system: canonical.connectionType, code: 'hl7-fhir-rest' }, payloads),
    name: about.organisation,
    managingOrganization: { reference: `Organization/${about.name}` },
    address: at[about.name],
  };
}

/** Of a member whom a steward admitted, and who may publish the data sets of the demo; a registry also those of others. */
function memberEndpoint(about: Site, on: Site, at: Addresses): Resource {
  const speaksFor = about.describes.length > 0 ? '*' : 'https://fairway.health/demo/';
  return {
    ...endpoint(about, on, at),
    extension: [
      { url: canonical.membership, valueCode: 'approved' },
      { url: canonical.speaksFor, valueString: speaksFor },
    ],
  };
}

/** About nothing but metadata, so that everyone may read it. */
function provenance({ id }: DataSetPlan, { name }: Site): Resource {
  return {
    resourceType: 'Provenance',
    id: `${id}-made`,
    target: [{ reference: `Library/${id}` }],
    recorded: `${published}T12:00:00Z`,
    activity: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'CREATE' }] },
    agent: [
      {
        type: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' }],
        },
        who: { reference: `Organization/${name}` },
      },
    ],
    entity: [{ role: 'source', what: { reference: `ResearchStudy/${name}` } }],
  };
}

function study(about: Site, on: Site): Resource {
  return {
    resourceType: 'ResearchStudy',
    id: about.name,
    status: 'active',
    title: about.organisation,
    description: `The study whose data sets ${about.organisation} holds.`,
    ...shapes[on.fhirVersion].sponsor({ reference: `Organization/${about.name}` }),
  };
}

function library(plan: DataSetPlan, site: Site, at: Addresses): Resource {
  const base = at[site.name];
  const types = ['Patient', 'Condition', site.style!.medications, 'Encounter', 'Observation'];
  return {
    resourceType: 'Library',
    id: plan.id,
    meta: { profile: [canonical.libraryProfile] },
    extension: [...licence(plan), ...plan.conditions, relatedContent(plan, base)],
    url: dataSetUrl(plan),
    identifier: [{ system: canonical.uri, value: dataSetUrl(plan) }],
    version: '1.0.0',
    title: plan.title,
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    subjectCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Patient' }] },
    date: published,
    publisher: site.organisation,
    contact: [{ name: site.organisation, telecom: [{ system: 'url', value: pageOf(site) }] }],
    description: plan.description,
    purpose: 'Collected in care and research; kept to answer questions of health research.',
    usage: 'Ask by conditions, medications, values and ages. The conditions say who may have what.',
    effectivePeriod: { start: '2016-01-01', end: published },
    jurisdiction: [{ coding: [{ system: 'urn:iso:std:iso:3166', code: site.country }] }],
    copyright: [site.organisation, ...(plan.licence === undefined ? [] : [plan.licence])].join(', '),
    relatedArtifact: [
      { type: 'documentation', display: `About ${plan.title}`, document: { url: pageOf(site) } },
      {
        extension: [
          {
            url: canonical.relatedArtifactResourceReference,
            valueReference: { reference: `${base}/ResearchStudy/${site.name}` },
          },
        ],
        type: 'derived-from',
        display: `The study of ${site.organisation}`,
      },
    ],
    dataRequirement: types.map((type) => ({ type })),
    ...(plan.extent === 'tag'
      ? { content: [{ contentType: 'application/fhir+json', url: `${base}/Patient?_tag=${tagSystem}|${plan.id}` }] }
      : {}),
  };
}

const pageOf = ({ name }: Site): string => `https://fairway.health/demo/${name}`;

function licence({ licence: code }: DataSetPlan): JsonObject[] {
  if (code === undefined) return [];
  const valueCodeableConcept = { coding: [{ system: canonical.spdx, code }] };
  return [{ url: canonical.licenceCodeable, valueCodeableConcept }];
}

/** The Group or List of the data set, by literal reference and identifier. */
function relatedContent(plan: DataSetPlan, base: string): JsonObject {
  return {
    url: canonical.relatedContent,
    valueRelatedArtifact: {
      extension: [
        {
          url: canonical.relatedArtifactResourceReference,
          valueReference: {
            reference: `${base}/${extentType(plan)}/${plan.id}`,
            identifier: { system: canonical.uri, value: `${dataSetUrl(plan)}/extent` },
          },
        },
      ],
      type: 'composed-of',
    },
  };
}

/** A data set by tag is described by a Group that names nobody. */
const extentType = ({ extent: kind }: DataSetPlan): 'Group' | 'List' => (kind === 'tag' ? 'Group' : kind);

function extent(plan: DataSetPlan, site: Site, patients: number): Resource {
  const { from, below } = plan.patients(patients);
  const references: JsonObject[] = [];
  for (let index = from; index < below && plan.extent !== 'tag'; index++) {
    references.push({ reference: `Patient/${patientId(site.style!, index)}` });
  }
  const identifier = [{ system: canonical.uri, value: `${dataSetUrl(plan)}/extent` }];
  const common = { resourceType: extentType(plan), id: plan.id, identifier };
  const bodies: Record<DataSetPlan['extent'], JsonObject> = {
    tag: { active: true, ...shapes[site.fhirVersion].describedGroup, name: plan.title },
    List: { status: 'current', mode: 'working', title: plan.title, entry: references.map((item) => ({ item })) },
  };
  return { ...common, ...bodies[plan.extent] };
}
