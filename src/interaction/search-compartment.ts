/** Searches what belongs to one patient, encounter, practitioner, device or related person. https://hl7.org/fhir/R4B/http.html#vsearch */
import type { Definitions } from '../fhir/definitions/model.ts';
import { FhirError } from '../fhir/outcome.ts';
import { idPattern } from '../fhir/reference.ts';
import { compartmentOf, compartmentTypes, type SearchContext, type SearchPlace } from '../search/index.ts';
import { resourceKey } from '../search/index-rows.ts';
import type { Expression } from '../search/tree.ts';
import type { Interaction } from './interaction.ts';
import { searchReply } from './searchset.ts';

export const searchCompartment: Interaction = {
  code: 'search-compartment',
  level: 'instance',
  routes: [
    { method: 'GET', path: '/:type/:id/:target' },
    { method: 'POST', path: '/:type/:id/:target/_search' },
  ],
  takes: 'parameters',
  summary:
    'Search what belongs to one patient (or encounter, practitioner, ...): Patient/1/Observation, or Patient/1/* for all types.',
  async perform(request, server) {
    const { type, id, target } = request;
    if (target?.startsWith('$')) {
      throw new FhirError(
        'not-found',
        `${request.type} has no operation ${target.slice(0, 64)} here, or it must be posted`,
      );
    }
    const place = compartmentPlace(type, id, target ?? '*', server.definitions, server.searchContext);
    return searchReply(place, request, server);
  },
};

/** The place of a search in the compartment of `type/id`; `target` is a resource type or `*`. */
export function compartmentPlace(
  type: string,
  id: string,
  target: string,
  definitions: Definitions,
  context: Pick<SearchContext, 'hash'>,
): SearchPlace {
  const linked = compartmentTypes(type, definitions);
  if (linked === undefined || !idPattern.test(id)) {
    const codes = definitions.compartments.map((one) => one.code).join(', ');
    throw new FhirError(
      'not-found',
      `there is no compartment ${type}/${id.slice(0, 64)}; there are compartments of ${codes}`,
    );
  }
  if (target !== '*' && !linked.includes(target) && target !== type) {
    throw new FhirError('not-found', `${target.slice(0, 64)} is never part of the compartment of a ${type}`);
  }
  const self = resourceKey(context.hash, type, id);
  const within = (one: string): Expression =>
    compartmentOf(one, type, self, { definitions, hash: context.hash }) ?? { kind: 'none' };
  const types = target === '*' ? [...new Set([type, ...linked])] : [target];
  return { types, path: `${type}/${id}/${target}`, within };
}
