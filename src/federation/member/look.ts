/** Asks a server what it is, as a stranger: its metadata, in time, of bounded size, without following it elsewhere. https://hl7.org/fhir/R4B/http.html#capabilities */
import { objectOf, parseJson } from '../../fhir/json.ts';
import type { Look } from '../../interaction/index.ts';

export interface LookMeans {
  fetch: typeof fetch;
  now(): number;
  signal?: AbortSignal;
}

const patience = 20_000;
/** Bytes: statements of servers with many profiles have a few million. */
const mostBytes = 16 * 2 ** 20;

/** Never throws for what a server does. `address` is a base address without a trailing slash. */
export async function lookAt(address: string, { fetch, now, signal }: LookMeans): Promise<Look> {
  const at = now();
  const started = performance.now();
  const look = (status: number, found: Pick<Look, 'statement' | 'reason'>): Look => ({
    at,
    milliseconds: Math.round(performance.now() - started),
    status,
    ...found,
  });
  const limit = AbortSignal.any([AbortSignal.timeout(patience), ...(signal === undefined ? [] : [signal])]);
  try {
    const response = await fetch(`${address}/metadata`, {
      headers: { accept: 'application/fhir+json' },
      redirect: 'manual',
      signal: limit,
    });
    const { status } = response;
    if (status !== 200) {
      await response.body?.cancel();
      const moved = status >= 300 && status < 400 ? ', which sends elsewhere' : '';
      return look(status, { reason: `it answers with status ${status}${moved}` });
    }
    const text = await boundedText(response, limit);
    if (text === undefined) return look(status, { reason: `its answer has more than ${mostBytes} bytes` });
    const body = objectOf(parseJson(text));
    if (body === undefined) return look(status, { reason: 'its answer is no JSON' });
    if (body['resourceType'] !== 'CapabilityStatement') {
      return look(status, { reason: 'its answer is no CapabilityStatement' });
    }
    return look(status, { statement: body });
  } catch (error) {
    return look(0, { reason: reasonOf(error) });
  }
}

async function boundedText(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (response.body === null) return '';
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early ends the transfer.
  for await (const part of response.body) {
    signal.throwIfAborted();
    size += part.byteLength;
    if (size > mostBytes) return undefined;
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** The same cause has the same words. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `it does not answer within ${patience / 1000} s`;
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}

/** Whether a reason is about the certificate, see federation/outbound.ts. */
export const isAboutCertificate = (reason: string | undefined): boolean => reason?.includes(' certificate ') ?? false;
