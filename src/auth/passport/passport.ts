/** Gets the visas that a broker has for an access token: from UserInfo, or in a Passport that the token is exchanged for. https://ga4gh.github.io/data-security/aai-openid-connect-profile */
import { discover, unusable } from '../issuer/discovery.ts';
import { readJwt, verifiedClaims } from '../issuer/jwt.ts';
import type { KeySet } from '../issuer/key-set.ts';
import { askForJson, clientCredentials, objectOf } from '../outbound.ts';
import { type Outside, refused } from '../token-source.ts';
import type { Broker } from './settings.ts';
import { clockSkewSeconds, passportAlgorithms } from './visa.ts';

/** Who holds the token, and what the broker is asked with. */
export interface Holder {
  issuer: string;
  subject: string;
  token: string;
  digest: string;
  scopes: ReadonlySet<string>;
}

/** Visas as their issuers signed them, and when the passport ends in milliseconds since 1970. */
export interface Passport {
  visas: readonly unknown[];
  expires?: number;
}

const mostVisas = 500;

/** Throws `login` when the broker does not accept the token or the passport is not valid, `transient` when it does not answer. */
export async function passportOf(
  holder: Holder,
  broker: Broker,
  checks: { keys: KeySet; audience: readonly string[] },
  outside: Outside,
): Promise<Passport> {
  return broker.exchange === undefined
    ? passportFromUserInfo(holder, broker, outside)
    : passportByExchange(holder, { ...broker, exchange: broker.exchange }, checks, outside);
}

async function passportFromUserInfo(holder: Holder, broker: Broker, outside: Outside): Promise<Passport> {
  const address = broker.userinfo ?? (await discover(broker.issuer, 'userinfo_endpoint', outside));
  const headers = { authorization: `Bearer ${holder.token}` };
  const { status, json } = await askForJson(address, { headers }, outside);
  if (status === 401) throw refused('its broker does not accept it any more');
  const claims = objectOf(json);
  if (claims === undefined) throw unusable(broker.issuer, `UserInfo answers with status ${status}`, outside);
  if (claims['sub'] !== holder.subject) throw refused('its broker says that it is of another person');
  return { visas: visasOf(claims['ga4gh_passport_v1'] ?? []) };
}

async function passportByExchange(
  holder: Holder,
  { issuer, exchange }: Broker & Required<Pick<Broker, 'exchange'>>,
  checks: { keys: KeySet; audience: readonly string[] },
  outside: Outside,
): Promise<Passport> {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    requested_token_type: 'urn:ga4gh:params:oauth:token-type:passport',
    subject_token: holder.token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: clientCredentials(exchange.clientId, exchange.clientSecret),
  };
  const { status, json } = await askForJson(
    exchange.endpoint,
    { method: 'POST', headers, body: body.toString() },
    outside,
  );
  // invalid_request is what RFC 8693 has for a subject token that is not acceptable; other faults are the operator's.
  if (status === 400) throw refused('its broker does not exchange it');
  const text = objectOf(json)?.['access_token'];
  if (typeof text !== 'string') throw unusable(issuer, `its exchange answers with status ${status}`, outside);
  return checkedPassport(text, holder, checks, outside.now());
}

/** A passport that is not valid refuses the whole request. */
async function checkedPassport(
  text: string,
  holder: Holder,
  { keys, audience }: { keys: KeySet; audience: readonly string[] },
  now: number,
): Promise<Passport> {
  const token = readJwt(text);
  if (token?.typ !== 'vnd.ga4gh.passport+jwt') throw refused('what its broker gives for it is no Passport');
  const claims = await verifiedClaims(token, keys, {
    issuer: holder.issuer,
    ...(token.claims.aud === undefined ? {} : { audience }),
    algorithms: passportAlgorithms,
    now,
    clockSkewSeconds,
  });
  if (claims.sub !== holder.subject) throw refused('its broker gives the Passport of another person for it');
  if (claims.iat === undefined) throw refused('its Passport needs the time at which it was issued');
  return { visas: visasOf(claims['ga4gh_passport_v1']), expires: (claims.exp! + clockSkewSeconds) * 1000 }; // exp is required above
}

function visasOf(stated: unknown): readonly unknown[] {
  if (Array.isArray(stated) && stated.length <= mostVisas) return stated;
  throw refused(`its Passport is no list of at most ${mostVisas} visas`);
}
