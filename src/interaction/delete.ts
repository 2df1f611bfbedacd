/** Deletes a resource, or all that a condition matches, leaving tombstones and their history. https://hl7.org/fhir/R4B/http.html#delete */
import { FhirError, outcomeOf } from '../fhir/outcome.ts';
import { allMatches, conditionalSearch, criteriaOf, lockOf } from './condition.ts';
import { expectedVersion } from './etag.ts';
import type { Interaction, InteractionRequest, Reply, Server } from './interaction.ts';
import { successOf } from './written.ts';

export const deleteInteraction: Interaction = {
  code: 'delete',
  level: 'instance',
  routes: [
    { method: 'DELETE', path: '/:type/:id' },
    { method: 'DELETE', path: '/:type' },
  ],
  takes: 'criteria',
  summary:
    'Delete a resource. Its versions stay readable; reading it gives 410. Deleting what is not there succeeds. With a search instead of an id all matches are deleted, or none.',
  async perform(request, server) {
    const { type, id, ifMatch } = request;
    const { door } = server;
    await door.mayWrite();
    if (id === '') return deleteMatches(request, server);
    const expected = expectedVersion(ifMatch);
    const result = await door.write({ how: 'delete', type, id, ...(expected === undefined ? {} : { expected }) });
    if (result.done === 'nothing') return { status: 204 };
    const done = successOf(result, type, id);
    return { status: 204, versionId: done.version, lastModified: done.updated };
  },
};

async function deleteMatches(
  { type, parameters, ifMatch, prefer }: InteractionRequest,
  server: Server,
): Promise<Reply> {
  const criteria = criteriaOf(parameters);
  const search = conditionalSearch(type, criteria, server);
  const expected = expectedVersion(ifMatch);
  return server.door.transaction([lockOf(type, criteria)], async (inside) => {
    const matches = await allMatches(search, criteria, inside);
    if (expected !== undefined && matches.some((one) => one.version !== expected)) {
      throw new FhirError('precondition', `what matches is not at the version of If-Match`);
    }
    await inside.write(matches.map(({ id }) => ({ how: 'delete', type, id })));
    if (prefer.return !== 'OperationOutcome') return { status: 204, disclosed: matches };
    const diagnostics = `${matches.length} resources were deleted`;
    return {
      status: 200,
      body: JSON.stringify(outcomeOf([{ severity: 'information', code: 'processing', diagnostics }])),
      disclosed: matches,
    };
  });
}
