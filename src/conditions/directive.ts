/** Compiles a Consent or Permission to a directive, whole or as a plain deny. See docs/adr/0010-statements-and-effects.md */

import { canonical } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { consentProvision, isR5 } from './consent.ts';
import { isGrant } from './grant.ts';
import type { CodeText, Directive, Provision } from './model.ts';
import { permissionProvision } from './permission.ts';
import { dataSetsOf } from './provision-parts.ts';
import { attempt, conceptTexts, isOurs, listOf, localTarget, momentOf, notUnderstood } from './stated.ts';

const plainDeny: Provision = Object.freeze({ effect: 'deny', exceptions: [] });

/**
 * What the resource states, or undefined when it states nothing: another type, not active, or a committee's grant.
 * `bases` are the addresses of this server, by which absolute references are known as local. What is not understood
 * becomes a plain deny, and `because` says why.
 */
export function directiveOf(resource: Resource, bases: readonly string[] = []): Directive | undefined {
  const kind = resource.resourceType === 'Consent' ? 'consent' : 'permission';
  if (kind === 'permission' && resource.resourceType !== 'Permission') return undefined;
  if (resource['status'] !== 'active' || isGrant(resource)) return undefined;
  const reasons: string[] = [];
  const read = <T>(part: () => T, otherwise: T): T => {
    const result = attempt(part);
    if (result.because === undefined) return result.value;
    reasons.push(result.because);
    return otherwise;
  };
  const extensions = read(() => listOf(resource['extension'], `${resource.resourceType}.extension`), []);
  reasons.push(...unknownExtensions(extensions));
  const patient = kind === 'consent' ? patientOf(resource, bases, reasons) : undefined;
  const categories = categoriesOf(resource);
  const scope = kind === 'consent' ? read(() => scopeOf(resource, categories), 'patient-privacy') : 'policy';
  const dataSets = read(() => dataSetsOf(extensions, bases), []);
  const compile = kind === 'consent' ? consentProvision : permissionProvision;
  const provision = read(() => compile(resource, bases), plainDeny);
  return {
    kind,
    source: `${resource.resourceType}/${String(resource['id'])}`,
    scope,
    categories,
    ...statedAt(resource),
    ...(patient === undefined ? {} : { patient }),
    dataSets,
    provision: reasons.length === 0 ? provision : plainDeny,
    ...(reasons.length === 0 ? {} : { because: reasons.join('; ') }),
  };
}

function unknownExtensions(extensions: readonly JsonObject[]): string[] {
  return extensions
    .filter(({ url }) => isOurs(url) && url !== canonical.dataSet)
    .map(({ url }) => `the condition ${String(url)} is not understood`);
}

/** The person it is about. One who cannot be told leaves a directive that is about nobody here, with the reason. */
function patientOf(consent: Resource, bases: readonly string[], reasons: string[]): string | undefined {
  const stated = consent['patient'] ?? consent['subject'];
  if (stated === undefined) return undefined;
  const reference = objectOf(stated)?.['reference'];
  const target = localTarget(reference, bases);
  if (target?.startsWith('Patient/') === true) return target;
  reasons.push('the person it is about is no Patient on this server');
  return typeof reference === 'string' ? reference : 'unknown';
}

const scopes = ['research', 'patient-privacy', 'treatment'];

/** R5 has no scope; a category of the same code system, or of research, stands for it. */
function scopeOf(consent: Resource, categories: readonly CodeText[]): string {
  const prefix = `${canonical.consentScope}|`;
  const stated = isR5(consent)
    ? categories.filter((text) => text.startsWith(prefix))
    : conceptTexts(consent['scope'], 'Consent.scope');
  if (stated.length === 0)
    return categories.some((text) => text.endsWith('|research')) ? 'research' : 'patient-privacy';
  const known = scopes.find((one) => stated.includes(prefix + one));
  if (known === undefined) return notUnderstood('the scope of the consent is not understood');
  return known;
}

function categoriesOf(resource: Resource): CodeText[] {
  return objectsOf(resource['category'])
    .flatMap((concept) => objectsOf(concept['coding']))
    .map(({ system, code }) => `${String(system)}|${String(code)}`);
}

/** When it was recorded. A month or a year is too coarse to tell which of two is newer. */
function statedAt(resource: Resource): Pick<Directive, 'stated' | 'statedBefore'> {
  const { date } = resource;
  const dates = [...(Array.isArray(date) ? date : [date]), resource['dateTime']].filter(isDay);
  const moments = (dates.length > 0 ? dates : [objectOf(resource['meta'])?.['lastUpdated']].filter(isDay)).map((text) =>
    attempt(() => momentOf(text, 'date')),
  );
  const known = moments.flatMap((one) => (one.because === undefined ? [one.value] : []));
  const newest = known.sort((a, b) => b.low - a.low)[0];
  if (newest === undefined) return { stated: 0 };
  return { stated: newest.low, ...(newest.high > newest.low + 1 ? { statedBefore: newest.high } : {}) };
}

const isDay = (value: Json | undefined): value is string => typeof value === 'string' && value.length >= 10;
