/** Tells the audit log what a request asked and what came of it. See docs/adr/0015 */
import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { PerformedEntry, Reply, Server } from '../interaction/index.ts';
import { statusOf } from './reply.ts';

/** What is asked. */
export interface Asking {
  interaction: string;
  /** below the base, without the query */
  path: string;
  /** as sent, or a form that was posted */
  query: string;
  type: string;
  id: string;
}

type Answered = Pick<Reply, 'status' | 'location' | 'disclosed' | 'counted'>;

/** What says nothing about data is not recorded. */
const unrecorded = new Set(['capabilities']);

/** Takes the answer down; gives what it has to wait for, if it has to. */
export function answered(
  asking: Asking,
  request: FastifyRequest,
  server: Server,
  reply: Answered,
): Promise<void> | undefined {
  if (unrecorded.has(asking.interaction)) return undefined;
  const { audit } = server.door;
  record(asking, request, server, reply);
  return audit.kept();
}

/** Takes an error down; gives the one that is to be answered. */
export async function refused(
  asking: Asking,
  request: FastifyRequest,
  server: Server,
  error: unknown,
): Promise<unknown> {
  try {
    await answered(asking, request, server, { status: statusOf(error) });
    return error;
  } catch (unwritten) {
    return unwritten;
  }
}

/** Takes the entries of a Bundle down. */
export function entryRecorder(request: FastifyRequest, server: Server): (entry: PerformedEntry) => void {
  return (entry) => record(entry, request, server, entry.reply);
}

// Done for every request: one object is made, and nothing is made twice.
function record(asking: Asking, request: FastifyRequest, server: Server, reply: Answered): void {
  const { type, query } = asking;
  const { location } = reply;
  // Where the address has no id the server chose one, or a condition did.
  const id =
    asking.id === '' && location !== undefined
      ? (location.slice(server.base.length + 1).split('/')[1] ?? '')
      : asking.id;
  server.door.audit.record({
    recorded: Math.trunc(server.now()),
    request: requestId(request, server),
    interaction: asking.interaction,
    status: reply.status,
    network: request.ip,
    path: asking.path,
    query: query === '' ? '' : shownQuery(query),
    type,
    id,
    disclosed: reply.disclosed,
    counted: reply.counted,
  });
}

const requestIds = new WeakMap<FastifyRequest, string>();

/** `X-Request-Id` where the client sent one; the same for all entries of a request. */
function requestId(request: FastifyRequest, server: Server): string {
  const stated = request.headers['x-request-id'];
  if (typeof stated === 'string' && /^[\w.:-]{1,64}$/.test(stated)) return stated;
  // Only a POST can have several entries.
  if (request.method !== 'POST') return server.newId();
  let id = requestIds.get(request);
  if (id === undefined) requestIds.set(request, (id = server.newId()));
  return id;
}

/** Characters of a query that are kept; of a longer one the digest tells what it was. */
const longestQuery = 16_384;
const secrets = /(^|&)(access_token|id_token|refresh_token|client_secret|client_assertion|password)=[^&]*/gi;

/** The query as it was sent, without what opens doors. */
function shownQuery(query: string): string {
  const shown = query.replace(secrets, '$1$2=withheld');
  if (shown.length <= longestQuery) return shown;
  return `${shown.slice(0, longestQuery)}&... sha256 ${hash('sha256', shown, 'hex')}`;
}
