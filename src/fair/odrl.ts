/** States the terms of a download as a policy that machines read. https://www.w3.org/TR/odrl-model/ and docs/reference/terms.md */
import type { Obligation, Requirement } from '../conditions/model.ts';
import type { Json, JsonObject } from '../fhir/json.ts';
import { isIri } from './code.ts';
import { licenceText } from './condition.ts';
import {
  among,
  constraint,
  countryIri,
  dataUseRules,
  fairwayTerms,
  iri,
  operandOf,
  type Rules,
  typed,
} from './data-use-rules.ts';
import { meaningOf, monthsOf } from './obligation.ts';
import {
  dataUseOf,
  endOf,
  licencesOf,
  obligationsOf,
  requirementsOf,
  type Terms,
  targetOf,
  unknownOf,
} from './terms.ts';
import { english } from './words/index.ts';

/** Our profile of ODRL. */
const odrlProfile = 'https://fairway.health/fhir/odrl';

/** What the terms file is written in: ODRL's context, and our terms with their prefix. */
const odrlContext: Json = ['http://www.w3.org/ns/odrl.jsonld', { fairway: fairwayTerms }];

/**
 * The policy: an agreement where the project and the publisher are known, an offer of the publisher where only that is,
 * a set of rules otherwise. `uid` must be an IRI. One permission carries all constraints together, since several
 * permissions would be alternatives.
 */
export function policyOf(terms: Terms, uid: string): JsonObject {
  const target = targetOf(terms) ?? `${uid}#data`;
  const rules = dataUseRules(dataUseOf(terms));
  for (const one of requirementsOf(terms)) addRequirement(rules, one);
  addWhatWasStated(rules, terms);
  for (const one of obligationsOf(terms)) addObligation(rules, one, terms.received);
  for (const { url, asStated } of unknownOf(terms)) rules.obligations.push(unknownDuty(url, asStated));
  const permission = (purposes: readonly JsonObject[]): JsonObject => ({
    '@type': 'Permission',
    target,
    action: 'use',
    ...listed('constraint', [...purposes, ...rules.constraints]),
    ...listed('duty', rules.duties),
  });
  return {
    '@context': odrlContext,
    '@type': typeOf(terms),
    uid,
    profile: odrlProfile,
    'dct:title': `Terms of use: ${terms.title}`,
    'dct:issued': typed(new Date(terms.received).toISOString(), 'dateTime'),
    ...parties(terms),
    ...descriptionOf(terms),
    permission: [permission(rules.purposes), ...rules.alternatives.map((one) => permission([one]))],
    ...listed(
      'prohibition',
      rules.prohibitions.map((one) => ({ target, ...one })),
    ),
    ...listed(
      'obligation',
      rules.obligations.map((one) => ({ target, ...one })),
    ),
  };
}

const listed = (name: string, list: readonly JsonObject[]): JsonObject =>
  list.length === 0 ? {} : { [name]: [...list] };

function typeOf({ publisher, project }: Terms): string {
  if (publisher === undefined) return 'Set';
  return project === undefined ? 'Offer' : 'Agreement';
}

const partyOf = (name: string): JsonObject =>
  isIri(name) ? { '@type': 'Party', uid: name } : { '@type': 'Party', 'dct:title': name };

const parties = ({ publisher, project }: Terms): JsonObject => ({
  ...(publisher === undefined ? {} : { assigner: partyOf(publisher) }),
  ...(project === undefined ? {} : { assignee: partyOf(project) }),
});

/** What no rule says: licences, identifiers, copyright, where it is stated, labels. */
function descriptionOf(terms: Terms): JsonObject {
  const licences = licencesOf(terms).map((one) =>
    one.url === undefined ? licenceText(one, english) : operandOf(one.url),
  );
  const rights = terms.stated.flatMap(({ copyright }) => (copyright === undefined ? [] : [copyright]));
  const sources = terms.stated.map(({ source }) => operandOf(source));
  const labels = terms.said.labels.map(operandOf);
  const consent = terms.stated.some(({ statement }) => statement.consentRequired);
  return {
    ...(terms.identifiers.length === 0 ? {} : { 'dct:identifier': [...terms.identifiers] }),
    ...(licences.length === 0 ? {} : { 'dct:license': licences }),
    ...(rights.length === 0 ? {} : { 'dct:rights': rights }),
    ...(sources.length === 0 ? {} : { 'dct:source': sources }),
    ...(labels.length === 0 ? {} : { 'fairway:label': labels }),
    ...(consent ? { 'fairway:consentRequired': true } : {}),
  };
}

const instant = (at: number): JsonObject => typed(new Date(at).toISOString(), 'dateTime');

function addRequirement(rules: Rules, one: Requirement): void {
  if (one.kind === 'terms') rules.duties.push({ '@type': 'Duty', action: 'fairway:acceptTerms', target: one.url });
  else if (one.kind === 'committee') {
    rules.duties.push({ '@type': 'Duty', action: 'obtainConsent', consentingParty: partyOf(one.committee) });
  } else if (one.kind !== 'not-after') rules.constraints.push(requirementConstraint(one)); // ends are stated once, the earliest
}

type Constraining = Exclude<Requirement, { kind: 'terms' | 'committee' }>;

function requirementConstraint(one: Constraining): JsonObject {
  switch (one.kind) {
    case 'visa':
      return {
        ...constraint('fairway:visa', 'eq', one.type),
        ...(one.value === undefined ? {} : { 'fairway:visaValue': one.value }),
        ...(one.source === undefined ? {} : { 'fairway:visaSource': one.source }),
        ...(one.by === undefined ? {} : { 'fairway:visaBy': one.by }),
      };
    case 'country':
      return among(
        'spatial',
        one.codes.map((code) => iri(countryIri(code))),
      );
    case 'recipient':
      return among('recipient', one.identifiers.map(operandOf));
    case 'purpose':
      return among('purpose', one.codes.map(operandOf), 'isA');
    case 'not-before':
      return constraint('dateTime', 'gteq', instant(one.at));
    case 'not-after':
      return constraint('dateTime', 'lteq', instant(one.at));
  }
}

function addWhatWasStated(rules: Rules, terms: Terms): void {
  const { purposes, project, said } = terms;
  if (purposes.length > 0) rules.constraints.push(among('purpose', purposes.map(operandOf), 'isA'));
  if (project !== undefined) rules.constraints.push(constraint('fairway:project', 'eq', operandOf(project)));
  const end = endOf(terms);
  if (end !== undefined) rules.constraints.push(constraint('dateTime', 'lteq', instant(end)));
  if (said.granularity !== undefined) {
    rules.constraints.push(constraint('fairway:granularity', 'eq', said.granularity));
  }
  for (const url of said.acceptedTerms) {
    rules.duties.push({ '@type': 'Duty', action: 'fairway:acceptTerms', target: url, 'fairway:accepted': true });
  }
  const audience = audienceConstraint(terms);
  if (audience !== undefined) rules.constraints.push(audience);
}

/** Of several offers of records it is not known which one was taken up, so one of their audiences must hold. */
function audienceConstraint({ stated }: Terms): JsonObject | undefined {
  const offers = stated
    .flatMap(({ statement }) => statement.offers)
    .filter(({ level }) => level === 'record' || level === 'record-deidentified');
  const audiences = offers.map(({ audience }) => audience.map(audienceRule));
  if (audiences.length === 0 || audiences.some((one) => one.length === 0)) return undefined;
  const all = audiences.map((list) => (list.length === 1 ? list[0]! : { and: { '@list': list } }));
  return all.length === 1 ? all[0]! : { or: { '@list': all } };
}

function audienceRule(one: Requirement): JsonObject {
  switch (one.kind) {
    case 'terms':
      return constraint('fairway:acceptedTerms', 'eq', operandOf(one.url));
    case 'committee':
      return constraint('fairway:committee', 'eq', operandOf(one.committee));
    default:
      return requirementConstraint(one);
  }
}

function addObligation(rules: Rules, obligation: Obligation, received: number): void {
  const { code, display, parameter } = obligation;
  const meaning = meaningOf(code);
  const states: JsonObject = {
    'fairway:code': operandOf(code),
    ...(display === undefined ? {} : { 'fairway:display': display }),
    ...(parameter === undefined ? {} : { 'fairway:parameter': parameter }),
  };
  const action = meaning?.action ?? 'fairway:comply';
  if (meaning?.kind === 'refrain') {
    rules.prohibitions.push({ '@type': 'Prohibition', action, ...states });
    return;
  }
  const months = action === 'delete' ? monthsOf(obligation) : undefined;
  const limits =
    months === undefined
      ? []
      : [
          constraint('elapsedTime', 'lteq', typed(`P${months}M`, 'duration')),
          constraint('dateTime', 'lteq', instant(addMonths(received, months))),
        ];
  rules.obligations.push({ '@type': 'Duty', action, ...listed('constraint', limits), ...states });
}

/** The same day so many months later, or the last of that month. */
export function addMonths(at: number, months: number): number {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

const unknownDuty = (url: string, asStated: JsonObject): JsonObject => ({
  '@type': 'Duty',
  action: 'fairway:comply',
  'fairway:statement': operandOf(url),
  'fairway:asStated': JSON.stringify(asStated),
});
