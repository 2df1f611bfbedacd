/** What the pages and endpoints of one authorization server share. https://www.rfc-editor.org/rfc/rfc8414 */
import type { IncomingHttpHeaders } from 'node:http';
import type { AccessContext } from '../../conditions/access-context.ts';
import type { AuthorizationServerSettings } from './settings.ts';
import type { AuthorizationStorage } from './storage.ts';

/** What the server gets from outside. */
export interface AuthorizationMeans {
  /** FHIR base address as clients use it, without a trailing slash */
  base: string;
  /** path of the FHIR base on this server, for example `/fhir` */
  prefix: string;
  storage: AuthorizationStorage;
  /** makes every process refuse the access token from the next request on; `until` it would have expired anyway */
  revoke(tokenId: string, until: number): Promise<void>;
  /** who asks; throws a FhirError `login` */
  authenticate(headers: IncomingHttpHeaders): AccessContext | Promise<AccessContext>;
  fetch: typeof fetch;
  /** milliseconds since 1970 */
  now(): number;
  randomBytes(size: number): Uint8Array;
  logError(error: unknown): void;
  /**
   * Milliseconds for which a token that was found in force is not looked up again; 0 unless stated. More is safe only
   * where `revoke` alone makes all processes refuse a token.
   */
  trustMilliseconds?: number;
}

export interface Site extends AuthorizationMeans {
  settings: AuthorizationServerSettings;
  /** address of the authorization server, without a trailing slash */
  issuer: string;
}

/** Paths on this server; clients see them below the issuer. */
export const paths = {
  authorization: '/auth/authorize',
  token: '/auth/token',
  jwks: '/auth/jwks',
  introspection: '/auth/introspect',
  revocation: '/auth/revoke',
  endSession: '/auth/session/end',
  interaction: '/auth/interaction',
  launch: '/auth/launch',
  terms: '/auth/terms',
} as const;

/** The issuer follows from the FHIR base: the site that it is on. */
export function issuerOf(base: string, prefix: string, stated: string | undefined): string {
  if (stated !== undefined) return stated;
  return base.endsWith(prefix) ? base.slice(0, -prefix.length) : new URL(base).origin;
}

/** The path that a proxy strips before requests come to this server; mostly none. */
export const mountOf = (issuer: string): string => new URL(issuer).pathname.replace(/\/$/, '');
