/** Writes the Bundle of a search of contained resources. https://hl7.org/fhir/R4B/search.html#contained */
import { subjectKey } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Search } from '../search/tree.ts';
import { type BundleLink, bundleText, searchEntry } from './bundle.ts';
import type { Reply, Server } from './interaction.ts';
import { pageParameter } from './page-link.ts';

export async function containedReply(search: Search, token: string | undefined, server: Server): Promise<Reply> {
  if (search.countOnly) throw new FhirError('not-supported', '_contained goes with no count; ask for the resources');
  const { door, base, pages } = server;
  const query = new URLSearchParams(search.used.map(([name, value]): [string, string] => [name, value])).toString();
  const address = `${base}/${search.path}?${query}`;
  const tiedTo = `${subjectKey(door.context)} contained ${search.path}?${query}`;
  const after = token === undefined ? undefined : (pages.open(token, tiedTo) as string); // sealed by us below
  const found = await door.searchContained(search, after);
  const shown = found.slice(0, search.count);
  const links: BundleLink[] = [
    { relation: 'self', url: token === undefined ? address : `${address}&${pageParameter}=${token}` },
  ];
  const last = shown.at(-1);
  if (found.length > search.count && last !== undefined) {
    links.push({ relation: 'next', url: `${address}&${pageParameter}=${pages.seal(last.container.key, tiedTo)}` });
  }
  const entries = shown.flatMap(({ container, contained }) =>
    search.contained === 'container'
      ? [searchEntry(container, base, { mode: 'match' }, search.part, server)]
      : contained.map((one) => {
          const fullUrl = `${base}/${container.type}/${container.id}#${String(one['id'] ?? '')}`;
          return JSON.stringify({ fullUrl, resource: one, search: { mode: 'match' } });
        }),
  );
  return {
    status: 200,
    body: bundleText({ type: 'searchset', id: server.newId(), now: server.now(), links, entries }),
  };
}
