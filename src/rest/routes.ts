/** The HTTP face of the interactions and operations: routes made from their registrations. https://hl7.org/fhir/R4B/http.html */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessContext, anonymous, subjectKey } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';
import {
  forType,
  type Interaction,
  type InteractionRequest,
  interactionsWith,
  knownType,
  matchInteraction,
  parametersOf,
  type Server,
} from '../interaction/index.ts';
import { interactionOf, operations, streamOperations } from '../operation/index.ts';
import { readBody } from './body.ts';
import type { Fairly } from './fairness.ts';
import { parsePrefer, wantedOf } from './negotiate.ts';
import type { Portal } from './portal.ts';
import { type Asking, answered, entryRecorder, refused } from './recording.ts';
import { sendError, sendReply } from './reply.ts';

/** Bytes of one request body, except where it is streamed. */
export const largestBody = 32 * 2 ** 20;

export interface RestSettings {
  /** path of the FHIR base, for example `/fhir` */
  prefix: string;
  /** who asks; a promise only where others must be asked; throws `login` */
  authenticate(headers: FastifyRequest['headers']): AccessContext | Promise<AccessContext>;
  /** the server as this asker meets it */
  serverFor(context: AccessContext): Server;
  /** lets one asker's searches wait for each other, so that they cannot starve those of others */
  fairly: Fairly;
  logError(error: unknown): void;
  /** called after each interaction, for metrics */
  observe(interaction: string, status: number, milliseconds: number): void;
  /** people who lost their way see its page */
  portal?: Portal;
}

const formatOnly = new Set(['_format', '_pretty']);
const shapes = new Set(['_format', '_pretty', '_summary', '_elements']);

export function registerRest(app: FastifyInstance, settings: RestSettings): void {
  const { prefix } = settings;
  const interactions = interactionsWith(operations.map(interactionOf));
  registerBodies(app);
  app.setErrorHandler((error, _, reply) => sendError(reply, error, settings.logError));
  for (const interaction of interactions) {
    for (const { method, path } of interaction.routes) {
      const handler = handlerOf(interaction, settings);
      app.route({ method, url: path === '/' ? prefix : `${prefix}${path}`, handler });
      if (path === '/') app.route({ method, url: `${prefix}/`, handler });
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
        const asking = { interaction: `$${operation.code}`, path: `$${operation.code}`, query: '', type: '', id: '' };
        const server = await known(asking, request, settings);
        try {
          const result = await operation.perform(request.body as Readable, server); // see registerBodies
          await answered(asking, request, server, result);
          return sendReply(reply, result, { format: 'json', pretty: false }, server);
        } catch (error) {
          throw await refused(asking, request, server, error);
        }
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!;
    const below = path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined;
    const isPerson = request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
    if (below === undefined && isPerson && settings.portal !== undefined)
      return settings.portal.send(reply, { status: 404 });
    try {
      if (below !== undefined) matchInteraction(interactions, request.method, below);
      throw new FhirError('not-found', `there is nothing at ${path.slice(0, 200)}; the FHIR base is ${prefix}`);
    } catch (error) {
      return sendError(reply, error, settings.logError);
    }
  });
}

/** Bodies are read whole; newline-delimited JSON is handed on as a stream. */
function registerBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
  const streamed = streamOperations.flatMap(({ contentTypes }) => contentTypes);
  for (const type of streamed) app.addContentTypeParser(type, (_, payload, done) => done(null, payload));
}

function handlerOf(interaction: Interaction, settings: RestSettings) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const started = performance.now();
    const { headers } = request;
    const at = request.url.indexOf('?');
    const query = at < 0 ? none : parametersOf(request.url.slice(at + 1));
    const variables = request.params as Variables; // named in the routes
    const wanted = wantedOf(headers.accept, query, variables.type === 'Binary' && request.method === 'GET');
    const { type = '', id = '' } = variables;
    const path = request.url.slice(settings.prefix.length + 1, at < 0 ? undefined : at);
    const asking: Asking = {
      interaction: interaction.code,
      path,
      query: at < 0 ? '' : request.url.slice(at + 1),
      type,
      id,
    };
    const found = known(asking, request, settings);
    // Waiting for what is there already would cost every read a turn.
    const server = found instanceof Promise ? await found : found;
    try {
      if (variables.type !== undefined) knownType(variables.type, server.definitions);
      forType(interaction, type);
      const { request: asked, asker } = askedOf(interaction, request, variables, query, server);
      asking.query = statedQuery(asking.query, asked);
      if (interaction.isComposite === true) asked.record = entryRecorder(request, server);
      const result = await settings.fairly(asker, interaction, () => interaction.perform(asked, server));
      const kept = answered(asking, request, server, result);
      if (kept !== undefined) await kept;
      settings.observe(interaction.code, result.status, performance.now() - started);
      return sendReply(reply, result, wanted, server);
    } catch (error) {
      return sendError(reply, await refused(asking, request, server, error), settings.logError, wanted, server);
    }
  };
}

/** Who asks, as the server meets them. One whom it does not know is taken down, too. Nobody is let in while that is not possible. */
function known(asking: Asking, request: FastifyRequest, settings: RestSettings): Server | Promise<Server> {
  const meet = (asker: AccessContext): Server => {
    const server = settings.serverFor(asker);
    server.door.audit.admit();
    return server;
  };
  const turnedAway = (error: unknown): never => {
    void refused(asking, request, settings.serverFor(anonymous), error);
    throw error;
  };
  try {
    const asker = settings.authenticate(request.headers);
    return asker instanceof Promise ? asker.then(meet).catch(turnedAway) : meet(asker);
  } catch (error) {
    return turnedAway(error);
  }
}

/** Criteria stand in the address, in a form that was posted, or in If-None-Exist. */
function statedQuery(query: string, { contentType, body, ifNoneExist = '' }: InteractionRequest): string {
  const form = contentType === 'application/x-www-form-urlencoded' ? body : '';
  return form === '' && ifNoneExist === '' ? query : [query, form, ifNoneExist].filter((one) => one !== '').join('&');
}

interface Variables {
  type?: string;
  id?: string;
  versionId?: string;
  target?: string;
}

/** The request as FHIR sees it. */
function askedOf(
  interaction: Interaction,
  request: FastifyRequest,
  variables: Variables,
  query: InteractionRequest['parameters'],
  server: Server,
): { request: InteractionRequest; asker: string } {
  const { headers, method } = request;
  const isForm = method === 'POST' && interaction.code.startsWith('search');
  const { type = '', id = '' } = variables;
  const body = readBody(
    {
      bytes: request.body instanceof Uint8Array ? request.body : undefined,
      contentType: headers['content-type'] ?? '',
      method,
      type,
      id,
      securityContext: textOf(headers['x-security-context']),
      isForm,
    },
    server.definitions,
  );
  const parameters = isForm ? [...query, ...parametersOf(body.text)] : query;
  refuseParameters(parameters, interaction, id);
  const asked: InteractionRequest = {
    isPost: method === 'POST',
    type,
    id,
    versionId: variables.versionId ?? '',
    parameters,
    body: body.text,
    contentType: body.contentType,
    prefer: parsePrefer(textOf(headers.prefer)),
  };
  if (variables.target !== undefined) asked.target = variables.target;
  if (headers['if-match'] !== undefined) asked.ifMatch = headers['if-match'];
  if (headers['if-none-match'] !== undefined) asked.ifNoneMatch = headers['if-none-match'];
  if (headers['if-modified-since'] !== undefined) asked.ifModifiedSince = headers['if-modified-since'];
  const ifNoneExist = textOf(headers['if-none-exist']);
  if (ifNoneExist !== undefined) asked.ifNoneExist = ifNoneExist;
  return { request: asked, asker: `${subjectKey(server.door.context)} ${request.ip}` };
}

/** A header that is sent once by HTTP's rules. */
const textOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const none: InteractionRequest['parameters'] = [];

function refuseParameters(
  parameters: InteractionRequest['parameters'],
  { code, takes }: Interaction,
  id: string,
): void {
  if (takes === 'parameters' || (takes === 'criteria' && id === '')) return;
  const known = takes === 'shape' ? shapes : formatOnly;
  for (const [name] of parameters) {
    if (!known.has(name)) throw new FhirError('not-supported', `${code} has no parameter ${name.slice(0, 100)}`);
  }
}
