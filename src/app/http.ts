/** The HTTP server: what it compresses, whom it lets in from other origins, and how it ends. https://fastify.dev/docs/latest/ */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants } from 'node:zlib';
import compress from '@fastify/compress';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance } from 'fastify';
import { largestBody } from '../rest/routes.ts';

/** The HTTP server, and the requests that it has in hand. `handle` says whether it answers a request by itself. */
export async function createHttp(
  handle: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<{ http: FastifyInstance; inHand: ReadonlySet<object> }> {
  const http = Fastify({
    bodyLimit: largestBody,
    logger: false,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 2 ** 16 },
    forceCloseConnections: 'idle',
  });
  const inHand = new Set<object>();
  http.addHook('onRequest', async (request, reply) => {
    inHand.add(request);
    // Answered or given up by the client, it is in hand no more.
    reply.raw.once('close', () => inHand.delete(request));
    if (handle(request.raw, reply.raw)) reply.hijack();
  });
  await http.register(cors, {
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    exposedHeaders: [
      'ETag',
      'Last-Modified',
      'Location',
      'Content-Location',
      'Retry-After',
      'Link',
      'Warning',
      'Fairway-Obligations',
      'Fairway-Access-Until',
    ],
    strictPreflight: false,
    maxAge: 86_400,
  });
  await http.register(compress, {
    encodings: ['br', 'gzip'],
    threshold: 1400,
    customTypes: /^(?:application\/(?:fhir\+)?(?:json|xml|ndjson)|text\/)/,
    // Replies are made once and sent once: quick compression is the better bargain.
    brotliOptions: { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } },
    zlibOptions: { level: 5 },
  });
  return { http, inHand };
}

/** Milliseconds that requests in hand get when the server is asked to end. */
const grace = 20_000;

/**
 * Takes no more connections, lets the requests in hand finish, and cuts what is left after `grace`. A connection over
 * which no request has come counts as one in hand for node:http, so requests are counted here.
 */
export async function closeInTime(http: FastifyInstance, inHand: ReadonlySet<object>): Promise<void> {
  const { server } = http;
  const closed = http.close();
  for (let waited = 0; waited < grace && inHand.size > 0; waited += 20) await sleep(20);
  server.closeAllConnections();
  await closed;
}
