/** Gives oidc-provider our storage: ids become digests, use is counted once, removed access tokens are revoked everywhere. https://github.com/panva/node-oidc-provider/blob/main/docs/README.md#adapter */
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { digestOf } from './digest.ts';
import type { AuthorizationStorage, KeptItem, RemovedItem } from './storage.ts';

export interface AdapterMeans {
  storage: AuthorizationStorage;
  /** makes every process refuse the access token from now on; `until` it would have expired anyway */
  revoke(tokenId: string, until: number): Promise<void>;
  now(): number;
}

/** Kinds whose values are access tokens. */
export const accessTokenKinds = ['AccessToken', 'ClientCredentials'] as const;
const isAccessToken = (kind: string): boolean => accessTokenKinds.some((one) => one === kind);

/** What one authorization code, refresh token or access token stems from goes with it. */
const kindsOfGrant = ['AccessToken', 'RefreshToken', 'AuthorizationCode', 'GrantContext'] as const;

/** Without an expiry of their own, things are forgotten after a day. */
const defaultSeconds = 86_400;

export function createAdapter(kind: string, means: AdapterMeans): Adapter {
  const { storage, now } = means;
  // Grants are named by the tokens that stem from them; the name opens nothing.
  const idOf = (id: string): string => (kind === 'Grant' ? id : digestOf(id));
  return {
    async upsert(id, payload, expiresIn) {
      const item = itemOf(kind, id, idOf(id), payload, now() + (expiresIn ?? defaultSeconds) * 1000);
      if (kind !== 'ReplayDetection') return storage.put(item);
      // The library has looked for it before, but another process may have been faster since.
      if (!(await storage.putOnce(item, now()))) throw new errors.InvalidClientAuth();
    },
    async find(id) {
      const found = await storage.find(kind, idOf(id));
      return found === undefined ? undefined : payloadOf(found, id);
    },
    async findByUid(uid) {
      const found = await storage.findByAlias(kind, uid);
      // Sessions found by their uid are looked at, never saved, so that the cookie's value is not needed.
      return found === undefined ? undefined : payloadOf(found, uid);
    },
    async findByUserCode() {
      return undefined; // there is no device flow
    },
    async consume(id) {
      if (await storage.consume(kind, idOf(id), now())) return;
      // Two requests with one code or refresh token at the same time: one of them stole it.
      const found = await storage.find(kind, idOf(id));
      const grant = found === undefined ? undefined : payloadOf(found, id).grantId;
      if (grant !== undefined) await revokeGrant(grant, means);
      throw new errors.InvalidGrant(`${kind} was used before`);
    },
    async destroy(id) {
      await revokeAll(kind, await storage.remove(kind, idOf(id)), means);
    },
    async revokeByGrantId(grant) {
      await revokeAll(kind, await storage.removeOfGrant(kind, grant), means);
    },
  };
}

/** Ends a grant with all that stems from it. */
export async function revokeGrant(grant: string, means: AdapterMeans): Promise<void> {
  await means.storage.remove('Grant', grant);
  for (const kind of kindsOfGrant) await revokeAll(kind, await means.storage.removeOfGrant(kind, grant), means);
}

async function revokeAll(kind: string, removed: readonly RemovedItem[], { revoke, now }: AdapterMeans): Promise<void> {
  if (!isAccessToken(kind)) return;
  for (const { id, expires } of removed) if (expires > now()) await revoke(id, expires);
}

/** Stands for the id in what is kept: no raw control character occurs in JSON. */
const ownId = '\u0001';

function itemOf(kind: string, id: string, key: string, payload: AdapterPayload, expires: number): KeptItem {
  const { jti: _, session, ...kept } = payload;
  const { cookie: __, ...sessionKept } = session ?? {};
  // Sessions are found by their uid, and what was granted in them too.
  const alias = payload.uid ?? payload.sessionUid;
  const content = JSON.stringify(session === undefined ? kept : { ...kept, session: sessionKept });
  return {
    kind,
    id: key,
    // An interaction's way back has its id, which is the value of a cookie.
    content: content.replaceAll(id, ownId),
    expires,
    ...(payload.grantId === undefined ? {} : { grant: payload.grantId }),
    ...(alias === undefined ? {} : { alias }),
    ...(payload.accountId === undefined ? {} : { account: payload.accountId }),
  };
}

function payloadOf(found: { content: string; consumed?: number }, id: string): AdapterPayload {
  const payload = JSON.parse(found.content.replaceAll(ownId, id)) as AdapterPayload; // written by itemOf
  return {
    ...payload,
    jti: id,
    ...(found.consumed === undefined ? {} : { consumed: Math.floor(found.consumed / 1000) }),
  };
}
