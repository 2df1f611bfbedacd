/** Random questions about random people: the server counts those whom the plainest reading finds. See docs/reference/feasibility.md */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startServer } from '../server.ts';
import { type Asking, feasible } from './ask.ts';
import { codes, day, population, resourcesOf, system } from './population.ts';
import { meets } from './reference.ts';

const asOf = fc.constantFrom('2025-02-28', '2025-03-01', '2024-02-29', '2026-01-01', '2026-06-14');

const period = fc
  .record({ start: day, end: day, shape: fc.integer({ min: 0, max: 2 }) })
  .map(({ start, end, shape }) => {
    const [low, high] = [start, end].sort() as [string, string];
    return shape === 0 ? { start: low } : shape === 1 ? { end: high } : { start: low, end: high };
  });

const recordAsking: fc.Arbitrary<Asking> = fc
  .record({
    record: fc.constantFrom(
      'medication',
      'medication',
      'medication',
      'condition',
      'procedure',
      'observation',
      'immunization',
    ),
    codes: fc.uniqueArray(fc.constantFrom(...codes.map((code) => `${system}|${code}`)), { minLength: 1, maxLength: 2 }),
    below: fc.boolean(),
    value: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    during: fc.option(period, { nil: undefined, freq: 2 }),
  })
  .map(({ record, codes, below, value, during }) => ({
    record,
    codes,
    ...(below ? { below: true as const } : {}),
    ...(during === undefined ? {} : { during }),
    ...(record === 'observation' && value !== undefined
      ? { value: { valueQuantity: { value, comparator: '>', system: 'http://unitsofmeasure.org', code: 'g' } } }
      : {}),
  }));

const { asking } = fc.letrec<{ asking: Asking; leaf: Asking; branch: Asking }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom('female', 'male', 'other').map((sex) => ({ sex })),
    fc
      .record({
        from: fc.integer({ min: 0, max: 66 }),
        more: fc.integer({ min: 0, max: 40 }),
        ends: fc.integer({ min: 0, max: 2 }),
      })
      .map(({ from, more, ends }) => ({
        age: ends === 0 ? { from } : ends === 1 ? { to: from } : { from, to: from + more },
      })),
    fc.constant({ where: 'Patient?gender=female&_has:Condition:subject:code:missing=false' }),
    recordAsking,
  ),
  branch: fc.oneof(
    { weight: 3, arbitrary: recordAsking },
    { weight: 1, arbitrary: fc.array(recordAsking, { minLength: 1, maxLength: 2 }).map((any) => ({ any })) },
  ),
  asking: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    tie('leaf'),
    fc
      .record({
        records: fc.array(tie('branch') as fc.Arbitrary<Asking>, { minLength: 2, maxLength: 3 }),
        others: fc
          .array(tie('leaf') as fc.Arbitrary<Asking>, { maxLength: 1 })
          .filter(([one]) => one === undefined || !('record' in one)),
      })
      .map(({ records, others }) => ({ all: [...others, ...records], together: true as const })),
    fc.array(tie('asking') as fc.Arbitrary<Asking>, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('asking') as fc.Arbitrary<Asking>, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    tie('asking').map((not) => ({ not })),
  ),
}));

test.each(['R4', 'R4B', 'R5'] as const)('in %s', async (version) => {
  const server = await startServer({ fhirVersion: version });
  const [people] = fc.sample(population, { numRuns: 1, seed: 19 });
  const { body, text } = await server.load(resourcesOf(people!, version));
  expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
  let found = 0;
  let overlapping = 0;
  await fc.assert(
    fc.asyncProperty(asking, asOf, async (one, at) => {
      const expected = people!.filter((person) => meets(person, one, at)).length;
      const { count } = await feasible(server, one, {
        isR5: version === 'R5',
        more: [{ name: 'as-of', valueDate: at }],
      });
      expect(count).toBe(expected);
      if (expected > 0 && expected < people!.length) found++;
      if (JSON.stringify(one).includes('together') && expected > 0) overlapping++;
    }),
    { numRuns: 300 },
  );
  // Questions that nobody meets, or everybody, would hold without anything being right.
  expect(found).toBeGreaterThan(100);
  expect(overlapping).toBeGreaterThan(20);
  await server.close();
});
