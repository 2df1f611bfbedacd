/** The community's metadata by FHIR for FAIR: data sets, studies, organisations, endpoints. https://hl7.org/fhir/uv/fhir-for-fair/STU1/artifacts.html */
import { canonical } from '../fhir/canonical.ts';
import type { JsonObject, Resource } from '../fhir/json.ts';
import { patientId } from './records.ts';
import { shapes } from './shapes.ts';
import { type DataSetPlan, type Site, type SiteName, sites, tagSystem } from './sites.ts';

/** FHIR base address of every server. */
export type Addresses = Readonly<Record<SiteName, string>>;

const published = '2025-12-31';

export const dataSetUrl = (plan: DataSetPlan): string => `https://fairway.health/demo/data-set/${plan.id}`;

/** All metadata of one server, in the order in which they should be written. */
export function metadataOf(site: Site, patients: number, at: Addresses): Resource[] {
  const own = [organization(site, site), endpoint(site, site, at)];
  const named = site.names.map((name) => sites[name]);
  const described = site.describes.map((name) => sites[name]);
  return [
    ...own,
    ...named.flatMap((member) => [organization(member, site), endpoint(member, site, at)]),
    ...described.flatMap((member) => [organization(member, site), endpoint(member, site, at), study(member, site)]),
    ...described.flatMap((member) => member.dataSets.map((plan) => library(plan, member, at))),
    ...(site.style === undefined ? [] : [study(site, site)]),
    ...site.dataSets.map((plan) => library(plan, site, at)),
    ...site.dataSets.map((plan) => extent(plan, site, patients)),
  ];
}

function organization(about: Site, on: Site): Resource {
  return {
    resourceType: 'Organization',
    id: about.name,
    active: true,
    name: about.organisation,
    ...shapes[on.fhirVersion].organizationAddress({ country: about.country }),
  };
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
    extension: [
      {
        url: canonical.licenceCodeable,
        valueCodeableConcept: { coding: [{ system: canonical.spdx, code: plan.licence }] },
      },
      ...granularity(plan),
      relatedContent(plan, base),
    ],
    url: dataSetUrl(plan),
    identifier: [{ system: canonical.uri, value: dataSetUrl(plan) }],
    title: plan.title,
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    date: published,
    publisher: site.organisation,
    description: plan.description,
    jurisdiction: [{ coding: [{ system: 'urn:iso:std:iso:3166', code: site.country }] }],
    copyright: `${site.organisation}, ${plan.licence}`,
    dataRequirement: types.map((type) => ({ type })),
    ...(plan.extent === 'tag'
      ? { content: [{ contentType: 'application/fhir+json', url: `${base}/Patient?_tag=${tagSystem}|${plan.id}` }] }
      : {}),
  };
}

function granularity({ granularity: level }: DataSetPlan): JsonObject[] {
  const limits = [
    { url: 'threshold', valueInteger: 10 },
    { url: 'rounding', valueInteger: 10 },
  ];
  const extension = [{ url: 'level', valueCode: level }, ...(level === 'count' ? limits : [])];
  return [{ url: canonical.granularity, extension }];
}

/** The Group, List or DocumentManifest of the data set, by literal reference and identifier. */
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
const extentType = ({ extent: kind }: DataSetPlan): 'Group' | 'List' | 'DocumentManifest' =>
  kind === 'tag' ? 'Group' : kind;

function extent(plan: DataSetPlan, site: Site, patients: number): Resource {
  const { from, below } = plan.patients(patients);
  const references: JsonObject[] = [];
  for (let index = from; index < below && plan.extent !== 'tag'; index++) {
    references.push({ reference: `Patient/${patientId(site.style!, index)}` });
  }
  const identifier = [{ system: canonical.uri, value: `${dataSetUrl(plan)}/extent` }];
  const common = { resourceType: extentType(plan), id: plan.id, identifier };
  const group = shapes[site.fhirVersion].group(plan.extent === 'Group');
  const bodies: Record<DataSetPlan['extent'], JsonObject> = {
    tag: { active: true, ...group, name: plan.title },
    Group: { active: true, ...group, name: plan.title, member: references.map((entity) => ({ entity })) },
    List: { status: 'current', mode: 'working', title: plan.title, entry: references.map((item) => ({ item })) },
    DocumentManifest: { status: 'current', description: plan.title, content: references },
  };
  return { ...common, ...bodies[plan.extent] };
}
