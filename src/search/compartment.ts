/** What belongs to one patient, encounter, practitioner, device or related person, as a condition. https://hl7.org/fhir/R4B/compartmentdefinition.html */
import type { Definitions } from '../fhir/definitions/model.ts';
import { type Hash, type Int64, parameterKey } from './index-rows.ts';
import type { Expression } from './tree.ts';

/** Resource types of which some may belong to a `compartment` (Patient, Encounter, ...). */
export function compartmentTypes(compartment: string, definitions: Definitions): readonly string[] | undefined {
  const found = definitions.compartments.find((one) => one.code === compartment);
  return found === undefined ? undefined : Object.keys(found.resources);
}

/** True of resources of `type` in the compartment of the resource with the key `self`; undefined for types that are never in one. */
export function compartmentOf(
  type: string,
  compartment: string,
  self: Int64,
  { definitions, hash }: { definitions: Definitions; hash: Hash },
): Expression | undefined {
  const codes = definitions.compartments.find((one) => one.code === compartment)?.resources[type] ?? [];
  const of: Expression[] = codes.map((code) => ({
    kind: 'match',
    parameter: parameterKey(hash, type, code),
    test: { table: 'reference', targets: [self] },
  }));
  if (type === compartment) of.push({ kind: 'key', keys: [self] });
  if (of.length === 0) return undefined;
  return of.length === 1 ? of[0] : { kind: 'or', of };
}
