/** Official examples and synthetic records are sound, but for those that break the specification. https://hl7.org/fhir/R4B/downloads.html */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../definitions/load.ts';
import type { FhirVersion } from '../definitions/model.ts';
import type { Resource } from '../json.ts';
import { validate } from './index.ts';

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

/** What is refused, and why it is really wrong. */
interface Refusal {
  folder: string;
  resource: string;
  /** `code expression` of every finding */
  found: string[];
  why: string;
}

const parameterCodes = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `code-invalid ImplementationGuide.definition.parameter[${at}].code`);

const refusals: Refusal[] = [
  {
    folder: 'fhir-for-fair',
    resource: 'ImplementationGuide/hl7.fhir.uv.fhir-for-fair',
    found: parameterCodes(7),
    why: 'the binding of ImplementationGuide.definition.parameter.code to guide-parameter-code is required in R4B; the codes are those of a publishing tool',
  },
];

function* resourcesIn(folder: string): Generator<Resource> {
  for (const file of readdirSync(data + folder)) {
    const path = `${data}${folder}/${file}`;
    // The files hold resources, as their manifests say.
    if (file.endsWith('.json')) yield JSON.parse(readFileSync(path, 'utf8')) as Resource;
    if (!file.endsWith('.ndjson.gz')) continue;
    for (const line of gunzipSync(readFileSync(path)).toString().split('\n')) {
      if (line !== '') yield JSON.parse(line) as Resource;
    }
  }
}

const folders: { folder: string; version: FhirVersion; resources: number }[] = [
  { folder: 'examples/r4', version: 'R4', resources: 590 },
  { folder: 'examples/r4b', version: 'R4B', resources: 614 },
  { folder: 'examples/r5', version: 'R5', resources: 710 },
  { folder: 'synthea-small', version: 'R4', resources: 47_668 },
  { folder: 'synthea-small', version: 'R4B', resources: 47_668 },
  { folder: 'fhir-for-fair', version: 'R4B', resources: 29 },
];

const isHere = existsSync(data);
const title = isHere ? 'real data' : 'real data (skipped: the folder ../shared/data is not here)';

describe.skipIf(!isHere)(title, () => {
  test.each(folders)('$folder is sound in $version', async ({ folder, version, resources }) => {
    const definitions = await loadDefinitions(version);
    const refused: Omit<Refusal, 'why'>[] = [];
    let count = 0;
    for (const resource of resourcesIn(folder)) {
      count++;
      const issues = validate(resource, definitions);
      if (issues.length === 0) continue;
      const found = issues.map(({ code, expression }) => `${code} ${expression}`);
      refused.push({ folder, resource: `${resource.resourceType}/${String(resource['id'])}`, found });
    }
    expect(refused).toEqual(refusals.filter((one) => one.folder === folder).map(({ why, ...one }) => one));
    expect(count).toBe(resources);
  });
});
