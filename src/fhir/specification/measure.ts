/** What content summaries, FAIR assessments and answers to questions report on. https://hl7.org/fhir/R4B/measure.html */
import { canonical } from '../canonical.ts';
import type { JsonObject, Resource } from '../json.ts';

const concept = (code: string): JsonObject => ({ coding: [{ system: canonical.contentSummaryCode, code }] });

const contentSummary: Resource = {
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

const feasibility: Resource = {
  resourceType: 'Measure',
  id: 'fairway-feasibility',
  url: canonical.feasibilityMeasure,
  name: 'FairwayFeasibility',
  title: 'Patients who meet a question',
  status: 'active',
  description: 'How many patients meet a question: of all that were asked about, then of each data set.',
};

const fair = (code: string): JsonObject => ({ coding: [{ system: canonical.fairIndicator, code }] });

const fairAssessment: Resource = {
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

export const ourMeasures: readonly Resource[] = [contentSummary, fairAssessment, feasibility];
