/** Gives of a resource the part that _summary and _elements ask for. https://hl7.org/fhir/R4B/search.html#summary */
import { elementsPart, type Part, partOf, summaryPart } from '../fhir/format/part.ts';
import type { Server } from './interaction.ts';

/** The part that a request other than a search asks for. */
export function partOfRequest(parameters: readonly (readonly [string, string])[]): Part | undefined {
  let part: Part | undefined;
  for (const [name, value] of parameters) {
    if (name === '_elements') part = elementsPart(value);
    else if (name === '_summary') part = summaryPart(value) ?? part;
  }
  return part;
}

export function shaped(text: string, part: Part | undefined, { definitions }: Pick<Server, 'definitions'>): string {
  return part === undefined ? text : partOf(text, part, definitions);
}
