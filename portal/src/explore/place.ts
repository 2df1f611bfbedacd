/** Where in the explorer one is, and where references lead. https://hl7.org/fhir/R4B/references.html */
import { baseOf } from '../server/address.ts';
import { home } from '../server/home.ts';

/** What the path after `/explore/` names. */
export type Place =
  | { kind: 'overview' }
  | { kind: 'console' }
  | { kind: 'search'; type: string }
  | { kind: 'resource'; type: string; id: string; version?: string }
  | { kind: 'history'; type: string; id: string }
  | { kind: 'unknown'; path: string };

const typePattern = /^[A-Z][A-Za-z]+$/;

export function placeOf(path: string): Place {
  const [type = '', id, mark, version, ...more] = path.replace(/^\/+|\/+$/g, '').split('/');
  if (type === '' || (type === 'metadata' && id === undefined)) return { kind: 'overview' };
  if (type === 'console' && id === undefined) return { kind: 'console' };
  if (!typePattern.test(type) || more.length > 0) return { kind: 'unknown', path };
  if (id === undefined) return { kind: 'search', type };
  if (mark === undefined) return { kind: 'resource', type, id };
  if (mark !== '_history') return { kind: 'unknown', path };
  return version === undefined ? { kind: 'history', type, id } : { kind: 'resource', type, id, version };
}

/** The server in the address; the one that serves the portal where none is stated. */
export const serverIn = (at: string | string[] | undefined): string => {
  const stated = Array.isArray(at) ? at[0] : at;
  return stated === undefined || !/^https?:\/\//.test(stated) ? home : baseOf(stated);
};

/** What stands in addresses for a server: nothing for the one that serves the portal. */
export const atOf = (base: string): { at?: string } => (base === home ? {} : { at: base });

/** Where a reference leads. */
export type Target =
  | { kind: 'resource'; base: string; path: string }
  | { kind: 'contained'; id: string }
  /** by its canonical: a search for what states it */
  | { kind: 'canonical'; type: string; url: string }
  | { kind: 'web'; url: string }
  | { kind: 'none' };

const literal = /^(?:(https?:\/\/.+)\/)?([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/([A-Za-z0-9.-]{1,64}))?$/;

export function targetOf(reference: string, base: string): Target {
  if (reference.startsWith('#')) return { kind: 'contained', id: reference.slice(1) };
  const [, stated, type, id, version] = literal.exec(reference) ?? [];
  if (type !== undefined && id !== undefined) {
    const path = version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
    return { kind: 'resource', base: stated === undefined ? base : baseOf(stated), path };
  }
  return /^https?:\/\//.test(reference) ? { kind: 'web', url: reference } : { kind: 'none' };
}

/** A canonical mostly names its type: `.../ValueSet/x|1.0`. */
export function canonicalTarget(canonical: string): Target {
  const [url = '', version] = canonical.split('|', 2);
  const type = /\/([A-Z][A-Za-z]+)\/[^/]+$/.exec(url)?.[1];
  if (type !== undefined) {
    return { kind: 'canonical', type, url: version === undefined ? url : `${url}|${version}` };
  }
  return /^https?:\/\//.test(url) ? { kind: 'web', url } : { kind: 'none' };
}

/** An address that someone pasted: of a FHIR server, of a resource, or of a search. */
export function pastedPlace(text: string, base: string): { base: string; path: string; query?: string } | undefined {
  const trimmed = text.trim();
  const [address = '', query] = trimmed.split('?', 2);
  const more = query === undefined ? {} : { query };
  const target = targetOf(address.replace(/\/+$/, ''), base);
  if (target.kind === 'resource') return { base: target.base, path: target.path, ...more };
  const [, server, type] = /^(https?:\/\/.+?)(?:\/([A-Z][A-Za-z]+))?(?:\/metadata)?\/*$/.exec(address) ?? [];
  if (server !== undefined) return { base: baseOf(server), path: type ?? '', ...more };
  return typePattern.test(address) ? { base, path: address, ...more } : undefined;
}
