/** Searches the resources of one type. https://hl7.org/fhir/R4B/http.html#search */
import type { Interaction, InteractionRequest } from './interaction.ts';
import { searchReply } from './searchset.ts';

export const searchType: Interaction = {
  code: 'search-type',
  level: 'type',
  routes: [
    { method: 'GET', path: '/:type' },
    { method: 'POST', path: '/:type/_search' },
  ],
  takes: 'parameters',
  summary: 'Search resources of a type by every search parameter of the specification.',
  perform: (request, server) => searchReply({ types: [request.type], path: request.type }, request, server),
};

/** The parameters of a query string, or of a form that was posted. */
export function parametersOf(query: string): InteractionRequest['parameters'] {
  return [...new URLSearchParams(query)];
}
