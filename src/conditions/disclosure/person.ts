/** How a counted resource leads to the person whose it is. https://hl7.org/fhir/R4B/compartmentdefinition-patient.html */
import type { Definitions } from '../../fhir/definitions/model.ts';
import { type PersonLeads, registryOf } from '../../search/index.ts';
import { type Hash, type Int64, parameterKey } from '../../search/index-rows.ts';

/** For resources of `types`: those outside the compartment of patients, and patients themselves, are a person each. */
export function leadsOf(types: readonly string[], definitions: Definitions, hash: Hash): PersonLeads {
  const compartment = definitions.compartments.find((one) => one.code === 'Patient');
  const registry = registryOf(definitions);
  const own: string[] = [];
  const only: Int64[] = [];
  const mixed: Int64[] = [];
  for (const type of types) {
    const codes = type === 'Patient' ? [] : (compartment?.resources[type] ?? []);
    if (codes.length === 0) own.push(type);
    // It leads to patients and to nothing else, where other parameters lead to performers and devices too.
    else if (registry.find(type, 'patient')?.type === 'reference') only.push(parameterKey(hash, type, 'patient'));
    else mixed.push(...codes.map((code) => parameterKey(hash, type, code)));
  }
  return { own, only, mixed };
}
