/** What ODRL 2.2 says that a policy must be, as a checker. https://www.w3.org/TR/odrl-model/ and https://www.w3.org/TR/odrl-vocab/ */
import type { Json, JsonObject } from '../../src/fhir/json.ts';
import { objectOf, objectsOf } from '../../src/fhir/json.ts';

const words = (text: string): Set<string> => new Set(text.split(/\s+/));

/** Of ODRL's core and common vocabulary, as far as a policy of ours may need them. */
const actions = words(
  'use transfer anonymize archive attribute commercialize compensate delete derive distribute inform obtainConsent reviewPolicy read reproduce share',
);
const leftOperands = words(
  'count dateTime delayPeriod elapsedTime event industry language purpose recipient spatial version',
);
const operators = words('eq gt gteq lt lteq neq isA hasPart isPartOf isAllOf isAnyOf isNoneOf');
const policyTypes = words('Set Offer Agreement');
const profileTerm = /^fairway:[A-Za-z]+$/;
const absolute = /^[a-z][a-z0-9+.-]*:[^\s]+$/i;

/** Faults of a policy, each with its place. */
export function policyFaults(policy: JsonObject): string[] {
  const faults: string[] = [];
  const demand = (isRight: boolean, fault: string): void => void (isRight || faults.push(fault));
  const contexts = Array.isArray(policy['@context']) ? policy['@context'] : [policy['@context']];
  demand(contexts.includes('http://www.w3.org/ns/odrl.jsonld'), "the context is not ODRL's");
  demand(
    contexts.some((one) => typeof objectOf(one)?.['fairway'] === 'string'),
    'our terms have no address',
  );
  demand(policyTypes.has(String(policy['@type'])), 'it is no policy of a type that is known');
  demand(absolute.test(String(policy['uid'])), 'uid is no IRI');
  demand(typeof policy['profile'] === 'string', 'terms of a profile are used without naming it');
  demand(policy['@type'] === 'Set' || objectOf(policy['assigner']) !== undefined, 'nobody offers it');
  demand(policy['@type'] !== 'Agreement' || objectOf(policy['assignee']) !== undefined, 'nobody agreed');
  const rules = (['permission', 'prohibition', 'obligation'] as const).flatMap((kind) =>
    objectsOf(policy[kind]).map((rule, at) => ({ rule, at: `${kind}[${at}]`, kind })),
  );
  demand(rules.length > 0, 'it has no rule');
  for (const { rule, at, kind } of rules) {
    checkRule(rule, at, demand);
    demand(absolute.test(String(rule['target'])), `${at} has no target`);
    const duties = objectsOf(rule['duty']);
    demand(kind === 'permission' || duties.length === 0, `${at} has a duty that only permissions have`);
    for (const [index, duty] of duties.entries()) checkRule(duty, `${at}.duty[${index}]`, demand);
  }
  return faults;
}

type Demand = (isRight: boolean, fault: string) => void;

function checkRule(rule: JsonObject, at: string, demand: Demand): void {
  const action = String(rule['action']);
  demand(actions.has(action) || profileTerm.test(action), `${at}: the action ${action} is in no vocabulary`);
  for (const [index, one] of objectsOf(rule['constraint']).entries())
    checkConstraint(one, `${at}.constraint[${index}]`, demand);
}

function checkConstraint(one: JsonObject, at: string, demand: Demand): void {
  for (const operand of ['and', 'or', 'xone'] as const) {
    if (one[operand] === undefined) continue;
    const list = objectsOf(objectOf(one[operand])?.['@list']);
    demand(list.length > 1, `${at}: ${operand} joins less than two`);
    for (const [index, inner] of list.entries()) checkConstraint(inner, `${at}.${operand}[${index}]`, demand);
    return;
  }
  const left = String(one['leftOperand']);
  const operator = String(one['operator']);
  const right = one['rightOperand'];
  demand(leftOperands.has(left) || profileTerm.test(left), `${at}: the left operand ${left} is in no vocabulary`);
  demand(operators.has(operator), `${at}: the operator ${operator} is not known`);
  demand(right !== undefined, `${at} compares with nothing`);
  if (left === 'dateTime') demand(isTyped(right, /^xsd:date(Time)?$/), `${at}: a date must be typed`);
  if (left === 'elapsedTime' || left === 'delayPeriod') {
    demand(isTyped(right, /^xsd:duration$/), `${at}: a period must be a duration`);
    const allowed = left === 'elapsedTime' ? ['eq', 'lt', 'lteq'] : ['eq', 'gt', 'gteq'];
    demand(allowed.includes(operator), `${at}: ${left} cannot be compared by ${operator}`);
  }
  if (left === 'spatial') {
    const places = Array.isArray(right) ? right : [right];
    demand(
      places.every((place) => absolute.test(String(objectOf(place)?.['@id']))),
      `${at}: a place must be an IRI`,
    );
  }
}

const isTyped = (value: Json | undefined, type: RegExp): boolean => type.test(String(objectOf(value)?.['@type']));
