/** The public keys of an issuer: fetched when needed, kept for a while, fetched again when keys are changed. https://www.rfc-editor.org/rfc/rfc7517 */
import { importJWK, type JWK } from 'jose';
import { FhirError } from '../../fhir/outcome.ts';
import { askForJson, objectOf } from '../outbound.ts';
import { type Outside, refused } from '../token-source.ts';
import { unusable } from './discovery.ts';

export interface KeySet {
  /** The one key that the header of a token names. Throws `login` when there is none or more than one, `transient` when keys cannot be had. */
  keyFor(header: { kid?: string; alg: string }): Promise<CryptoKey>;
}

/** milliseconds */
const keptAtMost = 10 * 60_000;
/** Unknown keys, and failures, do not lead to more fetches than this lets through. */
const betweenFetches = 30_000;
const afterFailure = 5_000;
const mostKeys = 100;

interface Held {
  keys: readonly JWK[];
  /** by algorithm and kid */
  imported: Map<string, CryptoKey>;
  fetched: number;
  until: number;
}

/** Keys at the address that `address` finds. */
export function createKeySet(issuer: string, address: () => Promise<string>, outside: Outside): KeySet {
  const { now } = outside;
  let held: Held | undefined;
  let pending: Promise<Held> | undefined;
  let restUntil = Number.NEGATIVE_INFINITY;
  const fetchKeys = async (): Promise<Held> => {
    try {
      const { json, maxAge } = await askForJson(await address(), {}, outside);
      const keys = keysOf(json, issuer, outside);
      const kept = Math.min(keptAtMost, Math.max((maxAge ?? Number.POSITIVE_INFINITY) * 1000, betweenFetches));
      held = { keys, imported: new Map(), fetched: now(), until: now() + kept };
      return held;
    } catch (error) {
      restUntil = now() + afterFailure;
      throw error;
    }
  };
  const fetchOnce = (): Promise<Held> => {
    if (pending === undefined && now() < restUntil) {
      throw new FhirError('transient', 'the issuer of the bearer token does not answer at the moment; try again');
    }
    pending ??= fetchKeys().finally(() => (pending = undefined));
    return pending;
  };
  return {
    async keyFor(header) {
      let keys = held !== undefined && now() < held.until ? held : await fetchOnce();
      if (named(keys.keys, header).length === 0 && now() - keys.fetched >= betweenFetches) keys = await fetchOnce();
      return oneKey(keys, header, issuer, outside);
    },
  };
}

/** Keys that the operator wrote down. */
export function givenKeys(issuer: string, keys: readonly JWK[], outside: Outside): KeySet {
  const held: Held = { keys, imported: new Map(), fetched: 0, until: Number.POSITIVE_INFINITY };
  return { keyFor: async (header) => oneKey(held, header, issuer, outside) };
}

/** The keys of a JWK Set; nothing is said of their use yet. */
function keysOf(json: unknown, issuer: string, outside: Outside): readonly JWK[] {
  const keys = objectOf(json)?.['keys'];
  if (!Array.isArray(keys) || keys.length > mostKeys || !keys.every((key) => objectOf(key) !== undefined)) {
    throw unusable(issuer, `its keys are no JWK Set of at most ${mostKeys} keys`, outside);
  }
  return keys as JWK[]; // objects; what is used of them is checked where it is used
}

function keyTypeOf(alg: string): string {
  if (/^[RP]S/.test(alg)) return 'RSA';
  return alg.startsWith('ES') ? 'EC' : 'OKP';
}

const named = (keys: readonly JWK[], { kid, alg }: { kid?: string; alg: string }): JWK[] =>
  kid === undefined ? [] : keys.filter((key) => key.kid === kid && key.kty === keyTypeOf(alg));

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

async function oneKey(
  held: Held,
  header: { kid?: string; alg: string },
  issuer: string,
  outside: Outside,
): Promise<CryptoKey> {
  if (typeof header.kid !== 'string') throw refused('it does not name its key');
  const [key, ...others] = named(held.keys, header);
  if (key === undefined) throw refused('its issuer has no such key');
  if (others.length > 0) throw refused('its issuer has more than one key of that name');
  const name = `${header.alg} ${header.kid}`;
  const known = held.imported.get(name);
  if (known !== undefined) return known;
  if (privateMembers.some((name) => name in key)) {
    // Whoever read it can sign with it.
    outside.log('error', 'an issuer of tokens publishes a key that must be secret', { issuer, kid: header.kid });
    throw refused('its key is known to everyone');
  }
  const isForThis =
    (key.use === undefined || key.use === 'sig') &&
    (key.key_ops === undefined || (Array.isArray(key.key_ops) && key.key_ops.includes('verify'))) &&
    (key.alg === undefined || key.alg === header.alg);
  if (!isForThis) throw refused('its key is not for this');
  try {
    const imported = await importJWK(key, header.alg);
    if (imported instanceof Uint8Array) throw new TypeError('a symmetric key');
    held.imported.set(name, imported);
    return imported;
  } catch (cause) {
    throw refused('its key cannot be used', cause);
  }
}
