/** Performs a transaction Bundle: all entries or none, in the order of the specification, references between them resolved. https://hl7.org/fhir/R4B/http.html#trules */
import type { DoorTransaction } from '../door/index.ts';
import { mapStrings } from '../fhir/format/bundle.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Search } from '../search/tree.ts';
import type { BundleEntry } from './bundle-request.ts';
import { responseBundle } from './bundle-response.ts';
import { conditionalSearch, lockOf } from './condition.ts';
import { knownType } from './dispatch.ts';
import type { Preference, Reply, Server } from './interaction.ts';
import { inEntry, type Planned, planOf } from './transaction-plan.ts';
import { performDeletes, performWrites, resolveTargets } from './transaction-write.ts';

/** Deletes, then creates, then updates and patches, all in one database transaction; reads see their result. */
export async function transact(
  entries: readonly (BundleEntry | FhirError)[],
  server: Server,
  performRead: (entry: BundleEntry) => Promise<Reply>,
  prefer: Preference,
  /** told of each entry when it is done for good */
  done: (entry: BundleEntry, reply: Reply) => void,
): Promise<Reply> {
  const sound = refuseFaulty(entries);
  const writes = sound.filter(isWrite);
  const replies = new Map<number, Reply>();
  if (writes.length > 0) {
    await server.door.mayWrite();
    const planned = writes.map((entry) => inEntry(entry, () => planOf(entry, server)));
    const references = conditionalReferences(planned, server);
    const locks = planned.flatMap(({ type, criteria }) => (criteria === undefined ? [] : [lockOf(type, criteria)]));
    const written = await server.door.transaction(locks, (inside) =>
      write(planned, references, inside, server, prefer),
    );
    for (const [index, reply] of written) replies.set(index, reply);
    for (const entry of writes) done(entry, replies.get(entry.index)!);
  }
  for (const entry of sound) {
    if (replies.has(entry.index)) continue;
    const reply = await performRead(entry);
    replies.set(entry.index, reply);
    done(entry, reply);
  }
  return responseBundle(
    'transaction-response',
    sound.map(({ index }) => replies.get(index)!),
    server,
  );
}

/** A search may be posted, and changes nothing. */
function isWrite({ method, url }: BundleEntry): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return !(method === 'POST' && /(?:^|\/)(?:_search|\$[a-z-]+)(?:\?|$)/.test(url));
}

function refuseFaulty(entries: readonly (BundleEntry | FhirError)[]): BundleEntry[] {
  const faults = entries.filter((entry) => entry instanceof FhirError);
  if (faults.length > 0) throw FhirError.of(faults.flatMap(({ issues }) => issues));
  return entries.filter((entry): entry is BundleEntry => !(entry instanceof FhirError));
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
  prefer: Preference,
): Promise<Map<number, Reply>> {
  const replies = new Map<number, Reply>();
  const deletes = planned.filter(({ how }) => how === 'delete');
  await performDeletes(deletes, inside, replies);
  const links = new Map<string, string>();
  for (const [text, search] of references) links.set(text, await referenceMatch(text, search, inside));
  const rest = planned.filter(({ how }) => how !== 'delete');
  const resolved = await resolveTargets(rest, inside, server, replies);
  refuseRepeated([
    ...deletes,
    ...resolved
      .filter(({ planned: one }) => !replies.has(one.entry.index))
      .map((one) => ({ ...one.planned, id: one.id })),
  ]);
  for (const { planned: one, id } of resolved) {
    if (one.entry.fullUrl !== undefined) links.set(one.entry.fullUrl, `${one.type}/${id}`);
  }
  await performWrites(resolved, links, inside, server, replies, prefer.return ?? 'minimal');
  return replies;
}

function refuseRepeated(planned: readonly Planned[]): void {
  const seen = new Set<string>();
  for (const { type, id, entry } of planned) {
    const target = `${type}/${id}`;
    if (id !== '' && seen.has(target))
      throw new FhirError('invalid', `${target} is written twice in one transaction`, {
        expression: `Bundle.entry[${entry.index}]`,
      });
    seen.add(target);
  }
}

async function referenceMatch(text: string, search: Search, inside: DoorTransaction): Promise<string> {
  const matches = await inside.match(search);
  if (matches.length === 1) return `${matches[0]!.type}/${matches[0]!.id}`;
  const how = matches.length === 0 ? 'nothing' : 'several resources';
  throw new FhirError(
    matches.length === 0 ? 'not-found' : 'multiple-matches',
    `the reference ${text} matches ${how} here`,
  );
}
