/** Lists the landing pages for crawlers. https://www.sitemaps.org/protocol.html and https://www.rfc-editor.org/rfc/rfc9309 */
import { canonical } from '../fhir/canonical.ts';
import type { Server } from '../interaction/index.ts';
import { parseSearch } from '../search/index.ts';
import type { Search } from '../search/tree.ts';
import { landingPath } from './landing-read.ts';
import { html } from './markup.ts';

export interface Listed {
  id: string;
  /** milliseconds since 1970 */
  updated: number;
}

/** Addresses in one file, by the protocol. */
const mostInFile = 50_000;
/** Records read at a time. */
const page = 1000;

const dataSetSearch = (server: Server, ...more: [string, string][]): Search =>
  parseSearch('Library', [['type', `${canonical.libraryType}|asset-collection`], ...more], {
    ...server.searchContext,
    handling: 'strict',
  });

/** What is another text as soon as a record comes, changes, goes, or is closed: how many there are, and the newest. */
export async function stateOfDataSets(server: Server): Promise<string> {
  const { door } = server;
  const newest = dataSetSearch(server, ['_sort', '-_lastUpdated'], ['_count', '1']);
  const [count, { matches }] = await Promise.all([door.countRecords(newest), door.search(newest)]);
  return `${count} ${matches[0]?.id} ${matches[0]?.updated}`;
}

/** All data sets that whoever asks may read the record of. */
export async function listDataSets(server: Server): Promise<Listed[]> {
  const search = dataSetSearch(server);
  const all: Listed[] = [];
  let after: Parameters<Server['door']['search']>[1];
  do {
    const { matches, next } = await server.door.search({ ...search, count: page }, after);
    all.push(...matches.map(({ id, updated }) => ({ id, updated })));
    after = next;
  } while (after !== undefined);
  return all;
}

const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
const space = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** The one file, or the list of files where there are more addresses than one may have. */
export function sitemap(listed: readonly Listed[], site: string, most = mostInFile): string {
  const files = Math.ceil(listed.length / most);
  if (files <= 1) return urlSet(listed, site);
  const entries = Array.from(
    { length: files },
    (_, at) => html`<sitemap><loc>${site}/sitemap-${at + 1}.xml</loc></sitemap>\n`,
  );
  return `${head}${html`<sitemapindex xmlns="${space}">\n${entries}</sitemapindex>\n`.markup}`;
}

/** One file of several, numbered from 1; undefined where there is none of this number. */
export function sitemapFile(
  listed: readonly Listed[],
  number: number,
  site: string,
  most = mostInFile,
): string | undefined {
  const part = listed.slice((number - 1) * most, number * most);
  return part.length === 0 ? undefined : urlSet(part, site);
}

function urlSet(listed: readonly Listed[], site: string): string {
  const entries = listed.map(
    ({ id, updated }) =>
      html`<url><loc>${site}${landingPath}${id}</loc><lastmod>${new Date(updated).toISOString()}</lastmod></url>\n`,
  );
  return `${head}${html`<urlset xmlns="${space}">\n${entries}</urlset>\n`.markup}`;
}

/** Crawlers find the pages and the records of data sets; searches are for those who ask. */
export const robots = (site: string, prefix: string): string =>
  ['User-agent: *', `Allow: ${prefix}/Library/`, `Disallow: ${prefix}/`, '', `Sitemap: ${site}/sitemap.xml`, ''].join(
    '\n',
  );
