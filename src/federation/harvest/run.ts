/** Harvests members: what changed since the last time, or everything; what the run did not see is gone. See docs/reference/harvest.md */
import type { Door } from '../../door/index.ts';
import type { Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Server } from '../../interaction/index.ts';
import { ServerError } from '../client/server/http.ts';
import { openSource, type Sent, type Source } from './collect.ts';
import { harvestedTypes } from './localize.ts';
import { type Community, communityOf, type Member } from './member.ts';
import { type HarvestReport, jsonOf, newReport } from './report.ts';
import { drop, type Taking, takeIn } from './take-in.ts';

/** The name of the service that writes what is harvested, and of the job. */
export const harvestService = 'harvest';

/** Milliseconds after which everything is compared: what is withdrawn without a trace is found then. */
const compareAfter = 24 * 3_600_000;
/** Milliseconds that are read again: what was written just before the last run may have become visible after it. */
const overlap = 60_000;
/** Members harvested at the same time. */
const inFlight = 4;
const mostAtOnce = 200;

export interface Run {
  /** everything, not only what changed */
  full?: boolean;
  signal?: AbortSignal;
}

/** Those who may be harvested, as this server's own service sees them. */
export function openCommunity(server: Server): Promise<Community> {
  return communityOf(server, server.service(harvestService));
}

/** Harvests one member; the report is kept, and says why when the member could not be read to the end. */
export async function harvestMember(
  server: Server,
  community: Community,
  member: Member,
  { full = false, signal }: Run = {},
): Promise<HarvestReport> {
  const { harvest } = server.service(harvestService);
  const { since, compared } = await harvest.member(member.address);
  const isDue = since === undefined || (compared ?? 0) + compareAfter < server.now();
  const from = full || isDue ? undefined : since;
  return taking(server, community, member, from === undefined ? 'everything' : 'changes', async (means) => {
    const asking = { fetch: server.outbound, now: server.now, ...(signal === undefined ? {} : { signal }) };
    const source = await openSource(member.address, asking);
    for (const [type, interactions] of source.types) {
      signal?.throwIfAborted();
      await harvestType(source, type, interactions.has('history-type') ? from : undefined, means, signal);
    }
    if (from === undefined) await forgetTypes(source, means);
    return (source.clock() ?? server.now()) - overlap;
  });
}

async function harvestType(
  source: Source,
  type: string,
  since: number | undefined,
  means: Taking,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (since !== undefined) {
    try {
      for await (const sent of source.changes(type, since)) await takeSent(sent, means, signal);
      return;
    } catch (error) {
      // Servers say that they have a history and have none; then everything is compared.
      if (!(error instanceof ServerError) || error.status < 400 || error.status === 429 || error.status >= 502)
        throw error;
    }
  }
  for await (const sent of source.everything(type)) await takeSent(sent, means, signal);
  await dropUnseen([type], means);
}

/** Types that the member had once and has no longer. */
async function forgetTypes(source: Source, means: Taking): Promise<void> {
  const gone = harvestedTypes.filter((type) => !source.types.has(type));
  if (gone.length > 0) await dropUnseen(gone, means);
}

async function takeSent(sent: readonly Sent[], means: Taking, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  for (let at = 0; at < sent.length; at += mostAtOnce) await takeIn(sent.slice(at, at + mostAtOnce), means);
  await means.memory.hold(means.member.address, means.server.now());
}

async function dropUnseen(types: readonly string[], means: Taking): Promise<void> {
  for (;;) {
    const lost = await means.memory.unseen(means.member.address, types, means.run, mostAtOnce);
    if (lost.length === 0) return;
    await drop(lost, means);
  }
}

/** Takes records that a member sent by itself; `complete` says that it has no others. */
export async function takePublished(
  server: Server,
  community: Community,
  member: Member,
  resources: readonly Resource[],
  complete: boolean,
): Promise<HarvestReport> {
  const { harvest } = server.service(harvestService);
  const { since } = await harvest.member(member.address);
  return taking(server, community, member, 'published', async (means) => {
    const order = (one: Resource): number =>
      harvestedTypes.indexOf(one.resourceType as (typeof harvestedTypes)[number]);
    const sorted = resources.toSorted((one, two) => order(one) - order(two));
    const url = (one: Resource): string => `${member.address}/${one.resourceType}/${String(one['id'])}`;
    await takeSent(
      sorted.map((resource) => ({ url: url(resource), resource })),
      means,
      undefined,
    );
    if (complete) await dropUnseen(harvestedTypes, means);
    return since;
  });
}

/** Holds the member while `work` runs, and keeps the report. `work` gives the time since which changes are not known. */
async function taking(
  server: Server,
  community: Community,
  member: Member,
  how: HarvestReport['how'],
  work: (means: Taking) => Promise<number | undefined>,
): Promise<HarvestReport> {
  const door = server.service(harvestService);
  const memory = door.harvest;
  const { address } = member;
  const started = server.now();
  if (!(await memory.claim(address, started)))
    throw new FhirError('conflict', `${address} is being harvested at the moment; try again later`);
  const before = await memory.member(address);
  const report = newReport(address, how, started);
  const run = started;
  let since = before.since;
  let isDone = false;
  try {
    const endpoints = await endpointsOf(door, community, address);
    const bases = server.searchContext.baseUrls;
    since = await work({ server, door, memory, member, community, bases, endpoints, report, run });
    isDone = true;
    return report;
  } catch (error) {
    // A server that fails, or the end of this one: what was taken stays, and the next run goes on.
    report.failure = error instanceof Error ? error.message : String(error);
    if (error instanceof ServerError) return report;
    throw error;
  } finally {
    report.ended = server.now();
    await memory.settle(address, {
      started,
      ended: report.ended,
      failed: !isDone,
      ...(since === undefined ? {} : { since }),
      ...(isDone && how === 'everything' ? { compared: started } : {}),
      report: jsonOf(report),
    });
  }
}

/** Endpoints that references may mean: those of this server by address, those of the member by their URL there too. */
async function endpointsOf(
  { harvest }: Door,
  community: Community,
  address: string,
): Promise<Map<string, { id: string; address: string }>> {
  const known = new Map([...community.endpoints].map(([at, id]) => [at, { id, address: at }]));
  for (const { url, origin, id } of await harvest.unseen(address, ['Endpoint'], -1, 1_000_000)) {
    const one = { id: community.endpoints.get(origin) ?? id, address: origin };
    for (const key of [url, origin]) known.set(key, one);
  }
  return known;
}

/** Harvests all members that are due, and takes away what those said who are members no more. */
export async function harvestDue(server: Server, seconds: number, signal: AbortSignal): Promise<void> {
  const { harvest } = server.service(harvestService);
  const community = await openCommunity(server);
  const members = new Map(community.members.map((one) => [one.address, one]));
  for (const address of await harvest.members()) if (!members.has(address)) await withdraw(server, address);
  // A run takes a while: the next one must not be a whole interval late.
  const due = await harvest.due([...members.keys()], server.now() - seconds * 900);
  let next = 0;
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    while (next < due.length) {
      signal.throwIfAborted();
      const member = members.get(due[next++]!)!;
      try {
        await harvestMember(server, community, member, { signal });
      } catch (error) {
        if (signal.aborted) throw error;
        // Where somebody else is at it, nothing is wrong; one member's failure keeps no other one waiting.
        if (!(error instanceof FhirError) || error.code !== 'conflict') failures.push(`${member.address}: ${error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  if (failures.length > 0) throw new Error(failures.join('; '));
}

async function withdraw(server: Server, address: string): Promise<void> {
  const door = server.service(harvestService);
  const memory = door.harvest;
  const report = newReport(address, 'everything', server.now());
  for (;;) {
    const lost = await memory.unseen(address, harvestedTypes, -1, mostAtOnce);
    if (lost.length === 0) break;
    await drop(lost, { door, memory, report, server });
  }
  await memory.leave(address);
}
