/** A FHIR server of someone else for the explorer: answers HTML, fails, holds hostile and huge resources, versions and pages. https://hl7.org/fhir/R4/http.html */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type Resource = Record<string, unknown> & { resourceType: string; id: string };

/** What a page must not do, and right-to-left text with a mark. */
export const hostile: Resource = {
  resourceType: 'Patient',
  id: 'hostile',
  meta: { versionId: '3', lastUpdated: '2026-03-01T10:00:00Z' },
  text: {
    status: 'generated',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><p onclick="window.hacked=1">Good words</p><script>window.hacked = 1</script><img src="http://evil.example/x.png" onerror="window.hacked=1"/><a href="javascript:window.hacked=1">click</a></div>',
  },
  contained: [{ resourceType: 'Organization', id: 'clinic', name: 'مستشفى الأمل' }],
  identifier: [{ system: 'urn:mrn', value: '<img src=x onerror="window.hacked=1">', type: { text: 'MRN' } }],
  name: [{ use: 'official', family: 'Lovelace', given: ['Ada'] }],
  gender: 'female',
  birthDate: '1815-12-10',
  _birthDate: {
    extension: [
      { url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime', valueDateTime: '1815-12-10T08:00:00Z' },
    ],
  },
  address: [{ line: ['12 St James'], city: 'London', period: { start: '1830' } }],
  managingOrganization: { reference: '#clinic', display: 'مستشفى الأمل' },
  generalPractitioner: [{ reference: 'Practitioner/doctor', display: 'Dr Babbage' }],
  photo: [{ contentType: 'image/png', title: 'Portrait', data: 'AAAA', url: 'javascript:window.hacked=1' }],
};

const long = 'Very long title. '.repeat(300).slice(0, 5000);
const library: Resource = { resourceType: 'Library', id: 'long', status: 'active', type: { text: 'x' }, title: long };

/** About one megabyte, with decimals that JavaScript would change. */
const large: Resource = {
  resourceType: 'Observation',
  id: 'large',
  status: 'final',
  code: { text: 'Many components' },
  component: Array.from({ length: 6000 }, (_, at) => ({
    code: { coding: [{ system: 'http://loinc.org', code: `code-${at}`, display: `Component number ${at}` }] },
    valueQuantity: { value: 1, unit: 'mg/dL' },
  })),
};
const largeText = JSON.stringify(large).replaceAll('"value":1,', '"value":1.50,');

const observations: Resource[] = Array.from({ length: 25 }, (_, at) => ({
  resourceType: 'Observation',
  id: `o${at}`,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '718-7', display: 'Hemoglobin' }] },
  subject: { reference: 'Patient/hostile' },
  effectiveDateTime: '2026-01-02',
  valueQuantity: { value: 10 + at, unit: 'g/dL' },
}));

const versions = {
  resourceType: 'Bundle',
  type: 'history',
  entry: [
    {
      fullUrl: 'x',
      request: { method: 'DELETE', url: 'Patient/versions' },
      response: { status: '204', etag: 'W/"3"', lastModified: '2026-03-03T00:00:00Z' },
    },
    {
      resource: {
        resourceType: 'Patient',
        id: 'versions',
        meta: { versionId: '2', source: 'urn:clinic' },
        gender: 'female',
        name: [{ family: 'Added' }, { family: 'Kept' }],
      },
      request: { method: 'PUT', url: 'Patient/versions' },
    },
    {
      resource: {
        resourceType: 'Patient',
        id: 'versions',
        meta: { versionId: '1' },
        gender: 'male',
        name: [{ family: 'Kept' }],
        active: true,
      },
      request: { method: 'POST', url: 'Patient' },
    },
  ],
};

const statement = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  kind: 'instance',
  date: '2026-01-01',
  fhirVersion: '4.0.1',
  format: ['json', 'xml'],
  software: { name: 'Elsewhere', version: '7' },
  rest: [
    {
      mode: 'server',
      resource: ['Patient', 'Observation', 'Library'].map((type) => ({
        type,
        interaction: [{ code: 'read' }, { code: 'search-type' }],
        searchParam: [{ name: 'code', type: 'token', documentation: 'What was **observed**' }],
      })),
      operation: [
        {
          name: 'transform',
          definition: 'http://example.org/OperationDefinition/transform',
          documentation: 'Turns one into another',
        },
      ],
    },
  ],
};

const outcome = (diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'processing', diagnostics }],
});

interface Sent {
  status: number;
  body: string;
  type?: string;
}
const json = (body: unknown, status = 200): Sent => ({ status, body: JSON.stringify(body) });

export interface ExploreServer {
  base: string;
  origin: string;
  /** requests that would change something */
  changes: string[];
  /** the authorization headers that came */
  tokens: (string | undefined)[];
  close(): Promise<void>;
}

export async function startExploreServer(): Promise<ExploreServer> {
  const changes: string[] = [];
  const tokens: (string | undefined)[] = [];
  let base = '';
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const cors = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      'access-control-allow-methods': '*',
    };
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
    tokens.push(request.headers.authorization);
    if (request.method !== 'GET') changes.push(`${request.method} ${url.pathname}`);
    const { status, body, type = 'application/fhir+json' } = answer(url, request.headers.accept ?? '', base);
    response.writeHead(status, { ...(url.pathname.startsWith('/closed') ? {} : cors), 'content-type': type }).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  base = `${origin}/r4`;
  return { base, origin, changes, tokens, close: () => new Promise((done) => server.close(() => done())) };
}

function answer(url: URL, accept: string, base: string): Sent {
  const [, root, type = '', id, history] = url.pathname.split('/');
  if (root !== 'r4')
    return {
      status: 200,
      type: 'text/html',
      body: '<!doctype html><html><head><script>window.hacked=1</script></head><body>Welcome to the <b>intranet</b></body></html>',
    };
  if (type === 'metadata') return json(statement);
  if (id === 'secret') return json(outcome('log in first'), 401);
  if (id === 'forbidden') return json(outcome('not for you'), 403);
  if (id === 'gone') return json(outcome('it was deleted'), 410);
  if (id === 'versions' && history === '_history') return json(versions);
  if (id === 'large') return { status: 200, body: largeText };
  const one = [hostile, library].find((each) => each.resourceType === type && each.id === id);
  if (one !== undefined && accept.includes('xml'))
    return {
      status: 200,
      type: 'application/fhir+xml',
      body: '<Patient xmlns="http://hl7.org/fhir"><id value="hostile"/><gender value="female"/></Patient>',
    };
  if (one !== undefined) return json(one);
  if (id !== undefined) return json(outcome(`no ${type}/${id}`), 404);
  if (type === 'Observation') return json(page(url, base));
  return json({ resourceType: 'Bundle', type: 'searchset', total: 0 });
}

/** Two pages, with a patient that comes along and a warning. */
function page(url: URL, base: string): unknown {
  const from = Number(url.searchParams.get('_offset') ?? 0);
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [
      { relation: 'self', url: `${base}/Observation${url.search}` },
      ...(from === 0 ? [{ relation: 'next', url: `${base}/Observation?_offset=20` }] : []),
    ],
    entry: [
      ...observations.slice(from, from + 20).map((resource) => ({ resource, search: { mode: 'match' } })),
      { resource: hostile, search: { mode: 'include' } },
      { resource: outcome('the parameter colour is not known here'), search: { mode: 'outcome' } },
    ],
  };
}
