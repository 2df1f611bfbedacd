/** Thousands of repositories in one process: real HTTP at an address of 127.0.0.0/8 each, with drawn latencies; some are down, some lie. `node bench/federation/simulator.ts SERVERS DATA-SETS-EACH` prints its port. */
import { createServer, type ServerResponse } from 'node:http';
import { createRandom } from '../../src/demo/random.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import {
  type Community,
  dataSetsOf,
  libraryOf,
  patientsMeeting,
  type SimulatedDataSet,
  type SimulatedServer,
  serverAt,
  summaryOf,
  tagSystem,
  threshold,
} from './community.ts';

const [servers, dataSetsEach] = process.argv.slice(2).map(Number);
if (!servers || !dataSetsEach) throw new Error('say how many servers, and how many data sets each has');

const community: Community = { servers, dataSetsEach, port: 0 };
const random = createRandom('latencies');
let requests = 0;

const statement = JSON.stringify({
  resourceType: 'CapabilityStatement',
  status: 'active',
  kind: 'instance',
  date: '2026-01-01',
  fhirVersion: '4.3.0',
  format: ['json'],
  rest: [
    {
      mode: 'server',
      resource: [
        { type: 'Library', searchParam: ['_id', 'identifier', 'type', 'url'].map((name) => ({ name, type: 'token' })) },
        {
          type: 'Patient',
          searchParam: ['_id', '_tag', 'birthdate', 'gender'].map((name) => ({ name, type: 'token' })),
        },
        { type: 'Condition', searchParam: ['code', 'patient'].map((name) => ({ name, type: 'token' })) },
        { type: 'MedicationRequest', searchParam: ['code', 'patient'].map((name) => ({ name, type: 'token' })) },
        { type: 'MeasureReport', searchParam: ['_id'].map((name) => ({ name, type: 'token' })) },
      ],
    },
  ],
});

const listener = createServer((request, response) => {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  if (url.pathname === '/requests') {
    response.end(String(requests));
    return;
  }
  requests++;
  const parts = url.hostname.split('.').map(Number);
  const index = ((parts[1]! << 16) | (parts[2]! << 8) | parts[3]!) - 2 ** 16;
  const server = serverAt(index, community);
  // A long tail: one answer in a hundred takes ten times as long.
  const ms =
    server.medianMs *
    Math.exp((random.next() + random.next() + random.next() - 1.5) * 1.5) *
    (random.chance(0.01) ? 10 : 1);
  setTimeout(() => answer(server, url, response), ms);
});

function answer(server: SimulatedServer, url: URL, response: ServerResponse): void {
  const path = url.pathname.slice('/fhir/'.length);
  const send = (body: unknown, status = 200): void => {
    response.writeHead(status, { 'content-type': 'application/fhir+json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  if (path === 'metadata') return send(statement);
  const dataSets = dataSetsOf(server, community);
  const [type, id] = path.split('/');
  if (type === 'Library' || type === 'MeasureReport') {
    const all = type === 'Library' ? dataSets.map(libraryOf) : server.hasSummary ? dataSets.map(summaryOf) : [];
    if (id !== undefined) {
      const one = all.find((resource) => resource['id'] === id);
      return one === undefined ? send(outcome('not there'), 404) : send(one);
    }
    const ids = url.searchParams.get('_id')?.split(',');
    const urls = url.searchParams
      .get('identifier')
      ?.split(',')
      .map((text) => text.slice(text.lastIndexOf('|') + 1));
    const found = all.filter(
      (one) =>
        (ids === undefined || ids.includes(String(one['id']))) &&
        (urls === undefined || urls.includes(String(one['url']))),
    );
    return send(bundle(found, server, url));
  }
  if (type === 'Patient') return count(server, dataSets, url, response, send);
  return send(outcome(`nothing is known of ${path}`), 404);
}

function count(
  server: SimulatedServer,
  dataSets: readonly SimulatedDataSet[],
  url: URL,
  response: ServerResponse,
  send: (body: unknown, status?: number) => void,
): void {
  if (server.lie === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html>Welcome</html>');
    return;
  }
  const tag = url.searchParams.get('_tag');
  const dataSet = dataSets.find(({ id }) => tag === `${tagSystem}|${id}`);
  const medications = [...url.searchParams]
    .filter(([name]) => name.startsWith('_has:MedicationRequest:'))
    .map(([, value]) => value.split(',').map((one) => one.slice(one.lastIndexOf('|') + 1)));
  const elderly = url.searchParams.has('birthdate');
  const exact = dataSet === undefined ? 0 : patientsMeeting(dataSet, { medications, elderly });
  const total = exact < threshold ? 0 : Math.round(exact / 10) * 10;
  const lie = server.lie === 'negative' ? -7 : server.lie === 'text' ? 'many' : undefined;
  const disclosure = [
    { url: 'granularity', valueCode: 'count' },
    { url: 'threshold', valueInteger: threshold },
    { url: 'rounding', valueInteger: 10 },
    { url: 'suppressed', valueBoolean: exact < threshold },
  ];
  send({
    resourceType: server.lie === 'foreign' ? 'Basic' : 'Bundle',
    type: 'searchset',
    total: lie ?? total,
    _total: { extension: [{ url: canonical.countDisclosure, extension: disclosure }] },
    link: [{ relation: 'self', url: url.href }],
  });
}

const outcome = (diagnostics: string): object => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'not-found', diagnostics }],
});

const bundle = (found: readonly object[], server: SimulatedServer, url: URL): object => ({
  resourceType: 'Bundle',
  type: 'searchset',
  total: found.length,
  link: [{ relation: 'self', url: url.href }],
  entry: found.map((resource) => ({
    fullUrl: `${server.base}/${(resource as { resourceType: string }).resourceType}/${(resource as { id: string }).id}`,
    resource,
    search: { mode: 'match' },
  })),
});

listener.keepAliveTimeout = 60_000;
listener.listen(0, () => {
  community.port = (listener.address() as { port: number }).port;
  console.log(community.port);
});
