/** Lists the versions of a resource, newest first. https://hl7.org/fhir/R4B/http.html#history */
import { historyReply } from './history.ts';
import type { Interaction } from './interaction.ts';

export const historyInstance: Interaction = {
  code: 'history-instance',
  level: 'instance',
  routes: [{ method: 'GET', path: '/:type/:id/_history' }],
  takes: 'parameters',
  summary: 'List the versions of a resource, newest first. Parameters: _count, _since, _at, _sort.',
  perform(request, server) {
    const { type, id, parameters } = request;
    const isWhole = !parameters.some(([name]) => name === '_since' || name === '_at');
    const total = isWhole ? () => server.door.countVersions(type, id) : undefined;
    return historyReply({ type, id }, `${type}/${id}`, request, server, total);
  },
};
