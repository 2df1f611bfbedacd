/** Serves what crawlers ask for first: robots.txt and the list of landing pages. https://www.sitemaps.org/protocol.html */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { FhirError } from '../fhir/outcome.ts';
import type { Server } from '../interaction/index.ts';
import { siteOf } from './landing-read.ts';
import { type Listed, listDataSets, robots, sitemap, sitemapFile, stateOfDataSets } from './landing-sitemap.ts';
import { sendError } from './reply.ts';

interface ListSettings {
  /** path of the FHIR base */
  prefix: string;
  /** the server as whoever comes without a token meets it */
  open(): Promise<Server>;
  logError(error: unknown): void;
}

/** Milliseconds for which a list is kept, so that crawlers do not have it made at every request. */
const listAge = 60_000;

export function registerLandingLists(app: FastifyInstance, { prefix, open, logError }: ListSettings): void {
  const listed = remembered();
  const send = async (
    reply: FastifyReply,
    contentOf: (list: Listed[], site: string) => string | undefined,
  ): Promise<FastifyReply> => {
    try {
      const server = await open();
      const text = contentOf(await listed(server), siteOf(server.base, prefix));
      if (text === undefined) throw new FhirError('not-found', 'the list of pages has no file of this number');
      return reply.header('content-type', 'application/xml; charset=utf-8').send(text);
    } catch (error) {
      return sendError(reply, error, logError);
    }
  };
  app.get('/sitemap.xml', (_, reply) => send(reply, (list, site) => sitemap(list, site)));
  app.get('/sitemap-:file', (request, reply) => {
    const { file } = request.params as { file: string }; // named in the route
    const number = Number(/^([1-9]\d{0,5})\.xml$/.exec(file)?.[1]);
    return send(reply, (list, site) => sitemapFile(list, number, site));
  });
  app.get('/robots.txt', async (_, reply) => {
    try {
      const { base } = await open();
      return reply.header('content-type', 'text/plain; charset=utf-8').send(robots(siteOf(base, prefix), prefix));
    } catch (error) {
      return sendError(reply, error, logError);
    }
  });
}

/** The list as long as nothing of it changed, a minute at most, or one that is being made. What failed is tried again by whoever asks next. */
function remembered(): (server: Server) => Promise<Listed[]> {
  let made: { at: number; state: string; list: Promise<Listed[]> } | undefined;
  return async (server) => {
    const now = server.now();
    // What was closed must not stand there for another minute.
    const state = await stateOfDataSets(server);
    if (made !== undefined && made.state === state && now - made.at < listAge) return made.list;
    const list = listDataSets(server);
    made = { at: now, state, list };
    list.catch(() => (made = undefined));
    return list;
  };
}
