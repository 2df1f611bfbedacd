/** Measures what a de-identification profile costs on the way out, beside sending the stored text as it is. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import {
  createDeidentifier,
  type DeidentificationProfile,
  deidentificationProfileOf,
  limitedData,
  profileLibrary,
  type StoredVersion,
  safeHarborLike,
} from '../src/conditions/deidentify/index.ts';
import { loadDefinitions } from '../src/fhir/definitions/load.ts';
import { parseResource, resourceText, storedTail } from '../src/fhir/format/json.ts';
import { resourceKey } from '../src/search/index-rows.ts';
import { createHash } from '../src/store/hash.ts';
import { syntheaLines } from './harness.ts';
import { printTable, saveResult } from './report.ts';

const definitions = await loadDefinitions('R4');
const hash = createHash('bench');
const persons = new Map<string, readonly string[]>();

const stored = syntheaLines().map((line): StoredVersion => {
  const { resource, scan } = parseResource(line);
  const type = resource.resourceType;
  const id = String(resource['id']);
  const key = resourceKey(hash, type, id);
  const patient = /"reference":"Patient\/([^"]+)"/.exec(line)?.[1];
  persons.set(key, patient === undefined ? [] : [resourceKey(hash, 'Patient', patient)]);
  return { type, id, key, version: 1, updated: Date.UTC(2025, 0, 1), tail: storedTail(line, scan) };
});

function profileOf(shipped: typeof safeHarborLike): DeidentificationProfile {
  const read = deidentificationProfileOf(profileLibrary(shipped), definitions);
  if ('because' in read) throw new Error(read.because.join('; '));
  return read.profile;
}

/** Resources per second and characters that leave; the best of three goes, the first of which warms up. */
function measure(run: (one: StoredVersion) => string): { perSecond: number; characters: number } {
  let best = 0;
  let characters = 0;
  for (let go = 0; go < 3; go++) {
    characters = 0;
    const started = performance.now();
    for (const one of stored) characters += run(one).length;
    best = Math.max(best, (stored.length / (performance.now() - started)) * 1000);
  }
  return { perSecond: Math.round(best), characters };
}

const ways: Record<string, (one: StoredVersion) => string> = {
  'as stored': ({ type, id, version, updated, tail }) => resourceText(type, id, version, updated, tail),
  'parsed and written': ({ type, id, version, updated, tail }) =>
    JSON.stringify(JSON.parse(resourceText(type, id, version, updated, tail))),
};
for (const shipped of [safeHarborLike, limitedData]) {
  const deidentify = createDeidentifier(profileOf(shipped), {
    key: new Uint8Array(32).fill(1),
    project: 'bench',
    hash,
    baseUrls: ['http://localhost/fhir/R4'],
    now: Date.now,
  });
  ways[shipped.name] = (one) => {
    const left = deidentify(one, persons.get(one.key)!);
    return resourceText(one.type, left.id, one.version, left.updated, left.tail);
  };
}

const figures = Object.entries(ways).map(([name, run]) => [name, measure(run)] as const);
printTable(
  ['way', 'resources/s', 'µs each', 'MB left'],
  figures.map(([name, { perSecond, characters }]) => [
    name,
    perSecond.toLocaleString('en'),
    (1e6 / perSecond).toFixed(1),
    (characters / 1e6).toFixed(1),
  ]),
);
saveResult('deidentify', {
  resources: stored.length,
  resourcesPerSecond: Object.fromEntries(figures.map(([name, { perSecond }]) => [name, perSecond])),
});
