/** Lists everything that changed, newest first. https://hl7.org/fhir/R4B/http.html#history */
import { historyReply } from './history.ts';
import type { Interaction } from './interaction.ts';

export const historySystem: Interaction = {
  code: 'history-system',
  level: 'system',
  routes: [{ method: 'GET', path: '/_history' }],
  takes: 'parameters',
  summary: 'List everything that changed, newest first. Parameters: _count, _since, _at, _sort.',
  perform: (request, server) => historyReply('system', '', request, server),
};
