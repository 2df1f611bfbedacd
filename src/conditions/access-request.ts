/** Tells requests for access from other Tasks: what they say, operations alone may change. See docs/adr/0014-access-requests.md */
import { canonical } from '../fhir/canonical.ts';
import { objectOf, objectsOf, type Resource } from '../fhir/json.ts';

/** Whether the resource is a request for access, well formed or not. */
export function isAccessRequest(resource: Resource): boolean {
  if (resource.resourceType !== 'Task') return false;
  const codings = objectsOf(objectOf(resource['code'])?.['coding']);
  return codings.some((coding) => coding['system'] === canonical.accessCode && coding['code'] === 'access-request');
}
