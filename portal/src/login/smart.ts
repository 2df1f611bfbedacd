/** How one logs in at a FHIR server, as the server says. https://hl7.org/fhir/smart-app-launch/conformance.html */
import { addressOf } from '../server/address.ts';

export interface SmartConfiguration {
  readonly issuer: string | undefined;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string | undefined;
  readonly endSessionEndpoint: string | undefined;
  readonly scopesSupported: readonly string[] | undefined;
  readonly capabilities: readonly string[];
  /** every answer names the issuer (RFC 9207) */
  readonly namesIssuer: boolean;
}

/** Undefined where the server does not say how: then a token can be pasted. Throws only when there is no answer. */
export async function smartConfigurationOf(
  base: string,
  signal?: AbortSignal,
): Promise<SmartConfiguration | undefined> {
  const response = await fetch(addressOf(base, '.well-known/smart-configuration'), {
    headers: { accept: 'application/json' },
    credentials: 'omit',
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) return undefined;
  try {
    return readConfiguration(await response.json());
  } catch {
    return undefined;
  }
}

/** Undefined for what cannot be used: authorization by code with PKCE (S256), at web addresses. */
export function readConfiguration(value: unknown): SmartConfiguration | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const stated = new Map(Object.entries(value));
  const address = (name: string): string | undefined => {
    const text = stated.get(name);
    return typeof text === 'string' && /^https?:/.test(text) && URL.canParse(text) ? text : undefined;
  };
  const texts = (name: string): string[] | undefined => {
    const list = stated.get(name);
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : undefined;
  };
  const authorizationEndpoint = address('authorization_endpoint');
  const tokenEndpoint = address('token_endpoint');
  if (authorizationEndpoint === undefined || tokenEndpoint === undefined) return undefined;
  if (texts('code_challenge_methods_supported')?.includes('S256') !== true) return undefined;
  return {
    issuer: address('issuer'),
    authorizationEndpoint,
    tokenEndpoint,
    revocationEndpoint: address('revocation_endpoint'),
    endSessionEndpoint: address('end_session_endpoint'),
    scopesSupported: texts('scopes_supported'),
    capabilities: texts('capabilities') ?? [],
    namesIssuer: stated.get('authorization_response_iss_parameter_supported') === true,
  };
}

/** All that the person may do there themselves; what they may is for the server to say. */
export function scopesFor({ scopesSupported, capabilities }: SmartConfiguration): string {
  const isOffered = (scope: string): boolean => scopesSupported?.includes(scope) === true;
  const identity = ['openid', 'fhirUser', 'profile'].filter(
    (scope) => scopesSupported === undefined || isOffered(scope),
  );
  const renewal = ['online_access', 'offline_access'].filter(isOffered).slice(0, 1);
  const isOld = capabilities.includes('permission-v1') && !capabilities.includes('permission-v2');
  return [...identity, ...renewal, isOld ? 'user/*.*' : 'user/*.cruds'].join(' ');
}
