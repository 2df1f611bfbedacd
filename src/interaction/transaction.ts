/** Performs a transaction Bundle: all entries or none, references between them resolved. https://hl7.org/fhir/R4B/http.html#trules */
import type { DoorTransaction, NewWrite } from '../door/index.ts';
import { mapStrings } from '../fhir/format/bundle.ts';
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { Search } from '../search/tree.ts';
import { type Accepted, accept } from './accept.ts';
import { type BundleEntry, splitOnce } from './bundle-request.ts';
import { responseBundle } from './bundle-response.ts';
import { conditionalSearch, lockOf } from './create.ts';
import { knownType } from './dispatch.ts';
import { expectedVersion } from './etag.ts';
import type { Reply, Server } from './interaction.ts';
import { checkId } from './update.ts';
import { replyOf, successOf } from './written.ts';

/** A write of the transaction before its references are resolved. */
interface Planned {
  entry: BundleEntry;
  how: 'create' | 'put' | 'delete';
  type: string;
  id: string;
  condition?: Search;
}

/** Writes first, in one database transaction; reads see their result. */
export async function transact(
  entries: readonly (BundleEntry | FhirError)[],
  server: Server,
  performRead: (entry: BundleEntry) => Promise<Reply>,
): Promise<Reply> {
  const sound = refuseFaulty(entries);
  const writes = sound.filter((entry) => entry.method !== 'GET' && entry.method !== 'HEAD');
  const replies = new Map<number, Reply>();
  if (writes.length > 0) {
    await server.door.mayWrite();
    const planned = writes.map((entry) => inEntry(entry, () => plan(entry, server)));
    refuseRepeated(planned);
    const references = conditionalReferences(planned, server);
    const locks = planned.flatMap(({ entry, type }) =>
      entry.ifNoneExist === undefined ? [] : [lockOf(type, entry.ifNoneExist)],
    );
    const written = await server.door.transaction(locks, (inside) => write(planned, references, inside, server));
    for (const [index, reply] of written) replies.set(index, reply);
  }
  for (const entry of sound) if (!replies.has(entry.index)) replies.set(entry.index, await performRead(entry));
  return responseBundle(
    'transaction-response',
    sound.map(({ index }) => replies.get(index)!),
    server,
  );
}

function refuseFaulty(entries: readonly (BundleEntry | FhirError)[]): BundleEntry[] {
  const faults = entries.filter((entry) => entry instanceof FhirError);
  if (faults.length > 0) throw FhirError.of(faults.flatMap(({ issues }) => issues));
  return entries.filter((entry): entry is BundleEntry => !(entry instanceof FhirError));
}

/** Says in which entry it went wrong. */
function inEntry<T>(entry: BundleEntry, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const path = `Bundle.entry[${entry.index}]`;
    throw FhirError.of(
      error.issues.map(
        (issue): Issue => ({
          ...issue,
          diagnostics: `${path}: ${issue.diagnostics}`,
          expression: issue.expression === undefined ? path : `${path}.resource.${issue.expression}`,
        }),
      ),
    );
  }
}

function plan(entry: BundleEntry, server: Server): Planned {
  const [path, query] = splitOnce(entry.url, '?');
  const [type = '', id, ...rest] = path.split('/');
  knownType(type === '' ? '?' : type, server.definitions);
  if (rest.length > 0) throw new FhirError('invalid', `${entry.method} ${entry.url} is no address of a resource`);
  if (query !== undefined) {
    throw new FhirError(
      'not-supported',
      `conditional ${entry.method} (${entry.url}) is not supported here; use ifNoneExist with POST`,
    );
  }
  if (entry.method === 'POST') {
    if (id !== undefined) throw new FhirError('invalid', `POST needs the address of a type, not ${entry.url}`);
    const planned: Planned = { entry, how: 'create', type, id: server.newId() };
    return entry.ifNoneExist === undefined
      ? planned
      : { ...planned, condition: conditionalSearch(type, entry.ifNoneExist, server) };
  }
  if (id === undefined)
    throw new FhirError('invalid', `${entry.method} needs the address of a resource, not ${entry.url}`);
  return { entry, how: entry.method === 'PUT' ? 'put' : 'delete', type, id };
}

function refuseRepeated(planned: readonly Planned[]): void {
  const seen = new Set<string>();
  for (const { type, id, entry } of planned) {
    const target = `${type}/${id}`;
    if (seen.has(target))
      throw new FhirError('invalid', `${target} is written twice in one transaction`, {
        expression: `Bundle.entry[${entry.index}]`,
      });
    seen.add(target);
  }
}

/** References such as `Practitioner?identifier=x`, by their text. */
function conditionalReferences(planned: readonly Planned[], server: Server): Map<string, Search> {
  const found = new Map<string, Search>();
  for (const { entry } of planned) {
    if (entry.text === undefined || !entry.text.includes('?')) continue;
    mapStrings(entry.text, (value, key) => {
      const match = key === 'reference' ? /^([A-Z][A-Za-z]+)\?(.+)$/.exec(value) : null;
      if (match !== null && !found.has(value)) {
        knownType(match[1]!, server.definitions);
        found.set(
          value,
          inEntry(entry, () => conditionalSearch(match[1]!, match[2]!, server)),
        );
      }
      return undefined;
    });
  }
  return found;
}

async function write(
  planned: readonly Planned[],
  references: ReadonlyMap<string, Search>,
  inside: DoorTransaction,
  server: Server,
): Promise<Map<number, Reply>> {
  const replies = new Map<number, Reply>();
  const targets = new Map<string, string>();
  for (const [text, search] of references) targets.set(text, await onlyMatch(text, search, inside));
  const remaining: Planned[] = [];
  for (const one of planned) {
    const existing = one.condition === undefined ? undefined : await existingMatch(one, inside, server);
    if (existing === undefined) remaining.push(one);
    else replies.set(one.entry.index, existing.reply);
    if (one.entry.fullUrl !== undefined && one.how !== 'delete')
      targets.set(one.entry.fullUrl, `${one.type}/${existing?.id ?? one.id}`);
  }
  const accepted = remaining.map((one) =>
    one.how === 'delete' ? undefined : inEntry(one.entry, () => acceptResolved(one, targets, server)),
  );
  const results = await inside.write(remaining.map((one, at) => newWrite(one, accepted[at])));
  for (const [at, one] of remaining.entries())
    replies.set(
      one.entry.index,
      inEntry(one.entry, () => reply(one, accepted[at], results[at]!, server)),
    );
  return replies;
}

async function onlyMatch(text: string, search: Search, inside: DoorTransaction): Promise<string> {
  const matches = await inside.match(search);
  if (matches.length === 1) return `${matches[0]!.type}/${matches[0]!.id}`;
  const how = matches.length === 0 ? 'nothing' : 'several resources';
  throw new FhirError(
    matches.length === 0 ? 'not-found' : 'multiple-matches',
    `the reference ${text} matches ${how} here`,
  );
}

async function existingMatch(
  one: Planned,
  inside: DoorTransaction,
  server: Server,
): Promise<{ id: string; reply: Reply } | undefined> {
  const matches = await inside.match(one.condition!);
  if (matches.length > 1)
    throw new FhirError('multiple-matches', `Bundle.entry[${one.entry.index}]: several resources match ifNoneExist`);
  const [match] = matches;
  if (match === undefined) return undefined;
  const location = `${server.base}/${match.type}/${match.id}/_history/${match.version}`;
  return { id: match.id, reply: { status: 200, versionId: match.version, lastModified: match.updated, location } };
}

/** The resource with references to other entries replaced by what those became. */
function acceptResolved(one: Planned, targets: ReadonlyMap<string, string>, server: Server): Accepted {
  const { text } = one.entry;
  if (text === undefined) throw new FhirError('required', `${one.entry.method} needs a resource`);
  // Identifiers and other values that happen to read like a fullUrl are no links.
  const resolved = mapStrings(text, (value, key) =>
    key === 'value' || key === 'fullUrl' ? undefined : targets.get(value),
  );
  const accepted = accept(resolved, server, one.type);
  if (one.how === 'put') checkId(accepted, one.type, one.id);
  return accepted;
}

function newWrite(one: Planned, accepted: Accepted | undefined): NewWrite {
  const expected = expectedVersion(one.entry.ifMatch);
  return {
    how: one.how,
    type: one.type,
    id: one.id,
    ...(accepted === undefined ? {} : { content: accepted }),
    ...(expected === undefined ? {} : { expected }),
  };
}

function reply(
  one: Planned,
  accepted: Accepted | undefined,
  result: Parameters<typeof successOf>[0],
  server: Server,
): Reply {
  if (one.how === 'delete' && result.done === 'nothing') return { status: 204 };
  const done = successOf(result, one.type, one.id);
  if (accepted === undefined) return { status: 204, versionId: done.version, lastModified: done.updated };
  return replyOf({ type: one.type, id: one.id, tail: accepted.tail }, done, server.base, 'minimal');
}
