/** `$everything` of a group: the group, its members and their compartments. https://hl7.org/fhir/R4B/group-operation-everything.html */
import { expect, test } from 'vitest';
import { startServer } from '../server.ts';

test.each(['R4', 'R5'] as const)('in %s', async (fhirVersion) => {
  const server = await startServer({ fhirVersion });
  await server.load([
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Patient', id: 'other' },
    { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/p' } },
    {
      resourceType: 'Observation',
      id: 'x',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/other' },
    },
    {
      resourceType: 'Group',
      id: 'g',
      type: 'person',
      ...(fhirVersion === 'R5' ? { membership: 'enumerated' } : { actual: true }),
      member: [{ entity: { reference: 'Patient/p' } }],
    },
  ]);
  const { body } = await server.ask('GET', 'Group/g/$everything');
  const found = body['entry'].map((one: any) => `${one.resource.resourceType}/${one.resource.id}`).sort();
  expect(found).toEqual(['Group/g', 'Observation/o', 'Patient/p']);
  await server.close();
  expect(server.errors).toEqual([]);
});
