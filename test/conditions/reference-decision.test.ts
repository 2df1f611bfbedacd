/** What is decided is what the rule says: the two implementations agree on generated worlds. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { decide } from '../../src/conditions/decision.ts';
import { compile, levelOf } from './compile-world.ts';
import { asker, isBelow, world as worlds } from './generators.ts';
import { type Level, referenceLevel } from './reference-decision.ts';
import { now } from './world.ts';

const runs = Number(process.env['FAIRWAY_RUNS'] ?? 3000);

test('every record of every world is open to every asker as far as the rule says, and no further', () => {
  const seen = new Map<Level, number>();
  fc.assert(
    fc.property(worlds, asker, (world, context: AccessContext) => {
      const { statements, classOf } = compile(world);
      const decision = decide(context, statements, now, { isBelow });
      for (const record of world.records) {
        const level = levelOf(decision, classOf.get(record)!);
        seen.set(level, (seen.get(level) ?? 0) + 1);
        expect(level).toBe(referenceLevel(world, record, context, now, isBelow));
      }
    }),
    { numRuns: runs },
  );
  // Agreement on nothing but refusals would say little.
  for (const level of ['none', 'exists', 'count', 'record-deidentified', 'record'] as const) {
    expect(seen.get(level) ?? 0).toBeGreaterThan(runs / 200);
  }
});

test('a decision holds until the moment it names', () => {
  fc.assert(
    fc.property(worlds, asker, fc.integer({ min: 0, max: 200 }), (world, context, hours) => {
      const { statements, classOf } = compile(world);
      const decision = decide(context, statements, now, { isBelow });
      const later = Math.min(now + hours * 3_600_000, decision.until - 1);
      for (const record of world.records) {
        expect(levelOf(decision, classOf.get(record)!)).toBe(referenceLevel(world, record, context, later, isBelow));
      }
    }),
    { numRuns: runs },
  );
});
