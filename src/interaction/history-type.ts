/** Lists what changed among the resources of a type, newest first. https://hl7.org/fhir/R4B/http.html#history */
import { historyReply } from './history.ts';
import type { Interaction } from './interaction.ts';

export const historyType: Interaction = {
  code: 'history-type',
  level: 'type',
  routes: [{ method: 'GET', path: '/:type/_history' }],
  takes: 'parameters',
  summary: 'List what changed among the resources of a type, newest first. Parameters: _count, _since, _at, _sort.',
  perform: (request, server) => historyReply({ types: [request.type] }, request.type, request, server),
};
