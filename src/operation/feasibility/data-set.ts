/** Says which patients belong to a data set, by what its record states of its extent. https://hl7.org/fhir/uv/fhir-for-fair/ */
import { extentOf } from '../../conditions/extent.ts';
import { textOf } from '../../door/index.ts';
import { objectsOf, type Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { Server } from '../../interaction/index.ts';
import { parseCriterion, parseSearch, type SearchContext } from '../../search/index.ts';
import type { Expression } from '../../search/tree.ts';

/** A data set on this server, and who is in it. */
export interface AskedDataSet {
  /** `Library/id` */
  reference: string;
  members: Expression;
}

/** Finds a data set by `Library/id`, its canonical URL or its identifier. Throws FhirError for what is not there, or not to be seen. */
export async function dataSetOf(name: string, at: string, server: Server): Promise<AskedDataSet> {
  const context: SearchContext = { ...server.searchContext, handling: 'strict' };
  const library = await findLibrary(name, context, server);
  if (library === undefined) {
    throw new FhirError('not-found', `${at}: there is no data set ${name.slice(0, 200)} here`, { expression: at });
  }
  const of = membersOf(library, context);
  const reference = `Library/${String(library['id'])}`;
  if (of.length === 0) {
    throw new FhirError('not-supported', `${at}: ${reference} does not say which patients here belong to it`, {
      expression: at,
    });
  }
  return { reference, members: of.length === 1 ? of[0]! : { kind: 'or', of } };
}

async function findLibrary(name: string, context: SearchContext, { door }: Server): Promise<Resource | undefined> {
  const literal = parseReference(name);
  const isLocal = literal?.base === undefined || context.baseUrls.includes(literal.base);
  const criteria: [string, string][] =
    literal?.type === 'Library' && isLocal
      ? [['_id', literal.id]]
      : [
          ['url', escaped(name)],
          ['identifier', escaped(name)],
        ];
  for (const criterion of criteria) {
    const { matches } = await door.search(parseSearch('Library', [criterion], context));
    if (matches[0] !== undefined) return { ...(JSON.parse(textOf(matches[0])) as Resource), id: matches[0].id }; // only resources are stored
  }
  return undefined;
}

const escaped = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');

/** Parameters by which those who list what belongs to a data set name it. */
const listing: Readonly<Record<string, string>> = { Group: 'member', List: 'item', DocumentManifest: 'item' };

/** The same as a search by the tag or by the list finds, so that no more is told. */
function membersOf(library: Resource, context: SearchContext): Expression[] {
  const { baseUrls } = context;
  const listed = extentOf(library, baseUrls).listedBy.map((reference): Expression => {
    const [type = '', id = ''] = reference.split('/');
    return parseCriterion('Patient', `_has:${type}:${listing[type]}:_id`, id, context);
  });
  const tagged = objectsOf(library['content']).flatMap((content) => {
    const { tags } = extentOf({ resourceType: 'Library', content: [content] }, baseUrls);
    const type = /([A-Za-z]+)\?/.exec(String(content['url']))?.[1] ?? 'Patient';
    const name = type === 'Patient' ? '_tag' : `_has:${type}:patient:_tag`;
    return tags.map((tag) => parseCriterion('Patient', name, `${escaped(tag.system)}|${escaped(tag.code)}`, context));
  });
  return [...tagged, ...listed];
}
