/** Reads and checks signed tokens; nothing in a token says where its key is or which algorithms are good. https://www.rfc-editor.org/rfc/rfc8725 */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { refused } from '../token-source.ts';
import type { KeySet } from './key-set.ts';

/** A token as it claims to be: nothing of it is checked. */
export interface ReadJwt {
  text: string;
  alg: string;
  kid?: string;
  /** lower case, without `application/` */
  typ?: string;
  jku?: unknown;
  header: Readonly<Record<string, unknown>>;
  claims: JWTPayload;
}

/** Undefined for what is no JWT of three parts. */
export function readJwt(text: string): ReadJwt | undefined {
  try {
    const header = decodeProtectedHeader(text) as Readonly<Record<string, unknown>>; // a JSON object, or it throws
    const claims = decodeJwt(text);
    const { alg, kid, typ, jku } = header;
    if (typeof alg !== 'string') return undefined;
    return {
      text,
      alg,
      header,
      claims,
      ...(typeof kid === 'string' ? { kid } : {}),
      ...(typeof typ === 'string' ? { typ: typ.toLowerCase().replace(/^application\//, '') } : {}),
      ...(jku === undefined ? {} : { jku }),
    };
  } catch {
    return undefined;
  }
}

export interface JwtChecks {
  issuer: string;
  /** one of them must be meant; where it is absent nothing is asked of `aud` */
  audience?: readonly string[];
  algorithms: readonly string[];
  /** milliseconds since 1970 */
  now: number;
  clockSkewSeconds: number;
}

/** Headers that bring a key along, or change what is signed. */
const misleading = ['jwk', 'x5u', 'x5c', 'crit', 'b64', 'zip', 'enc'];

/** The claims, when signature, issuer, audience and times are right. Throws `login` when they are not. */
export async function verifiedClaims(token: ReadJwt, keys: KeySet, checks: JwtChecks): Promise<JWTPayload> {
  if (!checks.algorithms.includes(token.alg)) throw refused(`the algorithm ${token.alg.slice(0, 20)} is not permitted`);
  for (const name of misleading) if (name in token.header) throw refused(`its header must not have ${name}`);
  if (token.claims.iss !== checks.issuer) throw refused('it is of another issuer');
  const key = await keys.keyFor(token);
  const { payload } = await jwtVerify(token.text, key, {
    issuer: checks.issuer,
    ...(checks.audience === undefined ? {} : { audience: [...checks.audience] }),
    algorithms: [...checks.algorithms],
    currentDate: new Date(checks.now),
    clockTolerance: checks.clockSkewSeconds,
    requiredClaims: ['iss', 'exp', ...(checks.audience === undefined ? [] : ['aud'])],
  }).catch((error: unknown) => {
    throw refused(reasonOf(error), error);
  });
  const { iat } = payload;
  // jose checks iat only against a greatest age.
  if (iat !== undefined && !(Number.isFinite(iat) && iat * 1000 <= checks.now + checks.clockSkewSeconds * 1000)) {
    throw refused('it was issued in the future');
  }
  return payload;
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not right`;
  return 'its signature is not right';
}
