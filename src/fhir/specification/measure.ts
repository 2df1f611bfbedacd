/** What content summaries and FAIR assessments report on. https://hl7.org/fhir/R4B/measure.html */
import { canonical } from '../canonical.ts';
import type { JsonObject, Resource } from '../json.ts';

const concept = (code: string): JsonObject => ({ coding: [{ system: canonical.contentSummaryCode, code }] });

export const contentSummaryMeasure: Resource = {
  resourceType: 'Measure',
  id: 'fairway-content-summary',
  url: canonical.contentSummaryMeasure,
  name: 'FairwayContentSummary',
  title: 'Content of a data set',
  status: 'active',
  description:
    'Patients of a data set by age and sex, and for each resource type the patients that have any, by code, with the completeness of elements.',
  group: [{ code: concept('patients'), stratifier: [{ code: concept('age') }, { code: concept('sex') }] }],
};

const fair = (code: string): JsonObject => ({ coding: [{ system: canonical.fairIndicator, code }] });

export const fairAssessmentMeasure: Resource = {
  resourceType: 'Measure',
  id: 'fairway-fair-assessment',
  url: canonical.fairAssessmentMeasure,
  name: 'FairwayFairAssessment',
  title: 'How FAIR a data set is',
  status: 'active',
  description:
    'The 41 indicators of RDA’s FAIR Data Maturity Model: a group for each letter with its score in percent, a stratum for each indicator.',
  group: ['F', 'A', 'I', 'R'].map((letter) => ({ code: fair(letter), stratifier: [{ code: fair('indicator') }] })),
};
