/** Reads the current version of a resource. https://hl7.org/fhir/R4B/http.html#read */
import { type StoredResource, textOf } from '../door/index.ts';
import { isKnownVersion, isUnmodified } from './etag.ts';
import type { Interaction, InteractionRequest, Reply, Server } from './interaction.ts';
import { partOfRequest, shaped } from './shape.ts';

export const read: Interaction = {
  code: 'read',
  level: 'instance',
  routes: [{ method: 'GET', path: '/:type/:id' }],
  takes: 'shape',
  summary: 'Read the current version of a resource. If-None-Match and If-Modified-Since spare what the client has.',
  async perform(request, server) {
    const stored = await server.door.read(request.type, request.id);
    return { ...versionReply(stored, request, server), terms: await server.door.termsOf([stored]) };
  },
};

/** One version as the request wants it, or that the client has it. */
export function versionReply(stored: StoredResource, request: InteractionRequest, server: Server): Reply {
  const { ifNoneMatch, ifModifiedSince, parameters } = request;
  const version = { versionId: stored.version, lastModified: stored.updated, disclosed: [stored] };
  if (ifNoneMatch !== undefined) {
    if (isKnownVersion(ifNoneMatch, stored.version)) return { status: 304, ...version };
  } else if (ifModifiedSince !== undefined && isUnmodified(ifModifiedSince, stored.updated))
    return { status: 304, ...version };
  const part = parameters.length === 0 ? undefined : partOfRequest(parameters);
  return { status: 200, body: shaped(textOf(stored), part, server), ...version };
}
