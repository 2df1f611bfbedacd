/** How a Group says that it describes its members and does not list them, in each FHIR version. https://hl7.org/fhir/R5/group-definitions.html#Group.membership */
import type { JsonObject } from '../json.ts';

/** `fhirVersion` is `R4`, `R5` and so on, or as servers state it: `4.0.1`. */
export function definitional(fhirVersion: string): JsonObject {
  return Number(/\d+/.exec(fhirVersion)?.[0] ?? 4) >= 5 ? { membership: 'definitional' } : { actual: false };
}
