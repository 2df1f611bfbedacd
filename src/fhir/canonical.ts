/** Canonical URLs and code systems that fairway reads and writes: FHIR for FAIR's, FHIR's own and ours. https://hl7.org/fhir/uv/fhir-for-fair/ */

const fairForFhir = 'http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition';
const ours = 'https://fairway.health/fhir';

export const canonical = {
  /** Extensions of FHIR for FAIR. */
  licenceCodeable: `${fairForFhir}/licenceCodeable`,
  licenceAttachment: `${fairForFhir}/licenceAttachment`,
  relatedContent: `${fairForFhir}/library-relatedContent`,
  relatedArtifactResourceReference: `${fairForFhir}/relatedArtifactResourceReference`,
  relatedArtifactType: `${fairForFhir}/relatedArtifactType`,
  libraryProfile: `${fairForFhir}/Library-uv-f4f`,
  /** Code systems of FHIR and SPDX. */
  libraryType: 'http://terminology.hl7.org/CodeSystem/library-type',
  connectionType: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
  uri: 'urn:ietf:rfc:3986',
  spdx: 'http://hl7.org/fhir/spdx-license',
  /** Ours: everything below this is a statement that must be understood. */
  ours,
  structureDefinitions: `${ours}/StructureDefinition/`,
  granularity: `${ours}/StructureDefinition/granularity`,
  countDisclosure: `${ours}/StructureDefinition/count-disclosure`,
  endpointRole: `${ours}/CodeSystem/endpoint-role`,
  /** operations by their code */
  operation: `${ours}/CodeSystem/operation`,
  /** What a data set (Library) states beside its granularity. Each is a requirement, an obligation or a term of use. */
  dataUse: `${ours}/StructureDefinition/data-use`,
  purpose: `${ours}/StructureDefinition/purpose-of-use`,
  visa: `${ours}/StructureDefinition/required-visa`,
  terms: `${ours}/StructureDefinition/terms-to-accept`,
  committee: `${ours}/StructureDefinition/access-committee`,
  embargo: `${ours}/StructureDefinition/embargo-until`,
  expires: `${ours}/StructureDefinition/expires`,
  recipient: `${ours}/StructureDefinition/recipient`,
  recipientCountry: `${ours}/StructureDefinition/recipient-country`,
  obligation: `${ours}/StructureDefinition/obligation`,
  consentRequired: `${ours}/StructureDefinition/consent-required`,
  /** On a policy Consent or Permission: the data set (Library) that it is for. */
  dataSet: `${ours}/StructureDefinition/data-set`,
  /** On what a committee decided: what it grants (granularity, limits). */
  grant: `${ours}/StructureDefinition/grant`,
  accessCode: `${ours}/CodeSystem/access`,
  /** On a note of a request for access: the step that it was said at. */
  accessStep: `${ours}/StructureDefinition/access-step`,
  /** On a content summary (MeasureReport), see docs/specification. */
  contentSummary: `${ours}/StructureDefinition/content-summary`,
  contentSummaryMeasure: `${ours}/Measure/content-summary`,
  contentSummaryCode: `${ours}/CodeSystem/content-summary`,
  ageBand: `${ours}/CodeSystem/age-band`,
  /** On what assesses a data set, see src/fair/assessment. */
  fairIndicator: `${ours}/CodeSystem/fair-indicator`,
  fairAssessmentMeasure: `${ours}/Measure/fair-assessment`,
  summaryDataSet: `${ours}/StructureDefinition/summary-data-set`,
  summaryPatients: `${ours}/StructureDefinition/summary-patients`,
  summaryPartial: `${ours}/StructureDefinition/summary-partial`,
  /** The codes that content summaries name, as a value set, and what stands on each of them, see docs/reference/held-codes.md. */
  heldCodes: `${ours}/ValueSet/held-codes`,
  heldContent: `${ours}/StructureDefinition/held-content`,
  heldBelow: `${ours}/StructureDefinition/held-below`,
  heldParent: `${ours}/StructureDefinition/held-parent`,
  /** On the answer to a feasibility question (MeasureReport): an OperationOutcome of what could not be asked. */
  feasibilityMeasure: `${ours}/Measure/feasibility`,
  notAsked: `${ours}/StructureDefinition/not-asked`,
  /** The server that a summary, a CapabilityStatement or a data set is of. */
  endpoint: `${ours}/StructureDefinition/endpoint`,
  /** On an Endpoint: its place in the community, and when it last answered. */
  membership: `${ours}/StructureDefinition/membership`,
  lastSeen: `${ours}/StructureDefinition/last-seen`,
  /** On an Endpoint: beginnings of addresses and identifiers that its server may publish for. */
  speaksFor: `${ours}/StructureDefinition/speaks-for`,
  /** On what was taken over from others: the servers by which it came, the first one first. */
  hop: `${ours}/StructureDefinition/hop`,
  /** On the record of a data set that another record describes better. */
  primaryRecord: `${ours}/StructureDefinition/primary-record`,
  /** On an Endpoint: what its discovery server found wrong, until when its certificate holds, why its membership is as it is. */
  memberProblem: `${ours}/StructureDefinition/member-problem`,
  memberProblemCode: `${ours}/CodeSystem/member-problem`,
  certificateUntil: `${ours}/StructureDefinition/certificate-until`,
  /** On the copy of a CapabilityStatement: a FHIR version that the version of the copy has no code for. */
  fhirVersion: `${ours}/StructureDefinition/fhir-version`,
  membershipReason: `${ours}/StructureDefinition/membership-reason`,
  duo: 'http://purl.obolibrary.org/obo/duo.owl',
  /** Purpose of use, confidentiality, obligations: v3 code systems. */
  actReason: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  confidentiality: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  observationValue: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  consentScope: 'http://terminology.hl7.org/CodeSystem/consentscope',
} as const;

/** Extensions of ours that may stand on a data set and say nothing of who may have it. */
export const noConditions: readonly string[] = [canonical.endpoint, canonical.hop, canonical.primaryRecord];

/** Media type of a Library's content that holds the rules of a de-identification profile. */
export const deidentificationType = 'application/vnd.fairway.deidentification+json';

/** How closely an asker may look at a data set, weakest first: the levels of our granularity extension. */
export const granularities = ['none', 'exists', 'count', 'aggregate', 'record-deidentified', 'record'] as const;
export type Granularity = (typeof granularities)[number];
