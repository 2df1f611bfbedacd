/** Finds the addresses of a configured issuer; nobody else is asked for any. https://openid.net/specs/openid-connect-discovery-1_0.html */
import { FhirError } from '../../fhir/outcome.ts';
import { askForJson, isLoopback, isPermittedAddress, objectOf } from '../outbound.ts';
import type { Outside } from '../token-source.ts';

/** The address that `issuer` states as its `name`, such as `jwks_uri`. Throws `transient` when it states none that may be asked. */
export async function discover(issuer: string, name: string, outside: Outside): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { json } = await askForJson(address, {}, outside);
  const stated = objectOf(json);
  const found = stated?.[name];
  // Another's metadata, and addresses on this machine that are not the operator's own choice, lead nowhere.
  if (
    stated?.['issuer'] !== issuer ||
    typeof found !== 'string' ||
    !isPermittedAddress(found) ||
    (isLoopback(found) && !isLoopback(issuer))
  ) {
    throw unusable(issuer, `its metadata are for another issuer, or state no ${name} that may be asked`, outside);
  }
  return found;
}

/** What an issuer says cannot be used: told to the operator; the asker learns that it is not their fault. */
export function unusable(issuer: string, reason: string, { log }: Outside): FhirError {
  log('error', 'an issuer of tokens answers what cannot be used', { issuer, reason });
  return new FhirError('transient', 'the issuer of the bearer token does not answer as it should; try again later');
}
