/** Reads forms that our own pages sent, and no others. https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html */
import type { IncomingMessage } from 'node:http';
import { sameText, sealOf } from './digest.ts';

const mostBytes = 64 * 1024;

/** The body, when it is short enough. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Who the form was made for: the page's own path, and the browser session it was shown in. */
export interface FormOf {
  path: string;
  session: string;
}

/** The hidden value that a page's form carries. */
export const formSeal = (secret: string, { path, session }: FormOf): string =>
  sealOf(secret, `form ${path} ${session}`);

/** The fields of a form; undefined when another site, another browser or another page sent it. */
export async function readForm(
  request: IncomingMessage,
  origin: string,
  secrets: readonly string[],
  of: FormOf,
): Promise<URLSearchParams | undefined> {
  const { headers } = request;
  const body = await readBody(request);
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return undefined;
  if (headers.origin !== undefined && headers.origin !== origin) return undefined;
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '')) return undefined;
  if (body === undefined) return undefined;
  const fields = new URLSearchParams(body);
  const seal = fields.get('seal') ?? '';
  return secrets.some((secret) => sameText(seal, formSeal(secret, of))) ? fields : undefined;
}
