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
} as const;

/** How closely an asker may look at a data set, weakest first: the levels of our granularity extension. */
export const granularities = ['none', 'exists', 'count', 'aggregate', 'record'] as const;
export type Granularity = (typeof granularities)[number];
