/** Replaces a resource, or creates it under the client's id. https://hl7.org/fhir/R4B/http.html#update */
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import { type Accepted, accept } from './accept.ts';
import { expectedVersion } from './etag.ts';
import type { Interaction } from './interaction.ts';
import { replyOf, successOf } from './written.ts';

export const update: Interaction = {
  code: 'update',
  level: 'instance',
  routes: [{ method: 'PUT', path: '/:type/:id' }],
  summary: 'Replace a resource, or create it under the id of the address. If-Match guards against lost updates.',
  async perform({ type, id, body, ifMatch, prefer }, { door, base, ...server }) {
    await door.mayWrite();
    const expected = expectedVersion(ifMatch);
    const accepted = accept(body, server, type);
    checkId(accepted, type, id);
    const write = { how: 'put', type, id, content: accepted } as const;
    const result = await door.write(expected === undefined ? write : { ...write, expected });
    return replyOf({ type, id, tail: accepted.tail }, successOf(result, type, id), base, prefer.return);
  },
};

/** The body must carry the id of the address. */
export function checkId({ resource }: Accepted, type: string, id: string): void {
  if (!idPattern.test(id)) {
    throw new FhirError('value', `${id} is not an id: 1 to 64 letters, digits, hyphens and dots`, {
      expression: `${type}.id`,
    });
  }
  if (resource['id'] === id) return;
  const found = resource['id'] === undefined ? 'the body has none' : `the body has ${JSON.stringify(resource['id'])}`;
  throw new FhirError('invalid', `the address has the id ${id}, but ${found}`, { expression: `${type}.id` });
}
