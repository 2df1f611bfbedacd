/** The five profiles and ten extensions of FHIR for FAIR 1.0.0, stated as facts. https://hl7.org/fhir/uv/fhir-for-fair/artifacts.html */

const base = 'http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/';

/** What an extension may hold, and where it may stand. */
export interface ExtensionRule {
  value: string;
  /** the only type it may stand on; anywhere when absent */
  on?: string;
}

/** By canonical URL. All may have a value, none has extensions of its own, except those of the data type of its value. */
export const fairExtensions: Readonly<Record<string, ExtensionRule>> = Object.fromEntries(
  Object.entries({
    classifier: { value: 'CodeableConcept' },
    copyright: { value: 'markdown' },
    'library-relatedContent': { value: 'RelatedArtifact', on: 'Library' },
    licenceAttachment: { value: 'Attachment' },
    licenceCodeable: { value: 'CodeableConcept' },
    relatedArtifactClassifier: { value: 'CodeableConcept' },
    relatedArtifactResourceReference: { value: 'Reference' },
    relatedArtifactType: { value: 'CodeableConcept' },
    'researchStudy-context': { value: 'UsageContext', on: 'ResearchStudy' },
    subjectOther: { value: 'Reference' },
  }).map(([id, rule]) => [base + id, rule]),
);

/** What a profile demands beyond its type. */
export interface ProfileRule {
  type: string;
  /** extensions that may stand once at most, by canonical URL */
  once: readonly string[];
  /** elements that must be there in each of their parents: `content.url` */
  required: readonly string[];
  /** elements that are RelatedArtifacts of the guide's profile */
  relatedArtifacts: readonly string[];
}

const licences = ['licenceCodeable', 'licenceAttachment'];
const rule = (type: string, once: readonly string[], more: Partial<ProfileRule> = {}): ProfileRule => ({
  type,
  once: once.map((id) => base + id),
  required: [],
  relatedArtifacts: [],
  ...more,
});

export const relatedArtifactProfile = `${base}RelatedArtifact-uv-f4f`;

/** By canonical URL. */
export const fairProfiles: Readonly<Record<string, ProfileRule>> = {
  [`${base}Library-uv-f4f`]: rule('Library', licences, {
    required: ['content.url'],
    relatedArtifacts: ['relatedArtifact'],
  }),
  [`${base}ResearchStudy-uv-f4f`]: rule('ResearchStudy', ['copyright', ...licences], {
    relatedArtifacts: ['relatedArtifact'],
  }),
  [`${base}List-uv-f4f`]: rule('List', ['copyright', ...licences]),
  [`${base}DocumentManifest-uv-f4f`]: rule('DocumentManifest', ['copyright', ...licences]),
  [relatedArtifactProfile]: rule('RelatedArtifact', [
    'relatedArtifactClassifier',
    'relatedArtifactResourceReference',
    'relatedArtifactType',
  ]),
};
