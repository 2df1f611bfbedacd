/** Reads a FAIR assessment back from its FHIR form, whoever made it. See docs/reference/assessment.md */
import { canonical } from '../../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { fairIndicators, type Letter } from '../../fhir/specification/fair-indicator.ts';
import { textIn } from '../assessment/element.ts';

interface LetterReport {
  letter: Letter;
  /** percent of what was measured; undefined where nothing was */
  score?: number;
  /** RDA's maturity level, 0 to 5 */
  level: number;
  met: number;
  measured: number;
  applicable: number;
}

export interface IndicatorReport {
  id: string;
  letter: Letter;
  wording: string;
  state: 'met' | 'partly' | 'not-met' | 'not-applicable' | 'not-measured';
  /** what was seen and what to do, where it is not met */
  advice?: string;
}

export interface AssessmentReport {
  letters: readonly LetterReport[];
  indicators: readonly IndicatorReport[];
}

const letters: readonly Letter[] = ['F', 'A', 'I', 'R'];

/** `parameters` is the answer of `$assess`; undefined where it is none. */
export function assessmentReportOf(parameters: JsonObject): AssessmentReport | undefined {
  const parts = objectsOf(parameters['parameter']);
  const resource = (name: string): JsonObject | undefined =>
    objectOf(parts.find((one) => one['name'] === name)?.['resource']);
  const report = resource('report');
  if (report === undefined) return undefined;
  const advice = adviceOf(resource('outcome'));
  const groups = objectsOf(report['group']);
  return {
    letters: groups.flatMap(letterOf),
    indicators: groups.flatMap((group) => indicatorsOf(group, advice)),
  };
}

/** A concept, or a list of them as some FHIR versions have it. */
function codeIn(value: Json | undefined): string | undefined {
  const concept = Array.isArray(value) ? objectsOf(value)[0] : objectOf(value);
  return textIn(objectsOf(concept?.['coding'])[0], 'code');
}

const letterIn = (group: JsonObject): Letter | undefined => letters.find((one) => one === codeIn(group['code']));

function scoreOf(holder: JsonObject): number | undefined {
  const score = objectOf(holder['measureScore'] ?? holder['measureScoreQuantity'])?.['value'];
  return typeof score === 'number' ? score : undefined;
}

function letterOf(group: JsonObject): LetterReport[] {
  const letter = letterIn(group);
  if (letter === undefined) return [];
  const count = (code: string): number => {
    const found = objectsOf(group['population']).find((one) => codeIn(one['code']) === code)?.['count'];
    return typeof found === 'number' ? found : 0;
  };
  const score = scoreOf(group);
  return [
    {
      letter,
      ...(score === undefined ? {} : { score }),
      level: count('level'),
      met: count('met'),
      measured: count('measured'),
      applicable: count('applicable'),
    },
  ];
}

function indicatorsOf(group: JsonObject, advice: ReadonlyMap<string, string>): IndicatorReport[] {
  const letter = letterIn(group);
  if (letter === undefined) return [];
  return objectsOf(group['stratifier'])
    .flatMap((one) => objectsOf(one['stratum']))
    .flatMap((stratum) => {
      const coding = objectsOf(
        (objectOf(stratum['value']) ?? objectOf(stratum['valueCodeableConcept']))?.['coding'],
      )[0];
      const id = textIn(coding, 'code');
      if (id === undefined) return [];
      const told = advice.get(id);
      const wording = textIn(coding, 'display') ?? fairIndicators.find((one) => one.id === id)?.wording ?? id;
      return [{ id, letter, wording, state: stateOf(stratum), ...(told === undefined ? {} : { advice: told }) }];
    });
}

function stateOf(stratum: JsonObject): IndicatorReport['state'] {
  const score = scoreOf(stratum);
  if (score !== undefined) return score >= 100 ? 'met' : score > 0 ? 'partly' : 'not-met';
  const absent = objectOf(stratum['measureScore'] ?? stratum['measureScoreQuantity']);
  const reason = objectsOf(absent?.['extension'])[0]?.['valueCode'];
  return reason === 'not-applicable' ? 'not-applicable' : 'not-measured';
}

/** By indicator. */
function adviceOf(outcome: JsonObject | undefined): ReadonlyMap<string, string> {
  const issues = objectsOf(outcome?.['issue']).flatMap((issue) => {
    const details = objectOf(issue['details']);
    const coding = objectsOf(details?.['coding']).find(({ system }) => system === canonical.fairIndicator);
    const id = textIn(coding, 'code');
    const text = textIn(issue, 'diagnostics');
    return id === undefined || text === undefined ? [] : [[id, text] as const];
  });
  return new Map(issues);
}
