/** Makes a stranger's address fit for an href, a header or a file: http or https, and only what RFC 3986 lets a URI be made of. https://www.rfc-editor.org/rfc/rfc3987#section-3.1 */

/** What WHATWG's URL leaves as it is and RFC 3986 does not. */
const strange = /[|{}\\^`"<>[\]\s]/g;

const encoded = (text: string): string => `%${text.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** The address as ASCII; undefined for what is no web address. */
export function webAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  try {
    const { origin, pathname, search, hash, username, password } = new URL(text.toWellFormed());
    // Whom a name and password before the host would deceive: https://www.rfc-editor.org/rfc/rfc3986#section-7.6
    if (username !== '' || password !== '') return undefined;
    return origin + (pathname + search + hash).replace(strange, encoded);
  } catch {
    return undefined;
  }
}
