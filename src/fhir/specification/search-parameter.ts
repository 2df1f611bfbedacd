/** The search parameters that every fairway server has beside FHIR's own: what data sets hold, on which terms, and what servers can do. See docs/specification. */
import { canonical } from '../canonical.ts';
import type { SearchParameterType } from '../definitions/model.ts';

/** One SearchParameter of ours; a type that a FHIR version does not have is left out there. */
export interface OurSearchParameter {
  code: string;
  type: Extract<SearchParameterType, 'token' | 'reference' | 'date' | 'number' | 'string' | 'uri'>;
  base: readonly string[];
  /** FHIRPath in the subset that is compiled; `%base` stands for each of `base` */
  expression: string;
  targets?: readonly string[];
  description: string;
}

export const searchParameterUrl = (code: string): string => `${canonical.ours}/SearchParameter/${code}`;

/** Extensions hold the same on a data set (Library) and on the summary of its content (MeasureReport). */
const stated = ['Library', 'ResearchStudy', 'List', 'DocumentManifest', 'MeasureReport'];
const extension = (url: string): string => `%base.extension.where(url='${url}')`;

export const ourSearchParameters: readonly OurSearchParameter[] = [
  {
    code: 'licence',
    type: 'token',
    base: stated,
    expression: `${extension(canonical.licenceCodeable)}.value`,
    description: 'Licence of the data, by its SPDX code.',
  },
  {
    code: 'data-use',
    type: 'token',
    base: ['Library', 'MeasureReport'],
    expression: `${extension(canonical.dataUse)}.extension.where(url='term').value`,
    description: 'Data use term (DUO) that holds for the data.',
  },
  {
    code: 'granularity',
    type: 'token',
    base: ['Library', 'MeasureReport'],
    expression: `${extension(canonical.granularity)}.extension.where(url='level').value`,
    description: 'A level of detail that the data set offers to someone: exists, count, aggregate, record and so on.',
  },
  {
    code: 'visa',
    type: 'token',
    base: ['Library', 'MeasureReport'],
    expression: `${extension(canonical.visa)}.extension.where(url='type').value`,
    description: 'Type of a GA4GH visa that is needed for the data.',
  },
  {
    code: 'related-content',
    type: 'reference',
    base: ['Library'],
    expression: `Library.extension.where(url='${canonical.relatedContent}').value.extension.where(url='${canonical.relatedArtifactResourceReference}').value`,
    description: 'A resource that the data set is made of.',
  },
  {
    code: 'content-url',
    type: 'uri',
    base: ['Library'],
    expression: 'Library.content.url',
    description: 'Address of a distribution of the data set.',
  },
  {
    code: 'content-code',
    type: 'token',
    base: ['MeasureReport'],
    expression: 'MeasureReport.group.stratifier.stratum.value',
    description: 'A code, sex or band of ages that persons of the data set have.',
  },
  {
    code: 'content-type',
    type: 'token',
    base: ['MeasureReport'],
    expression: 'MeasureReport.group.code',
    description: 'A resource type that the data set holds.',
  },
  {
    code: 'content-count',
    type: 'number',
    base: ['MeasureReport'],
    expression: `${extension(canonical.summaryPatients)}.value`,
    description: 'How many patients the data set has, as far as its conditions let that be told.',
  },
  {
    code: 'content-period',
    type: 'date',
    base: ['MeasureReport'],
    expression: 'MeasureReport.period',
    description: 'The time that the data are about.',
  },
  {
    code: 'content-partial',
    type: 'token',
    base: ['MeasureReport'],
    expression: `${extension(canonical.summaryPartial)}.value`,
    description:
      'A resource type of which the summary does not name all codes, so that one that is missing may be held.',
  },
  {
    code: 'content-threshold',
    type: 'number',
    base: ['MeasureReport'],
    expression: `${extension(canonical.countDisclosure)}.extension.where(url='threshold').value`,
    description: 'What fewer persons than this have is not named in the summary.',
  },
  {
    code: 'data-set',
    type: 'reference',
    base: ['MeasureReport'],
    expression: `${extension(canonical.summaryDataSet)}.value`,
    targets: ['Library'],
    description: 'The data set that is summed up.',
  },
  {
    code: 'endpoint',
    type: 'reference',
    base: ['MeasureReport', 'CapabilityStatement', 'Library'],
    expression: `${extension(canonical.endpoint)}.value`,
    targets: ['Endpoint'],
    description: 'The server that the resource is about.',
  },
  {
    code: 'membership',
    type: 'token',
    base: ['Endpoint'],
    expression: `${extension(canonical.membership)}.value`,
    description: 'Whether the server was admitted to the community: pending, approved, refused or left.',
  },
  {
    code: 'seen',
    type: 'date',
    base: ['Endpoint'],
    expression: `${extension(canonical.lastSeen)}.value`,
    description: 'When the server last answered the discovery server.',
  },
  {
    code: 'problem',
    type: 'token',
    base: ['Endpoint'],
    expression: `${extension(canonical.memberProblem)}.value`,
    description: 'What the discovery server found wrong with the server when it last asked.',
  },
  {
    code: 'certificate-until',
    type: 'date',
    base: ['Endpoint'],
    expression: `${extension(canonical.certificateUntil)}.value`,
    description: 'Until when the certificate of the server holds.',
  },
  {
    code: 'dosage-period',
    type: 'date',
    base: ['MedicationRequest'],
    expression: 'MedicationRequest.dosageInstruction.timing.repeat.bounds.ofType(Period)',
    description: 'For how long the medication is to be taken, by its dosage.',
  },
  {
    code: 'validity-period',
    type: 'date',
    base: ['MedicationRequest'],
    expression: 'MedicationRequest.dispenseRequest.validityPeriod',
    description: 'For how long the medication may be handed over.',
  },
  {
    code: 'days-supply',
    type: 'number',
    base: ['MedicationDispense'],
    expression: 'MedicationDispense.daysSupply.value',
    description: 'For how many days what was handed over lasts.',
  },
  {
    code: 'address',
    type: 'uri',
    base: ['Endpoint'],
    expression: 'Endpoint.address',
    description: 'The base address of the server.',
  },
  {
    code: 'kind',
    type: 'token',
    base: ['CapabilityStatement'],
    expression: 'CapabilityStatement.kind',
    description: 'Whether the statement is of an instance, a capability or a requirement.',
  },
  {
    code: 'implementation-url',
    type: 'uri',
    base: ['CapabilityStatement'],
    expression: 'CapabilityStatement.implementation.url',
    description: 'Base address of the server that the statement is of.',
  },
  {
    code: 'fhir-version',
    type: 'token',
    base: ['CapabilityStatement'],
    expression: `CapabilityStatement.fhirVersion | ${extension(canonical.fhirVersion).replace('%base', 'CapabilityStatement')}.value`,
    description: 'FHIR version of the server (the core parameter fhirversion is the business version).',
  },
  {
    code: 'search-parameter',
    type: 'uri',
    base: ['CapabilityStatement'],
    expression: 'CapabilityStatement.rest.resource.searchParam.definition',
    description: 'Canonical URL of a search parameter that the server supports.',
  },
  {
    code: 'operation',
    type: 'uri',
    base: ['CapabilityStatement'],
    expression:
      'CapabilityStatement.rest.operation.definition | CapabilityStatement.rest.resource.operation.definition',
    description: 'Canonical URL of an operation that the server supports.',
  },
];
