/** Takes apart a FHIR search that stands in a question. https://hl7.org/fhir/R4B/search.html */
import { FhirError } from '../../../fhir/outcome.ts';

export interface Where {
  readonly type: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** Parameters that shape a result and ask nothing of a resource. */
const shaping = new Set([
  '_sort',
  '_count',
  '_include',
  '_revinclude',
  '_summary',
  '_elements',
  '_total',
  '_contained',
  '_containedType',
  '_type',
  '_format',
  '_pretty',
  '_score',
  '_maxresults',
]);

/** Whether a parameter shapes a result. */
export const isShaping = (name: string): boolean => shaping.has(name.split(':')[0]!);

/** `Type?name=value&...`. Throws FhirError `value`. */
export function readWhere(text: string): Where {
  const [, type, query] = /^([A-Z][A-Za-z]+)\?(.+)$/s.exec(text) ?? [];
  const parameters = [...new URLSearchParams(query ?? '')];
  if (
    type === undefined ||
    parameters.length === 0 ||
    parameters.some(([name, value]) => name === '' || value === '')
  ) {
    throw new FhirError(
      'value',
      `"${text.slice(0, 100)}" is no search such as Patient?gender=female or Condition?code=x`,
    );
  }
  const shape = parameters.find(([name]) => isShaping(name));
  if (shape !== undefined) throw new FhirError('value', `${shape[0]} asks nothing of a ${type}; leave it out`);
  return { type, parameters };
}
