/** Random questions in the forms of a question file and of the plainest reading. https://fast-check.dev/ */
import fc from 'fast-check';
import type { Json } from '../../src/fhir/json.ts';
import type { Asking } from '../feasibility/ask.ts';
import { codes, day, system } from '../feasibility/population.ts';

type AskedRecord = Extract<Asking, { record: unknown }>;

const period = fc
  .record({ start: day, end: day, shape: fc.integer({ min: 0, max: 2 }) })
  .map(({ start, end, shape }) => {
    const [low, high] = [start, end].sort() as [string, string];
    return shape === 0 ? { start: low } : shape === 1 ? { end: high } : { start: low, end: high };
  });

const some = <T>(value: fc.Arbitrary<T>, freq: number) => fc.option(value, { nil: undefined, freq });

const record: fc.Arbitrary<AskedRecord> = fc
  .record({
    record: fc.constantFrom('medication', 'medication', 'condition', 'procedure', 'observation', 'immunization'),
    codes: fc.uniqueArray(fc.constantFrom(...codes.map((code) => `${system}|${code}`)), { minLength: 1, maxLength: 2 }),
    below: fc.boolean(),
    value: some(fc.integer({ min: 1, max: 5 }), 2),
    during: some(period, 2),
  })
  .map(({ record, codes, below, value, during }) => ({
    record,
    codes,
    ...(below ? { below: true as const } : {}),
    ...(during === undefined ? {} : { during }),
    ...(record === 'observation' && value !== undefined
      ? { value: { valueQuantity: { value, comparator: '>', unit: 'g' } } }
      : {}),
  }));

/** The one search that the plainest reading knows. */
export const where = 'Patient?gender=female&_has:Condition:subject:code:missing=false';

/** Trees of criteria; `leaves` beside records, ages and sexes. */
export function askings(leaves: readonly Asking[]): fc.Arbitrary<Asking> {
  const person: fc.Arbitrary<Asking> = fc.oneof(
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
    ...leaves.map((leaf) => fc.constant(leaf)),
  );
  const branch: fc.Arbitrary<Asking> = fc.oneof(
    { weight: 3, arbitrary: record },
    { weight: 1, arbitrary: fc.array(record, { minLength: 1, maxLength: 2 }).map((any) => ({ any })) },
  );
  const { asking } = fc.letrec<{ asking: Asking }>((tie) => ({
    asking: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.oneof(person, record),
      fc
        .record({
          records: fc.array(branch, { minLength: 2, maxLength: 3 }),
          others: fc.array(person, { maxLength: 1 }),
        })
        .map(({ records, others }) => ({ all: [...others, ...records], together: true as const })),
      fc.array(tie('asking'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      fc.array(tie('asking'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      tie('asking').map((not) => ({ not })),
    ),
  }));
  return asking;
}

/** As it stands in a question file. */
export function criterionOf(asking: Asking): Json {
  if ('all' in asking) {
    const all = asking.all.map(criterionOf);
    return asking.together === true ? { all, together: 'overlapping' } : { all };
  }
  if ('any' in asking) return { any: asking.any.map(criterionOf) };
  if ('not' in asking) return { not: criterionOf(asking.not) };
  if ('age' in asking) return { age: { ...asking.age } };
  if ('sex' in asking) return { sex: asking.sex };
  if ('where' in asking) return { where: asking.where };
  const { record, codes, below, value, during } = asking;
  const quantity = (value as { valueQuantity: { value: number } } | undefined)?.valueQuantity;
  return {
    [record]: {
      code: [...codes],
      below: below === true,
      ...(during?.start === undefined ? {} : { from: during.start }),
      ...(during?.end === undefined ? {} : { to: during.end }),
      ...(quantity === undefined ? {} : { value: { comparator: 'gt', number: String(quantity.value), unit: 'g' } }),
    },
  };
}
