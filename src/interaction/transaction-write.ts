/** Writes what the entries of a transaction came to, inside its database transaction. https://hl7.org/fhir/R4B/http.html#trules */
import type { DoorTransaction, NewWrite, WriteResult } from '../door/index.ts';
import { mapStrings } from '../fhir/format/bundle.ts';
import { parseLosslessObject } from '../fhir/format/lossless.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type Accepted, accept } from './accept.ts';
import { allMatches, onlyMatch } from './condition.ts';
import { expectedVersion } from './etag.ts';
import type { Preference, Reply, Server } from './interaction.ts';
import { patched, patchOf } from './patch.ts';
import { inEntry, inEntryAsync, type Planned } from './transaction-plan.ts';
import { checkId, idForMatch } from './update.ts';
import { replyOf, successOf } from './written.ts';

/** A write whose target is known. */
export interface Resolved {
  planned: Planned;
  id: string;
  isNew: boolean;
}

export async function performDeletes(
  deletes: readonly Planned[],
  inside: DoorTransaction,
  replies: Map<number, Reply>,
): Promise<void> {
  for (const { entry, type, id, condition, criteria } of deletes) {
    await inEntryAsync(entry, async () => {
      const expected = expectedVersion(entry.ifMatch);
      const matches = condition === undefined ? undefined : await allMatches(condition, criteria!, inside);
      const ids = matches?.map((one) => one.id) ?? [id];
      const results = await inside.write(
        ids.map((one) => ({ how: 'delete', type, id: one, ...(expected === undefined ? {} : { expected }) })),
      );
      const done = results.map((result, at) =>
        result.done === 'nothing' ? undefined : successOf(result, type, ids[at]!),
      );
      const [only] = done;
      const reply: Reply =
        only === undefined || done.length > 1
          ? { status: 204 }
          : { status: 204, versionId: only.version, lastModified: only.updated };
      if (matches !== undefined) reply.disclosed = matches;
      replies.set(entry.index, reply);
    });
  }
}

/** Finds what conditions name. A conditional create whose match is there already has its reply with that. */
export async function resolveTargets(
  planned: readonly Planned[],
  inside: DoorTransaction,
  server: Server,
  replies: Map<number, Reply>,
): Promise<Resolved[]> {
  const resolved: Resolved[] = [];
  for (const one of planned) {
    const { entry, condition, criteria, type } = one;
    const found = await inEntryAsync(entry, async () => {
      if (condition === undefined) return { planned: one, id: one.id, isNew: one.how === 'create' };
      const match = await onlyMatch(condition, criteria!, inside);
      if (one.how === 'create') {
        if (match === undefined) return { planned: one, id: one.id, isNew: true };
        const location = `${server.base}/${type}/${match.id}/_history/${match.version}`;
        replies.set(entry.index, { status: 200, versionId: match.version, lastModified: match.updated, location });
        return { planned: one, id: match.id, isNew: false };
      }
      if (one.how === 'patch') {
        if (match === undefined) throw new FhirError('not-found', `no ${type} matches ${criteria}`);
        return { planned: one, id: match.id, isNew: false };
      }
      // Its references are resolved later; the id is all that is needed now.
      const resource: Resource = { ...parseLosslessObject(textOf(one)), resourceType: type };
      const body = { resource, tail: '' };
      return {
        planned: one,
        id: idForMatch(match, body, server),
        isNew: match === undefined && resource['id'] === undefined,
      };
    });
    resolved.push(found);
  }
  return resolved;
}

function textOf({ entry }: Planned): string {
  if (entry.text === undefined) throw new FhirError('required', `${entry.method} needs a resource`);
  return entry.text;
}

export async function performWrites(
  resolved: readonly Resolved[],
  links: ReadonlyMap<string, string>,
  inside: DoorTransaction,
  server: Server,
  replies: Map<number, Reply>,
  prefer: Preference['return'],
): Promise<void> {
  const writes: { one: Resolved; accepted: Accepted; write: NewWrite }[] = [];
  for (const one of resolved) {
    const { planned, id, isNew } = one;
    const { entry, type, how } = planned;
    if (replies.has(entry.index)) continue;
    const accepted = await inEntryAsync(entry, () => acceptResolved(one, links, inside, server));
    const expected = inEntry(entry, () => expectedVersion(entry.ifMatch));
    writes.push({
      one,
      accepted,
      write: {
        how: how === 'create' || isNew ? 'create' : 'put',
        type,
        id,
        content: accepted,
        ...(expected === undefined ? {} : { expected }),
      },
    });
  }
  const results = await inside.write(writes.map(({ write }) => write));
  for (const [at, { one, accepted }] of writes.entries()) {
    const { entry } = one.planned;
    replies.set(
      entry.index,
      inEntry(entry, () => replyTo(one, accepted, results[at]!, server, prefer)),
    );
  }
}

/** The resource with references to other entries replaced by what those became. */
async function acceptResolved(
  { planned, id }: Resolved,
  links: ReadonlyMap<string, string>,
  inside: DoorTransaction,
  server: Server,
): Promise<Accepted> {
  const text = textOf(planned);
  // Identifiers and other values that happen to read like a fullUrl are no links.
  const resolve = (one: string): string =>
    mapStrings(one, (value, key) => (key === 'value' || key === 'fullUrl' ? undefined : links.get(value)));
  if (planned.how === 'patch') {
    const patch = patchOf(text);
    // XML is left as it is: its links would be those of another document.
    const linked = patch.type === 'application/xml-patch+xml' ? patch : { ...patch, text: resolve(patch.text) };
    return (await patched(planned.type, id, linked, inside, server)).accepted;
  }
  const accepted = accept(resolve(text), server, planned.type);
  if (planned.how === 'put' && planned.condition === undefined) checkId(accepted, planned.type, id);
  return accepted;
}

function replyTo(
  { planned, id }: Resolved,
  accepted: Accepted,
  result: WriteResult,
  server: Server,
  prefer: Preference['return'],
): Reply {
  const done = successOf(result, planned.type, id);
  return replyOf({ type: planned.type, id, tail: accepted.tail }, done, server.base, prefer);
}
