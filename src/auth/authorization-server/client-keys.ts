/** The public keys that a client publishes, remembered as long as its cache headers allow. https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html */

type PublicKey = Readonly<Record<string, unknown>>;

/**
 * What oidc-provider asks of a client's keys. Its own store would go on trusting a key that the client has taken
 * back, and would not look for a new one while it remembers the old ones; SMART asks for both.
 */
export interface ClientKeys {
  /** The one key that fits; none when there are several, or none. */
  selectForVerify(wanted: { alg: string; kid?: unknown }): PublicKey[];
  getKeyObject(key: PublicKey): PublicKey;
  /** Whether looking again is of no use: the library looks again once when this is false. */
  fresh(): boolean;
  refresh(): Promise<void>;
  [Symbol.iterator](): Iterator<PublicKey>;
}

const typeOf: Readonly<Record<string, { kty: string; crv?: string }>> = {
  RS384: { kty: 'RSA' },
  ES384: { kty: 'EC', crv: 'P-384' },
};

/** A key set is kept for so long whatever its headers say, so that nobody can make us ask for it again and again. */
const leastMilliseconds = 5000;
const mostMilliseconds = 3_600_000;
const mostBytes = 256 * 1024;

export function publishedKeys(uri: string, means: { fetch: typeof fetch; now(): number }): ClientKeys {
  let keys: readonly PublicKey[] = [];
  let fetched = Number.NEGATIVE_INFINITY;
  let keptFor = 0;
  let loading: Promise<void> | undefined;
  const age = (): number => means.now() - fetched;
  const load = async (): Promise<void> => {
    keys = [];
    keptFor = leastMilliseconds;
    fetched = means.now();
    const response = await means.fetch(uri, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(5000),
    });
    if (response.status !== 200) throw new Error(`${uri} answers ${response.status}`);
    keys = keysOf(await limitedText(response));
    keptFor = Math.max(leastMilliseconds, maxAgeOf(response.headers.get('cache-control')));
  };
  return {
    selectForVerify: (wanted) => (age() < keptFor ? fitting(keys, wanted) : []),
    getKeyObject: (key) => key,
    // A key that is not known is reason to look again before the cache says so: clients add keys before they use them.
    fresh: () => age() < leastMilliseconds,
    refresh: () =>
      (loading ??= load().finally(() => {
        loading = undefined;
      })),
    [Symbol.iterator]: () => keys[Symbol.iterator](),
  };
}

function keysOf(text: string): PublicKey[] {
  const parsed: unknown = JSON.parse(text);
  const keys = typeof parsed === 'object' && parsed !== null && 'keys' in parsed ? parsed.keys : undefined;
  if (!Array.isArray(keys)) throw new Error('a key set needs a list of keys');
  return keys.filter((key): key is PublicKey => typeof key === 'object' && key !== null && !Array.isArray(key));
}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostBytes) throw new Error('the key set is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Milliseconds for which the answer may be kept. https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2 */
function maxAgeOf(cacheControl: string | null): number {
  if (cacheControl === null || /no-store|no-cache/i.test(cacheControl)) return 0;
  const seconds = /max-age=(\d{1,9})/i.exec(cacheControl)?.[1];
  return seconds === undefined ? 0 : Math.min(Number(seconds) * 1000, mostMilliseconds);
}

function fitting(keys: readonly PublicKey[], { alg, kid }: { alg: string; kid?: unknown }): PublicKey[] {
  const type = typeOf[alg];
  if (type === undefined || typeof kid !== 'string') return [];
  const found = keys.filter(
    (key) =>
      key['kid'] === kid &&
      key['kty'] === type.kty &&
      (type.crv === undefined || key['crv'] === type.crv) &&
      (key['alg'] === undefined || key['alg'] === alg) &&
      (key['use'] === undefined || key['use'] === 'sig'),
  );
  return found.length === 1 ? found : [];
}
