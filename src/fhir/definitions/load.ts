/** Loads the model of a FHIR version from its cache, compiling it when it is not there. https://hl7.org/fhir/R4B/downloads.html */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileDefinitions } from './compile.ts';
import type { Definitions, FhirVersion } from './model.ts';
import { withOurs } from './ours.ts';

/** To be raised when the model or its compilation changes, so that old caches are not read. */
const format = 4;

const loaded = new Map<FhirVersion, Promise<Definitions>>();

/** The definitions of `version`; some milliseconds, or some seconds the first time on a machine. */
export function loadDefinitions(version: FhirVersion): Promise<Definitions> {
  let definitions = loaded.get(version);
  if (definitions === undefined) {
    definitions = load(version).then(withOurs);
    loaded.set(version, definitions);
  }
  return definitions;
}

async function load(version: FhirVersion): Promise<Definitions> {
  const path = join(packageRoot(), 'build', 'definitions', `${version.toLowerCase()}-${format}.json`);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Definitions; // written below and nowhere else
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const definitions = compileDefinitions(version);
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  await writeFile(partial, JSON.stringify(definitions));
  await rename(partial, path);
  return definitions;
}

/** The folder of package.json, above both `src/` and `dist/`. */
function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
