/** Reads search results of servers that are strangers: page by page, believing nothing unchecked. https://hl7.org/fhir/R4B/http.html#paging */
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import type { Step } from '../answer.ts';
import { reasonText } from '../reason/reason.ts';
import { type Http, ServerError } from './http.ts';
import { createPageWatch, type Entry } from './page-watch.ts';
import { textOf } from './text.ts';

export type { Entry };
export { textOf };

/** The entries of a search result. Throws ServerError when `body` is none. */
export function entriesOf(body: JsonObject): Entry[] {
  if (body['resourceType'] !== 'Bundle') throw new ServerError(noBundleOf(body), 200);
  return objectsOf(body['entry']).flatMap((entry): Entry[] => {
    const resource = objectOf(entry['resource']);
    if (resource === undefined) return [];
    const mode = objectOf(entry['search'])?.['mode'];
    const fullUrl = textOf(entry['fullUrl']);
    return [
      {
        resource,
        mode: mode === 'include' || mode === 'outcome' ? mode : 'match',
        ...(fullUrl === undefined ? {} : { fullUrl }),
      },
    ];
  });
}

function noBundleOf(body: JsonObject): string {
  const type = textOf(body['resourceType']);
  return type === undefined
    ? reasonText('search-answered-with-no-resource')
    : reasonText('search-answered-with', { type });
}

export function linkOf(body: JsonObject, relation: string): string | undefined {
  const link = objectsOf(body['link']).find((one) => one['relation'] === relation);
  return textOf(link?.['url']);
}

/** All pages of a search, following `next` links within the server only. What comes twice is given once. */
export async function* pagesOf(
  http: Http,
  step: Step,
  base: string,
  query: string,
  mostPages: number,
): AsyncGenerator<Entry[]> {
  const seen = new Set<string>();
  const watch = createPageWatch({ base, query }, (reason, minor) =>
    http.doubt({ server: base, step, reason, ...(minor ? { minor } : {}) }),
  );
  let url: string | undefined = `${base}/${query}`;
  while (url !== undefined) {
    if (seen.has(url)) throw new ServerError(reasonText('pages-in-circle'), 200);
    if (seen.size >= mostPages) throw new ServerError(reasonText('too-many-pages', { most: mostPages }), 200);
    seen.add(url);
    const body: JsonObject = await http.get(step, base, url, matchesOn);
    yield watch.page(body, entriesOf(body));
    url = nextWithin(base, url, linkOf(body, 'next'));
  }
  watch.end();
}

/** The address of the next page, which must lie on the same server. */
export function nextWithin(base: string, current: string, next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  if (!URL.canParse(next, current))
    throw new ServerError(reasonText('next-is-no-address', { next: next.slice(0, 200) }), 200);
  const absolute = new URL(next, current).href;
  if (absolute.startsWith(`${base}/`) || absolute.startsWith(`${base}?`)) return absolute;
  if (new URL(absolute).origin === new URL(base).origin) return absolute;
  throw new ServerError(reasonText('next-at-other-server', { next: absolute.slice(0, 200) }), 200);
}

const matchesOn = (body: JsonObject): number =>
  objectsOf(body['entry']).filter((entry) => {
    const mode = objectOf(entry['search'])?.['mode'];
    return mode === undefined || mode === 'match';
  }).length;

/** Joins parameters to a query that other servers read in the same way. */
export function queryOf(type: string, parameters: readonly (readonly [string, string])[]): string {
  const query = parameters.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return query === '' ? type : `${type}?${query}`;
}

/** What FHIR queries are made of stays readable. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/%(3A|2F|2C|7C|24)/g, (code) => (code === '%7C' ? '%7C' : decodeURIComponent(code)));

/** A value inside a list of alternatives. https://hl7.org/fhir/R4B/search.html#escaping */
export const escapeValue = (value: string): string => value.replace(/[\\,$|]/g, '\\$&');
