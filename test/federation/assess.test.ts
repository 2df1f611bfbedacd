/** How FAIR a data set is, measured over HTTP: what is met, what is spoilt and what to do about it. https://doi.org/10.15497/rda00050 */
import { describe, expect, test } from 'vitest';
import { fairIndicators } from '../../src/fhir/specification/fair-indicator.ts';
import { spoilt } from './assess-spoilt.cases.ts';
import { assessed, goodWorld, indicatorOf, unmet } from './assess-world.ts';

describe('a very good data set', () => {
  test('meets all indicators', async () => {
    const assessment = await assessed(await goodWorld());
    expect(unmet(assessment)).toEqual([]);
    expect(assessment.score).toBe(100);
    expect(assessment.letters.map(({ letter, score, level }) => [letter, score, level])).toEqual(
      ['F', 'A', 'I', 'R'].map((letter) => [letter, 100, 5]),
    );
  });
});

describe('one piece is spoilt', () => {
  test.each(spoilt.map((one) => [`${one.id} is ${one.state} with ${one.what}`, one] as const))('%s', async (_, one) => {
    const world = await goodWorld();
    one.spoil(world);
    const assessment = await assessed(world, one.settings?.(world));
    const { state, reason, remedy } = indicatorOf(assessment, one.id);
    expect([state, reason]).toEqual([one.state, expect.stringMatching(one.reason ?? /./)]);
    if (one.remedy !== undefined) expect(remedy).toMatch(one.remedy);
    if (one.state === 'fail' || one.state === 'partial') expect(assessment.score).toBeLessThan(100);
  });

  test('each indicator fails in one of them', () => {
    const failing = new Set(spoilt.filter(({ state }) => state === 'fail').map(({ id }) => `RDA-${id}`));
    expect(fairIndicators.map(({ id }) => id).filter((id) => !failing.has(id))).toEqual([]);
  });
});
