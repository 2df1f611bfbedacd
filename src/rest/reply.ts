/** Writes replies and errors to HTTP; nothing else does. https://hl7.org/fhir/R4B/http.html#ops */
import type { FastifyReply } from 'fastify';
import { FhirError, outcomeOf } from '../fhir/outcome.ts';
import type { Reply } from '../interaction/index.ts';
import { fhirJson } from './negotiate.ts';

export function sendReply(to: FastifyReply, reply: Reply): FastifyReply {
  to.status(reply.status);
  if (reply.versionId !== undefined) to.header('etag', `W/"${reply.versionId}"`);
  if (reply.lastModified !== undefined) to.header('last-modified', httpDate(reply.lastModified));
  if (reply.location !== undefined) to.header(reply.status === 201 ? 'location' : 'content-location', reply.location);
  if (reply.body === undefined) return to.send();
  return to.header('content-type', fhirJson).send(reply.body);
}

let lastSecond = Number.NaN;
let lastText = '';

/** Dates of HTTP have seconds, and many replies share one. */
function httpDate(millis: number): string {
  const second = Math.floor(millis / 1000);
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toUTCString();
    lastSecond = second;
  }
  return lastText;
}

/** The OperationOutcome of an error. What is no FhirError is a defect: it is logged, and its text stays inside. */
export function sendError(to: FastifyReply, error: unknown, log: (error: unknown) => void): FastifyReply {
  const known = knownError(error);
  if (known === undefined) log(error);
  const shown = known ?? new FhirError('exception', 'the server met an error of its own; its log says more');
  if (shown.status === 401) to.header('www-authenticate', 'Bearer');
  return to
    .status(shown.status)
    .header('content-type', fhirJson)
    .send(JSON.stringify(outcomeOf(shown.issues)));
}

/** What the driver, the system and PostgreSQL say when the database is away, stopping or starting. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const awayCodes = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  '57P01',
  '57P02',
  '57P03',
]);

/** Errors of HTTP itself come from Fastify with codes of its own. */
function knownError(error: unknown): FhirError | undefined {
  if (error instanceof FhirError) return error;
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new FhirError(
      'too-long',
      'the body is larger than this server takes in one request; use $import for much data',
    );
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new FhirError(
      'unsupported-media-type',
      'the body must be application/fhir+json (or application/fhir+ndjson for $import)',
    );
  }
  if (code !== undefined && awayCodes.has(code)) {
    return new FhirError('transient', 'the database does not answer at the moment; try again');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new FhirError('invalid', message ?? 'the request is not valid HTTP');
  return undefined;
}
