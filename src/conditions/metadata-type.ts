/** Tells metadata from data: metadata are open to everyone unless stated otherwise. https://hl7.org/fhir/uv/fhir-for-fair/ */
import { objectsOf, type Resource } from '../fhir/json.ts';
import { isContentSummary } from './content-summary.ts';
import { isGrant } from './grant.ts';
import { isAboutNothingBut } from './metadata-provenance.ts';

/** Resource types that describe data sets, servers, definitions or terminology and hold no record of a person. */
export const metadataTypes: readonly string[] = [
  'Library',
  'ResearchStudy',
  'Organization',
  'Endpoint',
  'OrganizationAffiliation',
  'CapabilityStatement',
  'StructureDefinition',
  'StructureMap',
  'SearchParameter',
  'OperationDefinition',
  'CompartmentDefinition',
  'ImplementationGuide',
  'MessageDefinition',
  'GraphDefinition',
  'ExampleScenario',
  'TerminologyCapabilities',
  'CodeSystem',
  'ValueSet',
  'ConceptMap',
  'NamingSystem',
  'ActivityDefinition',
  'PlanDefinition',
  'Questionnaire',
  'Measure',
  'ResearchDefinition',
  'ResearchElementDefinition',
  'EvidenceVariable',
  'ObservationDefinition',
  'SpecimenDefinition',
  'ConditionDefinition',
  'EventDefinition',
  'ChargeItemDefinition',
  'Requirements',
  'ActorDefinition',
  'TestScript',
  'Permission',
];

const isMetadataType = new Set(metadataTypes);

/**
 * Whether the resource is metadata. A Group is while it names nobody, a Consent while it is a policy: about no person and
 * granted to none; of reports, summaries of data sets; a Provenance while it is about nothing but metadata. Groups and
 * reports are not among these: what they are is not told by their type.
 */
export function isMetadata(resource: Resource): boolean {
  if (resource.resourceType === 'Group') return resource['member'] === undefined;
  if (resource.resourceType === 'Consent') {
    return resource['patient'] === undefined && resource['subject'] === undefined && !isGrant(resource);
  }
  if (resource.resourceType === 'MeasureReport') return isContentSummary(resource);
  if (resource.resourceType === 'Provenance') return isAboutNothingBut(resource, (type) => isMetadataType.has(type));
  return isMetadataType.has(resource.resourceType);
}

/** Whether a server that holds no patient data (registry, discovery) may hold resources of this type. */
export function isMetadataOnlyType(type: string): boolean {
  return type === 'Provenance' || isAboutDataSets(type);
}

const isAboutDataSets = (type: string): boolean =>
  type === 'Group' || type === 'MeasureReport' || isMetadataType.has(type);

/** Whether a server that holds no patient data may hold the resource: of reports only summaries of data sets, of Provenance only that of what it holds. */
export function isHeldWithoutPatients(resource: Resource): boolean {
  if (resource.resourceType === 'MeasureReport') return isContentSummary(resource);
  if (resource.resourceType === 'Provenance') return isAboutNothingBut(resource, isAboutDataSets);
  return isMetadataOnlyType(resource.resourceType);
}

/** What a directory of care services names beside organisations and endpoints. https://profiles.ihe.net/ITI/mCSD/volume-1.html */
const directoryTypes: ReadonlySet<string> = new Set([
  'Location',
  'HealthcareService',
  'Practitioner',
  'PractitionerRole',
]);

/** Whether a discovery server, as a directory, may hold resources of this type. See docs/adr/0025-discovery.md */
export const isDirectoryType = (type: string): boolean => directoryTypes.has(type);

/**
 * Why the resource is more than an entry of a directory; undefined where it is none. A Practitioner is a person, of
 * whom a directory tells what they do and how to reach them at work.
 */
export function privateOfEntry(resource: Resource): string | undefined {
  if (resource.resourceType !== 'Practitioner') return undefined;
  const closed = ['birthDate', 'deceasedBoolean', 'deceasedDateTime', 'photo'].find((one) => one in resource);
  if (closed !== undefined) return `Practitioner.${closed}`;
  const atHome = ['address', 'telecom'].find((name) => objectsOf(resource[name]).some((one) => one['use'] === 'home'));
  return atHome === undefined ? undefined : `Practitioner.${atHome} of use home`;
}
