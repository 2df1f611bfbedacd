/** Says by whom tokens for this server are issued, and as which clients the portal may ask for one. https://www.rfc-editor.org/rfc/rfc9728#section-2 */
import type { IssuerSettings } from './issuer/settings.ts';

/** `own` is the issuer of the embedded authorization server, where there is one. */
export function protectedResourceOf(
  base: string,
  own: string | undefined,
  issuers: readonly IssuerSettings[],
): Readonly<Record<string, unknown>> {
  const all = [...(own === undefined ? [] : [own]), ...issuers.map(({ issuer }) => issuer)];
  const clients = issuers.flatMap(({ issuer, portal }) =>
    portal === undefined
      ? []
      : [
          {
            issuer,
            client_id: portal.clientId,
            ...(portal.scopes === undefined ? {} : { scope: portal.scopes.join(' ') }),
            ...(portal.resource === undefined ? {} : { resource: portal.resource }),
          },
        ],
  );
  return {
    resource: base,
    ...(all.length === 0 ? {} : { authorization_servers: all }),
    bearer_methods_supported: ['header'],
    // Not of the specification, which lets servers have members of their own.
    ...(clients.length === 0 ? {} : { fairway_portal_clients: clients }),
  };
}
