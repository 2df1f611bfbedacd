/** What goes wrong with servers, and what the user sees of each: drives faults.test.ts and docs/reference/faults.md. */
import type { ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import type { Answer, ClientSettings, Start } from '../../src/federation/client/index.ts';
import { createOutbound } from '../../src/federation/outbound.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { expired, valid } from './certificates.ts';
import { bundle, capabilities, endLast, type Handler, library, outcome, plain, registry, serve } from './stranger.ts';

export interface Fault {
  name: string;
  /** for the person who asks, in the documentation */
  sees: string;
  /** starts the servers */
  begin(): Promise<{ start: Start; settings?: ClientSettings }>;
  /** the states of the data sets that are listed, sorted */
  states: Answer['datasets'][number]['answer']['state'][];
  /** what one of the problems says; undefined where there is none */
  problem?: RegExp;
  /** what one of the reasons of the data sets says */
  reason?: RegExp;
  complete: boolean;
}

/** A plain server, but for what `handler` answers. */
const but = (handler: (...given: Parameters<Handler>) => unknown): Promise<string> =>
  serve((request, response, base) => {
    const own = handler(request, response, base);
    return own === undefined && !response.headersSent && !response.destroyed ? plain(request, response, base) : own;
  });

const repository = async (handler: Handler): Promise<{ start: Start }> => ({
  start: { repository: [await but(handler)] },
});
const send = (response: ServerResponse, status: number, headers: Record<string, string>, body = ''): null => {
  response.writeHead(status, headers);
  response.end(body);
  return null;
};
const forCounts =
  (handler: Handler): Handler =>
  (request, response, base) =>
    request.path === 'Patient' ? handler(request, response, base) : undefined;

/** A registry whose pages `next` says. */
const paged = (page: (base: string, page: number) => object): Promise<string> =>
  serve(({ path, query }, _, base) =>
    path === 'metadata' ? capabilities(['Library']) : page(base, Number(query.get('page') ?? 1)),
  );
const nextPage = (url: string): object => ({ link: [{ relation: 'next', url }] });

/** A server behind TLS, under a name of its own that leads to this machine. */
async function secure(certificate: typeof expired, name: string, ca: string): Promise<Fetched> {
  const handler = await serve(plain);
  const server = createSecureServer(certificate, async (request, response) => {
    const answer = await fetch(`${new URL(handler).origin}${request.url}`);
    response.setHeader('content-type', 'application/fhir+json');
    response.end(await answer.text());
  });
  server.unref();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const lookup: NonNullable<Parameters<typeof createOutbound>[0]['lookup']> = (_, { all }, done) =>
    all === true ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
  const outbound = createOutbound({ allowPrivate: true, lookup, ...(ca === '' ? {} : { ca }) });
  const { port } = server.address() as { port: number };
  return { start: { repository: [`https://${name}:${port}/fhir`] }, settings: { fetch: outbound.fetch } };
}
type Fetched = Awaited<ReturnType<Fault['begin']>>;

const endpoint = (id: string, address: string, role: string): object => ({
  resourceType: 'Endpoint',
  id,
  address,
  payloadType: [{ coding: [{ system: canonical.endpointRole, code: role }] }],
});

export const faults: readonly Fault[] = [
  {
    name: 'The server is down',
    sees: 'The data set is `unavailable`, with "it cannot be reached" and the code of the network; the answer is partial (exit code 3). After two requests that nobody answered the server is asked no more.',
    async begin() {
      const base = await serve(plain);
      endLast();
      return {
        start: { registry: [await registry([library('a', `${base}/Group/1`), library('b', `${base}/Group/2`)])] },
      };
    },
    states: ['unavailable', 'unavailable'],
    problem: /^it cannot be reached: ECONNREFUSED$/,
    complete: false,
  },
  {
    name: 'The server does not answer in time',
    sees: 'The data set is `unavailable`: "it did not answer within ... s". Others are not held up.',
    begin: async () => ({
      ...(await repository((_, response) => void response.writeHead(200))),
      settings: { limits: { requestMs: 400 } },
    }),
    states: [],
    problem: /^it did not answer within 0.4 s$/,
    complete: false,
  },
  {
    name: 'Half an answer: the connection is cut in the middle',
    sees: 'It is tried again; if that does not help, the data set is `unavailable`: "its answer broke off".',
    begin: () =>
      repository(
        forCounts((_, response) => {
          response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': '1000' });
          response.write('{"resourceType":"Bundle","total":');
          setTimeout(() => response.destroy(), 20);
          return undefined;
        }),
      ),
    states: ['unavailable'],
    problem: /^its answer broke off: /,
    complete: false,
  },
  {
    name: 'Errors that heal',
    sees: 'Nothing: the request is tried again, up to four times, with growing pauses. The trace has each try.',
    begin() {
      let failures = 0;
      return repository((_, response) =>
        failures++ < 2 ? send(response, 500, { 'retry-after': '0' }, 'not yet') : undefined,
      );
    },
    states: ['counted'],
    complete: true,
  },
  {
    name: 'Errors that stay',
    sees: 'The data set is `unavailable`, with the status and what the server said.',
    begin: () =>
      repository(
        forCounts((_, response) => {
          response.statusCode = 500;
          response.setHeader('retry-after', '0');
          return outcome('my disk is full');
        }),
      ),
    states: ['unavailable'],
    problem: /^it answered 500: my disk is full$/,
    complete: false,
  },
  {
    name: 'Another type of content',
    sees: '`unavailable`: "it answered with text/html, which is no FHIR JSON", and the first words.',
    begin: () =>
      repository(forCounts((_, response) => send(response, 200, { 'content-type': 'text/html' }, '<html>Hello'))),
    states: ['unavailable'],
    problem: /^it answered with text\/html, which is no FHIR JSON: <html>Hello$/,
    complete: false,
  },
  {
    name: 'JSON that is none',
    sees: '`unavailable`: "it answered with what is no JSON object", and the first words.',
    begin: () =>
      repository(
        forCounts((_, response) => send(response, 200, { 'content-type': 'application/fhir+json' }, '{"total": 7')),
      ),
    states: ['unavailable'],
    problem: /^it answered with what is no JSON object: \{"total": 7$/,
    complete: false,
  },
  {
    name: 'Pages without end',
    sees: 'What the first pages gave is used; the problem says that the search has more than so many pages.',
    async begin() {
      const data = await serve(plain);
      const base = await paged((at, page) =>
        bundle([library(`l${page}`, `${data}/Group/1`)], nextPage(`${at}/Library?page=${page + 1}`)),
      );
      return { start: { registry: [base] }, settings: { limits: { pages: 3, serverMs: 5000 } } };
    },
    states: ['counted', 'counted', 'counted'],
    problem: /^its search has more than 3 pages$/,
    complete: false,
  },
  {
    name: 'Pages that lead in a circle',
    sees: 'What the pages gave is used once; the problem says "its pages lead in a circle".',
    async begin() {
      const data = await serve(plain);
      const base = await paged((at, page) =>
        bundle([library(`l${page}`, `${data}/Group/1`)], nextPage(`${at}/Library?page=${(page % 2) + 1}`)),
      );
      return { start: { registry: [base] } };
    },
    states: ['counted', 'counted'],
    problem: /^its pages lead in a circle$/,
    complete: false,
  },
  {
    name: 'A page on another server',
    sees: 'The page is not fetched: "its next link leads to another server", and where to.',
    async begin() {
      const data = await serve(plain);
      const elsewhere = await serve(plain);
      const base = await paged(() => bundle([library('l', `${data}/Group/1`)], nextPage(`${elsewhere}/Library`)));
      return { start: { registry: [base] } };
    },
    states: ['counted'],
    problem: /^its next link leads to another server: http:/,
    complete: false,
  },
  {
    name: 'Discovery servers that name each other',
    sees: 'Nothing: each is visited once.',
    async begin() {
      let one = '';
      const data = await serve(plain);
      const listing = (endpoints: () => object[]): Handler => {
        return ({ path }) =>
          path === 'Endpoint' ? bundle(endpoints()) : path === 'Library' ? bundle([]) : capabilities([]);
      };
      const two = await serve(listing(() => [endpoint('one', one, 'discovery'), endpoint('d', data, 'repository')]));
      one = await serve(listing(() => [endpoint('two', two, 'discovery'), endpoint('me', one, 'discovery')]));
      return { start: { discovery: [one] } };
    },
    states: ['counted'],
    complete: true,
  },
  {
    name: 'An answer that is too long',
    sees: '`unavailable`: "its answer is longer than ... bytes"; it is not read to its end.',
    async begin() {
      const base = await but(
        forCounts((_, response) => {
          response.setHeader('content-type', 'application/fhir+json');
          const more = (): void => {
            if (response.destroyed) return;
            response.write('['.repeat(65_536));
            setImmediate(more);
          };
          more();
          return undefined;
        }),
      );
      const limits = { bytes: 2 ** 20, requestMs: 20_000, serverMs: 20_000 };
      return { start: { repository: [base] }, settings: { limits } };
    },
    states: ['unavailable'],
    problem: /^its answer is longer than 1048576 bytes$/,
    complete: false,
  },
  {
    name: 'A small answer that unpacks to a huge one',
    sees: '`unavailable`: "its answer of ... bytes unpacks to more than 200 times as many".',
    async begin() {
      const bomb = gzipSync(Buffer.alloc(16 * 2 ** 20, ' '));
      const base = await but(
        forCounts((_, response) => {
          const type = { 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' };
          response.writeHead(200, { ...type, 'content-length': String(bomb.length) });
          response.end(bomb);
          return null;
        }),
      );
      return { start: { repository: [base] }, settings: { limits: { requestMs: 20_000, serverMs: 20_000 } } };
    },
    states: ['unavailable'],
    problem: /^its answer of \d+ bytes unpacks to more than 200 times as many$/,
    complete: false,
  },
  {
    name: 'A count that is no count',
    sees: '`unavailable`: "its total is no count", and what it was.',
    begin: () => repository(forCounts(() => bundle([], { total: -7 }))),
    states: ['unavailable'],
    problem: /^its total is no count: -7$/,
    complete: false,
  },
  {
    name: 'A total that is smaller than what it gave',
    sees: 'What it gave is used; the problem says both numbers.',
    async begin() {
      const data = await serve(plain);
      return { start: { registry: [await paged(() => bundle([library('l', `${data}/Group/1`)], { total: 0 }))] } };
    },
    states: ['counted'],
    problem: /^its total is 0, but it gave 1$/,
    complete: true,
  },
  {
    name: 'A total that is larger than what it gave',
    sees: 'What it gave is used; the problem says both numbers, and the answer is partial.',
    async begin() {
      const data = await serve(plain);
      return { start: { registry: [await paged(() => bundle([library('l', `${data}/Group/1`)], { total: 9 }))] } };
    },
    states: ['counted'],
    problem: /^its total is 9, but it gave 1$/,
    complete: false,
  },
  {
    name: 'Entries that come twice',
    sees: 'Each is used once; the problem says which came twice.',
    async begin() {
      const data = await serve(plain);
      const one = library('l', `${data}/Group/1`);
      return { start: { registry: [await paged(() => bundle([one, one]))] } };
    },
    states: ['counted'],
    problem: /^it gave Library\/l more than once$/,
    complete: true,
  },
  {
    name: 'Data that change while their pages are read',
    sees: 'The first version is used; the problem says what came in two versions (or that the total changed), and the answer is partial: ask again.',
    async begin() {
      const data = await serve(plain);
      const version = (versionId: string): object => ({ ...library('l', `${data}/Group/1`), meta: { versionId } });
      const base = await paged((at, page) =>
        bundle([version(String(page))], page === 1 ? nextPage(`${at}/Library?page=2`) : {}),
      );
      return { start: { registry: [base] } };
    },
    states: ['counted'],
    problem: /^Library\/l came in the versions 1 and 2: its data changed$/,
    complete: false,
  },
  {
    name: 'A page that the server no longer has, since its data changed',
    sees: 'What the pages before gave is used; the problem says the status and what the server said: ask again.',
    async begin() {
      const data = await serve(plain);
      const base = await serve(({ path, query }, response, at) => {
        if (path === 'metadata') return capabilities(['Library']);
        if (!query.has('page')) return bundle([library('l', `${data}/Group/1`)], nextPage(`${at}/Library?page=2`));
        response.statusCode = 409;
        return outcome('the search was changed');
      });
      return { start: { registry: [base] } };
    },
    states: ['counted'],
    problem: /^it answered 409: the search was changed$/,
    complete: false,
  },
  {
    name: 'Other resource types than those that were asked for',
    sees: 'They are left out, and the problem says so.',
    async begin() {
      const data = await serve(plain);
      const other = { resourceType: 'Patient', id: 'p' };
      return { start: { registry: [await paged(() => bundle([library('l', `${data}/Group/1`), other]))] } };
    },
    states: ['counted'],
    problem: /^it answered a search for Library with a Patient$/,
    complete: true,
  },
  {
    name: 'Entries under the address of another server',
    sees: 'They are taken as what this server says, under its own address; the problem says so.',
    async begin() {
      const data = await serve(plain);
      const entry = { fullUrl: 'https://other.example/fhir/Library/l', resource: library('l', `${data}/Group/1`) };
      return { start: { registry: [await paged(() => bundle([], { entry: [entry] }))] } };
    },
    states: ['counted'],
    problem: /^it gave Library\/l under the address of another server: https:\/\/other\.example\/fhir\/Library\/l$/,
    complete: true,
  },
  {
    name: 'A certificate that has expired',
    sees: 'The server is not asked: "it cannot be trusted: its certificate has expired".',
    begin: () => secure(expired, 'old.example', expired.cert),
    states: [],
    problem: /^it cannot be trusted: its certificate has expired$/,
    complete: false,
  },
  {
    name: 'A certificate that is signed by itself',
    sees: 'The server is not asked: "it cannot be trusted: its certificate is signed by itself ...".',
    begin: () => secure(valid, 'good.example', ''),
    states: [],
    problem: /^it cannot be trusted: its certificate is signed by itself/,
    complete: false,
  },
  {
    name: 'A certificate for another name',
    sees: 'The server is not asked: "it cannot be trusted: its certificate is for another name".',
    begin: () => secure(valid, 'bad.example', valid.cert),
    states: [],
    problem: /^it cannot be trusted: its certificate is for another name$/,
    complete: false,
  },
  {
    name: 'A redirect to another server, without a token',
    sees: 'It is followed; nothing is sent with it that is not sent to anyone.',
    async begin() {
      const elsewhere = await serve(plain);
      return {
        start: {
          repository: [
            await serve((request, response) =>
              send(response, 302, { location: `${elsewhere}/${request.path}?${request.query}` }),
            ),
          ],
        },
      };
    },
    states: ['counted'],
    complete: true,
  },
  {
    name: 'A redirect to another server, with a token',
    sees: 'It is not followed: "it redirects to another server", and where to.',
    async begin() {
      const elsewhere = await serve(plain);
      const base = await serve((_, response) => send(response, 302, { location: `${elsewhere}/stolen` }));
      return { start: { repository: [base] }, settings: { tokens: { [base]: 'secret' } } };
    },
    states: [],
    problem: /^it redirects to another server: http:/,
    complete: false,
  },
  {
    name: 'Redirects that lead in a circle',
    sees: '"its redirects lead in a circle".',
    begin: async () => ({
      start: { repository: [await serve((_, response, base) => send(response, 307, { location: `${base}/round` }))] },
    }),
    states: [],
    problem: /^its redirects lead in a circle$/,
    complete: false,
  },
  {
    name: 'A request that is refused',
    sees: 'The data set is `not-permitted`, with what the server said; the answer is complete.',
    begin: () =>
      repository(
        forCounts((_, response) => {
          response.statusCode = 403;
          return outcome('researchers only');
        }),
      ),
    states: ['not-permitted'],
    reason: /^it answered 403: researchers only$/,
    complete: true,
  },
  {
    name: 'Another FHIR version',
    sees: 'Nothing: each server is asked in its own version, and the answer names it.',
    begin: () =>
      repository(({ path }) => (path === 'metadata' ? { ...capabilities(), fhirVersion: '5.0.0' } : undefined)),
    states: ['counted'],
    complete: true,
  },
];

/** Docs: docs/reference/faults.md. */
export const faultsPage = `# What goes wrong, and what you see

Servers are strangers: they are down, slow, wrong or hostile, and the rest of a walk goes on. Every problem is listed under "Not answered" (\`problems\` in JSON) with the server, the step and the reason, and every request stands in the trace. An answer is *partial* (\`complete\` false, exit code 3) when something that might have mattered is missing. Each row is a test with real servers (\`test/federation/faults.test.ts\`), from which this page is made.

| fault | what you see |
| --- | --- |
${faults.map(({ name, sees }) => `| ${name} | ${sees} |`).join('\n')}
| Access that is revoked between counting and getting | The download ends with "it answered 403" and what the server said; what came until then stays in a \`.part\` file. |
`;
