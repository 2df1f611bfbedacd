/** Compiles the definitions once before the tests, so that no test pays for it. */
import { loadDefinitions } from '../src/fhir/definitions/load.ts';
import { fhirVersions } from '../src/fhir/definitions/model.ts';

export async function setup(): Promise<void> {
  for (const version of fhirVersions) await loadDefinitions(version);
}
