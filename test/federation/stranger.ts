/** Servers that are not ours, for tests of the client: real HTTP, any behaviour. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach } from 'vitest';
import { type Answer, type ClientSettings, createClient, readQuestion } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';

export type Handler = (
  request: {
    path: string;
    query: URLSearchParams;
    socket?: IncomingMessage['socket'];
    headers?: IncomingMessage['headers'];
  },
  response: ServerResponse,
  base: string,
) => unknown;

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real HTTP server; what the handler returns is sent as JSON. */
export async function serve(handler: Handler): Promise<string> {
  let base = '';
  const server = createServer((request, response) => {
    const url = new URL(request.url!, base);
    const asked = Object.assign(request, { path: url.pathname.slice('/fhir/'.length), query: url.searchParams });
    const body = handler(asked, response, base);
    if (body === undefined || response.writableEnded) return;
    response.setHeader('content-type', 'application/fhir+json');
    response.end(JSON.stringify(body));
  });
  running.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}/fhir`;
  return base;
}

export const capabilities = (types = ['Patient', 'Condition', 'Group']) => ({
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  rest: [
    { mode: 'server', resource: types.map((type) => ({ type, searchParam: [{ name: 'patient' }, { name: 'code' }] })) },
  ],
});
export const bundle = (resources: object[], more: object = {}) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: resources.map((resource) => ({ resource, search: { mode: 'match' } })),
  ...more,
});
export const outcome = (diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'x', diagnostics }],
});
export const library = (id: string, url: string, more: object[] = []) => ({
  resourceType: 'Library',
  id,
  title: id,
  identifier: [{ system: canonical.uri, value: `urn:ds:${id}` }],
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  status: 'active',
  extension: [
    {
      url: canonical.relatedContent,
      valueRelatedArtifact: {
        extension: [{ url: canonical.relatedArtifactResourceReference, valueReference: { reference: url } }],
      },
    },
    ...more,
  ],
});
export const registry = (libraries: object[]) =>
  serve(({ path }) =>
    path === 'Library' ? bundle(libraries) : path === 'metadata' ? capabilities(['Library']) : outcome('no'),
  );

export const question = readQuestion({
  patients: { all: [{ condition: 'urn:c|1' }, { age: { from: 65 } }], asOf: '2026-11-24' },
});
export const client = (settings: ClientSettings = {}) =>
  createClient({ limits: { requestMs: 400, serverMs: 1500, attempts: 3 }, ...settings });
export const states = (answer: Answer) =>
  answer.datasets.map((one) => [one.title, one.answer.state, one.answer.patients]);

/** Answers counts like a plain FHIR server without any data set of its own. */
export const plain: Handler = ({ path, query }, _, base) => {
  if (path === 'metadata') return capabilities();
  if (path === 'Library') return bundle([]);
  const self = [{ relation: 'self', url: `${base}/${path}?${query}` }];
  if (path === 'Patient') return { resourceType: 'Bundle', type: 'searchset', total: 7, link: self };
  return outcome('what?');
};

/** Ends the server that was started last. */
export const endLast = (): void => void running.at(-1)!.close();
