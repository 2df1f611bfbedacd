/** The error that lenient handling turns into a warning. https://hl7.org/fhir/R4B/search.html#errors */
import { FhirError } from '../fhir/outcome.ts';

/** An unknown parameter or modifier. Malformed values are never let pass. */
export class UnknownParameter extends FhirError {}

export const unknownModifier = (code: string, modifier: string, type: string): UnknownParameter =>
  new UnknownParameter('not-supported', `the modifier :${modifier} is not supported for ${type}.${code}`);
