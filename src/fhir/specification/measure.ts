/** What content summaries and answers to questions report on. https://hl7.org/fhir/R4B/measure.html */
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

export const ourMeasures: readonly Resource[] = [contentSummary, feasibility];
