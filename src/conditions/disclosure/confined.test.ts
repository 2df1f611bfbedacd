/** Which parameters lead to nobody in whose compartment their resource is not. See docs/adr/0035-exact-counts-of-open-data-sets.md */
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import { registryOf } from '../../search/index.ts';
import { isWithin } from './confined.ts';

test.each([
  ['R4', []],
  ['R4B', []],
  // There they are in the compartments of actors and requesters only.
  ['R5', ['Appointment', 'SupplyRequest']],
] as const)('in %s `patient` leads out of the compartment from %s alone', async (version, expected) => {
  const definitions = await loadDefinitions(version);
  const patient = definitions.compartments.find(({ code }) => code === 'Patient')!;
  const outside = Object.entries(patient.resources)
    .filter(([type, codes]) => {
      const has = type !== 'Patient' && codes.length > 0 && registryOf(definitions).find(type, 'patient') !== undefined;
      return has && !isWithin('patient', codes, type, definitions);
    })
    .map(([type]) => type);
  expect(outside.sort()).toEqual(expected);
});
