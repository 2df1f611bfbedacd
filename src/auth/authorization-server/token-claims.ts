/** What tokens say beside their scopes: who the person is, which patient, purposes and project. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { findGrantContext, launchParametersOf, listOf } from './grant-context.ts';
import type { Account } from './settings.ts';
import type { Site } from './site.ts';

/** The account as the library wants it; undefined when there is none any more. */
export function accountOf(account: Account | undefined, base: string) {
  if (account === undefined) return undefined;
  const reference = account.fhirUser ?? (account.patient === undefined ? undefined : `Patient/${account.patient}`);
  return {
    accountId: account.id,
    claims: () => ({
      sub: account.id,
      name: account.name,
      roles: rolesOf(account),
      ...(reference === undefined ? {} : { fhirUser: `${base}/${reference}` }),
    }),
  };
}

/** What the person may do here beyond what data sets permit, for applications that show it. */
function rolesOf({ rights, patient }: Account): string[] {
  const { readAll, write, steward, breakGlass, committees = [] } = rights;
  const held = { steward, committee: committees.length > 0, read: readAll, write, 'break-glass': breakGlass };
  const roles = Object.entries(held).flatMap(([role, isHeld]) => (isHeld === true ? [role] : []));
  return patient === undefined ? roles : [...roles, 'patient'];
}

/** What is kept with an access token and told to those who may introspect it. */
export async function extraOf(
  ctx: KoaContextWithOIDC,
  token: { kind: string; grantId?: string | undefined; accountId?: string | undefined; scope?: string | undefined },
  site: Site,
): Promise<Record<string, unknown> | undefined> {
  if (token.kind === 'ClientCredentials') return serviceContextOf(ctx, site);
  const context = await findGrantContext(token.grantId ?? '', site);
  const claims = accountOf(site.settings.accounts.get(token.accountId ?? ''), site.base)?.claims();
  const isAsked = token.scope?.split(' ').includes('fhirUser') ?? false;
  return {
    ...launchParametersOf(context),
    ...(isAsked && claims?.fhirUser !== undefined ? { fhirUser: claims.fhirUser } : {}),
    ...(context.purposes === undefined ? {} : { purposes: context.purposes }),
    ...(context.project === undefined ? {} : { project: context.project }),
  };
}

/** A service states its purposes and project in the token request; those it was registered with, unless it says less. */
function serviceContextOf({ oidc }: KoaContextWithOIDC, { settings }: Site): Record<string, unknown> {
  const client = settings.clients.get(oidc.client?.clientId ?? '');
  if (client === undefined) throw new errors.InvalidClientAuth();
  const asked = listOf(oidc.body?.['purpose_of_use']);
  const purposes = asked.length === 0 ? client.purposes : asked;
  const foreign = purposes.find((purpose) => !client.purposes.includes(purpose));
  if (foreign !== undefined) throw new errors.InvalidRequest('the purpose of use was not agreed on for this client');
  const only = client.projects.length === 1 ? client.projects[0]?.id : undefined;
  const project = oidc.body?.['project'] ?? only;
  if (project !== undefined && !client.projects.some(({ id }) => id === project))
    throw new errors.InvalidRequest('the project was not agreed on for this client');
  return { ...(purposes.length === 0 ? {} : { purposes }), ...(project === undefined ? {} : { project }) };
}
