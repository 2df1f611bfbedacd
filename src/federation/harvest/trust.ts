/** Who may publish what: a record is refused when it is no metadata, or speaks for others. See docs/reference/harvest.md */
import { isDataSet } from '../../conditions/data-set-statement.ts';
import { isMetadata } from '../../conditions/metadata-type.ts';
import { canonical, deidentificationType } from '../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import type { IssueCode } from '../../fhir/outcome.ts';
import { idPattern, parseReference } from '../../fhir/reference.ts';
import { absolute, harvestedTypes, type Origin } from './localize.ts';
import { covers, identifiersOf, type Member } from './member.ts';

export interface Refusal {
  code: IssueCode;
  text: string;
}

/** Why the member may not have this record taken; `bases` are the addresses of this server. */
export function refusalOf(
  resource: Resource,
  { origin, url }: Origin,
  member: Member,
  bases: readonly string[],
): Refusal | undefined {
  return kindRefusal(resource) ?? originRefusal(resource, origin, url, member) ?? dataRefusal(resource, member, bases);
}

function kindRefusal(resource: Resource): Refusal | undefined {
  const { resourceType: type } = resource;
  const refused = (text: string): Refusal => ({ code: 'not-supported', text });
  if (typeof resource['id'] !== 'string' || !idPattern.test(resource['id']))
    return { code: 'value', text: 'it has no id that could be one' };
  if (!harvestedTypes.some((one) => one === type))
    return refused(`only metadata are taken (${harvestedTypes.join(', ')}), no ${type}`);
  if (!isMetadata(resource)) return refused('it tells of patients, and only metadata are taken');
  const inside = objectsOf(resource['contained']).find((one) => !isMetadata(one as Resource)); // a contained resource has a type
  if (inside !== undefined)
    return refused(`it contains a ${String(inside['resourceType'])}, and only metadata are taken`);
  if (type === 'Library' && !isDataSet(resource))
    return refused('of Libraries only data sets are taken (type asset-collection)');
  if (objectsOf(resource['content']).some((one) => one['contentType'] === deidentificationType))
    return refused('rules of de-identification are not taken from others');
  return undefined;
}

function originRefusal(
  resource: Resource,
  origin: string,
  url: string,
  { speaksFor, endpoint }: Member,
): Refusal | undefined {
  const remedy = `; a steward can permit it by fairway admit --speaks-for, which Endpoint/${endpoint} then states`;
  const refused = (what: string): Refusal => ({
    code: 'forbidden',
    text: `${what} is not what this member speaks for${remedy}`,
  });
  if (origin !== url && !covers(speaksFor, origin)) return refused(`its origin ${origin}`);
  const strange = identifiersOf(resource).find((one) => !covers(speaksFor, one));
  return strange === undefined ? undefined : refused(`the identifier ${strange}`);
}

/** Data must lie where the member speaks for, and never here: else a stranger could open what this server holds. */
function dataRefusal(
  resource: Resource,
  { address, speaksFor }: Member,
  bases: readonly string[],
): Refusal | undefined {
  for (const stated of dataAddresses(resource)) {
    const url = absolute(stated, address);
    if (bases.some((base) => covers([base], url)))
      return { code: 'forbidden', text: `it names data of this server itself: ${url}` };
    if (!/^https?:/i.test(url) || covers(speaksFor, url)) continue;
    return { code: 'forbidden', text: `it names data that are not at this member: ${url}` };
  }
  return undefined;
}

/** Addresses of the data of a data set: distributions, and references to what it is made of. */
function dataAddresses(resource: Resource): string[] {
  const contents = objectsOf(resource['content']).map((one) => one['url']);
  const related = objectsOf(resource['extension']).flatMap((one) => referencesOf(one));
  return [...contents, ...related].filter((one) => typeof one === 'string');
}

function referencesOf(extension: JsonObject): (string | undefined)[] {
  if (extension['url'] === canonical.summaryDataSet) return [textIn(extension['valueReference'] as JsonObject)];
  if (extension['url'] !== canonical.relatedContent) return [];
  return objectsOf(objectOf(extension['valueRelatedArtifact'])?.['extension']).map((one) =>
    textIn(objectOf(one['valueReference'])),
  );
}

function textIn(reference: JsonObject | undefined): string | undefined {
  const text = objectOf(reference)?.['reference'];
  return typeof text === 'string' && parseReference(text) !== undefined ? text : undefined;
}
