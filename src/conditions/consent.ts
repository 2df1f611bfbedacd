/** Compiles the provisions of a Consent, in the form of R4 and R4B and in that of R5. https://hl7.org/fhir/R4B/consent.html https://hl7.org/fhir/R5/consent.html */
import { canonical } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, type Resource } from '../fhir/json.ts';
import type { CodeText, Provision, ResourceCriteria } from './model.ts';
import { actionsOf, actorsOf, criteriaOf, dataOf, purposesOf, typesOf } from './provision-parts.ts';
import { codingText, conceptTexts, listOf, notUnderstood, onlyKnown, periodOf } from './stated.ts';

type Effect = Provision['effect'];
/** What a nested provision does, by itself or by what it stands in. */
type EffectOfNested = (nested: JsonObject, outer: Effect) => Effect;

/** Base rules by policy, as code or uri. One that is not here denies. */
const baseRules: ReadonlyMap<string, Effect> = new Map([
  [`${canonical.actCode}|OPTIN`, 'permit'],
  [`${canonical.actCode}|OPTINR`, 'permit'],
  [`${canonical.actCode}|OPTOUT`, 'deny'],
  [`${canonical.actCode}|OPTOUTE`, 'deny'],
  [`${canonical.ours}/policy/permit-unless-denied`, 'permit'],
  [`${canonical.ours}/policy/deny-unless-permitted`, 'deny'],
]);

/** Whether it has the form of R5, where the decision stands at the root and `scope` is gone. */
export function isR5(consent: Resource): boolean {
  if (consent['scope'] !== undefined || consent['patient'] !== undefined) return false;
  return consent['decision'] !== undefined || consent['subject'] !== undefined || Array.isArray(consent['provision']);
}

const shared = ['resourceType', 'meta', 'implicitRules', 'language', 'text', 'contained', 'identifier', 'status'];
const r4Keys = new Set([
  ...shared,
  ...['scope', 'category', 'patient', 'dateTime', 'performer', 'organization', 'sourceAttachment', 'sourceReference'],
  ...['policy', 'policyRule', 'verification', 'provision'],
]);
const r5Keys = new Set([
  ...shared,
  ...['category', 'subject', 'date', 'period', 'grantor', 'grantee', 'manager', 'controller', 'sourceAttachment'],
  ...['sourceReference', 'regulatoryBasis', 'policyBasis', 'policyText', 'verification', 'decision', 'provision'],
]);

/** The whole rule that an active Consent states. */
export function consentProvision(consent: Resource, bases: readonly string[]): Provision {
  const { extension: _, ...elements } = consent;
  onlyKnown(elements, isR5(consent) ? r5Keys : r4Keys, 'Consent');
  if (typeof consent['implicitRules'] === 'string') notUnderstood('implicit rules are not understood');
  const verified = listOf(consent['verification'], 'Consent.verification');
  if (verified.some((one) => one['verified'] !== true)) notUnderstood('the consent has not been verified');
  return isR5(consent) ? ofR5(consent, bases) : ofR4(consent, bases);
}

/**
 * The root provision is an exception to the base rule. Its type, which the standard does not allow but many use, says
 * what it does; without one it denies what it names, or carries the period of the base rule when it names nothing.
 * A base rule that permits, under which nested provisions permit something, can only mean: that and nothing else.
 */
function ofR4(consent: Resource, bases: readonly string[]): Provision {
  const root = objectOf(consent['provision']);
  if (root === undefined) {
    if (consent['provision'] !== undefined) notUnderstood('Consent.provision is no object');
    return { effect: baseOfR4(consent) ?? 'deny', exceptions: [] };
  }
  const stated = root['type'] === undefined ? undefined : effectOf(root['type']);
  const isLimited = listOf(root['provision'], 'provision').some((one) => one['type'] === 'permit');
  const policy = baseOfR4(consent);
  const base = policy === 'permit' && stated === undefined && isLimited ? 'deny' : policy;
  const names = Object.keys(root).some((key) => narrowing.has(key));
  const effect = stated ?? (base === 'permit' && !names ? 'permit' : 'deny');
  const rule = provisionOf(root, effect, bases, (nested) => effectOf(nested['type']));
  const isWhole =
    base === undefined || (base === effect && (base === 'permit' || (!names && root['period'] === undefined)));
  return isWhole ? rule : { effect: base, exceptions: [rule] };
}

/** Nested provisions are the opposite of what they stand in. */
function ofR5(consent: Resource, bases: readonly string[]): Provision {
  const basis = objectOf(consent['policyBasis'])?.['url'];
  const base = consent['decision'] === undefined ? baseRules.get(String(basis)) : effectOf(consent['decision']);
  if (base === undefined) return notUnderstood('the consent states no decision');
  const during = consent['period'] === undefined ? undefined : periodOf(consent['period'], 'Consent.period');
  const effectOfNested: EffectOfNested = (nested, outer) =>
    nested['type'] === undefined ? opposite(outer) : notUnderstood('R5 has no type of a provision');
  return {
    effect: base,
    ...(during === undefined ? {} : { during }),
    exceptions: listOf(consent['provision'], 'Consent.provision').map((one) =>
      provisionOf(one, effectOfNested(one, base), bases, effectOfNested),
    ),
  };
}

const opposite = (effect: Effect): Effect => (effect === 'permit' ? 'deny' : 'permit');

function effectOf(value: Json | undefined): Effect {
  return value === 'permit' || value === 'deny' ? value : notUnderstood('a provision states neither permit nor deny');
}

/** What the policies say together: permit where each of them does; undefined when there is none. */
function baseOfR4(consent: Resource): Effect | undefined {
  const rule = objectOf(consent['policyRule']);
  const codes: (CodeText | undefined)[] = rule === undefined ? [] : [knownCode(rule)];
  const uris = listOf(consent['policy'], 'Consent.policy').map((policy) => {
    onlyKnown(policy, policyKeys, 'Consent.policy');
    return policy['uri'];
  });
  const policies = [...codes, ...uris].map((one) => (typeof one === 'string' ? baseRules.get(one) : undefined));
  if (policies.length === 0) return undefined;
  return policies.every((one) => one === 'permit') ? 'permit' : 'deny';
}

const policyKeys = new Set(['authority', 'uri']);

/** The coding of a policy rule that the table knows. */
function knownCode(rule: JsonObject): CodeText | undefined {
  if (rule['coding'] === undefined) return undefined;
  return conceptTexts(rule, 'Consent.policyRule').find((text) => baseRules.has(text));
}

/** Elements of a provision that say what or whom it is about. */
const narrowing = new Set([
  ...['actor', 'action', 'securityLabel', 'purpose', 'class', 'resourceType', 'code', 'dataPeriod', 'data'],
]);
/** Everything a provision may hold here. R5's documentType and expression are not among it, and close. */
const provisionKeys = new Set(['type', 'period', 'provision', ...narrowing]);

function provisionOf(
  object: JsonObject,
  effect: Effect,
  bases: readonly string[],
  effectOfNested: EffectOfNested,
): Provision {
  onlyKnown(object, provisionKeys, 'provision');
  const list = (name: string): JsonObject[] => listOf(object[name], `provision.${name}`);
  const actors = actorsOf(list('actor'), effect);
  const on = criteriaOf(resourceCriteria(object, effect, bases));
  const [purposes, actions] = [purposesOf(list('purpose')), actionsOf(list('action'))];
  return {
    effect,
    ...(actors === undefined ? {} : { actors }),
    ...(purposes.length === 0 ? {} : { purposes }),
    ...(actions.length === 0 ? {} : { actions }),
    ...(object['period'] === undefined ? {} : { during: periodOf(object['period'], 'provision.period') }),
    ...(on === undefined ? {} : { on }),
    exceptions: list('provision').map((nested) =>
      provisionOf(nested, effectOfNested(nested, effect), bases, effectOfNested),
    ),
  };
}

function resourceCriteria(object: JsonObject, effect: Effect, bases: readonly string[]): ResourceCriteria {
  const list = (name: string): JsonObject[] => listOf(object[name], `provision.${name}`);
  const types = typesOf([...list('class'), ...list('resourceType')]);
  const codes = list('code').flatMap((concept) => conceptTexts(concept, 'provision.code'));
  const labels = list('securityLabel').map((coding) => codingText(coding, 'provision.securityLabel'));
  const resources = dataOf(list('data'), effect, bases);
  const dataPeriod = object['dataPeriod'];
  return {
    ...(types.length === 0 ? {} : { types }),
    ...(codes.length === 0 ? {} : { codes }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(resources.length === 0 ? {} : { resources }),
    ...(dataPeriod === undefined ? {} : { dataPeriod: periodOf(dataPeriod, 'provision.dataPeriod') }),
  };
}
