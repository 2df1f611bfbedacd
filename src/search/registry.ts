/** The search parameters of each resource type. https://hl7.org/fhir/R4B/searchparameter-registry.html */
import type { Definitions, SearchParameterModel } from '../fhir/definitions/model.ts';

export interface Registry {
  find(type: string, code: string): SearchParameterModel | undefined;
  of(type: string): readonly SearchParameterModel[];
  byUrl(url: string): SearchParameterModel | undefined;
}

const registries = new WeakMap<Definitions, Registry>();

/** Parameters that are part of the search syntax, or need more than index rows; they are no rows of a resource. */
const notOnResources = new Set(['_text', '_content', '_query', '_filter', '_has', '_list', '_type', '_in']);

/** Built once for each set of definitions. */
export function registryOf(definitions: Definitions): Registry {
  let registry = registries.get(definitions);
  if (registry === undefined) registries.set(definitions, (registry = build(definitions)));
  return registry;
}

function build(definitions: Definitions): Registry {
  const types = new Map<string, Map<string, SearchParameterModel>>();
  const urls = new Map<string, SearchParameterModel>();
  for (const type of definitions.resourceTypes) types.set(type, new Map());
  for (const stated of definitions.searchParameters) {
    const parameter = uniform(stated);
    urls.set(parameter.url, parameter);
    if (notOnResources.has(parameter.code)) continue;
    for (const base of parameter.base) {
      const codes = types.get(base)!;
      if (!codes.has(parameter.code)) codes.set(parameter.code, parameter);
    }
  }
  const lists = new Map([...types].map(([type, codes]) => [type, [...codes.values()]]));
  return {
    find: (type, code) => types.get(type)?.get(code),
    of: (type) => lists.get(type) ?? [],
    byUrl: (url) => urls.get(url),
  };
}

/** `_profile` is a uri in one version and a reference in another; here it is always a uri. */
function uniform(parameter: SearchParameterModel): SearchParameterModel {
  return parameter.code === '_profile' ? { ...parameter, type: 'uri' } : parameter;
}
