/** Publishes what each data set holds among the resources of its own server. See docs/reference/content-summary.md */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Door, type DoorTransaction, resourceOf, type ToldContent } from '../../door/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import { objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { accept, type Server } from '../../interaction/index.ts';
import { parseSearch } from '../../search/index.ts';
import { summaryReport } from './report.ts';

const serviceName = 'content summaries';

/** A summary that says nothing new is dated anew after so many milliseconds, so that it is seen to be looked after. */
const longestAge = 86_400_000;
/** Summaries of one page while those of this server are looked for. */
const page = 500;

/** The id of the summary of a data set; as long as ids may be. */
export function summaryId(dataSet: string): string {
  const id = `content-summary-${dataSet}`;
  if (id.length <= 64) return id;
  return `content-summary-${createHash('sha256').update(dataSet).digest('hex').slice(0, 40)}`;
}

/** Counts what changed and publishes what may be told of it; summaries of data sets that tell nothing any more are taken back. */
export async function publishSummaries(server: Server, signal?: AbortSignal): Promise<void> {
  const door = server.service(serviceName);
  const contents = await door.content.refresh(signal);
  const told = new Set(contents.map(({ id }) => summaryId(id)));
  const gone = (await ownSummaries(door, server)).filter((id) => !told.has(id));
  await door.transaction(['content summaries'], async (inside) => {
    const endpoint = await ownEndpoint(inside, server);
    for (const content of contents) await publish(content, endpoint, inside, server);
    if (gone.length > 0) await inside.write(gone.map((id) => ({ how: 'delete', type: 'MeasureReport', id })));
  });
  // What a data set no longer tells must not be found in its history either.
  for (const id of gone) {
    await door.erase('MeasureReport', id, {
      onlySuperseded: true,
      reason: 'the data set tells nothing of its content',
    });
  }
}

async function ownEndpoint(inside: DoorTransaction, server: Server): Promise<Resource | undefined> {
  const search = parseSearch('Endpoint', [['address', `${server.base},${server.base}/`]], {
    ...server.searchContext,
    handling: 'strict',
  });
  const [stored] = await inside.match(search, 1);
  return stored === undefined ? undefined : resourceOf(stored);
}

async function publish(
  content: ToldContent,
  endpoint: Resource | undefined,
  inside: DoorTransaction,
  server: Server,
): Promise<void> {
  const library = await inside.read('Library', content.id);
  if (library === undefined) return;
  const id = summaryId(content.id);
  const before = await inside.read('MeasureReport', id);
  const report = summaryReport(content, {
    library: resourceOf(library),
    base: server.base,
    ...(endpoint === undefined ? {} : { endpoint }),
    definitions: server.definitions,
    now: server.now(),
  });
  if (before !== undefined && isCurrent(resourceOf(before), { ...report, id }, server.now())) return;
  const [result] = await inside.write([
    { how: 'put', type: 'MeasureReport', id, content: accept(JSON.stringify({ ...report, id }), server) },
  ]);
  if (result?.done !== 'created' && result?.done !== 'replaced')
    throw new FhirError('conflict', `the summary MeasureReport/${id} cannot be written: its id is taken`);
}

function isCurrent(before: Resource, report: Resource, now: number): boolean {
  const { date } = before;
  if (typeof date !== 'string' || now - Date.parse(date) >= longestAge) return false;
  const said = ({ meta, date: _, ...rest }: Resource): object => ({ ...rest, profile: objectOf(meta)?.['profile'] });
  return isDeepStrictEqual(said(before), said(report));
}

/** Ids of the summaries of this server's own data sets. */
async function ownSummaries(door: Door, server: Server): Promise<string[]> {
  const search = parseSearch('MeasureReport', [['_profile', canonical.contentSummary]], {
    ...server.searchContext,
    handling: 'strict',
  });
  const own: string[] = [];
  let after: Parameters<Door['search']>[1];
  do {
    const { matches, next } = await door.search({ ...search, count: page }, after);
    own.push(
      ...matches
        .map(resourceOf)
        .filter(isOwn)
        .map(({ id }) => String(id)),
    );
    after = next;
  } while (after !== undefined);
  return own;
}

/** Those of other servers refer to data sets by absolute addresses, and lie here under other ids. */
function isOwn(report: Resource): boolean {
  const [reference] = objectsOf(report['extension'])
    .filter(({ url }) => url === canonical.summaryDataSet)
    .map((one) => objectOf(one['valueReference'])?.['reference']);
  const [, id] = typeof reference === 'string' ? (/^Library\/([^/]+)$/.exec(reference) ?? []) : [];
  return id !== undefined && report['id'] === summaryId(id);
}
