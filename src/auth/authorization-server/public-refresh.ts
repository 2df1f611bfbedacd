/** Lets public clients refresh without saying who they are, as SMART does and OAuth's library does not. https://hl7.org/fhir/smart-app-launch/app-launch.html#refresh-access-token */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { digestOf } from './digest.ts';
import { readBody } from './form.ts';
import type { Site } from './site.ts';

/** The token request, with the client's id where only the refresh token says whose it is; undefined when it is too long. */
export async function withClientOfRefreshToken(
  request: IncomingMessage,
  site: Site,
): Promise<IncomingMessage | undefined> {
  const body = await readBody(request);
  if (body === undefined) return undefined;
  const client = await clientOf(body, request, site);
  return client === undefined
    ? replayed(request, body)
    : replayed(request, `${body}&${new URLSearchParams({ client_id: client })}`);
}

/** The public client that an otherwise anonymous refresh comes from. Such a client could claim its id as well; it proves nothing. */
async function clientOf(body: string, { headers }: IncomingMessage, site: Site): Promise<string | undefined> {
  if (headers.authorization !== undefined) return undefined;
  const fields = new URLSearchParams(body);
  const token = fields.get('refresh_token');
  if (fields.get('grant_type') !== 'refresh_token' || token === null) return undefined;
  if (['client_id', 'client_secret', 'client_assertion'].some((name) => fields.has(name))) return undefined;
  const found = await site.storage.find('RefreshToken', digestOf(token));
  if (found === undefined) return undefined;
  const { clientId } = JSON.parse(found.content) as { clientId?: string }; // written by the adapter
  const client = site.settings.clients.get(clientId ?? '');
  return client?.authentication === 'none' ? client.id : undefined;
}

/** The same request, whose body can be read again. */
function replayed(request: IncomingMessage, body: string): IncomingMessage {
  const bytes = Buffer.from(body);
  const { 'transfer-encoding': _, ...headers } = request.headers;
  const iterator = () => Readable.from([bytes], { objectMode: false }).iterator();
  // Everything else is looked up in the request itself.
  return Object.create(request, {
    headers: { value: { ...headers, 'content-length': String(bytes.length) } },
    readable: { value: true },
    iterator: { value: iterator },
  }) as IncomingMessage;
}
