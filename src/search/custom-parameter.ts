/** Reads SearchParameter resources that add to the parameters of the specification. https://hl7.org/fhir/R4B/searchparameter.html */
import type { Definitions, SearchParameterModel, SearchParameterType } from '../fhir/definitions/model.ts';
import type { Json, Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { interpretNodes } from '../fhir/path/index.ts';
import { kinds } from './parameter/index.ts';
import { registryOf } from './registry.ts';

const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/**
 * The parameter that `resource` adds; undefined when it adds none: not active, or one of the specification's own.
 * Throws `processing` for one that cannot be indexed and `conflict` for a code that is taken.
 */
export function customParameter(resource: Resource, definitions: Definitions): SearchParameterModel | undefined {
  const { url, code, type, expression, status } = resource;
  if (status !== 'active' || typeof url !== 'string' || typeof code !== 'string') return undefined;
  const registry = registryOf(definitions);
  const own = registry.byUrl(url);
  if (own !== undefined && own.isReady === undefined) return undefined;
  const refuse = (issue: 'processing' | 'conflict', diagnostics: string): never => {
    throw new FhirError(issue, diagnostics, { expression: 'SearchParameter' });
  };
  const stated = texts(resource['base']);
  const isAll = stated.some((one) => one === 'Resource' || one === 'DomainResource');
  const base = isAll ? [...definitions.resourceTypes] : stated;
  const unknown = base.find((one) => definitions.types[one]?.kind !== 'resource');
  if (unknown !== undefined)
    refuse('processing', `the base ${unknown} is no resource type of FHIR ${definitions.fhirVersion}`);
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(code))
    refuse('processing', `the code ${code} cannot be written in a search; use letters, digits and hyphens`);
  if (kinds[type as SearchParameterType] === undefined)
    refuse('processing', `parameters of type ${String(type)} cannot be added here`);
  if (typeof expression !== 'string') refuse('processing', 'a parameter needs an expression');
  for (const one of base) {
    const taken = registry.find(one, code);
    if (taken !== undefined && taken.url !== url)
      refuse('conflict', `${one} has a search parameter ${code} already: ${taken.url}`);
    tryExpression(expression as string, one, definitions, refuse); // checked above
  }
  const targets = texts(resource['target']).filter((one) => definitions.types[one]?.kind === 'resource');
  return {
    url,
    code,
    type: type as SearchParameterType, // one of `kinds`
    base,
    expression: expression as string,
    ...(targets.length === 0 ? {} : { targets }),
    isReady: false,
  };
}

/** An expression that cannot be evaluated for an empty resource can be for none. */
function tryExpression(
  expression: string,
  type: string,
  definitions: Definitions,
  refuse: (issue: 'processing', diagnostics: string) => never,
): void {
  try {
    interpretNodes(expression, { resourceType: type }, definitions);
  } catch (error) {
    refuse('processing', `the expression cannot be evaluated: ${(error as Error).message.slice(0, 300)}`);
  }
}
