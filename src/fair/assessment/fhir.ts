/** An assessment as FHIR: a MeasureReport with all scores, an OperationOutcome with what to do, both in Parameters. https://hl7.org/fhir/R4B/measurereport.html */
import { canonical } from '../../fhir/canonical.ts';
import type { JsonObject, Resource } from '../../fhir/json.ts';
import type { Letter, Priority } from '../../fhir/specification/fair-indicator.ts';
import type { Assessment, LetterScore, Measured } from './assessment.ts';

/** How the FHIR version writes a MeasureReport: names of elements that are a choice in some, and whether a stratifier has a list of codes. */
export interface ReportShape {
  score: 'measureScore' | 'measureScoreQuantity';
  stratum: 'value' | 'valueCodeableConcept';
  hasCodeList: boolean;
}

/** As in R4 and R4B. */
export const r4Shape: ReportShape = { score: 'measureScore', stratum: 'value', hasCodeList: true };

export const letterNames: Readonly<Record<Letter, string>> = {
  F: 'Findable',
  A: 'Accessible',
  I: 'Interoperable',
  R: 'Reusable',
};

const coded = (code: string, display?: string): JsonObject => ({
  coding: [{ system: canonical.fairIndicator, code, ...(display === undefined ? {} : { display }) }],
});

const percent = (value: number): JsonObject => ({
  value,
  unit: '%',
  system: 'http://unitsofmeasure.org',
  code: '%',
});

const absent = (reason: 'not-applicable' | 'unknown'): JsonObject => ({
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: reason }],
});

const population = (code: string, count: number): JsonObject => ({ code: coded(code), count });

function measureReportOf(assessment: Assessment, shape: ReportShape): Resource {
  const { address, title, assessedAt, letters, indicators } = assessment;
  return {
    resourceType: 'MeasureReport',
    extension: [{ url: canonical.summaryDataSet, valueReference: { reference: address, display: title } }],
    status: 'complete',
    type: 'summary',
    measure: canonical.fairAssessmentMeasure,
    date: assessedAt,
    period: { start: assessedAt, end: assessedAt },
    group: letters.map((one) => groupOf(one, indicators, shape)),
  };
}

function groupOf(
  { letter, score, level, met, measured, applicable }: LetterScore,
  all: readonly Measured[],
  shape: ReportShape,
): JsonObject {
  const code = coded('indicator');
  return {
    code: coded(letter, letterNames[letter]),
    population: [
      population('met', met),
      population('measured', measured),
      population('applicable', applicable),
      population('level', level),
    ],
    [shape.score]: score === undefined ? absent('unknown') : percent(score),
    stratifier: [
      {
        code: shape.hasCodeList ? [code] : code,
        stratum: all.filter((one) => one.letter === letter).map((one) => stratumOf(one, shape)),
      },
    ],
  };
}

function stratumOf(one: Measured, shape: ReportShape): JsonObject {
  const score =
    'score' in one ? percent(one.score * 100) : absent(one.state === 'not-applicable' ? 'not-applicable' : 'unknown');
  return {
    [shape.stratum]: coded(one.id, one.wording),
    ...(one.maturity === undefined ? {} : { population: [population('maturity', one.maturity)] }),
    [shape.score]: score,
  };
}

const severities: Readonly<Record<Priority, string>> = { essential: 'error', important: 'warning', useful: 'warning' };

/** One issue for each indicator that is not met, with what to do. */
export function outcomeOfAssessment({ indicators }: Assessment): Resource {
  const issue = indicators.flatMap((one) => {
    if (!('remedy' in one) || one.state === 'pass' || one.state === 'not-applicable') return [];
    const isFault = one.state === 'fail';
    return [
      {
        severity: isFault ? severities[one.priority] : one.state === 'partial' ? 'warning' : 'information',
        code: one.state === 'not-measured' ? 'incomplete' : 'business-rule',
        details: { ...coded(one.id, one.wording), text: one.wording },
        diagnostics: `${one.state.replace('-', ' ')}: ${one.reason}. ${one.remedy}`,
      },
    ];
  });
  const none = { severity: 'information', code: 'informational', diagnostics: 'all indicators are met' };
  return { resourceType: 'OperationOutcome', issue: issue.length === 0 ? [none] : issue };
}

export function parametersOf(assessment: Assessment, shape: ReportShape): Resource {
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'report', resource: measureReportOf(assessment, shape) },
      { name: 'outcome', resource: outcomeOfAssessment(assessment) },
    ],
  };
}
