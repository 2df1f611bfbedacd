/** Reads the inputs of an operation, from its address or from a posted Parameters resource. https://hl7.org/fhir/R4B/operations.html#request */
import { parseResource } from '../fhir/format/json.ts';
import { type Json, type JsonObject, objectsOf, type Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { InteractionRequest } from '../interaction/index.ts';
import type { OperationParameter } from './operation.ts';

/** Inputs by name; primitives as texts. */
export interface Inputs {
  texts(name: string): string[];
  text(name: string): string | undefined;
  /** values of complex types and resources */
  values(name: string): JsonObject[];
  /** all primitive inputs in their order */
  pairs: readonly (readonly [string, string])[];
}

/** Names that every request may have. */
const common = new Set(['_format', '_pretty', '_page', '_elements', '_summary']);

/**
 * Throws for inputs that the operation does not have; `any` where it takes the parameters of a search too.
 * A posted resource that is no Parameters is the input `resource`.
 */
export function inputsOf(
  request: InteractionRequest,
  known: readonly OperationParameter[] | 'any',
  code: string,
): Inputs {
  const pairs: [string, string][] = request.parameters.map(([name, value]) => [name, value]);
  const complex: [string, JsonObject][] = [];
  if (request.body !== '') {
    const { resource } = parseResource(request.body);
    if (resource.resourceType === 'Parameters') readParameters(resource, pairs, complex);
    else complex.push(['resource', resource]);
  }
  if (known !== 'any') {
    const names = new Set(known.map(({ name }) => name));
    for (const [name] of [...pairs, ...complex]) {
      if (names.has(name) || common.has(name)) continue;
      throw new FhirError(
        'not-supported',
        `$${code} has no parameter ${name.slice(0, 100)}; it has ${[...names].join(', ') || 'none'}`,
      );
    }
  }
  const texts = (name: string): string[] => pairs.filter(([one]) => one === name).map(([, value]) => value);
  return {
    texts,
    text: (name) => texts(name)[0],
    values: (name) => complex.filter(([one]) => one === name).map(([, value]) => value),
    pairs,
  };
}

function readParameters(resource: Resource, pairs: [string, string][], complex: [string, JsonObject][]): void {
  for (const parameter of objectsOf(resource['parameter'])) {
    const name = String(parameter['name']);
    const stated = Object.keys(parameter).find((key) => key.startsWith('value') || key === 'resource');
    const value: Json | undefined = stated === undefined ? undefined : parameter[stated];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) complex.push([name, value]);
    else if (value !== undefined) pairs.push([name, String(value)]);
  }
}
