/** Reads the headers that shape a reply: Accept, Prefer. https://hl7.org/fhir/R4B/http.html#mime-type */
import { FhirError } from '../fhir/outcome.ts';
import type { Preference } from '../interaction/index.ts';

export const fhirJson = 'application/fhir+json; charset=utf-8';

const accepted = /(^|[\s,])(?:\*\/\*|application\/\*|application\/fhir\+json|application\/json|text\/json|text\/\*)/i;

/** Refuses clients that want nothing that is JSON. */
export function checkAccept(accept: string | undefined): void {
  if (accept === undefined || accept === '*/*' || accepted.test(accept)) return;
  throw new FhirError('not-acceptable', `this server sends application/fhir+json, not ${accept.slice(0, 100)}`);
}

const standard: Preference = { return: 'representation', handling: 'strict' };

/** `return=minimal; handling=lenient` and the like; unknown preferences are no errors. */
export function parsePrefer(prefer: string | undefined): Preference {
  if (prefer === undefined) return standard;
  const wanted = prefer.split(/[,;]/).map((part) => part.trim());
  const returned = (['minimal', 'OperationOutcome'] as const).find((one) => wanted.includes(`return=${one}`));
  return {
    return: returned ?? 'representation',
    handling: wanted.includes('handling=lenient') ? 'lenient' : 'strict',
  };
}
