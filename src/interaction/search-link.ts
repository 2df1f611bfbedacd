/** The address of a search as it was understood, and what was not. https://hl7.org/fhir/R4B/search.html#conformance */
import { type Issue, outcomeOf } from '../fhir/outcome.ts';
import type { Search } from '../search/tree.ts';
import { outcomeEntry } from './bundle.ts';
import type { Server } from './interaction.ts';
import { pageParameter } from './page-link.ts';

/** Path and parameters as they were understood. */
export function queryOf(search: Search): string {
  const query = new URLSearchParams(search.used.map(([name, value]): [string, string] => [name, value]));
  return `${search.path}?${query.toString()}`;
}

/** The address of a page, the first without a token. */
export function addressOf(search: Search, { base }: Server, token?: string): string {
  const query = queryOf(search);
  return token === undefined
    ? `${base}/${query}`
    : `${base}/${query}${query.endsWith('?') ? '' : '&'}${pageParameter}=${token}`;
}

/** What lenient handling passed over, as an entry. */
export function warningEntries(search: Search): string[] {
  if (search.warnings.length === 0) return [];
  const issues = search.warnings.map(
    (diagnostics): Issue => ({ severity: 'warning', code: 'not-supported', diagnostics }),
  );
  return [outcomeEntry(outcomeOf(issues))];
}
