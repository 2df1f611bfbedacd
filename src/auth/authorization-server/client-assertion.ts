/** What SMART asks of a client's signed assertion beyond what OAuth does. https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#signature-verification */
import { errors } from 'oidc-provider';
import type { RegisteredClient } from './settings.ts';

/** SMART's limit on how far ahead an assertion may expire. */
const longestSeconds = 300;
/** Seconds by which clocks may differ. */
export const clockTolerance = 5;

export interface Assertion {
  claims: Readonly<Record<string, unknown>>;
  header: Readonly<Record<string, unknown>>;
}

/** Throws `invalid_client`; signature, `iss`, expiry and first use of `jti` are checked elsewhere. */
export function checkAssertion(
  { claims, header }: Assertion,
  client: RegisteredClient | undefined,
  endpoint: string,
  now: number,
): void {
  const refused = refusalOf({ claims, header }, client, endpoint, now);
  if (refused !== undefined) throw new errors.InvalidClientAuth({ cause: new Error(refused) });
}

function refusalOf(
  { claims, header }: Assertion,
  client: RegisteredClient | undefined,
  endpoint: string,
  now: number,
): string | undefined {
  if (client === undefined || claims['iss'] !== client.id || claims['sub'] !== client.id)
    return 'iss and sub must be the client';
  const { aud } = claims;
  if (aud !== endpoint && !(Array.isArray(aud) && aud.length === 1 && aud[0] === endpoint))
    return 'aud must be the address of the token endpoint, and nothing else';
  const exp = claims['exp'];
  if (typeof exp !== 'number' || exp > now / 1000 + longestSeconds + clockTolerance)
    return 'exp must be at most five minutes ahead';
  if (typeof claims['jti'] !== 'string' || claims['jti'] === '') return 'jti must be a text';
  if (typeof header['kid'] !== 'string') return 'kid is needed';
  if (header['typ'] !== undefined && header['typ'] !== 'JWT') return 'typ must be JWT';
  if (header['crit'] !== undefined) return 'no critical headers are understood';
  // No way back to the keys that are known: the client says that these are not the ones.
  if (header['jku'] !== undefined && header['jku'] !== client.jwksUri) return 'jku is not what was registered';
  return undefined;
}
