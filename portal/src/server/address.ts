/** Addresses of FHIR servers and of what is on them. https://hl7.org/fhir/R4B/http.html#general */

/** A base address without slashes at the end. */
export const baseOf = (address: string): string => address.replace(/\/+$/, '');

/** `path` is relative to `base`, or absolute already. */
export const addressOf = (base: string, path: string): string =>
  /^https?:/.test(path) ? path : `${baseOf(base)}${path === '' ? '' : '/'}${path}`;

export function isBelow(base: string, url: string): boolean {
  const root = baseOf(base);
  return url === root || url.startsWith(`${root}/`) || url.startsWith(`${root}?`);
}
