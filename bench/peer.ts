/** The same data and the same requests to fairway and to another FHIR server in one run: `node bench/peer.ts BASE [patients]`. The other one must be empty. */
import { luaPaths, luaPost, newFolder, remove, startMeasured, syntheaLines, wrk } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const [peer, most = '15'] = process.argv.slice(2);
if (peer === undefined) throw new Error('state the base address of the other server');

const json = { 'content-type': 'application/fhir+json' };
const lines = syntheaLines();
const resources = lines.map((line) => JSON.parse(line) as Record<string, any>);
const patients = resources.filter((one) => one['resourceType'] === 'Patient').slice(0, Number(most));
const ids = new Set(patients.map((one) => one['id'] as string));
const types = new Set(['Observation', 'Condition', 'Encounter', 'Procedure', 'Immunization']);
const ofPatient = (one: Record<string, any>): boolean =>
  ids.has(/Patient\/([\w-]+)/.exec(JSON.stringify(one['subject'] ?? one['patient'] ?? ''))?.[1] ?? '');
const chosen = [...patients, ...resources.filter((one) => types.has(one['resourceType']) && ofPatient(one))].map(
  withoutOthers,
);

/** References to what is not loaded are left out: some servers refuse them. */
function withoutOthers(one: Record<string, any>): Record<string, any> {
  const text = JSON.stringify(one, (_, value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof value.reference === 'string' &&
    !value.reference.startsWith('Patient/')
      ? { display: 'elsewhere' }
      : value,
  );
  const plain = JSON.parse(text) as Record<string, any>;
  plain['id'] = `x${String(one['id']).replace(/^x/, '')}`.slice(0, 64);
  return JSON.parse(JSON.stringify(plain).replace(/"Patient\/([\w-]+)"/g, '"Patient/x$1"')) as Record<string, any>;
}

async function load(base: string): Promise<number> {
  const started = performance.now();
  for (let at = 0; at < chosen.length; at += 200) {
    const entry = chosen.slice(at, at + 200).map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource['resourceType']}/${resource['id']}` },
    }));
    const response = await fetch(base, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
    });
    if (!response.ok) throw new Error(`${base}: ${response.status} ${(await response.text()).slice(0, 400)}`);
    await response.arrayBuffer();
  }
  return (chosen.length * 1000) / (performance.now() - started);
}

async function measure(base: string): Promise<Record<string, number>> {
  const { origin, pathname } = new URL(base);
  const loaded = await load(base);
  const some = patients.map((one) => `x${one['id']}`);
  const paths = (each: (id: string) => string): string[] => some.map((id) => `${pathname}/${each(id)}`);
  const run = (all: string[]): number => wrk(origin, { lua: luaPaths(all), seconds: 5, connections: 30 });
  const body = { ...chosen.find((one) => one['resourceType'] === 'Observation')!, id: undefined };
  // The first requests of a server that compiles as it goes are not its speed.
  run(paths((id) => `Patient/${id}`));
  run(paths((id) => `Observation?patient=${id}&_count=20`));
  return {
    'transactions, resources/s': loaded,
    'read by id': run(paths((id) => `Patient/${id}`)),
    'create an Observation': wrk(origin, { lua: luaPost(`${pathname}/Observation`, JSON.stringify(body)), seconds: 5 }),
    'search by patient': run(paths((id) => `Observation?patient=${id}&_count=20`)),
    'search by code': run(paths(() => `Observation?code=http://loinc.org%7C8302-2&_count=20`)),
    'search by patient and code': run(
      paths((id) => `Observation?patient=${id}&code=http://loinc.org%7C8302-2&_count=20`),
    ),
    'search by code, newest first': run(
      paths(() => `Observation?code=http://loinc.org%7C8302-2&_sort=-date&_count=20`),
    ),
    _has: run(paths(() => `Patient?_has:Observation:patient:code=http://loinc.org%7C8302-2&_count=20`)),
  };
}

console.error(`  ${chosen.length} resources of ${patients.length} patients`);
const theirs = await measure(peer.replace(/\/+$/, ''));
const folder = newFolder();
const server = await startMeasured(folder);
const ours = await measure(server.base);
await server.stop();
await remove(folder);
printTable(
  ['per second', 'fairway', 'the other', 'times'],
  Object.keys(ours).map((work) => [
    work,
    ours[work]!.toFixed(0),
    theirs[work]!.toFixed(0),
    (ours[work]! / theirs[work]!).toFixed(1),
  ]),
);
saveResult('peer', { resources: chosen.length, fairway: ours, other: theirs });
