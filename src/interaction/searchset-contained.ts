/** Writes the Bundle of a search of contained resources. https://hl7.org/fhir/R4B/search.html#contained */
import { subjectKey } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Search } from '../search/tree.ts';
import { type BundleLink, bundleText, searchEntry } from './bundle.ts';
import type { Reply, Server } from './interaction.ts';
import { addressOf, queryOf, warningEntries } from './search-link.ts';

export async function containedReply(search: Search, token: string | undefined, server: Server): Promise<Reply> {
  if (search.countOnly || search.total !== 'none' || search.most !== undefined) {
    throw new FhirError('not-supported', '_contained goes with no count, _total or _maxresults; ask for the resources');
  }
  const { door, base, pages } = server;
  const tiedTo = `${subjectKey(door.context)} contained ${queryOf(search)}`;
  const after = token === undefined ? undefined : (pages.open(token, tiedTo) as string); // sealed by us below
  const found = await door.searchContained(search, after);
  const shown = found.slice(0, search.count);
  const links: BundleLink[] = [{ relation: 'self', url: addressOf(search, server, token) }];
  const last = shown.at(-1);
  if (found.length > search.count && last !== undefined) {
    links.push({ relation: 'next', url: addressOf(search, server, pages.seal(last.container.key, tiedTo)) });
  }
  const entries = shown.flatMap(({ container, contained }) =>
    search.containedType !== 'contained'
      ? [searchEntry(container, base, { mode: 'match' }, search.part, server)]
      : contained.map((one) => {
          const fullUrl = `${base}/${container.type}/${container.id}#${String(one['id'] ?? '')}`;
          return JSON.stringify({ fullUrl, resource: one, search: { mode: 'match' } });
        }),
  );
  return {
    status: 200,
    body: bundleText({
      type: 'searchset',
      id: server.newId(),
      now: server.now(),
      links,
      entries: [...entries, ...warningEntries(search)],
    }),
    disclosed: shown.map(({ container }) => container),
  };
}
