/** A FHIR server that is not ours, as a process of its own: knows few parameters, no hierarchies, no operations, nothing of fairway. `node foreign-server.ts FILE.ndjson` prints its base address. https://hl7.org/fhir/R4/search.html */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';

type Resource = Record<string, any>;

const resources = readFileSync(process.argv[2]!, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Resource);
const ofType = (type: string): Resource[] => resources.filter((one) => one['resourceType'] === type);
const types = [...new Set(resources.map((one) => one['resourceType'] as string))];

const codings = (value: any): any[] => (Array.isArray(value) ? value.flatMap(codings) : (value?.coding ?? []));
const isToken = (all: any[], wanted: string): boolean => {
  const bar = wanted.lastIndexOf('|');
  return all.some((one) => one.code === wanted.slice(bar + 1) && (bar < 0 || one.system === wanted.slice(0, bar)));
};
const patientOf = (one: Resource): string => one['subject']?.reference ?? one['patient']?.reference ?? '';

/** What it can search by; another name is refused. */
const matchers: Record<string, (one: Resource, value: string) => boolean> = {
  _id: (one, value) => one['id'] === value,
  _tag: (one, value) => isToken(one['meta']?.tag ?? [], value),
  identifier: (one, value) => (one['identifier'] ?? []).some((id: any) => `${id.system}|${id.value}` === value),
  url: (one, value) => one['url'] === value,
  type: (one, value) => isToken(codings(one['type']), value),
  status: (one, value) => one['status'] === value,
  code: (one, value) => isToken(codings(one['code'] ?? one['medicationCodeableConcept']), value),
  gender: (one, value) => one['gender'] === value,
  patient: (one, value) => patientOf(one).endsWith(value.replace(/^Patient\//, '/').replace(/^(?!\/)/, '/')),
  birthdate(one, value) {
    const day = value.replace(/^[a-z]{2}/, '');
    const born = String(one['birthDate']);
    return value.startsWith('le') ? born <= day : value.startsWith('ge') ? born >= day : born === day;
  },
  'connection-type': (one, value) => isToken([one['connectionType']], value),
  'payload-type': (one, value) => isToken(codings(one['payloadType']), value),
};
const parametersOf: Record<string, string[]> = {
  Patient: ['_id', '_tag', 'identifier', 'gender', 'birthdate'],
  Library: ['_id', 'identifier', 'url', 'type', 'status'],
  CodeSystem: ['_id', 'url'],
  Endpoint: ['_id', 'identifier', 'status', 'connection-type', 'payload-type'],
};
const clinical = ['_id', '_tag', 'code', 'patient'];

class Refusal extends Error {}

function matches(one: Resource, name: string, value: string): boolean {
  const has = /^_has:(\w+):patient:code$/.exec(name);
  if (has !== null) {
    return ofType(has[1]!).some(
      (other) =>
        value.split(',').some((each) => matchers['code']!(other, each)) && patientOf(other) === `Patient/${one['id']}`,
    );
  }
  const known = parametersOf[one['resourceType']] ?? clinical;
  if (!known.includes(name)) throw new Refusal(`unknown parameter ${name}`);
  return value.split(',').some((each) => matchers[name]!(one, each));
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', base);
  try {
    answer(url, response);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    send(response, 400, {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'not-supported', diagnostics: error.message }],
    });
  }
});

function answer(url: URL, response: ServerResponse): void {
  const [type = '', id] = url.pathname.slice('/r4/'.length).split('/');
  if (type === 'metadata') return send(response, 200, statement());
  const all = ofType(type);
  if (id !== undefined) {
    const one = all.find((each) => each['id'] === id);
    if (one === undefined)
      return send(response, 404, {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'not-found' }],
      });
    return send(response, 200, one);
  }
  const controls = new Set(['_summary', '_count', '_offset', '_format', '_sort', '_total']);
  const criteria = [...url.searchParams].filter(([name]) => !controls.has(name));
  const found = all.filter((one) => criteria.every(([name, value]) => matches(one, name, value)));
  const bundle = {
    resourceType: 'Bundle',
    type: 'searchset',
    total: found.length,
    link: [{ relation: 'self', url: url.href }],
  };
  if (url.searchParams.get('_summary') === 'count') return send(response, 200, bundle);
  // Pages are small, whatever is asked for.
  const offset = Number(url.searchParams.get('_offset') ?? 0);
  const next = new URL(url);
  next.searchParams.set('_offset', String(offset + 20));
  send(response, 200, {
    ...bundle,
    link: [...bundle.link, ...(offset + 20 < found.length ? [{ relation: 'next', url: next.href }] : [])],
    entry: found
      .slice(offset, offset + 20)
      .map((resource) => ({ fullUrl: `${base}/${type}/${resource['id']}`, resource, search: { mode: 'match' } })),
  });
}

const statement = (): Resource => ({
  resourceType: 'CapabilityStatement',
  status: 'active',
  kind: 'instance',
  date: '2026-01-01',
  fhirVersion: '4.0.1',
  format: ['json'],
  rest: [
    {
      mode: 'server',
      resource: types.map((type) => ({
        type,
        interaction: [{ code: 'read' }, { code: 'search-type' }],
        searchParam: (parametersOf[type] ?? clinical).map((name) => ({ name, type: 'token' })),
      })),
    },
  ],
});

function send(response: ServerResponse, status: number, body: Resource): void {
  response.writeHead(status, { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify(body));
}

let base = 'http://127.0.0.1';
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${(server.address() as { port: number }).port}/r4`;
  console.log(base);
});
