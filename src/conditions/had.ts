/** What an asker has of the kind that a condition asks, for explanations. See docs/reference/explain.md */
import type { AccessContext } from './access-context.ts';
import type { Evaluation } from './evaluation.ts';
import type { Requirement } from './model.ts';

/** Undefined where it is not the asker of whom something is asked, or only a person can tell. */
export function hadOf(
  { kind }: Requirement,
  { context, identities, now }: Evaluation,
): (() => readonly string[]) | undefined {
  switch (kind) {
    case 'visa':
      return () => visaTexts(context, now);
    case 'terms':
      return () => [...(context.acceptedTerms ?? []), ...visaTexts(context, now, 'AcceptedTermsAndPolicies')];
    case 'country':
      return () => (context.country === undefined ? [] : [context.country]);
    case 'recipient':
      return () => [...identities];
    case 'purpose':
      return () => context.purposes ?? [];
    case 'not-before':
    case 'not-after':
    case 'committee':
      return undefined;
  }
}

/** As a visa is asked for; one that has expired is told with its end. */
function visaTexts({ visas = [] }: AccessContext, now: number, only?: string): string[] {
  return visas
    .filter(({ type }) => only === undefined || type === only)
    .map(({ type, value, source, by, expires }) => {
      const parts = [type, value, source, by].filter((part) => part !== undefined);
      return `${parts.join(' ')}${expires <= now ? `, expired ${new Date(expires).toISOString()}` : ''}`;
    });
}

/** What research the asker states, in the words of the context. */
export function researchTexts({ research, forProfit }: AccessContext): string[] {
  const { kinds = [], diseases = [], commercial } = research ?? {};
  return [
    ...kinds,
    ...diseases,
    ...(commercial === undefined ? [] : [commercial ? 'commercial' : 'not commercial']),
    ...(forProfit === undefined ? [] : [forProfit ? 'for profit' : 'not for profit']),
  ];
}
