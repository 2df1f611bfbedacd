/** What stands in the address of a page beside its path: read and written as forms do it. https://url.spec.whatwg.org/#application/x-www-form-urlencoded */

/** What stands in the address beside the path. Each page reads what it knows; all of it are texts or lists of texts. */
export type PageSearch = { readonly [name: string]: string | string[] | undefined };

export function pageSearch(search: Record<string, unknown>): PageSearch {
  const read = (value: unknown): string | string[] => (Array.isArray(value) ? value.map(String) : String(value));
  return Object.fromEntries(
    Object.entries(search)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, read(value)]),
  );
}

/** Addresses are written as forms write them: `?a=1&a=2`, no JSON, so that people can read and type them. */
export function parseAddress(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = found[name];
    found[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return found;
}

export function writeAddress(search: Record<string, unknown>): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) written.append(name, String(one));
  }
  const text = written.toString();
  return text === '' ? '' : `?${text}`;
}
