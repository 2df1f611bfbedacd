/** Deletes a resource, leaving a tombstone and its history. https://hl7.org/fhir/R4B/http.html#delete */
import { expectedVersion } from './etag.ts';
import type { Interaction } from './interaction.ts';
import { successOf } from './written.ts';

export const deleteInteraction: Interaction = {
  code: 'delete',
  level: 'instance',
  routes: [{ method: 'DELETE', path: '/:type/:id' }],
  summary: 'Delete a resource. Its versions stay readable; reading it gives 410. Deleting what is not there succeeds.',
  async perform({ type, id, ifMatch }, { door }) {
    await door.mayWrite();
    const expected = expectedVersion(ifMatch);
    const result = await door.write({ how: 'delete', type, id, ...(expected === undefined ? {} : { expected }) });
    if (result.done === 'nothing') return { status: 204 };
    const done = successOf(result, type, id);
    return { status: 204, versionId: done.version, lastModified: done.updated };
  },
};
