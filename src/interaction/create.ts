/** Creates a resource under an id of the server's, on condition that none like it exists if so asked. https://hl7.org/fhir/R4B/http.html#create */
import { textOf } from '../door/index.ts';
import { type Accepted, accept } from './accept.ts';
import { conditionalSearch, lockOf, onlyMatch } from './condition.ts';
import type { Interaction, InteractionRequest, Reply, Server } from './interaction.ts';
import { replyOf, successOf } from './written.ts';

export const create: Interaction = {
  code: 'create',
  level: 'type',
  routes: [{ method: 'POST', path: '/:type' }],
  summary: 'Create a resource; the server gives it an id. If-None-Exist makes it conditional.',
  async perform(request, server) {
    await server.door.mayWrite();
    const accepted = accept(request.body, server, request.type);
    if (request.ifNoneExist !== undefined) return createUnlessExists(request, accepted, server, request.ifNoneExist);
    const id = server.newId();
    const result = await server.door.write({ how: 'create', type: request.type, id, content: accepted });
    return written(request, id, accepted, successOf(result, request.type, id), server);
  },
};

function written(
  request: InteractionRequest,
  id: string,
  accepted: Accepted,
  done: ReturnType<typeof successOf>,
  server: Server,
): Reply {
  return replyOf({ type: request.type, id, tail: accepted.tail }, done, server.base, request.prefer.return);
}

/** Two askers with the same criteria wait for each other, so that both cannot create. */
async function createUnlessExists(
  request: InteractionRequest,
  accepted: Accepted,
  server: Server,
  criteria: string,
): Promise<Reply> {
  const { type } = request;
  const search = conditionalSearch(type, criteria, server);
  return server.door.transaction([lockOf(type, criteria)], async (inside) => {
    const match = await onlyMatch(search, criteria, inside);
    if (match !== undefined) {
      const reply: Reply = {
        status: 200,
        versionId: match.version,
        lastModified: match.updated,
        disclosed: [match],
        location: `${server.base}/${type}/${match.id}/_history/${match.version}`,
      };
      return request.prefer.return === 'minimal' || request.prefer.return === 'OperationOutcome'
        ? reply
        : { ...reply, body: textOf(match) };
    }
    const id = server.newId();
    const [result] = await inside.write([{ how: 'create', type, id, content: accepted }]);
    return written(request, id, accepted, successOf(result!, type, id), server);
  });
}
