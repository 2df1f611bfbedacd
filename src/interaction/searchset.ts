/** Performs a search and writes its Bundle: what all kinds of searches share. https://hl7.org/fhir/R4B/http.html#search */
import { subjectKey } from '../conditions/access-context.ts';
import type { DisclosedCount } from '../conditions/disclosure/model.ts';
import { canonical } from '../fhir/canonical.ts';
import type { JsonObject } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type PageKey, parseSearch, type SearchPlace } from '../search/index.ts';
import type { Search } from '../search/tree.ts';
import { type BundleLink, bundleText, searchEntry } from './bundle.ts';
import type { InteractionRequest, Reply, Server } from './interaction.ts';
import { pageParameter } from './page-link.ts';
import { addressOf, queryOf, warningEntries } from './search-link.ts';
import { containedReply } from './searchset-contained.ts';

/** Pages that a link back remembers. */
const mostRemembered = 20;

/** Where a page lies. Sealed by us, so what is opened has this shape. */
interface Position {
  /** ends of the pages before this one, the newest last */
  ends: PageKey[];
  /** pages before those that are remembered */
  forgotten: boolean;
  /** matches on the pages before */
  seen: number;
}

export async function searchReply(place: SearchPlace, request: InteractionRequest, server: Server): Promise<Reply> {
  const tokens = request.parameters.filter(([name]) => name === pageParameter);
  if (tokens.length > 1) throw new FhirError('invalid', `${pageParameter} may be given once`);
  const asked = request.parameters.filter(([name]) => name !== pageParameter);
  const search = parseSearch(place, asked, { ...server.searchContext, handling: request.prefer.handling });
  if (search.contained === true) return containedReply(search, tokens[0]?.[1], server);
  return search.countOnly ? countReply(search, server) : pageReply(search, tokens[0]?.[1], server);
}

async function countReply(search: Search, server: Server): Promise<Reply> {
  const { total, disclosure } = await server.door.count(search);
  const members = {
    type: 'searchset',
    id: server.newId(),
    now: server.now(),
    total,
    links: [{ relation: 'self', url: addressOf(search, server) }],
    entries: warningEntries(search),
  };
  if (disclosure === undefined) return { status: 200, body: bundleText(members), disclosed: [], counted: total };
  const totalExtension = disclosureExtension(disclosure);
  return { status: 200, body: bundleText({ ...members, totalExtension }), disclosed: [], counted: total };
}

/** How a count was told, as an extension of the number. */
export function disclosureExtension(disclosure: NonNullable<DisclosedCount['disclosure']>): JsonObject {
  const { granularity, threshold, rounding, read, suppressed, exists } = disclosure;
  return {
    url: canonical.countDisclosure,
    extension: [
      { url: 'granularity', valueCode: granularity },
      { url: 'threshold', valueInteger: threshold },
      { url: 'rounding', valueInteger: rounding },
      { url: 'read', valueInteger: read },
      { url: 'suppressed', valueBoolean: suppressed },
      ...(exists === undefined ? [] : [{ url: 'exists', valueBoolean: exists }]),
    ],
  };
}

const firstPage: Position = { ends: [], forgotten: false, seen: 0 };

async function pageReply(search: Search, token: string | undefined, server: Server): Promise<Reply> {
  const { door, base } = server;
  const tiedTo = `${subjectKey(door.context)} ${queryOf(search)}`;
  const at = token === undefined ? firstPage : (server.pages.open(token, tiedTo) as Position); // sealed by us below
  const left = search.most === undefined ? Number.POSITIVE_INFINITY : search.most - at.seen;
  const bounded = { ...search, count: Math.min(search.count, left) };
  const [page, total] = await Promise.all([
    door.search(bounded, at.ends.at(-1)),
    search.total === 'none' ? undefined : door.countRecords(search),
  ]);
  const next = page.matches.length < left ? page.next : undefined;
  const link = (position: Position): string => addressOf(search, server, server.pages.seal(position, tiedTo));
  const links = linksOf(search, server, token, at, next, page.matches.length, link);
  const entries = [
    ...page.matches.map((stored, index) =>
      searchEntry(
        stored,
        base,
        { mode: 'match', ...(page.scores === undefined ? {} : { score: page.scores[index]! }) },
        search.part,
        server,
      ),
    ),
    ...page.included.map((stored) => searchEntry(stored, base, { mode: 'include' }, search.part, server)),
    ...warningEntries(search),
  ];
  const terms = await door.termsOf([...page.matches, ...page.included]);
  const members = { type: 'searchset', id: server.newId(), now: server.now(), links, entries, terms, base };
  // When the end is on this page, the total is known at no cost.
  const known = total ?? (next === undefined ? at.seen + page.matches.length : undefined);
  const shown = known === undefined ? undefined : Math.min(known, search.most ?? known);
  return {
    status: 200,
    body: bundleText(shown === undefined ? members : { ...members, total: shown }),
    terms,
    disclosed: [...page.matches, ...page.included],
  };
}

/** `first` and `previous` from the second page on, `last` where this is the last. */
function linksOf(
  search: Search,
  server: Server,
  token: string | undefined,
  at: Position,
  next: PageKey | undefined,
  found: number,
  link: (position: Position) => string,
): BundleLink[] {
  const self = addressOf(search, server, token);
  const links: BundleLink[] = [{ relation: 'self', url: self }];
  if (next === undefined && token === undefined) return links;
  links.push({ relation: 'first', url: addressOf(search, server) });
  if (at.ends.length === 1 && !at.forgotten) links.push({ relation: 'previous', url: addressOf(search, server) });
  else if (at.ends.length > 1) {
    links.push({
      relation: 'previous',
      url: link({ ...at, ends: at.ends.slice(0, -1), seen: Math.max(0, at.seen - search.count) }),
    });
  }
  if (next === undefined) links.push({ relation: 'last', url: self });
  else {
    const ends = [...at.ends, next];
    const forgotten = at.forgotten || ends.length > mostRemembered;
    links.push({
      relation: 'next',
      url: link({ ends: ends.slice(-mostRemembered), forgotten, seen: at.seen + found }),
    });
  }
  return links;
}
