/** Reads the current version of a resource. https://hl7.org/fhir/R4B/http.html#read */
import { textOf } from '../door/index.ts';
import { isKnownVersion } from './etag.ts';
import type { Interaction } from './interaction.ts';

export const read: Interaction = {
  code: 'read',
  level: 'instance',
  routes: [{ method: 'GET', path: '/:type/:id' }],
  summary: 'Read the current version of a resource.',
  async perform({ type, id, ifNoneMatch }, { door }) {
    const stored = await door.read(type, id);
    const version = { versionId: stored.version, lastModified: stored.updated };
    if (ifNoneMatch !== undefined && isKnownVersion(ifNoneMatch, stored.version)) return { status: 304, ...version };
    return { status: 200, body: textOf(stored), ...version };
  },
};
