/** Writes the answer to a feasibility question. https://hl7.org/fhir/R4B/measurereport.html */
import type { DisclosedCount } from '../../conditions/disclosure/model.ts';
import { canonical } from '../../fhir/canonical.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { type Issue, outcomeOf } from '../../fhir/outcome.ts';
import { disclosureExtension } from '../../interaction/index.ts';

export interface Answered {
  /** `Library/id`; absent for all that was asked about */
  dataSet?: string;
  count: DisclosedCount;
}

export interface ReportParts {
  id: string;
  /** milliseconds since 1970 */
  now: number;
  /** the day at which ages are reckoned */
  asOf: string;
}

const populationCode = {
  system: 'http://terminology.hl7.org/CodeSystem/measure-population',
  code: 'initial-population',
};

/** The counts, the whole first. */
export function reportOf(parts: ReportParts, answers: readonly Answered[]): JsonObject {
  return { ...frameOf(parts, 'complete'), group: answers.map(groupOf) };
}

/** Why there is no count: a question less what cannot be asked is another question. */
export function unaskedReport(parts: ReportParts, unasked: readonly Issue[]): JsonObject {
  const { resourceType, ...frame } = frameOf(parts, 'error');
  return {
    resourceType: resourceType!,
    contained: [{ ...(outcomeOf(unasked) as unknown as JsonObject), id: 'not-asked' }], // plain JSON by its type
    extension: [{ url: canonical.notAsked, valueReference: { reference: '#not-asked' } }],
    ...frame,
  };
}

function frameOf({ id, now, asOf }: ReportParts, status: 'complete' | 'error'): JsonObject {
  return {
    resourceType: 'MeasureReport',
    id,
    status,
    type: 'summary',
    measure: canonical.feasibilityMeasure,
    date: new Date(now).toISOString(),
    period: { start: asOf, end: asOf },
  };
}

function groupOf({ dataSet, count: { total, disclosure } }: Answered): JsonObject {
  return {
    ...(dataSet === undefined
      ? {}
      : { extension: [{ url: canonical.summaryDataSet, valueReference: { reference: dataSet } }] }),
    population: [
      {
        code: { coding: [populationCode] },
        count: total,
        ...(disclosure === undefined ? {} : { _count: { extension: [disclosureExtension(disclosure)] } }),
      },
    ],
  };
}
