/** Opens files that records of data sets name, as streams. https://hl7.org/fhir/R4B/datatypes.html#Attachment */

import { isBelow } from '../server/exchange.ts';
import { ServerError } from '../server/http.ts';
import { baseOf, type ClientSettings, statedHeaders, type Walk } from '../walk/walk.ts';
import type { FileNote } from './data-reference.ts';
import type { PlannedFile } from './plan.ts';

export interface FetchedFile {
  /** base or origin of its server */
  readonly server: string;
  /** what it may be called, unchecked */
  readonly name: string;
  /** where it is; absent where the record itself holds it */
  readonly url?: string;
  readonly note: FileNote;
  /** Throws ServerError, also while it is read. */
  open(): AsyncIterable<Uint8Array>;
}

export function openFile(walk: Walk, settings: ClientSettings, planned: PlannedFile): FetchedFile {
  const { note } = planned;
  if (planned.kind === 'data') {
    const name = note.title ?? 'attachment';
    return { server: planned.from, name, note, open: () => decoded(planned.data) };
  }
  const { url } = planned;
  const { origin, pathname } = new URL(url);
  // A token goes to addresses below the base that it was issued for.
  const base = Object.keys(settings.tokens ?? {})
    .map(baseOf)
    .find((one) => isBelow(one, url));
  const server = base ?? origin;
  const last = pathname.split('/').findLast((part) => part !== '');
  return {
    server,
    name: last ?? new URL(url).hostname,
    url,
    note,
    open: () => streamed(walk, settings, { url, base, server, note }),
  };
}

async function* decoded(data: string): AsyncGenerator<Uint8Array> {
  try {
    yield Uint8Array.from(atob(data.replace(/\s+/g, '')), (char) => char.charCodeAt(0));
  } catch {
    throw new ServerError('its data are not base64', 0);
  }
}

interface Streaming {
  url: string;
  base: string | undefined;
  server: string;
  note: FileNote;
}

async function* streamed(
  walk: Walk,
  settings: ClientSettings,
  { url, base, server, note }: Streaming,
): AsyncGenerator<Uint8Array> {
  const silence = createSilence(walk.limits.requestMs);
  const signal = settings.signal === undefined ? silence.signal : AbortSignal.any([silence.signal, settings.signal]);
  const started = walk.now();
  let [status, bytes] = [0, 0];
  const trace = (reason?: string): void =>
    walk.traced({
      step: 'get',
      server,
      request: base === undefined ? url : url.slice(base.length + 1),
      status,
      ms: Math.round(walk.now() - started),
      found: reason === undefined ? 1 : 0,
      ...(reason === undefined ? {} : { reason }),
    });
  try {
    const response = await followed(settings, { url, base, note }, signal);
    status = response.status;
    if (!response.ok) {
      await response.body?.cancel();
      throw new ServerError(`it answered ${status}`, status);
    }
    const reader = response.body?.getReader();
    for (;;) {
      silence.heard();
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      bytes += part.value.byteLength;
      // What is announced as small is not taken without an end.
      if (note.size !== undefined && bytes > note.size + 2 ** 20) {
        await reader!.cancel();
        throw new ServerError(`it is longer than the ${note.size} bytes that its record states`, status);
      }
      yield part.value;
    }
    trace();
  } catch (error) {
    const reason =
      error instanceof ServerError
        ? error.message
        : silence.signal.aborted
          ? `nothing came for ${walk.limits.requestMs / 1000} s`
          : `it cannot be reached: ${(error as Error).message}`;
    trace(reason);
    throw new ServerError(reason, error instanceof ServerError ? error.status : 0);
  } finally {
    silence.end();
  }
}

const redirects = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

/** Follows redirects by hand: token and what is stated go to addresses below the base that they are meant for. */
async function followed(
  settings: ClientSettings,
  { url, base, note }: Omit<Streaming, 'server'>,
  signal: AbortSignal,
): Promise<Response> {
  const ask = settings.fetch ?? globalThis.fetch;
  let at = url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const token = base === undefined || !isBelow(base, at) ? undefined : tokenFor(settings, base);
    const headers = {
      accept: note.contentType ?? '*/*',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}`, ...statedHeaders(settings) }),
    };
    const response = await ask(at, { headers, signal, redirect: 'manual' });
    // Browsers tell nothing of where a redirect leads; without a token nothing can be given away.
    if (response.type === 'opaqueredirect') {
      if (token !== undefined) throw new ServerError('it redirects: name the address that it leads to', 0);
      return ask(at, { headers, signal });
    }
    const location = response.headers.get('location');
    if (!redirects.has(response.status) || location === null) return response;
    await response.body?.cancel();
    if (!URL.canParse(location, at)) throw new ServerError('it redirects to what is no address', response.status);
    at = new URL(location, at).href;
  }
  throw new ServerError('its redirects lead in a circle', 0);
}

const tokenFor = ({ tokens = {} }: ClientSettings, base: string): string | undefined =>
  Object.entries(tokens).find(([one]) => baseOf(one) === base)?.[1];

/** Gives up a stream that says nothing for so long; a long file may take its time. */
function createSilence(ms: number): { signal: AbortSignal; heard(): void; end(): void } {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), ms);
  };
  heard();
  return { signal: controller.signal, heard, end: () => clearTimeout(timer) };
}
