/** Serves the landing pages of data sets in all their forms, for anyone, and lists them for crawlers. See docs/adr/0030-landing-pages.md */
import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  bibtexOf,
  citationOf,
  citationText,
  contentTypeOf,
  cslJsonOf,
  type Form,
  jsonLdOf,
  landingForms,
  linkHeader,
  linksetOf,
  metadataLinkHeader,
  risOf,
} from '../fair/landing/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Server } from '../interaction/index.ts';
import { type Framed, landingStyle, plainDocument, plainHeaders } from './landing-frame.ts';
import { landingPage } from './landing-html.ts';
import { registerLandingLists } from './landing-lists.ts';
import { missingPage } from './landing-missing.ts';
import { landingFormOf } from './landing-negotiate.ts';
import { type Landing, landingPath, readLanding, siteOf } from './landing-read.ts';
import { answered, refused } from './recording.ts';
import { sendError, statusOf } from './reply.ts';
import type { RestSettings } from './routes.ts';

/** The portal's page is what scripts take over; a plain one stands for it where there is none. */
export type LandingSettings = Pick<RestSettings, 'prefix' | 'authenticate' | 'serverFor' | 'logError' | 'portal'>;

export function registerLanding(app: FastifyInstance, settings: LandingSettings): void {
  app.get(`${landingPath}:id`, (request, reply) => {
    const { at } = request.query as { at?: unknown }; // any of them may be there
    // What another server describes is for the portal to ask there.
    if (at !== undefined && settings.portal !== undefined) return settings.portal.send(reply);
    return sendLanding(request, reply, settings);
  });
  app.get('/landing.css', (_, reply) =>
    reply
      .headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=3600' })
      .send(landingStyle),
  );
  const { prefix, logError } = settings;
  registerLandingLists(app, { prefix, logError, open: () => openServer(settings) });
}

/** The server as whoever comes without a token meets it: pages are the same for everyone. */
async function openServer({ authenticate, serverFor }: LandingSettings): Promise<Server> {
  const server = serverFor(await authenticate({}));
  server.door.audit.admit();
  return server;
}

interface Found {
  landing: Landing;
  /** what the ending of the address asks for; the Accept header decides where it has none */
  form?: Form;
}

async function sendLanding(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: LandingSettings,
): Promise<FastifyReply> {
  const { id } = request.params as { id: string }; // named in the route
  let form: Form | undefined;
  try {
    const server = await openServer(settings);
    const asking = { interaction: 'read', path: `Library/${id}`, query: '', type: 'Library', id };
    try {
      const found = await findLanding(id, server, settings);
      form = found.form ?? landingFormOf(request.headers.accept);
      const { disclosed, description } = found.landing;
      const about = { ...asking, path: `Library/${description.id}`, id: description.id };
      await answered(about, request, server, { status: 200, disclosed });
      return sendForm(found.landing, form, request, reply, settings);
    } catch (error) {
      throw await refused(asking, request, server, error);
    }
  } catch (error) {
    return sendMissing(error, { id, wanted: form ?? wantedForm(id, request) }, reply, settings);
  }
}

/** Ids may end as addresses of other forms do: what is called so comes first. */
async function findLanding(name: string, server: Server, { prefix }: LandingSettings): Promise<Found> {
  const site = siteOf(server.base, prefix);
  try {
    return { landing: await readLanding(name, server, site) };
  } catch (error) {
    const form = landingForms.find(({ ending }) => ending !== '' && name.endsWith(ending) && name !== ending);
    if (form === undefined || !(error instanceof FhirError) || error.code !== 'not-found') throw error;
    return { landing: await readLanding(name.slice(0, -form.ending.length), server, site), form };
  }
}

function bodyOf({ description, catalogue, anyone }: Landing, form: Form): string {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  switch (form.format) {
    case 'json-ld':
      return json(jsonLdOf(description, { catalogue, anyone }));
    case 'linkset':
      return json(linksetOf(description));
    case 'csl':
      return json(cslJsonOf(citationOf(description)));
    case 'bibtex':
      return bibtexOf(citationOf(description));
    case 'ris':
      return risOf(citationOf(description));
    case 'text':
      return `${citationText(citationOf(description))}\n`;
    case 'html':
    case 'fhir':
      return ''; // written or answered elsewhere
  }
}

function sendForm(
  landing: Landing,
  form: Form,
  request: FastifyRequest,
  reply: FastifyReply,
  settings: LandingSettings,
): FastifyReply {
  const { description } = landing;
  reply.headers({ vary: 'accept', 'cache-control': 'no-cache' });
  if (form.format === 'fhir') return reply.status(303).header('location', description.record).send();
  if (form.format === 'html') {
    const { head, content } = landingPage(landing, settings.portal !== undefined);
    reply.header('link', linkHeader(description));
    if (isKnown(head + content, request, reply)) return reply.status(304).send();
    return sendPage(reply, { status: 200, head, content, headers: {} }, settings);
  }
  const body = bodyOf(landing, form);
  reply.header('link', metadataLinkHeader(description));
  if (isKnown(body, request, reply)) return reply.status(304).send();
  // As bytes, since to the types of texts Fastify would add a parameter that JSON does not have.
  return reply
    .headers({ 'content-type': contentTypeOf(form), 'x-content-type-options': 'nosniff' })
    .send(Buffer.from(body));
}

/** States the ETag; whether the client has what it stands for. https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match */
function isKnown(text: string, request: FastifyRequest, reply: FastifyReply): boolean {
  const tag = hash('sha256', text, 'base64url').slice(0, 22);
  reply.header('etag', `W/"${tag}"`);
  const known = request.headers['if-none-match'];
  return known !== undefined && (known.trim() === '*' || known.includes(`"${tag}"`));
}

function sendPage(reply: FastifyReply, page: Framed, { portal }: LandingSettings): FastifyReply {
  if (portal !== undefined) return portal.send(reply, page);
  return reply
    .status(page.status)
    .headers({ ...plainHeaders, ...page.headers })
    .send(plainDocument(page));
}

/** The form in which an error is told: whoever asks for a file is no browser, unless it says so. */
function wantedForm(id: string, { headers }: FastifyRequest): Form {
  const byEnding = landingForms.find(({ ending }) => ending !== '' && id.endsWith(ending));
  if (byEnding !== undefined && headers.accept?.includes('text/html') !== true) return byEnding;
  try {
    return landingFormOf(headers.accept);
  } catch {
    return landingForms[1]!; // some form for programs
  }
}

/** People get a page that says what is the matter, programs an OperationOutcome. */
function sendMissing(
  error: unknown,
  { id, wanted }: { id: string; wanted: Form },
  reply: FastifyReply,
  settings: LandingSettings,
): FastifyReply {
  reply.headers({ vary: 'accept', 'cache-control': 'no-store' });
  if (wanted.format !== 'html') return sendError(reply, error, settings.logError);
  const status = statusOf(error);
  if (!(error instanceof FhirError)) settings.logError(error);
  const { head, content } = missingPage(status, id, settings.portal !== undefined);
  return sendPage(reply, { status, head, content, headers: {} }, settings);
}
