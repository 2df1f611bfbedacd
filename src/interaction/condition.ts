/** The conditions under which conditional interactions are performed: a search, and a lock that makes them race-free. https://hl7.org/fhir/R4B/http.html#cond-update */
import type { DoorTransaction, StoredResource } from '../door/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import { parseSearch } from '../search/index.ts';
import type { Search } from '../search/tree.ts';
import type { Server } from './interaction.ts';

/** Resources that one conditional delete may take away. */
const mostDeleted = 1000;

/** The search that a condition states. It must state something: an empty one would match everything. */
export function conditionalSearch(type: string, criteria: string, server: Server): Search {
  const parameters = [...new URLSearchParams(criteria.replace(/^\?/, ''))].filter(
    ([name]) => name !== '_format' && name !== '_pretty',
  );
  const search = parseSearch(type, parameters, { ...server.searchContext, handling: 'strict' });
  if (search.where.length === 0) {
    throw new FhirError(
      'invalid',
      `a condition needs at least one search parameter, but got: ${criteria || 'nothing'}`,
    );
  }
  return search;
}

/** The name of the lock under which a condition is checked: the same for every order of its parameters. */
export function lockOf(type: string, criteria: string): string {
  const parameters = [...new URLSearchParams(criteria.replace(/^\?/, ''))].map(([name, value]) => `${name}=${value}`);
  return `${type}?${parameters.sort().join('&')}`;
}

/** The criteria of a request whose address is one of a type. */
export function criteriaOf(parameters: readonly (readonly [string, string])[]): string {
  return new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value])).toString();
}

/** The one match, undefined for none; several are refused. */
export async function onlyMatch(
  search: Search,
  criteria: string,
  inside: DoorTransaction,
): Promise<StoredResource | undefined> {
  const matches = await inside.match(search);
  if (matches.length > 1) {
    throw new FhirError('multiple-matches', `several ${search.path} resources match the condition: ${criteria}`);
  }
  return matches[0];
}

/** All matches of a conditional delete. */
export async function allMatches(search: Search, criteria: string, inside: DoorTransaction): Promise<StoredResource[]> {
  const matches = await inside.match(search, mostDeleted + 1);
  if (matches.length > mostDeleted) {
    throw new FhirError('too-costly', `more than ${mostDeleted} resources match ${criteria}; delete them in parts`);
  }
  return matches;
}
