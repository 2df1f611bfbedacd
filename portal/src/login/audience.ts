/** Whom an access token is for, as far as it says so. https://www.rfc-editor.org/rfc/rfc9068#section-2.2 */

/** For this server and nobody else. What cannot be read is for nobody known. */
export function isFor(token: string, base: string): boolean {
  try {
    const [, payload = ''] = token.split('.');
    const { aud } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { aud?: unknown };
    return aud === base || (Array.isArray(aud) && aud.length === 1 && aud[0] === base);
  } catch {
    return false;
  }
}
