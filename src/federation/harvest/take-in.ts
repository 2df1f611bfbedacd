/** Takes records of a member over: checked, made local, written with their provenance; what is gone is retired or removed. See docs/adr/0023-harvest.md */
import { createHash } from 'node:crypto';
import { type Door, type HarvestMemory, type HarvestRecord, type NewWrite, resourceOf } from '../../door/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import { objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import { FhirError, type Issue } from '../../fhir/outcome.ts';
import { checkExtensions, checkInvariants, checkProfile, validate } from '../../fhir/validation/index.ts';
import type { Server } from '../../interaction/index.ts';
import type { Sent } from './collect.ts';
import { put } from './local-write.ts';
import { localId, localize, type Origin, originOf } from './localize.ts';
import { type Community, identifiersOf, isHarvested, type Member } from './member.ts';
import { markPrimaries } from './primary.ts';
import { provenancesOf } from './provenance.ts';
import { addIssue, type HarvestReport, refuse } from './report.ts';
import { refusalOf } from './trust.ts';

export interface Taking {
  server: Server;
  door: Door;
  memory: HarvestMemory;
  member: Member;
  community: Community;
  bases: readonly string[];
  /** ids of Endpoints here, by their URLs at the member and by their addresses */
  endpoints: Map<string, { id: string; address: string }>;
  report: HarvestReport;
  run: number;
}

interface Candidate extends Origin {
  resource: Resource;
  record: HarvestRecord;
}

/** What the member sent: new and changed records, and news of what is gone. */
export async function takeIn(sent: readonly Sent[], taking: Taking): Promise<void> {
  const { memory, member } = taking;
  const gone = sent.filter(({ resource }) => resource === undefined).map(({ url }) => url);
  const refused: string[] = [];
  const candidates = new Map<string, Candidate>();
  for (const { resource, url } of sent) {
    if (resource === undefined) continue;
    const candidate = screen(resource, taking);
    if (candidate === undefined) refused.push(url);
    else candidates.set(candidate.origin, candidate);
  }
  // What is refused from now on is not left as it was.
  const lost = gone.length + refused.length === 0 ? [] : await memory.byUrl(member.address, [...gone, ...refused]);
  await drop(lost, taking);
  if (candidates.size > 0) await take(candidates, taking);
}

/** The record as it would be taken; undefined when it is not, which the report tells. */
function screen(resource: Resource, taking: Taking): Candidate | undefined {
  const { member, bases, report, run } = taking;
  const where = originOf(resource, member.address);
  const { origin, hops, url } = where;
  if (bases.some((base) => hops.includes(base) || origin === base || origin.startsWith(`${base}/`))) {
    report.counts.returned++;
    return undefined;
  }
  const name = `${resource.resourceType}/${String(resource['id']).slice(0, 64)}`;
  const refusal = refusalOf(resource, where, member, bases) ?? faultOf(resource, taking);
  if (refusal !== undefined) {
    refuse(report, name, refusal.code, refusal.text);
    return undefined;
  }
  const { versionId: _, lastUpdated: __, ...meta } = objectOf(resource['meta']) ?? {};
  const digest = createHash('sha256')
    .update(JSON.stringify({ ...resource, meta }))
    .digest('base64url');
  const isLibrary = resource.resourceType === 'Library';
  const [identifier] = isLibrary ? identifiersOf(resource) : [];
  const dated = typeof resource['date'] === 'string' ? resource['date'] : '';
  const known = resource.resourceType === 'Endpoint' ? taking.community.endpoints.get(origin) : undefined;
  const id = known ?? localId(origin);
  if (resource.resourceType === 'Endpoint') {
    for (const key of [url, origin]) taking.endpoints.set(key, { id, address: origin });
  }
  const record: HarvestRecord = {
    member: member.address,
    origin,
    url,
    type: resource.resourceType,
    id,
    digest,
    hops: hops.length - 1,
    ...(identifier === undefined ? {} : { identifier }),
    dated,
    direct: hops.length === 1,
    retired: resource['status'] === 'retired',
    run,
  };
  return { ...where, resource, record };
}

/** Why it cannot be kept as a resource of this FHIR version. What it lacks of FHIR for FAIR is told, and no reason to refuse it. */
function faultOf(resource: Resource, { server, report }: Taking): { code: Issue['code']; text: string } | undefined {
  const structural = validate(resource, server.definitions);
  if (structural.length > 0) {
    const text = structural.map(({ diagnostics }) => diagnostics).slice(0, 5);
    return { code: structural[0]!.code, text: `it is not valid: ${text.join('; ')}` };
  }
  const profile = fairProfiles[resource.resourceType];
  const found = [
    ...checkInvariants(resource, server.definitions),
    ...checkExtensions(resource),
    ...(profile === undefined ? [] : checkProfile(resource, profile)),
  ];
  const record = `${resource.resourceType}/${String(resource['id'])}`;
  for (const { code, diagnostics } of found) addIssue(report, { severity: 'warning', code, record, text: diagnostics });
  return undefined;
}

const fairProfile = 'http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/';
const fairProfiles: Readonly<Record<string, string>> = {
  Library: `${fairProfile}Library-uv-f4f`,
  ResearchStudy: `${fairProfile}ResearchStudy-uv-f4f`,
};

async function take(candidates: ReadonlyMap<string, Candidate>, taking: Taking): Promise<void> {
  const { memory, member, report } = taking;
  const stored = await memory.byOrigin([...candidates.keys()]);
  const kept: HarvestRecord[] = [];
  const changed: Candidate[] = [];
  for (const candidate of candidates.values()) {
    const { record, origin } = candidate;
    const said = stored.filter((one) => one.origin === origin);
    const own = said.find((one) => one.member === member.address);
    const nearer = said.some((one) => one.member !== member.address && !one.retired && isNearer(one, record));
    if (record.type === 'Endpoint' && taking.community.endpoints.get(origin) === record.id) {
      // The steward of this server describes it; references to it lead there.
      report.counts.known++;
      kept.push(record);
    } else if (nearer) {
      report.counts.known++;
      kept.push({ ...record, digest: '' });
    } else if (own?.digest === record.digest) {
      report.counts.unchanged++;
      kept.push({ ...record, retired: own.retired });
    } else changed.push(candidate);
  }
  const taken = await writeAll(changed, taking);
  await memory.keep([...kept, ...taken]);
  const identifiers = taken.flatMap(({ identifier }) => identifier ?? []);
  await markPrimaries([...new Set(identifiers)], taking);
}

/** The shorter way is believed; of ways as long, the one whose member comes first. */
const isNearer = (one: HarvestRecord, other: HarvestRecord): boolean =>
  one.hops < other.hops || (one.hops === other.hops && one.member < other.member);

async function writeAll(changed: readonly Candidate[], taking: Taking): Promise<HarvestRecord[]> {
  const { server, door, member, endpoints, report } = taking;
  if (changed.length === 0) return [];
  const memberships = await membershipsOf(changed, door);
  const locals = changed.map((candidate) => {
    const { record, resource } = candidate;
    const membership = resource.resourceType === 'Endpoint' ? (memberships.get(record.id) ?? 'pending') : undefined;
    return localize(resource, {
      ...candidate,
      id: record.id,
      member: member.address,
      endpointId: (key) => endpoints.get(key),
      ...(membership === undefined ? {} : { membership }),
    });
  });
  const provenances = provenancesOf(locals, changed, member, server);
  const results = await door.writeMany([...locals, ...provenances].map((one) => put(one)));
  return changed.flatMap(({ record }, at) => {
    const result = results[at]!;
    if (result.done === 'created' || result.done === 'replaced') {
      report.counts.taken++;
      const name = record.url.slice(member.address.length + 1);
      for (const text of ('warnings' in result ? result.warnings : undefined) ?? [])
        addIssue(report, { severity: 'warning', code: 'processing', record: name, text });
      return [record];
    }
    refuse(report, record.url, 'conflict', 'it could not be written');
    return [];
  });
}

/** What stewards decided of Endpoints that were taken over. */
async function membershipsOf(changed: readonly Candidate[], door: Door): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const { record } of changed) {
    if (record.type !== 'Endpoint') continue;
    const current = await currentOf(record, door);
    const stated = objectsOf(current?.['extension']).find(({ url }) => url === canonical.membership)?.['valueCode'];
    if (typeof stated === 'string') found.set(record.id, stated);
  }
  return found;
}

async function currentOf({ type, id }: HarvestRecord, door: Door): Promise<Resource | undefined> {
  try {
    return resourceOf(await door.read(type, id));
  } catch (error) {
    if (error instanceof FhirError && (error.code === 'not-found' || error.code === 'deleted')) return undefined;
    throw error;
  }
}

/** The member says these no more. What another one says too is its from now on; data sets stay, as retired. */
export async function drop(
  records: readonly HarvestRecord[],
  taking: Pick<Taking, 'door' | 'memory' | 'report' | 'server'>,
): Promise<void> {
  const { door, memory, report } = taking;
  const living = records.filter(({ retired }) => !retired);
  if (living.length === 0) return;
  const others = (await memory.byOrigin(living.map(({ origin }) => origin))).filter(
    ({ member, retired }) => !retired && member !== living[0]!.member,
  );
  const isHeld = new Set(others.map(({ origin }) => origin));
  const writes: NewWrite[] = [];
  const forgotten: HarvestRecord[] = [];
  const retired: HarvestRecord[] = [];
  for (const record of living) {
    const current = isHeld.has(record.origin) ? undefined : await currentOf(record, door);
    if (current === undefined || !isHarvested(current)) forgotten.push(record);
    else if (record.type === 'Library') {
      writes.push(put({ ...current, status: 'retired' }));
      retired.push({ ...record, retired: true, digest: '' });
    } else {
      writes.push({ how: 'delete', type: record.type, id: record.id });
      forgotten.push(record);
    }
  }
  await door.writeMany(writes);
  report.counts.retired += retired.length;
  report.counts.removed += writes.length - retired.length;
  await memory.keep(retired);
  if (forgotten.length > 0) await memory.forget(forgotten);
  if (isHeld.size > 0) await memory.rereadOrigins([...isHeld]);
  await markPrimaries([...new Set(retired.flatMap(({ identifier }) => identifier ?? []))], taking);
}
