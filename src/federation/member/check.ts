/** Asks the members of a community whether they are alive, and keeps what they said. See docs/adr/0025-discovery.md */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type DoorTransaction, resourceOf, type StoredResource } from '../../door/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import type { JsonObject, Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { accept, type Look, type Server } from '../../interaction/index.ts';
import { type PageKey, parseSearch } from '../../search/index.ts';
import { keepAnswer } from '../../store/member-answer.ts';
import type { Store } from '../../store/store.ts';
import { judge } from './judge.ts';
import { isAboutCertificate } from './look.ts';
import { baseOf, endpointWith, type Member, mayHoldData, memberOf } from './member.ts';
import { statementCopy, withoutDate } from './statement.ts';

export const memberService = 'members';

export interface CheckMeans {
  store: Store;
  server(): Server;
  look(address: string, signal: AbortSignal): Promise<Look>;
  /** when the certificate of a server ends, as far as it shows one */
  certificateEnd(address: string): Promise<number | undefined>;
  log(level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>): void;
  /** 0 to below 1 */
  random(): number;
}

/** Members that are asked at the same time. */
const inFlight = 32;
const pageSize = 200;
/** Milliseconds over which the questions of one lane are spread, so that members of one host are not asked in one burst. */
const jitter = 250;
/** Milliseconds after which a certificate is looked at again. */
const certificateEvery = 3_600_000;

/** Asks every member once. */
export async function checkMembers(means: CheckMeans, signal: AbortSignal): Promise<void> {
  const { log } = means;
  const started = performance.now();
  let asked = 0;
  let answered = 0;
  for await (const members of pagesOfMembers(means.server())) {
    const waiting = [...members];
    const lane = async (): Promise<void> => {
      for (let one = waiting.shift(); one !== undefined && !signal.aborted; one = waiting.shift()) {
        await new Promise((done) => setTimeout(done, means.random() * jitter));
        try {
          const look = await checkMember(one, means, signal);
          if (look === undefined) continue;
          asked++;
          if (look.statement !== undefined) answered++;
        } catch (error) {
          // One member must not keep the others from being asked.
          log('error', 'a member could not be checked', { endpoint: one.id, error: String(error) });
        }
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    signal.throwIfAborted();
  }
  log('info', 'members were checked', { asked, answered, ms: Math.round(performance.now() - started) });
}

/** Admitted FHIR servers that were not entered in error, whatever their status: one that is off may come back. */
async function* pagesOfMembers(server: Server): AsyncGenerator<Member[]> {
  const search = parseSearch(
    'Endpoint',
    [
      ['connection-type', `${canonical.connectionType}|hl7-fhir-rest`],
      ['membership:not', 'pending,refused,left'],
      ['status:not', 'entered-in-error'],
      ['_count', String(pageSize)],
    ],
    { ...server.searchContext, handling: 'strict' },
  );
  const door = server.service(memberService);
  let after: PageKey | undefined;
  do {
    const page = await door.search(search, after);
    yield page.matches.map((stored) => memberOf(resourceOf(stored)));
    after = page.next;
  } while (after !== undefined);
}

/** Gives nothing when the check was cut short, which is no failure of the member's. */
async function checkMember(member: Member, means: CheckMeans, signal: AbortSignal): Promise<Look | undefined> {
  const { address } = member;
  if (address === undefined) return undefined;
  const server = means.server();
  // This server is there.
  if (address === baseOf(server.base)) return undefined;
  const look = await means.look(address, signal);
  if (signal.aborted) return undefined;
  const { statement: _, ...answer } = look;
  const failures = await keepAnswer(means.store.sql, member.id, answer);
  const isDue = member.seen === undefined || look.at - member.seen >= certificateEvery;
  // What gave no answer for another reason may be an address that must not be asked.
  const showsOne = look.status !== 0 || isAboutCertificate(look.reason);
  const certificateUntil = isDue && showsOne ? await means.certificateEnd(address) : undefined;
  const newestSummary = mayHoldData(member) ? await newestSummaryOf(member, server) : undefined;
  const facts = {
    failures,
    ...(certificateUntil === undefined ? {} : { certificateUntil }),
    ...(newestSummary === undefined ? {} : { newestSummary }),
  };
  const isNews = judge(member, look, facts) !== undefined;
  await server.service(memberService).transaction([`member ${address}`], async (inside) => {
    if (look.statement !== undefined) await keepStatement(inside, look.statement, member, address, server);
    if (!isNews) return;
    const stored = await inside.read('Endpoint', member.id);
    if (stored === undefined) return;
    // A steward may have written while the member was asked: what holds now is judged.
    const change = judge(memberOf(resourceOf(stored)), look, facts);
    if (change !== undefined) await put(inside, endpointWith(resourceOf(stored), change), server);
  });
  return look;
}

async function newestSummaryOf({ id }: Member, server: Server): Promise<number | undefined> {
  const search = parseSearch(
    'MeasureReport',
    [
      ['endpoint', `Endpoint/${id}`],
      ['_sort', '-date'],
      ['_count', '1'],
    ],
    { ...server.searchContext, handling: 'strict' },
  );
  const [stored] = (await server.service(memberService).search(search)).matches;
  const date = stored === undefined ? Number.NaN : Date.parse(String(resourceOf(stored)['date']));
  return Number.isNaN(date) ? undefined : date;
}

/** The id under which a member's CapabilityStatement is kept. */
export function statementId(endpoint: string): string {
  const id = `member-${endpoint}`;
  return id.length <= 64 ? id : `member-${createHash('sha256').update(endpoint).digest('hex').slice(0, 40)}`;
}

/** Writes the copy where it says something new. */
export async function keepStatement(
  inside: DoorTransaction,
  stated: JsonObject,
  { id }: Pick<Member, 'id'>,
  address: string,
  server: Server,
  shown: (resource: Resource) => Resource = (resource) => resource,
): Promise<void> {
  const about = {
    id: statementId(id),
    endpoint: `Endpoint/${id}`,
    source: `${address}/metadata`,
    fallbackDate: new Date(server.now()).toISOString(),
  };
  const copy = statementCopy(stated, about, server.definitions);
  const stored = await inside.read('CapabilityStatement', about.id);
  if (stored !== undefined && isSame(stored, copy)) return;
  await put(inside, shown(copy), server);
}

const isSame = (stored: StoredResource, copy: Resource): boolean =>
  isDeepStrictEqual(withoutDate(resourceOf(stored)), withoutDate(copy));

/** Writes a resource of the server's own making, with its meta. */
export async function put(inside: DoorTransaction, resource: Resource, server: Server): Promise<void> {
  const content = accept(JSON.stringify(resource), server, resource.resourceType);
  const id = String(resource['id']);
  const [result] = await inside.write([{ how: 'put', type: resource.resourceType, id, content }]);
  if (result?.done !== 'created' && result?.done !== 'replaced')
    throw new FhirError('conflict', `${resource.resourceType}/${id} cannot be written here`);
}
