/** Reads one version of a resource. https://hl7.org/fhir/R4B/http.html#vread */
import { textOf } from '../door/index.ts';
import { isKnownVersion, versionNumber } from './etag.ts';
import type { Interaction } from './interaction.ts';

export const vread: Interaction = {
  code: 'vread',
  level: 'instance',
  routes: [{ method: 'GET', path: '/:type/:id/_history/:versionId' }],
  summary: 'Read a stated version of a resource, current or superseded.',
  async perform({ type, id, versionId, ifNoneMatch }, { door }) {
    const stored = await door.vread(type, id, versionNumber(type, id, versionId));
    const version = { versionId: stored.version, lastModified: stored.updated };
    if (isKnownVersion(ifNoneMatch, stored.version)) return { status: 304, ...version };
    return { status: 200, body: textOf(stored), ...version };
  },
};
