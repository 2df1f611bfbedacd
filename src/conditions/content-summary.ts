/** Tells the summary of a data set's content from other MeasureReports: it passed through the data set's conditions, and so is metadata. See docs/reference/content-summary.md */
import { canonical } from '../fhir/canonical.ts';
import { objectOf, objectsOf, type Resource } from '../fhir/json.ts';

/** Whether the resource is a content summary: by profile, type and data set, and about no person. */
export function isContentSummary(resource: Resource): boolean {
  if (resource.resourceType !== 'MeasureReport' || resource['type'] !== 'summary') return false;
  const profiles = objectOf(resource['meta'])?.['profile'];
  const subject = objectOf(resource['subject']);
  return (
    // Neither lists what it was reckoned from, nor brings anything along: either could be a person's.
    !('contained' in resource) &&
    !('evaluatedResource' in resource) &&
    Array.isArray(profiles) &&
    profiles.includes(canonical.contentSummary) &&
    objectsOf(resource['extension']).some(({ url }) => url === canonical.summaryDataSet) &&
    (subject === undefined || isGroup(subject['reference']))
  );
}

/** A reference to a Group, here or elsewhere, in which nobody else can be named. */
function isGroup(reference: unknown): boolean {
  return typeof reference === 'string' && /^(https?:\/\/[^?#]+\/)?Group\/[A-Za-z0-9\-.]{1,64}$/.test(reference);
}
