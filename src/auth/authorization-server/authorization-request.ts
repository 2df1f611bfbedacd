/** Checks what SMART asks of an authorization request beyond what OAuth does. https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code */
import { errors } from 'oidc-provider';
import { parseScope } from '../../conditions/scope.ts';
import { findLaunch } from './launch.ts';
import { sortScopes } from './scope-request.ts';
import type { RegisteredClient } from './settings.ts';
import type { Site } from './site.ts';

/** Throws what the client is told. `resource` is what the client stated, not what the library takes when it states nothing. */
export async function checkAuthorizationRequest(
  params: Readonly<Record<string, unknown>>,
  resource: unknown,
  client: RegisteredClient | undefined,
  site: Site,
): Promise<void> {
  const scope = typeof params['scope'] === 'string' ? params['scope'] : '';
  const { offered, malformed } = sortScopes(scope, client?.scopes ?? [], ['patient', 'user']);
  if (malformed[0] !== undefined)
    throw new errors.InvalidScope('this is no scope that a person can grant here', malformed[0]);
  if (offered.length === 0) throw new errors.InvalidScope('none of the scopes can be granted to this client', scope);
  const { launch } = params;
  const isForLaunch = offered.includes('launch');
  if (offered.some((one) => one.startsWith('launch') || parseScope(one) !== undefined))
    checkAudience(params['aud'] ?? resource, site.base);
  if (isForLaunch !== (launch !== undefined))
    throw new errors.InvalidRequest('the scope launch and the parameter launch go together');
  if (launch === undefined) return;
  const context = typeof launch === 'string' ? await findLaunch(launch, site) : undefined;
  if (context === undefined || (context.client !== undefined && context.client !== client?.id))
    throw new errors.InvalidRequest('this launch is not known, has ended, or is not for this client');
}

/** Guards against a client that is led to send tokens of this server to another one. */
function checkAudience(stated: unknown, base: string): void {
  if (typeof stated !== 'string' || stated.replace(/\/$/, '') !== base)
    throw new errors.InvalidRequest(`aud must be the FHIR base address, ${base}`);
}
