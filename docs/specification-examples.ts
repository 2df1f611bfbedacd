/** Examples of our implementation guide: the demo community's own metadata. https://hl7.org/fhir/R4B/implementationguide.html */
import { metadataOf } from '../src/demo/metadata.ts';
import { sites } from '../src/demo/sites.ts';
import type { Resource } from '../src/fhir/json.ts';

const at = Object.fromEntries(
  Object.keys(sites).map((name) => [name, `https://${name}.example.org/fhir`]),
) as Parameters<typeof metadataOf>[2]; // a base for each site

/** In FHIR R4B. */
export function exampleResources(): Resource[] {
  const wanted = new Set(['Library/northshore-routine-care', 'Endpoint/hospital', 'Organization/hospital']);
  return metadataOf(sites.hospital, 60, at).filter(({ resourceType, id }) =>
    wanted.has(`${resourceType}/${String(id)}`),
  );
}
