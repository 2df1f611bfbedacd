/** Reads what a landing page tells, through the door: a data set, its content summary, who runs the server. */
import { isDataSet } from '../conditions/data-set-statement.ts';
import { resourceOf, type StoredResource } from '../door/index.ts';
import {
  audienceOf,
  type Catalogue,
  type DataSetDescription,
  describeDataSet,
  summaryIdentifiers,
} from '../fair/landing/index.ts';
import { summaryId } from '../federation/content-summary/publish.ts';
import { canonical, type Granularity } from '../fhir/canonical.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Server } from '../interaction/index.ts';
import { parseSearch } from '../search/index.ts';

export interface Landing {
  description: DataSetDescription;
  /** the most that whoever asks like this gets */
  anyone: Granularity;
  /** whether this server decides that; else it is what the record says */
  isDecidedHere: boolean;
  catalogue: Catalogue;
  /** what it tells of, for the audit log */
  disclosed: readonly StoredResource[];
}

/** Absolute URL of the root of the web pages, without a trailing slash: where the FHIR base's path begins. */
export const siteOf = (base: string, prefix: string): string =>
  base.endsWith(prefix) ? base.slice(0, -prefix.length) : new URL(base).origin;

export const landingPath = '/data-set/';

/** Throws `not-found` for what is no data set or may not be read, `deleted` for what was one. */
export async function readLanding(id: string, server: Server, site: string): Promise<Landing> {
  const stored = await server.door.read('Library', id);
  const library = resourceOf(stored);
  // The door's own words, so that one cannot tell what is withheld from what is something else.
  if (!isDataSet(library)) throw new FhirError('not-found', `there is no Library/${id} here`);
  const [summary, catalogue, assessed] = await Promise.all([
    readSummary(id, library, server),
    readCatalogue(server, site),
    server.door.assess(server.door.context, `Library/${id}`),
  ]);
  const page = `${site}${landingPath}${id}`;
  const description = describeDataSet(
    library,
    { base: server.base, page },
    summary === undefined ? undefined : resourceOf(summary),
  );
  return {
    description,
    // Of data elsewhere the record is all that is known.
    anyone: assessed?.granted ?? audienceOf(description.stated, description.status, server.now()).anyone,
    isDecidedHere: assessed !== undefined,
    catalogue,
    disclosed: summary === undefined ? [stored] : [stored, summary],
  };
}

/** That of this server's own data set has an id made of it; others came with their data set's identifier. */
async function readSummary(id: string, library: Resource, server: Server): Promise<StoredResource | undefined> {
  try {
    return await server.door.read('MeasureReport', summaryId(id));
  } catch (error) {
    if (!(error instanceof FhirError) || (error.code !== 'not-found' && error.code !== 'deleted')) throw error;
  }
  const tokens = summaryIdentifiers(library).map((one) => `${canonical.uri}|${escapedValue(one)}`);
  if (tokens.length === 0) return undefined;
  const search = parseSearch(
    'MeasureReport',
    [
      ['_profile', canonical.contentSummary],
      ['identifier', tokens.join(',')],
      ['_count', '1'],
    ],
    { ...server.searchContext, handling: 'strict' },
  );
  return (await server.door.search(search)).matches[0];
}

/** https://hl7.org/fhir/R4B/search.html#escaping */
const escapedValue = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');

/** The server's own Endpoint says what it is called. */
async function readCatalogue(server: Server, site: string): Promise<Catalogue> {
  const { base } = server;
  const search = parseSearch(
    'Endpoint',
    [
      ['address', `${base},${base}/`],
      ['_count', '1'],
    ],
    { ...server.searchContext, handling: 'strict' },
  );
  const [endpoint] = (await server.door.search(search)).matches;
  const name = endpoint === undefined ? undefined : resourceOf(endpoint)['name'];
  return { name: typeof name === 'string' && name.trim() !== '' ? name : new URL(base).host, url: `${site}/` };
}
