/** Where the reader was before the login page, to come back to. */

const key = 'fairway-place';

export function notePlace(href: string): void {
  if (!/^\/login(?:[?#]|$)/.test(href)) sessionStorage.setItem(key, href);
}

/** A path of this portal. */
export function placeBefore(): string {
  const place = sessionStorage.getItem(key) ?? '/';
  return isPlace(place) ? place : '/';
}

/** Nowhere else: what begins with two slashes is another host. */
export const isPlace = (text: string): boolean => /^\/(?![/\\])/.test(text);
