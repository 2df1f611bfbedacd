/** Performs the entries of a batch Bundle, each alone; hands transactions on. https://hl7.org/fhir/R4B/http.html#transaction */
import { FhirError, outcomeOf } from '../fhir/outcome.ts';
import { type BundleEntry, parseBundleRequest, splitOnce } from './bundle-request.ts';
import { responseBundle } from './bundle-response.ts';
import { forType, knownType, matchInteraction } from './dispatch.ts';
import type { Interaction, InteractionRequest, Reply, Server } from './interaction.ts';
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
    routes: [{ method: 'POST', path: '/' }],
    summary: 'Perform the entries of a Bundle: each alone (batch), or all or nothing (transaction).',
    async perform({ body, prefer }, server) {
      const { type, entries } = parseBundleRequest(body, server.base);
      const performOne = (entry: BundleEntry): Promise<Reply> => performEntry(entry, instances, server, prefer);
      if (type === 'transaction') return transact(entries, server, performOne, prefer);
      const replies: Reply[] = [];
      for (let at = 0; at < entries.length; at += atOnce) {
        const group = entries.slice(at, at + atOnce);
        replies.push(...(await Promise.all(group.map((entry) => replyOrError(entry, performOne)))));
      }
      return responseBundle('batch-response', replies, server);
    },
  };
}

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
  prefer: InteractionRequest['prefer'],
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
      type: matched.type,
      id: matched.id,
      versionId: matched.versionId,
      parameters: parametersOf(query),
      body: body?.text ?? '',
      contentType: body?.type ?? '',
      ...(matched.target === '' ? {} : { target: matched.target }),
      ...(entry.ifModifiedSince === undefined ? {} : { ifModifiedSince: entry.ifModifiedSince }),
      prefer,
      ...(entry.ifMatch === undefined ? {} : { ifMatch: entry.ifMatch }),
      ...(entry.ifNoneMatch === undefined ? {} : { ifNoneMatch: entry.ifNoneMatch }),
      ...(entry.ifNoneExist === undefined ? {} : { ifNoneExist: entry.ifNoneExist }),
    },
    server,
  );
}
