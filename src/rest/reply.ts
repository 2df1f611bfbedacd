/** Writes replies and errors to HTTP, in the format that is wanted; nothing else does. https://hl7.org/fhir/R4B/http.html#ops */
import type { FastifyReply } from 'fastify';
import { obligationText, type Terms } from '../door/index.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { entryResourceTexts } from '../fhir/format/bundle.ts';
import { parseLossless, parseLosslessObject } from '../fhir/format/lossless.ts';
import { toTurtle } from '../fhir/format/turtle.ts';
import { toXml } from '../fhir/format/xml.ts';
import { FhirError, outcomeOf } from '../fhir/outcome.ts';
import type { Reply } from '../interaction/index.ts';
import { contentTypeOf, type Wanted } from './negotiate.ts';

/** What writing a resource needs beside its text. */
export interface Writing {
  definitions: Definitions;
  base: string;
}

/** The same address gives others something else, and in another format; what was shown once is asked about again. */
const caching = { 'cache-control': 'private, no-cache', vary: 'accept, authorization, prefer' };

const plainJson: Wanted = { format: 'json', pretty: false };

export function sendReply(to: FastifyReply, reply: Reply, wanted: Wanted, writing: Writing): FastifyReply {
  const { body } = reply;
  const raw = body === undefined || wanted.raw === undefined || reply.status !== 200 ? undefined : rawContent(body);
  const text = body === undefined || raw !== undefined ? body : written(body, wanted, writing);
  to.status(reply.status).headers(caching);
  if (reply.versionId !== undefined) to.header('etag', `W/"${reply.versionId}"`);
  if (reply.lastModified !== undefined) to.header('last-modified', httpDate(reply.lastModified));
  if (reply.location !== undefined) to.header(reply.status === 201 ? 'location' : 'content-location', reply.location);
  if (reply.terms !== undefined) sendTerms(to, reply.terms, writing.base);
  if (reply.warnings !== undefined && reply.warnings.length > 0) to.header('warning', warningText(reply.warnings));
  if (text === undefined) return to.send();
  // What someone else uploaded must never run as a page of this server.
  if (raw !== undefined) {
    to.header('content-security-policy', 'sandbox').header('x-content-type-options', 'nosniff');
    return to.header('content-type', raw.contentType).send(raw.bytes);
  }
  return to.header('content-type', contentTypeOf(wanted.format)).send(text);
}

/** Data sets that one header names; a Bundle names them all. */
const mostLinked = 20;

/** The terms of what is sent, for those who look at headers only. https://www.rfc-editor.org/rfc/rfc4946 */
function sendTerms(to: FastifyReply, { dataSets, obligations, until }: Terms, base: string): void {
  if (dataSets.length > 0) {
    const links = dataSets.slice(0, mostLinked).map((dataSet) => `<${base}/${dataSet}>; rel="license"`);
    to.header('link', links.join(', '));
  }
  if (until !== undefined) to.header('fairway-access-until', new Date(until).toISOString());
  if (obligations.length > 0) to.header('fairway-obligations', headerText(obligations.map(obligationText).join(', ')));
}

/** https://www.rfc-editor.org/rfc/rfc7234#section-5.5 */
const warningText = (warnings: readonly string[]): string =>
  headerText(warnings.map((one) => `199 fairway "${one.replaceAll('"', "'")}"`).join(', '));

/** Headers hold printable ASCII only. */
const headerText = (text: string): string => text.replace(/[^ -~]/g, '?').slice(0, 4000);

/** `text` (JSON) in the wanted format. */
function written(text: string, { format, pretty }: Wanted, { definitions, base }: Writing): string {
  switch (format) {
    case 'xml':
      return toXml(text, definitions);
    case 'turtle':
      return toTurtle(text, definitions, base);
    case 'ndjson':
      return ndjson(text);
    default:
      return pretty ? JSON.stringify(parseLossless(text), null, 2) : text;
  }
}

/** The resources of a Bundle, one per line; anything else is one line. */
function ndjson(text: string): string {
  if (!text.startsWith('{"resourceType":"Bundle"')) return `${text}\n`;
  return entryResourceTexts(text)
    .filter((one) => one !== undefined)
    .map((one) => `${one}\n`)
    .join('');
}

/** The content of a Binary, under its own type. */
function rawContent(text: string): { bytes: Buffer; contentType: string } | undefined {
  const { resourceType, contentType, data } = parseLosslessObject(text);
  if (resourceType !== 'Binary' || typeof contentType !== 'string') return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a header must not hold them
  if (/[\u0000-\u001f\u007f-\uffff]/.test(contentType)) return undefined;
  return { bytes: Buffer.from(typeof data === 'string' ? data : '', 'base64'), contentType };
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
export function sendError(
  to: FastifyReply,
  error: unknown,
  log: (error: unknown) => void,
  wanted: Wanted = plainJson,
  writing?: Writing,
): FastifyReply {
  const known = knownError(error);
  if (known === undefined) log(error);
  const shown = known ?? new FhirError('exception', 'the server met an error of its own; its log says more');
  if (shown.status === 401) to.header('www-authenticate', 'Bearer');
  if (shown.code === 'throttled') to.header('retry-after', '1');
  const text = JSON.stringify(outcomeOf(shown.issues));
  const how = writing === undefined || wanted.format === 'ndjson' ? plainJson : wanted;
  return to
    .status(shown.status)
    .header('content-type', contentTypeOf(how.format))
    .send(writing === undefined ? text : written(text, how, writing));
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

/** The status with which an error is answered. */
export const statusOf = (error: unknown): number => knownError(error)?.status ?? 500;

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
    return new FhirError('unsupported-media-type', 'the type of the body is not one that this server takes');
  }
  if (code === '57014') {
    return new FhirError(
      'too-costly',
      'the search took longer than this server allows; narrow it by a code, a patient or a date, or ask for _summary=count',
    );
  }
  if (code !== undefined && awayCodes.has(code)) {
    return new FhirError('transient', 'the database does not answer at the moment; try again');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new FhirError('invalid', message ?? 'the request is not valid HTTP');
  return undefined;
}
