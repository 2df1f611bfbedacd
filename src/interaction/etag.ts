/** Version ids as entity tags. https://hl7.org/fhir/R4B/http.html#concurrency */
import { FhirError } from '../fhir/outcome.ts';

/** The version that If-Match demands; undefined when the header is absent. */
export function expectedVersion(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined) return undefined;
  const match = /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(ifMatch);
  if (match === null) throw new FhirError('invalid', `If-Match must be one weak tag such as W/"1", not ${ifMatch}`);
  return Number(match[1]);
}

/** Whether If-None-Match names the version. */
export function isKnownVersion(ifNoneMatch: string | undefined, version: number): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${version}"` || tag.trim() === '*');
}

/** Parses a version id of a URL. What is no number cannot be a version of ours. */
export function versionNumber(type: string, id: string, versionId: string): number {
  if (!/^[1-9]\d{0,8}$/.test(versionId))
    throw new FhirError('not-found', `${type}/${id} has no version ${versionId} here`);
  return Number(versionId);
}

/** Whether nothing changed after If-Modified-Since, which has no parts of seconds. What is no date is passed over. https://www.rfc-editor.org/rfc/rfc9110#name-if-modified-since */
export function isUnmodified(ifModifiedSince: string, updated: number): boolean {
  const since = Date.parse(ifModifiedSince);
  return !Number.isNaN(since) && Math.floor(updated / 1000) * 1000 <= since;
}
