/** Searches the resources of one type. https://hl7.org/fhir/R4B/http.html#search */
import { subjectKey } from '../conditions/access-context.ts';
import { canonical } from '../fhir/canonical.ts';
import { FhirError, type Issue, outcomeOf } from '../fhir/outcome.ts';
import { type PageKey, parseSearch } from '../search/index.ts';
import type { Search } from '../search/tree.ts';
import { type BundleLink, bundleText, outcomeEntry, searchEntry } from './bundle.ts';
import type { Interaction, InteractionRequest, Reply, Server } from './interaction.ts';
import { pageParameter } from './page-link.ts';

export const searchType: Interaction = {
  code: 'search-type',
  level: 'type',
  routes: [
    { method: 'GET', path: '/:type' },
    { method: 'POST', path: '/:type/_search' },
  ],
  summary: 'Search resources of a type by every search parameter of the specification.',
  async perform(request, server) {
    const tokens = request.parameters.filter(([name]) => name === pageParameter);
    if (tokens.length > 1) throw new FhirError('invalid', `${pageParameter} may be given once`);
    const asked = request.parameters.filter(([name]) => name !== pageParameter);
    const search = parseSearch(request.type, asked, { ...server.searchContext, handling: request.prefer.handling });
    return search.countOnly ? countReply(search, server) : pageReply(search, tokens[0]?.[1], server);
  },
};

async function countReply(search: Search, server: Server): Promise<Reply> {
  const { total, disclosure } = await server.door.count(search);
  const members = {
    type: 'searchset',
    id: server.newId(),
    now: server.now(),
    total,
    links: [selfLink(search, server)],
    entries: warningEntries(search),
  };
  if (disclosure === undefined) return { status: 200, body: bundleText(members) };
  const totalExtension = {
    url: canonical.countDisclosure,
    extension: [
      { url: 'granularity', valueCode: 'count' },
      { url: 'threshold', valueInteger: disclosure.threshold },
      { url: 'rounding', valueInteger: disclosure.rounding },
      { url: 'suppressed', valueBoolean: disclosure.suppressed },
    ],
  };
  return { status: 200, body: bundleText({ ...members, totalExtension }) };
}

async function pageReply(search: Search, token: string | undefined, server: Server): Promise<Reply> {
  const { door, base } = server;
  const tiedTo = `${subjectKey(door.context)} ${queryOf(search)}`;
  const after = token === undefined ? undefined : (server.pages.open(token, tiedTo) as PageKey); // sealed by us below
  const [page, total] = await Promise.all([
    door.search(search, after),
    search.total === 'none' ? undefined : door.countRecords(search),
  ]);
  const links = [selfLink(search, server)];
  if (page.next !== undefined) links.push(nextLink(search, server, server.pages.seal(page.next, tiedTo)));
  const entries = [
    ...page.matches.map((stored) => searchEntry(stored, base, 'match')),
    ...page.included.map((stored) => searchEntry(stored, base, 'include')),
    ...warningEntries(search),
  ];
  const members = { type: 'searchset', id: server.newId(), now: server.now(), links, entries };
  // When everything fits on the first page its length is the total, at no cost.
  const known = total ?? (after === undefined && page.next === undefined ? page.matches.length : undefined);
  return { status: 200, body: bundleText(known === undefined ? members : { ...members, total: known }) };
}

function queryOf(search: Search): string {
  const query = new URLSearchParams(search.used.map(([name, value]): [string, string] => [name, value]));
  return `${search.type}?${query.toString()}`;
}

function selfLink(search: Search, { base }: Server): BundleLink {
  return { relation: 'self', url: `${base}/${queryOf(search)}` };
}

function nextLink(search: Search, { base }: Server, token: string): BundleLink {
  const query = queryOf(search);
  return { relation: 'next', url: `${base}/${query}${query.endsWith('?') ? '' : '&'}${pageParameter}=${token}` };
}

function warningEntries(search: Search): string[] {
  if (search.warnings.length === 0) return [];
  const issues = search.warnings.map(
    (diagnostics): Issue => ({ severity: 'warning', code: 'not-supported', diagnostics }),
  );
  return [outcomeEntry(outcomeOf(issues))];
}

/** The parameters of a query string, or of a form that was posted. */
export function parametersOf(query: string): InteractionRequest['parameters'] {
  return [...new URLSearchParams(query)];
}
