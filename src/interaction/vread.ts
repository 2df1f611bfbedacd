/** Reads one version of a resource. https://hl7.org/fhir/R4B/http.html#vread */
import { versionNumber } from './etag.ts';
import type { Interaction } from './interaction.ts';
import { versionReply } from './read.ts';

export const vread: Interaction = {
  code: 'vread',
  level: 'instance',
  routes: [{ method: 'GET', path: '/:type/:id/_history/:versionId' }],
  takes: 'shape',
  summary: 'Read one version of a resource.',
  async perform(request, server) {
    const { type, id, versionId } = request;
    const stored = await server.door.vread(type, id, versionNumber(type, id, versionId));
    return { ...versionReply(stored, request, server), terms: await server.door.termsOf([stored]) };
  },
};
