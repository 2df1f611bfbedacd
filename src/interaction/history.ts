/** What the histories of an instance, a type and the system share: parameters, pages, the Bundle. https://hl7.org/fhir/R4B/http.html#history */
import { subjectKey } from '../conditions/access-context.ts';
import type { HistoryPlace } from '../door/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import { intervalOf } from '../search/index.ts';
import { type BundleLink, bundleText, historyEntry } from './bundle.ts';
import type { InteractionRequest, Reply, Server } from './interaction.ts';
import { pageParameter } from './page-link.ts';
import { partOfRequest, shaped } from './shape.ts';

const defaultCount = 50;
const maxCount = 1000;

/** What a history request asks. */
interface Asked {
  count: number;
  since?: number;
  during?: { low: number; high: number };
  ascending: boolean;
  /** parameters as they go into links */
  used: (readonly [string, string])[];
  token?: string;
}

/** One page of the versions in `of`; `path` is what stands before `/_history`. */
export async function historyReply(
  of: HistoryPlace,
  path: string,
  request: InteractionRequest,
  server: Server,
  total?: () => Promise<number>,
): Promise<Reply> {
  const { count, used, token, ...range } = parse(request);
  const address = `${path === '' ? '' : `${path}/`}_history`;
  const tiedTo = `${subjectKey(server.door.context)} ${address}?${new URLSearchParams(used.map(([name, value]) => [name, value])).toString()}`;
  type Position = { updated: number; key: string; version: number };
  const after = token === undefined ? undefined : (server.pages.open(token, tiedTo) as Position); // sealed by us below
  // One more than shown tells whether there is another page.
  const versions = await server.door.history({
    of,
    ...range,
    limit: count + 1,
    ...(after === undefined ? {} : { after }),
  });
  const shown = versions.slice(0, count);
  const self = `${server.base}/${address}`;
  const query = (more: (readonly [string, string])[]): string => {
    const text = new URLSearchParams([...used, ...more].map(([name, value]) => [name, value])).toString();
    return text === '' ? self : `${self}?${text}`;
  };
  const links: BundleLink[] = [{ relation: 'self', url: query(token === undefined ? [] : [[pageParameter, token]]) }];
  const last = shown.at(-1);
  if (versions.length > count && last !== undefined) {
    const position: Position = { updated: last.updated, key: last.key, version: last.version };
    links.push({ relation: 'next', url: query([[pageParameter, server.pages.seal(position, tiedTo)]]) });
  }
  const part = partOfRequest(request.parameters);
  const entries = shown.map((stored) => historyEntry(stored, server.base, (text) => shaped(text, part, server)));
  // What fits on one page needs no counting.
  const complete = token === undefined && versions.length <= count ? versions.length : undefined;
  const terms = await server.door.termsOf(shown);
  const members = { type: 'history', id: server.newId(), now: server.now(), links, entries, terms, base: server.base };
  const number = complete ?? (await total?.());
  return {
    status: 200,
    body: bundleText(number === undefined ? members : { ...members, total: number }),
    terms,
    disclosed: [...new Map(shown.map((stored) => [stored.key, stored])).values()],
  };
}

function parse({ parameters, prefer }: InteractionRequest): Asked {
  const asked: Asked = { count: defaultCount, ascending: false, used: [] };
  for (const [name, value] of parameters) {
    if (name === pageParameter) {
      asked.token = value;
      continue;
    }
    if (name === '_format' || name === '_pretty') continue;
    if (name === '_count') asked.count = Math.max(1, Math.min(numberOf(name, value), maxCount));
    else if (name === '_since') asked.since = periodOf(name, value).low;
    else if (name === '_at') asked.during = periodOf(name, value);
    else if (name === '_sort') asked.ascending = directionOf(value);
    else if (name !== '_summary' && name !== '_elements') {
      if (prefer.handling === 'lenient') continue;
      throw new FhirError(
        'not-supported',
        `history has no parameter ${name} here; it has _count, _since, _at and _sort`,
      );
    }
    asked.used.push([name, value]);
  }
  return asked;
}

function directionOf(value: string): boolean {
  if (value === '_lastUpdated') return true;
  if (value === '-_lastUpdated' || value === 'none') return false;
  throw new FhirError('value', `_sort of a history must be _lastUpdated, -_lastUpdated or none, not ${value}`);
}

function periodOf(name: string, value: string): { low: number; high: number } {
  const period = intervalOf(value);
  if (period === undefined) throw new FhirError('value', `${name}=${value} is no date or time`);
  return period;
}

function numberOf(name: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new FhirError('value', `${name} must be a number, not ${value}`);
}
