/** Replaces a resource, or creates it under the client's id; the resource may be named by a condition. https://hl7.org/fhir/R4B/http.html#update */
import type { StoredResource } from '../door/index.ts';
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import { type Accepted, accept } from './accept.ts';
import { conditionalSearch, criteriaOf, lockOf, onlyMatch } from './condition.ts';
import { expectedVersion } from './etag.ts';
import type { Interaction, InteractionRequest, Reply, Server } from './interaction.ts';
import { replyOf, successOf } from './written.ts';

export const update: Interaction = {
  code: 'update',
  level: 'instance',
  routes: [
    { method: 'PUT', path: '/:type/:id' },
    { method: 'PUT', path: '/:type' },
  ],
  takes: 'criteria',
  summary:
    'Replace a resource, or create it under the id of the address. If-Match guards against lost updates. With a search instead of an id it is conditional.',
  async perform(request, server) {
    await server.door.mayWrite();
    const { type, id, body, ifMatch, prefer } = request;
    const expected = expectedVersion(ifMatch);
    const accepted = accept(body, server, type);
    if (id === '') return updateMatch(request, accepted, expected, server);
    checkId(accepted, type, id);
    const write = { how: 'put', type, id, content: accepted } as const;
    const result = await server.door.write(expected === undefined ? write : { ...write, expected });
    return replyOf({ type, id, tail: accepted.tail }, successOf(result, type, id), server.base, prefer.return);
  },
};

async function updateMatch(
  { type, parameters, prefer }: InteractionRequest,
  accepted: Accepted,
  expected: number | undefined,
  server: Server,
): Promise<Reply> {
  const criteria = criteriaOf(parameters);
  const search = conditionalSearch(type, criteria, server);
  return server.door.transaction([lockOf(type, criteria)], async (inside) => {
    const match = await onlyMatch(search, criteria, inside);
    const id = idForMatch(match, accepted, server);
    const write = {
      how: match === undefined && accepted.resource['id'] === undefined ? 'create' : 'put',
      type,
      id,
      content: accepted,
    } as const;
    const [result] = await inside.write([expected === undefined ? write : { ...write, expected }]);
    return replyOf({ type, id, tail: accepted.tail }, successOf(result!, type, id), server.base, prefer.return);
  });
}

/** The id under which a conditional update writes: the match's, else the body's, else a new one. */
export function idForMatch(match: StoredResource | undefined, { resource }: Accepted, server: Server): string {
  const stated = resource['id'];
  if (match === undefined) {
    if (stated === undefined) return server.newId();
    if (typeof stated === 'string' && idPattern.test(stated)) return stated;
    throw new FhirError('value', `${JSON.stringify(stated)} is no id`, { expression: `${resource.resourceType}.id` });
  }
  if (stated === undefined || stated === match.id) return match.id;
  throw new FhirError(
    'invalid',
    `the condition matches ${match.type}/${match.id}, but the body has the id ${JSON.stringify(stated)}`,
    {
      expression: `${match.type}.id`,
    },
  );
}

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
