/** A resource that this server made of others', as it is written. https://hl7.org/fhir/R4B/http.html#update */
import type { NewWrite } from '../../door/index.ts';
import { parseResource, storedTail } from '../../fhir/format/json.ts';
import type { Resource } from '../../fhir/json.ts';

/** Its write under its id. */
export function put(resource: Resource): NewWrite {
  const text = JSON.stringify(resource);
  const { resource: parsed, scan } = parseResource(text);
  const content = { resource: parsed, tail: storedTail(text, scan) };
  return { how: 'put', type: resource.resourceType, id: String(resource['id']), content };
}
