/** How a server asks others: never its own network, never elsewhere than told, of bounded size and time. https://owasp.org/www-community/attacks/Server_Side_Request_Forgery */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, type RequestInit as UndiciInit, fetch as undiciFetch } from 'undici';

export interface OutboundSettings {
  /** whether loopback, link-local and private addresses may be asked */
  allowPrivate: boolean;
  /** bytes of one answer, unpacked; 64 MiB unless stated */
  bytes?: number;
  /** milliseconds from the request to the end of the answer; a minute unless stated */
  milliseconds?: number;
  /** further certificates (PEM) that are trusted, beside the system's */
  ca?: string;
  /** resolves names; default the system */
  lookup?: LookupFunction;
}

/** An address that this server does not ask, whatever may be there. */
class PrivateAddress extends TypeError {}

/** Whether an error of `Outbound.fetch` says that nothing was asked. */
export function isRefusedAddress(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof PrivateAddress) return true;
  return false;
}

export interface Outbound {
  /** Like the platform's fetch; what is refused is a TypeError whose message says why. */
  fetch: typeof fetch;
  close(): Promise<void>;
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry/, multicast, and the address of Azure's wire server. */
const refusedFour = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;
/** Of what is global unicast (2000::/3); everything else is refused, IPv4 inside of IPv6 too. https://www.iana.org/assignments/iana-ipv6-special-registry/ */
const refusedSix = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const refused = new BlockList();
for (const [address, prefix] of refusedFour) refused.addSubnet(address, prefix, 'ipv4');
for (const [address, prefix] of refusedSix) refused.addSubnet(address, prefix, 'ipv6');
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** Whether an IP address belongs to the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !refused.check(address, 'ipv4');
  return isIP(address) === 6 && global.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Makes the fetch of a server. One for each server: it keeps connections. */
export function createOutbound(settings: OutboundSettings): Outbound {
  const { allowPrivate, bytes = 64 * 2 ** 20, milliseconds = 60_000, ca, lookup = systemLookup } = settings;
  const agent = new Agent({
    connect: {
      timeout: 10_000,
      ...(ca === undefined ? {} : { ca }),
      // The address that is looked at is the one that is connected to: the name cannot mean another one meanwhile.
      lookup: allowPrivate ? lookup : publicOnly(lookup),
    },
  });
  const ask = async (url: URL, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    refuseAddress(url, allowPrivate);
    try {
      const request = { ...init, redirect: 'manual', signal, dispatcher: agent } as UndiciInit; // the same in both: undici made the platform's
      return (await undiciFetch(url, request)) as unknown as Response;
    } catch (error) {
      if (init.signal?.aborted === true) throw init.signal.reason;
      if (signal.aborted) throw new TypeError(`${url.host} did not answer within ${milliseconds / 1000} s`);
      throw new TypeError(`${url.host} ${reasonOf(error)}`, { cause: error });
    }
  };
  return {
    async fetch(input, init = {}) {
      let url = urlOf(input);
      const timeout = AbortSignal.timeout(milliseconds);
      const signal = init.signal == null ? timeout : AbortSignal.any([init.signal, timeout]);
      for (let hop = 0; hop <= mostRedirects; hop++) {
        const response = await ask(url, init, signal);
        if (!redirects.has(response.status) || init.redirect === 'manual') return bounded(response, url, bytes);
        await response.body?.cancel();
        url = nextOf(response, url, init);
      }
      throw new TypeError(`the redirects of ${url.host} have no end`);
    },
    close: () => agent.destroy(),
  };
}

function urlOf(input: RequestInfo | URL): URL {
  if (typeof input === 'object' && 'headers' in input)
    throw new TypeError('requests are stated by address and options');
  if (!URL.canParse(String(input))) throw new TypeError(`${String(input).slice(0, 200)} is no address`);
  return new URL(String(input));
}

/** Names are looked at when they are resolved; what is an address already is not resolved. */
function refuseAddress(url: URL, allowPrivate: boolean): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError(`${url.protocol} is not asked, only http and https`);
  }
  if (url.username !== '' || url.password !== '') throw new TypeError('an address must not hold a password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw new PrivateAddress(privateText(url.hostname));
}

const privateText = (host: string): string =>
  `${host} is an address of a private network, which this server does not ask (--allow-private-network)`;

/** Gives only public addresses of a name; an error when there is none. */
export function publicOnly(lookup: LookupFunction): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const all: LookupAddress[] = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const permitted = all.filter(({ address }) => isPublicAddress(address));
      const [first] = permitted;
      if (first === undefined) return callback(new PrivateAddress(privateText(name)), '', 0);
      if (options.all === true) callback(null, permitted);
      else callback(null, first.address, first.family);
    });
  };
}

/** Where a redirect leads: within its origin, and only for what asks and changes nothing. */
function nextOf(response: Response, url: URL, { method = 'GET' }: RequestInit): URL {
  const location = response.headers.get('location');
  if (location === null || !URL.canParse(location, url)) throw new TypeError(`${url.host} redirects to nowhere`);
  const next = new URL(location, url);
  if (next.origin !== url.origin) {
    throw new TypeError(`${url.host} redirects to another server: ${next.href.slice(0, 200)}`);
  }
  if (method !== 'GET' && method !== 'HEAD') throw new TypeError(`${url.host} redirects what is sent to it`);
  return next;
}

/** The same answer, whose body fails when it is too long. */
function bounded(response: Response, url: URL, most: number): Response {
  let size = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(part, controller) {
        size += part.byteLength;
        if (size > most) controller.error(new TypeError(`the answer of ${url.host} has more than ${most} bytes`));
        else controller.enqueue(part);
      },
    }),
  );
  const { status, statusText } = response;
  const answer = new Response(counted ?? null, { status, statusText, headers: [...response.headers] });
  Object.defineProperty(answer, 'url', { value: url.href });
  return answer;
}

const plain: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that it signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate of an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate of an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
  ENOTFOUND: 'is a name that nobody knows',
  ECONNREFUSED: 'takes no connection',
  ECONNRESET: 'broke the connection',
  UND_ERR_SOCKET: 'broke the connection',
  UND_ERR_CONNECT_TIMEOUT: 'takes no connection in time',
};

function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  const known = plain[cause?.code ?? ''];
  return known ?? `cannot be asked: ${cause?.message ?? String(error)}`;
}
