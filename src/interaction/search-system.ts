/** Searches resources of several types at once by what all of them can be searched by. https://hl7.org/fhir/R4B/http.html#search */
import { FhirError } from '../fhir/outcome.ts';
import type { Interaction } from './interaction.ts';
import { searchReply } from './searchset.ts';

export const searchSystem: Interaction = {
  code: 'search-system',
  level: 'system',
  routes: [
    { method: 'GET', path: '/' },
    { method: 'POST', path: '/_search' },
  ],
  takes: 'parameters',
  summary: 'Search resources of all types, or those of _type, by the parameters that all of them have.',
  async perform(request, server) {
    if (!request.parameters.some(([name]) => name !== '_format' && name !== '_pretty')) {
      throw new FhirError(
        'invalid',
        'a search of the whole system needs a parameter, such as _type=Patient,Observation',
      );
    }
    return searchReply({ types: server.definitions.resourceTypes, path: '' }, request, server);
  },
};
