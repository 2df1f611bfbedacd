/** How one may log in at a server: at its own authorization server, or at issuers that it trusts. See docs/adr/0036-login-by-external-issuers.md */
import type { ExternalIssuer } from './issuer-metadata.ts';
import { discover, issuersAt } from './issuers.ts';
import { type SmartConfiguration, scopesFor, smartConfigurationOf } from './smart.ts';

export interface Ways {
  readonly own: SmartConfiguration | undefined;
  readonly issuers: readonly ExternalIssuer[];
}

/** One of them, with all that is needed to go there. */
export interface Way {
  readonly smart: SmartConfiguration;
  readonly clientId: string;
  readonly scope: string;
  readonly resource?: string;
  /** it is not the server's own */
  readonly isExternal: boolean;
}

/** Operators of servers that are not fairway's register the portal under this name. */
const clientId = 'fairway-portal';

/** Throws only when there is no answer. */
export async function waysAt(base: string, signal?: AbortSignal): Promise<Ways> {
  const [own, issuers] = await Promise.all([
    smartConfigurationOf(base, signal),
    // Who answers the one is there; that the other fails leaves the one.
    issuersAt(base, signal).catch((): [] => []),
  ]);
  return { own, issuers };
}

export const ownWay = (smart: SmartConfiguration): Way => ({
  smart,
  clientId,
  scope: scopesFor(smart),
  isExternal: false,
});

/** Asks the issuer how. Throws LoginRefused. */
export async function externalWay({ issuer, clientId: id, scope, resource }: ExternalIssuer): Promise<Way> {
  const smart = await discover(issuer);
  return {
    smart,
    clientId: id,
    scope: scope ?? scopesFor(smart),
    ...(resource === undefined ? {} : { resource }),
    isExternal: true,
  };
}
