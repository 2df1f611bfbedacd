/** Reads what `$explain` answers. See docs/reference/rest/operation-explain.md */
import type { Json } from '../../server/fhir.ts';

export interface Reason {
  /** who states it: a data set, a Consent, a rule of the server */
  readonly source: string;
  readonly outcome: string;
  readonly text: string;
}

/** One class of resources, which all have the same decision. */
export interface ExplainedDecision {
  readonly granted: string;
  readonly resources: readonly string[];
  readonly reasons: readonly Reason[];
}

export const decisionsIn = (parameters: Json): ExplainedDecision[] =>
  partsOf(parameters['parameter'])
    .filter(({ name }) => name === 'decision')
    .map((decision) => {
      const parts = partsOf(decision['part']);
      return {
        granted: String(parts.find(({ name }) => name === 'granted')?.['valueCode'] ?? ''),
        resources: parts.filter(({ name }) => name === 'resource').map((one) => String(one['valueUri'])),
        reasons: parts.filter(({ name }) => name === 'reason').map(reasonOf),
      };
    });

function reasonOf(reason: Json): Reason {
  const value = (name: string): string => {
    const part = partsOf(reason['part']).find((one) => one['name'] === name);
    return String(part?.['valueString'] ?? part?.['valueCode'] ?? '');
  };
  return { source: value('source'), outcome: value('outcome'), text: value('text') };
}

const partsOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
