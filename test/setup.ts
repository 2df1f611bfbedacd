/** Before the tests: the definitions are compiled once, and one PostgreSQL is started for all of them. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { loadDefinitions } from '../src/fhir/definitions/load.ts';
import { fhirVersions } from '../src/fhir/definitions/model.ts';
import { startEngine } from '../src/store/engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** folder of the PostgreSQL that all tests share */
    engineFolder: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  for (const version of fhirVersions) await loadDefinitions(version);
  const folder = join(tmpdir(), `fairway-test-${process.pid}-${project.name}`);
  const engine = await startEngine({ folder, sharedMegabytes: 256 });
  project.provide('engineFolder', folder);
  return async () => {
    await engine.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
