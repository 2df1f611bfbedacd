/** Performs the entries of a batch Bundle, each alone; hands transactions on. https://hl7.org/fhir/R4B/http.html#transaction */
import { FhirError, outcomeOf } from '../fhir/outcome.ts';
import { type BundleEntry, parseBundleRequest, splitOnce } from './bundle-request.ts';
import { responseBundle } from './bundle-response.ts';
import { forType, knownType, matchInteraction } from './dispatch.ts';
import type { Interaction, InteractionRequest, PerformedEntry, Reply, Server } from './interaction.ts';
import { patchOf } from './patch.ts';
import { parametersOf } from './search-type.ts';
import { transact } from './transaction.ts';

/** Entries of a batch that are worked on at the same time. */
const atOnce = 32;

/** `instances` are the interactions that an entry may ask for. */
export function createBatch(instances: readonly Interaction[]): Interaction {
  return {
    code: 'batch',
    level: 'system',
    isComposite: true,
    routes: [{ method: 'POST', path: '/' }],
    summary: 'Perform the entries of a Bundle: each alone (batch), or all or nothing (transaction).',
    async perform({ body, prefer, record }, server) {
      const { type, entries } = parseBundleRequest(body, server.base);
      const performOne = (entry: BundleEntry): Promise<Reply> =>
        performEntry(entry, instances, server, { prefer, ...(record === undefined ? {} : { record }) });
      const note = (entry: BundleEntry | FhirError, reply: Reply): void => {
        if (!(entry instanceof FhirError)) record?.(performedOf(entry, reply, instances));
      };
      if (type === 'transaction')
        return recorded(entries, note, (done) => transact(entries, server, performOne, prefer, done));
      const replies: Reply[] = [];
      for (let at = 0; at < entries.length; at += atOnce) {
        const group = entries.slice(at, at + atOnce);
        const done = await Promise.all(group.map((entry) => replyOrError(entry, performOne)));
        for (const [index, entry] of group.entries()) note(entry, done[index]!);
        replies.push(...done);
      }
      return responseBundle('batch-response', replies, server);
    },
  };
}

/** Takes the entries of a transaction down: those that are done, and when it fails the others as refused. */
async function recorded(
  entries: readonly (BundleEntry | FhirError)[],
  note: (entry: BundleEntry | FhirError, reply: Reply) => void,
  perform: (done: (entry: BundleEntry, reply: Reply) => void) => Promise<Reply>,
): Promise<Reply> {
  const noted = new Set<unknown>();
  try {
    return await perform((entry, reply) => {
      noted.add(entry);
      note(entry, reply);
    });
  } catch (error) {
    const status = error instanceof FhirError ? error.status : 500;
    for (const entry of entries) if (!noted.has(entry)) note(entry, { status });
    throw error;
  }
}

/** What FHIR calls an entry that no interaction of the server is. */
const codes = { GET: 'read', HEAD: 'read', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

function performedOf(entry: BundleEntry, reply: Reply, interactions: readonly Interaction[]): PerformedEntry {
  const [path, query = ''] = splitOnce(entry.url, '?');
  try {
    const { interaction, type, id } = matchInteraction(interactions, entry.method, path);
    return { interaction: interaction.code, path, query: queryOf(query, entry), type, id, reply };
  } catch {
    return { interaction: codes[entry.method], path, query: queryOf(query, entry), type: '', id: '', reply };
  }
}

/** A condition of a create stands beside the address. */
const queryOf = (query: string, { ifNoneExist }: BundleEntry): string => ifNoneExist ?? query;

async function replyOrError(
  entry: BundleEntry | FhirError,
  perform: (entry: BundleEntry) => Promise<Reply>,
): Promise<Reply> {
  try {
    if (entry instanceof FhirError) throw entry;
    return await perform(entry);
  } catch (error) {
    // Anything but a FhirError is a defect of ours, and fails the whole request.
    if (!(error instanceof FhirError)) throw error;
    return { status: error.status, body: JSON.stringify(outcomeOf(error.issues)) };
  }
}

function performEntry(
  entry: BundleEntry,
  interactions: readonly Interaction[],
  server: Server,
  { prefer, record }: Pick<InteractionRequest, 'prefer' | 'record'>,
): Promise<Reply> {
  const [path, query = ''] = splitOnce(entry.url, '?');
  const matched = matchInteraction(interactions, entry.method, path);
  knownType(matched.type, server.definitions);
  forType(matched.interaction, matched.type);
  const body =
    entry.text === undefined
      ? undefined
      : entry.method === 'PATCH'
        ? patchOf(entry.text)
        : { type: 'application/fhir+json', text: entry.text };
  return matched.interaction.perform(
    {
      isPost: entry.method === 'POST',
      type: matched.type,
      id: matched.id,
      versionId: matched.versionId,
      parameters: parametersOf(query),
      body: body?.text ?? '',
      contentType: body?.type ?? '',
      ...(matched.target === '' ? {} : { target: matched.target }),
      ...(entry.ifModifiedSince === undefined ? {} : { ifModifiedSince: entry.ifModifiedSince }),
      prefer,
      ...(record === undefined ? {} : { record }),
      ...(entry.ifMatch === undefined ? {} : { ifMatch: entry.ifMatch }),
      ...(entry.ifNoneMatch === undefined ? {} : { ifNoneMatch: entry.ifNoneMatch }),
      ...(entry.ifNoneExist === undefined ? {} : { ifNoneExist: entry.ifNoneExist }),
    },
    server,
  );
}
