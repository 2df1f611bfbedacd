/** The HTTP face of the interactions and operations: routes made from their registrations. https://hl7.org/fhir/R4B/http.html */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessContext } from '../conditions/access-context.ts';
import { decodeUtf8 } from '../fhir/format/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import {
  type Interaction,
  type InteractionRequest,
  interactions,
  knownType,
  matchInteraction,
  parametersOf,
  type Server,
} from '../interaction/index.ts';
import { streamOperations } from '../operation/index.ts';
import { checkAccept, parsePrefer } from './negotiate.ts';
import { sendError, sendReply } from './reply.ts';

/** Bytes of one request body, except where it is streamed. */
export const largestBody = 32 * 2 ** 20;

export interface RestSettings {
  /** path of the FHIR base, for example `/fhir` */
  prefix: string;
  /** who asks; throws `login` */
  authenticate(authorization: string | undefined): AccessContext;
  /** the server as this asker meets it */
  serverFor(context: AccessContext): Server;
  logError(error: unknown): void;
  /** called after each interaction, for metrics */
  observe(interaction: string, status: number, milliseconds: number): void;
}

/** Interactions whose query is a search; all others take only what shapes the format. */
const takesParameters = new Set(['search-type', 'history-instance']);
const formatOnly = new Set(['_format', '_pretty']);

export function registerRest(app: FastifyInstance, settings: RestSettings): void {
  const { prefix } = settings;
  registerBodies(app);
  app.setErrorHandler((error, _, reply) => sendError(reply, error, settings.logError));
  for (const interaction of interactions) {
    for (const { method, path } of interaction.routes) {
      app.route({ method, url: path === '/' ? prefix : `${prefix}${path}`, handler: handlerOf(interaction, settings) });
      if (path === '/') app.route({ method, url: `${prefix}/`, handler: handlerOf(interaction, settings) });
    }
  }
  for (const operation of streamOperations) {
    app.route({
      method: 'POST',
      url: `${prefix}/$${operation.code}`,
      async handler(request, reply) {
        const type = request.headers['content-type']?.split(';')[0]?.trim();
        if (!operation.contentTypes.includes(type ?? '')) {
          throw new FhirError('unsupported-media-type', `$${operation.code} takes ${operation.contentTypes[0]}`);
        }
        const server = settings.serverFor(settings.authenticate(request.headers.authorization));
        return sendReply(reply, await operation.perform(request.body as Readable, server)); // see registerBodies
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!;
    const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined;
    try {
      if (below !== undefined) matchInteraction(interactions, request.method, below);
      throw new FhirError('not-found', `there is nothing at ${path.slice(0, 200)}; the FHIR base is ${prefix}`);
    } catch (error) {
      return sendError(reply, error, settings.logError);
    }
  });
}

/** JSON and forms are read whole; newline-delimited JSON is handed on as a stream. */
function registerBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const whole = ['application/fhir+json', 'application/json', 'text/json', 'application/x-www-form-urlencoded'];
  for (const type of whole) app.addContentTypeParser(type, { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  const streamed = streamOperations.flatMap(({ contentTypes }) => contentTypes);
  for (const type of streamed) app.addContentTypeParser(type, (_, payload, done) => done(null, payload));
}

function handlerOf(interaction: Interaction, settings: RestSettings) {
  const isForm = interaction.code === 'search-type';
  const takes = takesParameters.has(interaction.code);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const started = performance.now();
    const { headers } = request;
    checkAccept(headers.accept);
    const server = settings.serverFor(settings.authenticate(headers.authorization));
    const variables = request.params as { type?: string; id?: string; versionId?: string }; // named in the routes
    if (variables.type !== undefined) knownType(variables.type, server.definitions);
    const at = request.url.indexOf('?');
    let parameters = at < 0 ? none : parametersOf(request.url.slice(at + 1));
    const body = request.body instanceof Uint8Array ? decodeUtf8(request.body) : '';
    if (isForm && request.method === 'POST') parameters = [...parameters, ...parametersOf(body)];
    if (!takes) refuseParameters(parameters, interaction.code);
    const asked: InteractionRequest = {
      type: variables.type ?? '',
      id: variables.id ?? '',
      versionId: variables.versionId ?? '',
      parameters,
      body,
      prefer: parsePrefer(headers.prefer as string | undefined), // sent once by HTTP's rules
    };
    if (headers['if-match'] !== undefined) asked.ifMatch = headers['if-match'];
    if (headers['if-none-match'] !== undefined) asked.ifNoneMatch = headers['if-none-match'];
    const ifNoneExist = headers['if-none-exist'];
    if (typeof ifNoneExist === 'string') asked.ifNoneExist = ifNoneExist;
    const result = await interaction.perform(asked, server);
    settings.observe(interaction.code, result.status, performance.now() - started);
    return sendReply(reply, result);
  };
}

const none: InteractionRequest['parameters'] = [];

function refuseParameters(parameters: InteractionRequest['parameters'], code: string): void {
  for (const [name, value] of parameters) {
    if (!formatOnly.has(name)) throw new FhirError('not-supported', `${code} has no parameter ${name.slice(0, 100)}`);
    if (name === '_format' && !value.includes('json'))
      throw new FhirError('not-acceptable', `_format=${value.slice(0, 100)} is not supported here; json is`);
  }
}
