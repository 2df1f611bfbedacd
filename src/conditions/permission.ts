/** Compiles an R5 Permission: its rules and the way in which they are combined. https://hl7.org/fhir/R5/permission.html */
import { canonical } from '../fhir/canonical.ts';
import { type JsonObject, objectOf, type Resource } from '../fhir/json.ts';
import type { Obligation, Provision, ResourceCriteria } from './model.ts';
import { actionsOf, actorNames, criteriaOf, dataOf, purposesOf } from './provision-parts.ts';
import { codingText, listOf, notUnderstood, onlyKnown, periodOf } from './stated.ts';

type Effect = Provision['effect'];

const keys = new Set([
  ...['resourceType', 'meta', 'language', 'text', 'contained', 'identifier', 'status', 'asserter', 'date'],
  ...['validity', 'justification', 'combining', 'rule'],
]);
const ruleKeys = new Set(['type', 'data', 'activity', 'limit']);
const dataKeys = new Set(['resource', 'security', 'period']);
const activityKeys = new Set(['actor', 'action', 'purpose']);

/** The whole rule that an active Permission states. */
export function permissionProvision(permission: Resource, bases: readonly string[]): Provision {
  const { extension: _, ...elements } = permission;
  onlyKnown(elements, keys, 'Permission');
  const rules = listOf(permission['rule'], 'Permission.rule').map((rule) => rulesOf(rule, bases));
  if (rules.length === 0) notUnderstood('the Permission has no rule');
  const during =
    permission['validity'] === undefined ? undefined : periodOf(permission['validity'], 'Permission.validity');
  return { ...combined(permission['combining'], rules.flat()), ...(during === undefined ? {} : { during }) };
}

/**
 * Exceptions to a base rule, among which deny overrides. Rules that permit are taken to permit that and nothing else,
 * also where the algorithm leaves the rest open. In which order rules are evaluated changes nothing here.
 */
function combined(combining: unknown, rules: readonly Provision[]): Provision {
  const permits = rules.filter((rule) => rule.effect === 'permit');
  const denies = rules.filter((rule) => rule.effect === 'deny');
  const isPermitting = permits.length > 0;
  switch (combining) {
    case 'deny-unless-permit':
      return { effect: 'deny', exceptions: permits };
    case 'permit-unless-deny':
      // Rules that permit add nothing here but the limits that they carry.
      return { effect: 'permit', exceptions: rules };
    case 'permit-overrides':
    case 'ordered-permit-overrides':
      return isPermitting ? { effect: 'deny', exceptions: permits } : { effect: 'permit', exceptions: denies };
    case 'deny-overrides':
    case 'ordered-deny-overrides':
      return { effect: isPermitting ? 'deny' : 'permit', exceptions: rules };
    default:
      return notUnderstood(`the combining rule ${String(combining)} is not understood`);
  }
}

/** Data and activities are alternatives: one rule for each pair of them. */
function rulesOf(rule: JsonObject, bases: readonly string[]): Provision[] {
  onlyKnown(rule, ruleKeys, 'Permission.rule');
  const effect = rule['type'];
  if (effect !== 'permit' && effect !== 'deny') return notUnderstood('a rule states neither permit nor deny');
  const obligations = listOf(rule['limit'], 'Permission.rule.limit').map(limitOf);
  if (obligations.length > 0 && effect === 'deny') notUnderstood('a rule that denies carries limits');
  const data = listOf(rule['data'], 'Permission.rule.data').flatMap((one) => criteriaOfData(one, effect, bases));
  const activities = listOf(rule['activity'], 'Permission.rule.activity').map((one) => activityOf(one, effect));
  return (data.length === 0 ? [{}] : data).flatMap((criteria) => {
    const on = criteriaOf(criteria);
    return (activities.length === 0 ? [{}] : activities).map((activity) => ({
      effect,
      ...activity,
      ...(on === undefined ? {} : { on }),
      ...(obligations.length === 0 ? {} : { obligations }),
      exceptions: [],
    }));
  });
}

/** What one `data` names; its periods are alternatives. */
function criteriaOfData(data: JsonObject, effect: Effect, bases: readonly string[]): ResourceCriteria[] {
  onlyKnown(data, dataKeys, 'Permission.rule.data');
  const resources = dataOf(listOf(data['resource'], 'data.resource'), effect, bases);
  const labels = listOf(data['security'], 'data.security').map((coding) => codingText(coding, 'data.security'));
  const periods = listOf(data['period'], 'data.period').map((period) => periodOf(period, 'data.period'));
  const criteria: ResourceCriteria = {
    ...(resources.length === 0 ? {} : { resources }),
    ...(labels.length === 0 ? {} : { labels }),
  };
  return periods.length === 0 ? [criteria] : periods.map((dataPeriod) => ({ ...criteria, dataPeriod }));
}

function activityOf(activity: JsonObject, effect: Effect): Pick<Provision, 'actors' | 'actions' | 'purposes'> {
  onlyKnown(activity, activityKeys, 'Permission.rule.activity');
  const actors = listOf(activity['actor'], 'activity.actor').flatMap((reference) => actorNames(reference, effect));
  const actions = actionsOf(listOf(activity['action'], 'activity.action'));
  const purposes = listOf(activity['purpose'], 'activity.purpose').flatMap((concept) =>
    purposesOf(listOf(concept['coding'], 'activity.purpose.coding')),
  );
  const hasPurpose = activity['purpose'] !== undefined;
  if (hasPurpose && purposes.length === 0) notUnderstood('a purpose has no coding');
  return {
    ...(actors.length === 0 ? {} : { actors }),
    ...(actions.length === 0 ? {} : { actions }),
    ...(hasPurpose ? { purposes } : {}),
  };
}

/** Obligations and refrains that go with a permit. */
function limitOf(concept: JsonObject): Obligation {
  const coding = listOf(concept['coding'], 'rule.limit.coding').find((one) => one['system'] === canonical.actCode);
  if (coding === undefined) return notUnderstood('a limit is no code of v3-ActCode');
  const display = objectOf(coding)?.['display'];
  return { code: codingText(coding, 'rule.limit'), ...(typeof display === 'string' ? { display } : {}) };
}
