/** Reads what a server says of the issuers whose tokens it takes. https://www.rfc-editor.org/rfc/rfc9728#section-2 */
import { baseOf } from '../server/address.ts';

/** An issuer that knows this portal as a client of its own. */
export interface ExternalIssuer {
  readonly issuer: string;
  readonly clientId: string;
  /** what to ask for; what it offers where it is absent */
  readonly scope?: string;
  /** by which a token for the server is asked for (RFC 8707) */
  readonly resource?: string;
}

/**
 * A server could ask for a token that is meant for another one. So what it states as `resource` counts only for the
 * server that this portal came from, whose operator states it; for all others a token is asked for by their address.
 */
export function readIssuers(value: unknown, base: string, ofPortal: string): readonly ExternalIssuer[] {
  const stated = membersOf(value);
  // Metadata of another server mean nothing here. https://www.rfc-editor.org/rfc/rfc9728#section-3.3
  if (textOf(stated.get('resource')) === undefined || baseOf(String(stated.get('resource'))) !== baseOf(base))
    return [];
  const trusted = listOf(stated.get('authorization_servers'));
  return listOf(stated.get('fairway_portal_clients')).flatMap((entry): ExternalIssuer[] => {
    const client = membersOf(entry);
    const [issuer, clientId, scope] = ['issuer', 'client_id', 'scope'].map((name) => textOf(client.get(name)));
    if (issuer === undefined || clientId === undefined || !isSafe(issuer) || !trusted.includes(issuer)) return [];
    const resource = baseOf(base) === ofPortal ? textOf(client.get('resource')) : baseOf(base);
    return [
      {
        issuer,
        clientId,
        ...(scope === undefined ? {} : { scope }),
        ...(resource === undefined ? {} : { resource }),
      },
    ];
  });
}

export const membersOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Codes and tokens go over TLS, or stay on this machine. */
export function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
}
