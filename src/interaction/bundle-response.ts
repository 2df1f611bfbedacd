/** Builds the Bundle that answers a batch or transaction. https://hl7.org/fhir/R4B/http.html#transaction-response */
import { bundleText } from './bundle.ts';
import type { Reply, Server } from './interaction.ts';

/** The Bundle that answers, entry by entry in the order of the request. */
export function responseBundle(
  type: 'batch-response' | 'transaction-response',
  replies: readonly Reply[],
  server: Server,
): Reply {
  const entries = replies.map((reply) => {
    const response: Record<string, string> = { status: String(reply.status) };
    if (reply.location !== undefined) response['location'] = reply.location;
    if (reply.versionId !== undefined) response['etag'] = `W/"${reply.versionId}"`;
    if (reply.lastModified !== undefined) response['lastModified'] = new Date(reply.lastModified).toISOString();
    const text = JSON.stringify(response);
    if (reply.body === undefined) return `{"response":${text}}`;
    if (reply.status < 400) return `{"resource":${reply.body},"response":${text}}`;
    return `{"response":${text.slice(0, -1)},"outcome":${reply.body}}}`;
  });
  return { status: 200, body: bundleText({ type, id: server.newId(), now: server.now(), links: [], entries }) };
}
