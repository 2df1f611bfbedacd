/** The examples of the reference are understood as they stand. See docs/reference/feasibility.md */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { questionGroup as names } from '../../src/fhir/specification/question-group.ts';
import { startServer } from '../server.ts';
import { countsOf } from './ask.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/reference/feasibility.md'), 'utf8');
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
const icd = 'http://fhir.de/CodeSystem/bfarm/icd-10-gm';

test('each example finds whom it means to', async () => {
  const server = await startServer();
  const { body, text } = await server.load([
    { resourceType: 'Patient', id: 'a', birthDate: '1950-01-01' },
    { resourceType: 'Patient', id: 'b', birthDate: '1950-01-01' },
    ...['C07', 'C08DA01'].map((code) => ({
      resourceType: 'MedicationStatement',
      id: code,
      status: 'active',
      subject: { reference: 'Patient/a' },
      medicationCodeableConcept: concept('http://www.whocc.no/atc', code),
      effectivePeriod: { start: '2025-01-01' },
    })),
    ...[
      ['a', 'E11'],
      ['b', 'E11'],
      ['b', 'I50'],
    ].map(([patient, code]) => ({
      resourceType: 'Condition',
      id: `${patient}-${code}`,
      subject: { reference: `Patient/${patient}` },
      code: concept(icd, code!),
      onsetDateTime: '2019-01-01',
    })),
  ]);
  expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(
    ([, json]) => JSON.parse(json!) as { version?: string },
  );
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    const parameter = [{ name: 'ccdl', valueString: JSON.stringify(example) }];
    const asked = example.version === undefined ? example : { resourceType: 'Parameters', parameter };
    expect(countsOf(await server.ask('POST', 'Patient/$feasibility', { body: asked }))).toEqual([{ count: 1 }]);
  }
  await server.close();
});

test('every name of a question is on the page', () => {
  const { records, system, ...others } = names;
  for (const name of [...records, system, ...Object.values(others)]) {
    expect(page).toContain(String(name).split('/').at(-1));
  }
});
