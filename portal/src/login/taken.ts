/** Whether the token of an external issuer is for a server, before the server is shown it, and whether the server takes it. https://www.rfc-editor.org/rfc/rfc9068#section-4 */
import { addressOf } from '../server/address.ts';
import { home } from '../server/home.ts';
import { isFor } from './audience.ts';
import { LoginRefused } from './refusal.ts';

/** Throws LoginRefused. */
export async function checkTaken(token: string, base: string): Promise<void> {
  // The server that the portal came from is its operator's. Others get nothing that might be for someone else.
  if (base !== home && !isFor(token, base)) throw new LoginRefused('wrong-audience', base);
  let status: number;
  try {
    const headers = { accept: 'application/fhir+json', authorization: `Bearer ${token}` };
    status = (await fetch(addressOf(base, 'metadata'), { headers, credentials: 'omit' })).status;
  } catch {
    throw new LoginRefused('no-answer', base);
  }
  if (status === 401) throw new LoginRefused('not-taken', base);
}
