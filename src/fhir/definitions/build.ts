/** Compiles all versions ahead of time: `npm run build`. https://hl7.org/fhir/R4B/downloads.html */
import { loadDefinitions } from './load.ts';
import { fhirVersions } from './model.ts';

for (const version of fhirVersions) {
  const { resourceTypes, searchParameters, valueSets } = await loadDefinitions(version);
  console.log(
    `${version}: ${resourceTypes.length} resource types, ${searchParameters.length} search parameters, ${Object.keys(valueSets).length} closed value sets`,
  );
}
