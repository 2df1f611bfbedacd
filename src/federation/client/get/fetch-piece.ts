/** Fetches one piece of a download page by page, from where an earlier try came to, and holds its server to its word. https://hl7.org/fhir/R4B/http.html#paging */
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import { entriesOf, linkOf, nextWithin, textOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import { totalOf } from '../server/total.ts';
import type { Walk } from '../walk/walk.ts';
import type { Piece } from './piece.ts';
import type { Seen } from './seen.ts';

export interface FetchedRecord {
  type: string;
  resource: JsonObject;
}

/** How far a piece is. */
export interface Progress {
  readonly done: boolean;
  /** the page to go on with */
  readonly next?: string;
  readonly pages: number;
  /** matches so far */
  readonly got: number;
  /** of these, sent more than once */
  readonly repeated: number;
  /** what the server said that there are; absent where it says nothing, or only about how many */
  readonly told?: number;
  /** when the server said so, by its clock */
  readonly toldAt?: string;
  /** ids that were asked for and did not come */
  readonly missing?: readonly string[];
}

export interface Page {
  /** those that did not come before */
  records: readonly FetchedRecord[];
  progress: Progress;
}

const nothingYet: Progress = { done: false, pages: 0, got: 0, repeated: 0 };

export interface Fetching {
  walk: Walk;
  seen: Seen;
  /** tells apart what this piece sent from what others did */
  owner: number;
  /** whether a record may be kept */
  keep(record: JsonObject): boolean;
}

/** The pages of a piece that are still to come. Throws ServerError. */
export async function* pagesOfPiece(
  fetching: Fetching,
  piece: Piece,
  from: Progress = nothingYet,
): AsyncGenerator<Page> {
  if (from.done) return;
  switch (piece.kind) {
    case 'search':
    case 'ids':
      yield* searched(fetching, piece, from);
      return;
    case 'read': {
      const resource = await fetching.walk.http.get('get', piece.base, `${piece.base}/${piece.query}`);
      if (resource['resourceType'] !== piece.type)
        throw new ServerError(`it answered a read of ${piece.query} with something else`, 200);
      yield single(fetching, piece, resource);
      return;
    }
    case 'held':
      yield single(fetching, piece, piece.resource);
      return;
    case 'refused':
      throw new ServerError(piece.reason, 0);
  }
}

function single({ seen, owner, keep }: Fetching, { base, type, query }: Piece, resource: JsonObject): Page {
  const version = parseReference(query)?.version;
  const id = textOf(resource['id']) ?? query;
  const key = recordKey(base, type, version === undefined ? id : `${id}/_history/${version}`);
  const isNew = keep(resource) && seen.add(key, owner) === 'new';
  return { records: isNew ? [{ type, resource }] : [], progress: { done: true, pages: 1, got: 1, repeated: 0 } };
}

export const recordKey = (base: string, type: string, id: string): string => `${base}/${type}/${id}`;

type Searched = Extract<Piece, { kind: 'search' | 'ids' }>;

/** Pages that bring nothing new before a server is taken to turn in circles. */
const mostBarren = 3;

async function* searched(fetching: Fetching, piece: Searched, from: Progress): AsyncGenerator<Page> {
  const { walk } = fetching;
  let progress = from;
  let barren = 0;
  const asked = new Set(piece.kind === 'ids' ? (from.missing ?? piece.ids) : []);
  let url = from.next ?? `${piece.base}/${piece.query}`;
  for (let isFirst = true; ; isFirst = false) {
    let body: JsonObject;
    try {
      body = await walk.http.get('get', piece.base, url, (one) => objectsOf(one['entry']).length);
    } catch (error) {
      if (!isFirst || from.next === undefined || !isExpired(error)) throw error;
      // Links to pages do not last for ever; what came is not taken twice.
      progress = nothingYet;
      url = `${piece.base}/${piece.query}`;
      continue;
    }
    if (progress.told === undefined && progress.pages === 0)
      progress = { ...progress, ...(await toldBy(walk, piece, body)) };
    const { records, matches, repeated } = taken(fetching, piece, body, asked);
    barren = matches > repeated ? 0 : barren + 1;
    const next = nextWithin(piece.base, url, linkOf(body, 'next'));
    const { pages, got } = progress;
    progress = {
      ...withoutNext(progress),
      pages: pages + 1,
      got: got + matches - repeated,
      repeated: progress.repeated + repeated,
      done: next === undefined,
      ...(next === undefined ? {} : { next }),
      ...(piece.kind === 'ids' ? { missing: [...asked] } : {}),
    };
    yield { records, progress };
    if (next === undefined) return;
    if (next === url || barren >= mostBarren) throw new ServerError('its pages lead in a circle', 200);
    boundsOf(progress, walk.limits.pages);
    url = next;
  }
}

const isExpired = (error: unknown): boolean =>
  error instanceof ServerError && [400, 404, 410, 422].includes(error.status);

function withoutNext({ next: _, ...rest }: Progress): Omit<Progress, 'next'> {
  return rest;
}

/** A server that never comes to its end is given up: each page must bring something, and not far more than was said. */
function boundsOf({ pages, got, told }: Progress, mostPages: number): void {
  if (told !== undefined && got > told * 2 + 1000)
    throw new ServerError(`it says that there are ${told}, and sent ${got} without an end`, 200);
  if (pages >= Math.max(mostPages, (told ?? 0) + 10))
    throw new ServerError(`its search has more than ${pages} pages`, 200);
}

function taken({ seen, owner, keep }: Fetching, piece: Searched, body: JsonObject, asked: Set<string>) {
  const records: FetchedRecord[] = [];
  let [matches, repeated] = [0, 0];
  for (const { resource, mode } of entriesOf(body)) {
    if (mode === 'outcome') continue;
    if (resource['resourceType'] !== piece.type)
      throw new ServerError(`it answered a search for ${piece.type} with other types`, 200);
    const id = textOf(resource['id']);
    if (id === undefined) throw new ServerError(`it sent a ${piece.type} without an id`, 200);
    asked.delete(id);
    const sighting = seen.add(recordKey(piece.base, piece.type, id), owner);
    matches++;
    if (sighting === 'again') repeated++;
    if (sighting === 'new' && keep(resource)) records.push({ type: piece.type, resource });
  }
  return { records, matches, repeated };
}

/** What the first page says of the total, else what a count says; nothing where it is only about so many. */
async function toldBy(walk: Walk, piece: Searched, body: JsonObject): Promise<Pick<Progress, 'told' | 'toldAt'>> {
  const toldAt = textOf(objectOf(body['meta'])?.['lastUpdated']);
  const at = toldAt === undefined ? {} : { toldAt };
  const { total, disclosure } = totalOf(body);
  if (disclosure !== undefined) return at;
  if (total !== undefined) return { told: total, ...at };
  // A list of ids is checked one by one, and a single page needs no count.
  if (piece.kind === 'ids' || linkOf(body, 'next') === undefined) return at;
  const told = await countNow(walk, piece);
  return told === undefined ? at : { told, ...at };
}

/** What the server counts now; undefined where it counts not, or not exactly. */
export async function countNow(walk: Walk, { base, query }: Piece, since?: string): Promise<number | undefined> {
  const [type, parameters] = query.split('?');
  const asked = (parameters ?? '').split('&').filter((one) => one !== '' && !one.startsWith('_count='));
  const more = since === undefined ? [] : [`_lastUpdated=gt${encodeURIComponent(since)}`];
  try {
    const body = await walk.http.get('get', base, `${base}/${type}?${[...asked, ...more, '_summary=count'].join('&')}`);
    const { total, disclosure } = totalOf(body);
    return disclosure === undefined ? total : undefined;
  } catch (error) {
    if (error instanceof ServerError) return undefined;
    throw error;
  }
}
