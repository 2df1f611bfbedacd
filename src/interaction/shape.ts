/** Gives of a resource the part that _summary and _elements ask for. https://hl7.org/fhir/R4B/search.html#summary */
import { type Part, partOf } from '../fhir/format/part.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Server } from './interaction.ts';

/** The part that a request other than a search asks for. */
export function partOfRequest(parameters: readonly (readonly [string, string])[]): Part | undefined {
  let part: Part | undefined;
  for (const [name, value] of parameters) {
    if (name === '_elements') part = { kind: 'elements', names: value.split(',').map((one) => one.trim()) };
    else if (name === '_summary' && value !== 'false') {
      if (value !== 'true' && value !== 'text' && value !== 'data') {
        throw new FhirError('value', `_summary must be true, text, data or false here, not ${value}`);
      }
      part = { kind: 'summary', of: value };
    }
  }
  return part;
}

export function shaped(text: string, part: Part | undefined, { definitions }: Pick<Server, 'definitions'>): string {
  return part === undefined ? text : partOf(text, part, definitions);
}
