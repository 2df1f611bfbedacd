/** Reads what a data source states of a data set: licence, levels, requirements, data use. See docs/adr/0010-statements-and-effects.md */
import { canonical, type Granularity, granularities, noConditions } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { dataUseOf, isPermissionTerm } from './duo.ts';
import { isOpenLicence, licenceOf, licenceUrl } from './licence.ts';
import type { DataSetStatement, DataUseTerm, Offer, Requirement } from './model.ts';
import { audienceUrls, obligationOf, requirementsOf, single } from './requirement.ts';
import { attempt, isOurs, listOf, notUnderstood } from './stated.ts';

export const defaultThreshold = 10;
export const defaultRounding = 10;

const assetCollection = 'asset-collection';

/** Whether the resource is a data set by FHIR for FAIR. */
export function isDataSet(resource: Resource): boolean {
  if (resource.resourceType !== 'Library') return false;
  const codings = objectsOf(objectOf(resource['type'])?.['coding']);
  return codings.some((coding) => coding['system'] === canonical.libraryType && coding['code'] === assetCollection);
}

/** Extensions of ours that a data set may carry. Any other closes it. */
const known: ReadonlySet<string> = new Set([
  ...audienceUrls,
  canonical.granularity,
  canonical.dataUse,
  canonical.embargo,
  canonical.expires,
  canonical.obligation,
  canonical.consentRequired,
  ...noConditions,
]);

/**
 * The statement of a data set. Each part is read by itself, so that a steward learns of everything that closes it at
 * once. Without a granularity, an open licence or anything that says who may have them offers records.
 */
export function dataSetStatementOf(library: Resource): DataSetStatement {
  const closed: string[] = [];
  const read = <T>(part: () => T, otherwise: T): T => {
    const result = attempt(part);
    if (result.because === undefined) return result.value;
    closed.push(result.because);
    return otherwise;
  };
  const extensions = read(() => listOf(library['extension'], 'Library.extension'), []);
  const all = (url: string): JsonObject[] => extensions.filter((one) => one['url'] === url);
  closed.push(...unreadable(library, extensions));

  const source = `Library/${String(library['id'])}`;
  const licences = all(canonical.licenceCodeable).map(licenceOf);
  const terms = licenceTerms(licences, all(canonical.licenceAttachment), source);
  const requirements = [...terms, ...read(() => requirementsOf(extensions), [])];
  const dataUse = all(canonical.dataUse).flatMap((one) => read(() => dataUseOf(one), []));
  if (dataUse.length > 0 && !dataUse.some((term) => isPermissionTerm(term.id))) {
    closed.push('the data use terms name no permission');
  }
  const isGated = licences.length > 0 || isGate(requirements, dataUse);
  const granularity = all(canonical.granularity);
  const stated = granularity.flatMap((one) => read(() => offersOf(one), []));
  if (granularity.length === 0 && isGated) {
    stated.push({ level: 'record', threshold: defaultThreshold, rounding: defaultRounding, audience: [] });
  }
  if (granularity.length === 0 && !isGated) {
    closed.push(
      'nothing is stated of who may have the data: neither an open licence nor a level, terms, visas or a committee',
    );
  }
  const [licence] = licences;
  return {
    source,
    ...textOf('identifier', firstIdentifier(library)),
    ...textOf('title', library['title']),
    ...textOf('licence', licence),
    offers: stated.map((offer) => (isGated ? offer : gated(offer, source))).sort(byWorth),
    requirements,
    dataUse,
    obligations: all(canonical.obligation).flatMap((one) => read(() => [obligationOf(one)], [])),
    consentRequired: read(() => isConsentRequired(all(canonical.consentRequired)), true),
    closed,
  };
}

/** What on the data set as a whole closes it. */
function unreadable(library: Resource, extensions: readonly JsonObject[]): string[] {
  return [
    ...(library['status'] === 'active' ? [] : ['the data set is not active']),
    ...(library['modifierExtension'] === undefined ? [] : ['a modifier extension is not understood']),
    ...extensions
      .map((one) => one['url'])
      .filter((url) => isOurs(url) && !known.has(url as string)) // a string, as isOurs tells
      .map((url) => `the condition ${String(url)} is not understood`),
  ];
}

/** A licence that is not open, and one that only a person can read, are requirements of their own. */
function licenceTerms(
  licences: readonly (string | undefined)[],
  attachments: readonly JsonObject[],
  source: string,
): Requirement[] {
  const urls = [
    ...licences.map((code) => (code === undefined ? undefined : isOpenLicence(code) ? 'open' : licenceUrl(code))),
    ...attachments.map((one) => objectOf(one['valueAttachment'])?.['url']),
  ];
  return urls
    .filter((url) => url !== 'open')
    .map((url) => (typeof url === 'string' ? { kind: 'terms', url } : { kind: 'committee', committee: source }));
}

/** Whether something says who may have records. */
function isGate(requirements: readonly Requirement[], dataUse: readonly DataUseTerm[]): boolean {
  const says = ({ kind }: Requirement): boolean => kind === 'visa' || kind === 'terms' || kind === 'committee';
  return requirements.some(says) || dataUse.some((term) => isPermissionTerm(term.id));
}

/** Records that nothing says who may have are for a committee to give, if there is one. */
function gated(offer: Offer, source: string): Offer {
  const isRecord = offer.level === 'record' || offer.level === 'record-deidentified';
  if (!isRecord || isGate(offer.audience, [])) return offer;
  return { ...offer, audience: [...offer.audience, { kind: 'committee', committee: source }] };
}

/** What one granularity extension offers; the level `none` offers nothing. */
function offersOf(extension: JsonObject): Offer[] {
  const parts = listOf(extension['extension'], 'granularity');
  const one = (url: string): JsonObject | undefined =>
    single(
      parts.filter((part) => part['url'] === url),
      `${url} of one granularity`,
    )[0];
  const unknown = parts.find(({ url }) => typeof url !== 'string' || !(audienceUrls.has(url) || partNames.has(url)));
  if (unknown !== undefined) notUnderstood(`the part ${String(unknown['url'])} of the granularity is not understood`);
  const level = levelOf(one('level')?.['valueCode']);
  const profile = profileOf(one('profile'), level);
  const offer: Offer = {
    level,
    threshold: countOf(one('threshold'), defaultThreshold),
    rounding: countOf(one('rounding'), defaultRounding),
    ...(profile === undefined ? {} : { profile }),
    audience: requirementsOf(parts),
  };
  return level === 'none' ? [] : [offer];
}

const partNames: ReadonlySet<string> = new Set(['level', 'threshold', 'rounding', 'profile']);

/** The level that a code names. */
export function levelOf(code: Json | undefined): Granularity {
  const level = granularities.find((one) => one === code);
  return level ?? notUnderstood(`the granularity ${String(code)} is not understood`);
}

/** Records are not de-identified without a profile that says how. */
export function profileOf(part: JsonObject | undefined, level: Granularity): string | undefined {
  const profile = part?.['valueCanonical'] ?? part?.['valueUri'];
  if (level !== 'record-deidentified') {
    return part === undefined ? undefined : notUnderstood(`a profile of de-identification does not go with ${level}`);
  }
  return typeof profile === 'string' && profile !== ''
    ? profile
    : notUnderstood('the profile of de-identified records is not named');
}

function countOf(part: JsonObject | undefined, otherwise: number): number {
  if (part === undefined) return otherwise;
  const value = part['valueInteger'];
  return typeof value === 'number' && Number.isInteger(value) && value >= 1
    ? value
    : notUnderstood(`the ${String(part['url'])} of the granularity is no positive integer`);
}

function isConsentRequired(stated: readonly JsonObject[]): boolean {
  const [one] = single(stated, 'consent requirement');
  if (one === undefined) return false;
  const value = one['valueBoolean'];
  return typeof value === 'boolean' ? value : notUnderstood('consent-required is no boolean');
}

/** Best first: the higher level, then what discloses more of it. */
function byWorth(a: Offer, b: Offer): number {
  const level = granularities.indexOf(b.level) - granularities.indexOf(a.level);
  return level || a.threshold - b.threshold || a.rounding - b.rounding;
}

function firstIdentifier(library: Resource): Json | undefined {
  return objectsOf(library['identifier'])[0]?.['value'];
}

function textOf<K extends string>(key: K, value: Json | undefined): { [key in K]?: string } {
  return typeof value === 'string' ? ({ [key]: value } as { [key in K]: string }) : {}; // the one key there is
}
