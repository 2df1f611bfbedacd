/** Writes a page of the audit log as a searchset of AuditEvents. https://hl7.org/fhir/R4B/auditevent.html */
import { auditEvents } from '../audit/audit-event.ts';
import { subjectKey } from '../conditions/access-context.ts';
import type { FoundEntries } from '../door/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import { bundleText, type Reply, type Server } from '../interaction/index.ts';
import { intervalOf } from '../search/index.ts';
import type { Inputs } from './parameters.ts';

const defaultCount = 50;
const maxCount = 1000;
/** An entry can be one event for each of many patients; a page ends when it has this many. */
const mostEvents = 1000;

/** Which part of the log is asked for. */
export interface AuditPage {
  limit: number;
  /** number of the entry after which (in time) this page ends */
  before?: number;
}

/** What is asked beside the page: in links, and what a page's token is tied to. */
export interface AuditPlace {
  /** below the base */
  path: string;
  inputs: Inputs;
  /** key of the patient to whom it is shown */
  shownTo?: string;
}

const pageParameter = '_page';
type Position = { before: number };

function queryOf({ inputs }: AuditPlace): URLSearchParams {
  const kept = inputs.pairs.filter(([name]) => name !== pageParameter && name !== '_format' && name !== '_pretty');
  return new URLSearchParams(kept.map(([name, value]): [string, string] => [name, value]));
}

const tieOf = (place: AuditPlace, { door }: Server): string =>
  `${subjectKey(door.context)} ${place.path}?${queryOf(place).toString()}`;

export function pageOf(place: AuditPlace, server: Server): AuditPage {
  const { inputs } = place;
  const count = inputs.text('_count') ?? String(defaultCount);
  if (!/^[1-9]\d{0,8}$/.test(count)) throw new FhirError('value', `_count must be a number from 1 on, not ${count}`);
  const limit = Math.min(Number(count), maxCount);
  const token = inputs.text(pageParameter);
  if (token === undefined) return { limit };
  return { limit, ...(server.pages.open(token, tieOf(place, server)) as Position) }; // sealed by us below
}

/** The period that `date` parameters leave: `ge`, `gt`, `le`, `lt`, `eq` or no prefix. */
export function periodOf(texts: readonly string[]): { from?: number; to?: number } {
  let from = Number.NEGATIVE_INFINITY;
  let to = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const [, prefix = 'eq', date = ''] = /^(ge|gt|le|lt|eq)?(.+)$/.exec(text) ?? [];
    const interval = intervalOf(date);
    if (interval === undefined) throw new FhirError('value', `date=${text} is no date or time`);
    if (prefix === 'ge' || prefix === 'eq') from = Math.max(from, interval.low);
    if (prefix === 'gt') from = Math.max(from, interval.high);
    if (prefix === 'le' || prefix === 'eq') to = Math.min(to, interval.high);
    if (prefix === 'lt') to = Math.min(to, interval.low);
  }
  return { ...(Number.isFinite(from) ? { from } : {}), ...(Number.isFinite(to) ? { to } : {}) };
}

export function auditReply(place: AuditPlace, { limit }: AuditPage, found: FoundEntries, server: Server): Reply {
  const { base, definitions } = server;
  const context = {
    fhirVersion: definitions.version,
    base,
    names: found.names,
    ...(place.shownTo === undefined ? {} : { shownTo: place.shownTo }),
  };
  const entries: string[] = [];
  let last: number | undefined;
  let shown = 0;
  for (const entry of found.entries.slice(0, limit)) {
    if (entries.length >= mostEvents) break;
    for (const event of auditEvents(entry, context)) {
      entries.push(JSON.stringify({ resource: event, search: { mode: 'match' } }));
    }
    last = entry.sequence;
    shown++;
  }
  const query = queryOf(place);
  const address = (more: [string, string][]): string => {
    const text = new URLSearchParams([...query, ...more]).toString();
    return `${base}/${place.path}${text === '' ? '' : `?${text}`}`;
  };
  const token = place.inputs.text(pageParameter);
  const links = [{ relation: 'self', url: address(token === undefined ? [] : [[pageParameter, token]]) }];
  if (found.entries.length > shown && last !== undefined) {
    const position: Position = { before: last };
    links.push({
      relation: 'next',
      url: address([[pageParameter, server.pages.seal(position, tieOf(place, server))]]),
    });
  }
  const members = { type: 'searchset', id: server.newId(), now: server.now(), links, entries };
  // What the log tells of others' data was disclosed when it happened; this is recorded as a look into the log.
  return { status: 200, body: bundleText(members), disclosed: [], counted: shown };
}
