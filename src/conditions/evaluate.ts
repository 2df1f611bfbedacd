/** Evaluates what is left of a provision in the context of an asker. https://hl7.org/fhir/R4B/consent.html#rules */
import { type Evaluation, isDuring } from './evaluation.ts';
import type { CodeText, Obligation, Provision } from './model.ts';
import { consentAction } from './provision-parts.ts';
import { deniesPurposes, permitsPurposes } from './purpose.ts';

/** What a provision says where it applies. */
export interface Verdict {
  effect: 'permit' | 'deny';
  /** those of the rules that permitted */
  obligations: readonly Obligation[];
}

/**
 * Undefined where the provision does not apply. Among exceptions that apply deny overrides, and what they say goes
 * before what they are exceptions to, however deep: so the deepest of a branch decides it. What a provision still asks
 * of resources must have been folded; left over, it is not known to hold and so denies.
 */
export function verdictOf(provision: Provision, evaluation: Evaluation): Verdict | undefined {
  if (provision.on !== undefined) return { effect: 'deny', obligations: [] };
  if (!applies(provision, evaluation)) return undefined;
  const verdicts = provision.exceptions
    .map((exception) => verdictOf(exception, evaluation))
    .filter((verdict) => verdict !== undefined);
  const own = { effect: provision.effect, obligations: provision.obligations ?? [] };
  if (verdicts.length === 0) return own;
  if (verdicts.some((verdict) => verdict.effect === 'deny')) return { effect: 'deny', obligations: [] };
  return { effect: 'permit', obligations: verdicts.flatMap((verdict) => verdict.obligations) };
}

const readActions = ['access', 'use', 'disclose'].map((code): CodeText => `${consentAction}|${code}`);
/** Whoever is handed data has collected them, so refusing collection refuses reads; permitting it alone permits none. */
const refusingActions = [...readActions, `${consentAction}|collect`];

/** Whether a provision is about this asker now. Where that is not known, a deny is and a permit is not. */
function applies({ effect, during, actors, purposes, actions }: Provision, evaluation: Evaluation): boolean {
  // Looked at first and always, so that the decision ends when the period does.
  if (during !== undefined && !isDuring(evaluation, during)) return false;
  const isPermit = effect === 'permit';
  const stated = evaluation.context.purposes;
  if (actions !== undefined) {
    const counting = isPermit ? readActions : refusingActions;
    if (!actions.some((action) => counting.includes(action))) return false;
  }
  if (purposes !== undefined) {
    if (!(isPermit ? permitsPurposes(stated, purposes) : deniesPurposes(stated, purposes))) return false;
  }
  if (actors === undefined) return true;
  if (actors.some((actor) => evaluation.identities.has(actor))) return true;
  return !isPermit && !actors.every((actor) => isSomeoneElse(actor, evaluation));
}

/** Stands for any patient of this server in a deny that must not name one. */
export const anyPatient = 'Patient/*';

/**
 * Whether an actor is known not to be the asker. Names can only be compared with names of the same kind: an institution
 * that is named by its id on this server tells nothing about an asker who is only known by identifiers.
 */
function isSomeoneElse(actor: string, { context }: Evaluation): boolean {
  const { subject, affiliations } = context;
  if (subject.kind === 'anonymous') return false;
  const type = localType(actor);
  if (type === 'Patient') return actor !== anyPatient || subject.kind !== 'person' || subject.patient === undefined;
  if (type !== undefined && type !== 'Organization') return false;
  if (affiliations === undefined) return false;
  return affiliations.length === 0 || affiliations.some((one) => localType(one) === type);
}

const localType = (name: string): string | undefined => /^([A-Z][A-Za-z]+)\/[^/|]+$/.exec(name)?.[1];
