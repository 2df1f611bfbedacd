/** Reads what a data set asks of those who want it, and tells whether an asker meets it. See docs/adr/0010-statements-and-effects.md */
import { canonical } from '../fhir/canonical.ts';
import { type JsonObject, objectOf } from '../fhir/json.ts';
import { countryOf } from './duo.ts';
import { changesAt, type Evaluation, type Outcome } from './evaluation.ts';
import type { Obligation, Requirement } from './model.ts';
import { isPurpose, permitsPurposes } from './purpose.ts';
import { codingText, identifierText, listOf, momentOf, notUnderstood } from './stated.ts';

/** Extensions that may stand on a data set and in the audience of one of its levels. */
export const audienceUrls: ReadonlySet<string> = new Set([
  canonical.visa,
  canonical.purpose,
  canonical.recipient,
  canonical.recipientCountry,
  canonical.terms,
  canonical.committee,
]);

/** The requirements that these extensions state; others among them are passed over. Alternatives become one requirement. */
export function requirementsOf(extensions: readonly JsonObject[]): Requirement[] {
  const all = (url: string): JsonObject[] => extensions.filter((one) => one['url'] === url);
  const purposes = all(canonical.purpose).map(purposeOf);
  const recipients = all(canonical.recipient).flatMap(recipientOf);
  const countries = all(canonical.recipientCountry).map(
    (one) => countryOf(one['valueCode']) ?? notUnderstood('a recipient country is no code of ISO 3166-1'),
  );
  return [
    ...all(canonical.visa).map(visaOf),
    ...all(canonical.terms).map((one): Requirement => ({ kind: 'terms', url: uriOf(one, 'terms to accept') })),
    ...single(all(canonical.committee), 'access committee').map(
      (one): Requirement => ({ kind: 'committee', committee: committeeOf(one) }),
    ),
    ...(purposes.length === 0 ? [] : [{ kind: 'purpose', codes: purposes } as const]),
    ...(recipients.length === 0 ? [] : [{ kind: 'recipient', identifiers: recipients } as const]),
    ...(countries.length === 0 ? [] : [{ kind: 'country', codes: countries } as const]),
    ...single(all(canonical.embargo), 'embargo').map(
      // The day it names still belongs to the embargo.
      (one): Requirement => ({ kind: 'not-before', at: dateOf(one, 'embargo').high }),
    ),
    ...single(all(canonical.expires), 'expiry').map(
      (one): Requirement => ({ kind: 'not-after', at: dateOf(one, 'expiry').high - 1 }),
    ),
  ];
}

/** One at most of what two of would contradict each other. */
export function single<T>(stated: readonly T[], name: string): readonly T[] {
  return stated.length > 1 ? notUnderstood(`more than one ${name} is stated`) : stated;
}

function uriOf(extension: JsonObject, name: string): string {
  const uri = extension['valueUri'] ?? extension['valueUrl'] ?? extension['valueCanonical'];
  return typeof uri === 'string' && uri !== '' ? uri : notUnderstood(`${name} has no valueUri`);
}

function purposeOf(extension: JsonObject): string {
  const code = codingText(extension['valueCoding'], 'purpose of use');
  return isPurpose(code) ? code : notUnderstood(`${code} is no purpose of use`);
}

function dateOf(extension: JsonObject, name: string): { low: number; high: number } {
  return momentOf(extension['valueDate'] ?? extension['valueDateTime'], name);
}

function committeeOf(extension: JsonObject): string {
  const reference = objectOf(extension['valueReference']);
  if (reference === undefined) return uriOf(extension, 'access committee');
  const name = reference['reference'] ?? identifierText(reference['identifier']);
  return typeof name === 'string' && name !== '' ? name : notUnderstood('the access committee is not named');
}

function recipientOf(extension: JsonObject): string[] {
  const reference = objectOf(extension['valueReference']);
  if (reference !== undefined) {
    const named = identifierText(reference['identifier']);
    return named === undefined ? notUnderstood('a recipient has no identifier') : [named];
  }
  if (extension['valueIdentifier'] === undefined) return [uriOf(extension, 'recipient')];
  const named = identifierText(extension['valueIdentifier']);
  return named === undefined ? notUnderstood('a recipient has no identifier') : [named];
}

const visaTypes = new Set([
  'AffiliationAndRole',
  'AcceptedTermsAndPolicies',
  'ResearcherStatus',
  'ControlledAccessGrants',
  'LinkedIdentities',
]);
const visaAuthorities = new Set(['self', 'peer', 'system', 'so', 'dac']);

function visaOf(extension: JsonObject): Requirement {
  const stated = new Map<string, string>();
  for (const part of listOf(extension['extension'], 'required-visa')) {
    const { url } = part;
    const value = part[url === 'source' ? 'valueUri' : url === 'value' ? valueKeyOf(part) : 'valueCode'];
    const isKnown = url === 'type' || url === 'value' || url === 'source' || url === 'by';
    if (!isKnown || typeof value !== 'string' || value === '' || stated.has(url)) {
      return notUnderstood('a required visa is malformed');
    }
    stated.set(url, value);
  }
  const type = stated.get('type');
  const by = stated.get('by');
  // Types of one's own must be URLs: another word can only be a mistake, and no visa would ever meet it.
  if (type === undefined || !(visaTypes.has(type) || URL.canParse(type))) {
    return notUnderstood(`the visa type ${String(type)} is not understood`);
  }
  if (by !== undefined && !visaAuthorities.has(by)) notUnderstood(`a visa by ${by} is not understood`);
  const value = stated.get('value');
  const source = stated.get('source');
  return {
    kind: 'visa',
    type,
    ...(value === undefined ? {} : { value }),
    ...(by === undefined ? {} : { by }),
    ...(source === undefined ? {} : { source }),
  };
}

const valueKeyOf = (part: JsonObject): string => (part['valueUri'] === undefined ? 'valueString' : 'valueUri');

/** The obligation of an `obligation` extension. */
export function obligationOf(extension: JsonObject): Obligation {
  const parts = listOf(extension['extension'], 'obligation');
  const code = parts.filter((part) => part['url'] === 'code');
  const parameter = parts.filter((part) => part['url'] === 'parameter');
  if (code.length !== 1 || parameter.length > 1 || parts.length !== code.length + parameter.length) {
    notUnderstood('an obligation is malformed');
  }
  const coding = objectOf(code[0]!['valueCoding']);
  const display = coding?.['display'];
  const text = parameter[0]?.['valueString'];
  if (parameter.length === 1 && typeof text !== 'string') notUnderstood('the parameter of an obligation is no string');
  return {
    code: codingText(coding, 'obligation'),
    ...(typeof display === 'string' ? { display } : {}),
    ...(typeof text === 'string' ? { parameter: text } : {}),
  };
}

/** Whether the asker meets it. What is not known of the asker meets nothing. */
export function requirementOutcome(requirement: Requirement, evaluation: Evaluation): Outcome {
  const { context, now, identities } = evaluation;
  const permit = (holds: boolean): Outcome => (holds ? 'permit' : 'deny');
  switch (requirement.kind) {
    case 'visa':
      return permit(holdsVisa(requirement, evaluation));
    case 'terms':
      return permit(
        context.acceptedTerms?.includes(requirement.url) === true ||
          holdsVisa({ kind: 'visa', type: 'AcceptedTermsAndPolicies', value: requirement.url }, evaluation),
      );
    case 'country':
      return permit(context.country !== undefined && requirement.codes.includes(context.country.toUpperCase()));
    case 'recipient':
      return permit(requirement.identifiers.some((one) => identities.has(one)));
    case 'purpose':
      return permit(permitsPurposes(context.purposes, requirement.codes));
    case 'not-before':
      changesAt(evaluation, requirement.at);
      return permit(now >= requirement.at);
    case 'not-after':
      changesAt(evaluation, requirement.at + 1);
      return permit(now <= requirement.at);
    case 'committee':
      // Met by a grant only, and a grant is looked at by itself.
      return 'needs-person';
  }
}

/** Visas are compared exactly: type, value, source and by are opaque. One that has expired is none. */
function holdsVisa(asked: Requirement & { kind: 'visa' }, evaluation: Evaluation): boolean {
  let holds = false;
  for (const visa of evaluation.context.visas ?? []) {
    const matches =
      visa.type === asked.type &&
      (asked.value === undefined || visa.value === asked.value) &&
      (asked.by === undefined || visa.by === asked.by) &&
      (asked.source === undefined || visa.source === asked.source);
    if (!matches || visa.expires <= evaluation.now) continue;
    changesAt(evaluation, visa.expires);
    holds = true;
  }
  return holds;
}

/** A requirement in words, for reasons. */
export function requirementText(requirement: Requirement): string {
  switch (requirement.kind) {
    case 'visa':
      return ['visa', requirement.type, requirement.value, requirement.source, requirement.by]
        .filter((part) => part !== undefined)
        .join(' ');
    case 'terms':
      return `acceptance of ${requirement.url}`;
    case 'country':
      return `recipient in ${requirement.codes.join(', ')}`;
    case 'recipient':
      return `recipient ${requirement.identifiers.join(', ')}`;
    case 'purpose':
      return `purpose ${requirement.codes.join(', ')}`;
    case 'not-before':
      return `not before ${new Date(requirement.at).toISOString()}`;
    case 'not-after':
      return `not after ${new Date(requirement.at).toISOString()}`;
    case 'committee':
      return `a grant by ${requirement.committee}`;
  }
}
