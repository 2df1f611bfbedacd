/** Several records of one data set: the one nearest to its source, and of those the newest, is the primary one; the others say so. See docs/adr/0023-harvest.md */
import type { Door, HarvestMemory, HarvestRecord } from '../../door/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import type { Server } from '../../interaction/index.ts';
import { put } from './local-write.ts';
import { identifiersOf, isHarvested, searchAll } from './member.ts';

interface Means {
  server: Server;
  door: Door;
  memory: HarvestMemory;
}

/** Identifiers in one search. */
const atOnce = 200;

export async function markPrimaries(identifiers: readonly string[], means: Means): Promise<void> {
  for (let at = 0; at < identifiers.length; at += atOnce) await markSome(identifiers.slice(at, at + atOnce), means);
}

async function markSome(identifiers: readonly string[], { server, door, memory }: Means): Promise<void> {
  const records = new Map<string, HarvestRecord>();
  for (const one of await memory.byIdentifier(identifiers)) {
    const other = records.get(one.id);
    if (other === undefined || one.hops < other.hops) records.set(one.id, one);
  }
  const asked = identifiers.map((one) => escapeToken(one)).join(',');
  const byIdentifier = new Map<string, Resource[]>();
  for (const library of await searchAll(server, door, 'Library', [['identifier', asked]])) {
    const [identifier = ''] = identifiersOf(library);
    byIdentifier.set(identifier, [...(byIdentifier.get(identifier) ?? []), library]);
  }
  const writes = [...byIdentifier.values()].flatMap((group) => marked(group, records));
  if (writes.length > 0) await door.writeMany(writes.map(put));
}

/** `system|value` stays one; a URI has the system of URIs. */
function escapeToken(identifier: string): string {
  const bar = identifier.indexOf('|');
  const [system, value] = bar < 0 ? [canonical.uri, identifier] : [identifier.slice(0, bar), identifier.slice(bar + 1)];
  const plain = (text: string): string => text.replace(/[\\,$|]/g, '\\$&');
  return `${plain(system)}|${plain(value)}`;
}

/** Those whose mark changes. */
function marked(group: readonly Resource[], records: ReadonlyMap<string, HarvestRecord>): Resource[] {
  const ranked = group
    .map((library) => ({ library, rank: rankOf(library, records.get(String(library['id']))) }))
    .sort((one, two) => compare(one.rank, two.rank));
  const primary = ranked[0]!.library;
  return group.flatMap((library) => {
    // What was written here is its steward's.
    if (!isHarvested(library)) return [];
    const wanted = library === primary ? undefined : `Library/${String(primary['id'])}`;
    return markOf(library) === wanted ? [] : [withMark(library, wanted)];
  });
}

/** Smaller is better, from the first to the last. */
function rankOf(library: Resource, record: HarvestRecord | undefined): readonly (number | string)[] {
  const isRetired = library['status'] === 'retired' ? 1 : 0;
  if (record === undefined) return [isRetired, 0, '', 0];
  return [isRetired, record.direct ? 1 : 2, reversed(record.dated), record.hops];
}

/** A text that sorts the other way round: dates have digits and a few signs. */
const reversed = (date: string): string =>
  [...date.padEnd(24)].map((sign) => String.fromCharCode(0xffff - sign.charCodeAt(0))).join('');

function compare(one: readonly (number | string)[], two: readonly (number | string)[]): number {
  const at = one.findIndex((part, index) => part !== two[index]);
  return at < 0 ? 0 : one[at]! < two[at]! ? -1 : 1;
}

const isMark = ({ url }: JsonObject): boolean => url === canonical.primaryRecord;

const markOf = (library: Resource): unknown =>
  objectOf(objectsOf(library['extension']).find(isMark)?.['valueReference'])?.['reference'];

function withMark(library: Resource, reference: string | undefined): Resource {
  const others = objectsOf(library['extension']).filter((one) => !isMark(one));
  const mark = reference === undefined ? [] : [{ url: canonical.primaryRecord, valueReference: { reference } }];
  return { ...library, extension: [...others, ...mark] };
}
