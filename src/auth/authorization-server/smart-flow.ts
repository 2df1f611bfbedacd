/** What SMART and logging out add to the requests and answers of oidc-provider. https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-access-token */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type AdapterMeans, revokeGrant } from './adapter.ts';
import { pageHeaders } from './page.ts';
import { paths } from './site.ts';

type Extended = { extra?: Readonly<Record<string, unknown>> | undefined };

/** Members of a token's extra claims that the token response has too. */
const launchParameters = ['patient', 'need_patient_banner', 'encounter'] as const;

export function addSmartFlow(provider: Provider, means: AdapterMeans): void {
  provider.use(async (context, next) => {
    const ctx = context as unknown as KoaContextWithOIDC; // the library adds `oidc` on its way in
    const { path } = ctx;
    if (path === paths.authorization) askForConsent(ctx);
    // The library shows pages of its own below these: errors, and one that submits itself.
    if (path.startsWith(paths.authorization) || path.startsWith(paths.endSession)) ctx.set({ ...pageHeaders() });
    await next();
    if (path === paths.token && ctx.status === 200) addLaunchParameters(ctx);
    if (path === `${paths.endSession}/confirm` && ctx.status === 303) await endGrants(ctx, means);
  });
}

/** OpenID Connect lets refresh tokens be issued only with consent asked for; SMART's clients need not know that, and we always ask. */
function askForConsent(ctx: KoaContextWithOIDC): void {
  const { scope, prompt } = ctx.query;
  if (typeof scope !== 'string' || !scope.split(' ').includes('offline_access')) return;
  if (prompt === undefined) ctx.query = { ...ctx.query, prompt: 'consent' };
  else if (typeof prompt === 'string' && !/\b(none|consent)\b/.test(prompt))
    ctx.query = { ...ctx.query, prompt: `${prompt} consent` };
}

function addLaunchParameters(ctx: KoaContextWithOIDC): void {
  const { extra }: Extended = ctx.oidc.entities.AccessToken ?? {};
  const added = launchParameters.flatMap((name) => (extra?.[name] === undefined ? [] : [[name, extra[name]] as const]));
  ctx.body = { ...(ctx.body as object), ...Object.fromEntries(added) }; // the token response, an object
}

/** Logging out ends what was granted in the session, except what was to outlast it. */
async function endGrants(ctx: KoaContextWithOIDC, means: AdapterMeans): Promise<void> {
  const uid = ctx.oidc.session?.uid;
  if (uid === undefined || ctx.oidc.params?.['logout'] === undefined) return;
  const grants = new Set<string>();
  for (const kind of ['AccessToken', 'AuthorizationCode', 'RefreshToken']) {
    for (const { content } of await means.storage.findAllByAlias(kind, uid)) {
      const { grantId, scope = '' } = JSON.parse(content) as { grantId?: string; scope?: string }; // written by the adapter
      if (grantId !== undefined && !scope.split(' ').includes('offline_access')) grants.add(grantId);
    }
  }
  for (const grant of grants) await revokeGrant(grant, means);
}
