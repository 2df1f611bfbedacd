/** Tells the audit log what a request asked and what came of it. See docs/adr/0015 */
import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Audited } from '../door/index.ts';
import type { PerformedEntry, Reply, Server } from '../interaction/index.ts';
import { statusOf } from './reply.ts';

/** A request of which the entries are still to be written. */
export interface Recording {
  /** The request itself, with the status that was answered. */
  answered(reply: Pick<Reply, 'status' | 'location' | 'disclosed' | 'counted'>): void;
  /** An entry of its Bundle. */
  entry(performed: PerformedEntry): void;
  /** Resolves when the answer may go out. */
  kept(): Promise<void> | undefined;
}

/** What is asked, before anything of it is looked at. */
export interface Asking {
  interaction: string;
  /** below the base, without the query */
  path: string;
  /** as sent, or a form that was posted */
  query: string;
  type: string;
  id: string;
}

/** What says nothing about data is not recorded. */
const unrecorded = new Set(['capabilities']);

/** `asking` is looked at when the answer is there. */
export function recordingOf(asking: Asking, request: FastifyRequest, server: Server): Recording {
  const { audit } = server.door;
  const common = { recorded: Math.trunc(server.now()), request: requestId(request, server), network: request.ip };
  return {
    answered(reply) {
      const { interaction, path } = asking;
      if (unrecorded.has(interaction)) return;
      audit.record({ ...common, interaction, path, ...outcomeOf(asking, reply, server.base) });
    },
    entry({ interaction: code, path, query, type, id, reply }) {
      audit.record({ ...common, interaction: code, path, ...outcomeOf({ query, type, id }, reply, server.base) });
    },
    kept: () => audit.kept(),
  };
}

/** Performs what is asked; gives or throws what comes of it when it may be answered. */
export async function recorded(recording: Recording, perform: () => Promise<Reply>): Promise<Reply> {
  let reply: Reply;
  try {
    reply = await perform();
  } catch (error) {
    await answeredWith(recording, { status: statusOf(error) });
    throw error;
  }
  await answeredWith(recording, reply);
  return reply;
}

function answeredWith(recording: Recording, reply: Parameters<Recording['answered']>[0]): Promise<void> | undefined {
  recording.answered(reply);
  return recording.kept();
}

type Outcome = Pick<Audited, 'status' | 'type' | 'id' | 'query' | 'disclosed' | 'counted'>;

function outcomeOf(
  { query, type, id }: Pick<Asking, 'query' | 'type' | 'id'>,
  { status, location, disclosed, counted }: Parameters<Recording['answered']>[0],
  base: string,
): Outcome {
  const outcome: Outcome = { status, query: query === '' ? '' : shownQuery(query), type, id };
  // The server chose the id, or a condition did.
  if (id === '' && location !== undefined) outcome.id = location.slice(base.length + 1).split('/')[1] ?? '';
  if (disclosed !== undefined) outcome.disclosed = disclosed;
  if (counted !== undefined) outcome.counted = counted;
  return outcome;
}

/** `X-Request-Id` where the client sent one. */
function requestId({ headers }: FastifyRequest, server: Server): string {
  const stated = headers['x-request-id'];
  return typeof stated === 'string' && /^[\w.:-]{1,64}$/.test(stated) ? stated : server.newId();
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
