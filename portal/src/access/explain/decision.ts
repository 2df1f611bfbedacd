/** Reads what `$explain` answers. See docs/reference/explain.md */
import type { Json } from '../../server/fhir.ts';

export interface Reason {
  /** who states it: a data set, a Consent, a rule of the server */
  readonly source: string;
  readonly outcome: string;
  readonly text: string;
  /** what it is about; absent where an older server does not say */
  readonly kind?: string;
  /** the level of the offer that it is asked for */
  readonly offer?: string;
  /** what the asker has of what is asked; absent where nothing is asked of the asker */
  readonly has?: readonly string[];
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
  const parts = partsOf(reason['part']);
  const all = (name: string): string[] =>
    parts.filter((one) => one['name'] === name).map((one) => String(one['valueString'] ?? one['valueCode'] ?? ''));
  const [kind, offer] = [all('kind')[0], all('offer')[0]];
  const asks = parts.some((one) => one['name'] === 'asks' && one['valueBoolean'] === true);
  return {
    source: all('source')[0] ?? '',
    outcome: all('outcome')[0] ?? '',
    text: all('text')[0] ?? '',
    ...(kind === undefined ? {} : { kind }),
    ...(offer === undefined ? {} : { offer }),
    ...(asks ? { has: all('has') } : {}),
  };
}

const partsOf = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
