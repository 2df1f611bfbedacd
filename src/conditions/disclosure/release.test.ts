/** What is told of sets of persons: each attack first shows what plain rounding would have told. See docs/guarantees/counts.md */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PersonSet, ReleasedSet, Rules } from './model.ts';
import { release } from './release.ts';
import { chanceOf, numberFor, rounded } from './rounding.ts';
import { sketchCells } from './sketch.ts';

const chance = chanceOf('secret');
const rules: Rules = { threshold: 10, rounding: 10 };
/** As keys of resources are: numbers that nobody chose. */
const keyOf = (person: number): bigint => {
  let key = BigInt(person + 1) * 0x9e3779b97f4a7c15n;
  key = ((key ^ (key >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  return (key ^ (key >> 27n)) & 0xffffffffffffffffn;
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

/** `matches`: how many each person has; one unless stated. */
function setOf(persons: Iterable<number>, matches: (person: number) => number = () => 1): PersonSet {
  const sketch = new Uint8Array(sketchCells);
  const all = [...new Set(persons)];
  let print = 0n;
  let size = 0;
  let largest = 0;
  for (const person of all) {
    const cell = Number(keyOf(person) & 2047n);
    const number = matches(person);
    for (let at = 0; at < number; at++) {
      const key = keyOf(person * 1000 + at);
      sketch[cell]! ^= Number((key >> 11n) & 254n) | 1;
      print ^= key;
    }
    size += number;
    largest = Math.max(largest, number);
  }
  return { persons: all.length, size, largest, fingerprint: String(print), sketch };
}

/** What one asker is told, question after question. */
class Asker {
  readonly sets: ReleasedSet[] = [];
  readonly rules: Rules;
  period = 1;
  redundant = 10;
  alike = 20;
  constructor(of: Rules = rules) {
    this.rules = of;
  }

  ask(persons: Iterable<number>, matches?: (person: number) => number): number | undefined {
    const set = setOf(persons, matches);
    const roots = new Set(this.sets.map(({ id, root }) => root ?? id));
    const own = this.sets.filter(({ id, told }) => roots.has(id) && told !== undefined);
    const earlier = { period: this.period, all: this.sets, own, redundant: this.redundant, alike: this.alike };
    const released = release(set, this.rules, earlier, chance);
    this.sets.push({
      ...released,
      id: this.sets.length + 1,
      period: this.period,
      threshold: this.rules.threshold,
      size: set.size,
      sketch: set.sketch,
    });
    return released.told;
  }
}

const naive = (persons: readonly number[]): number | undefined =>
  persons.length < 10 ? undefined : rounded(persons.length, 10);

describe('threshold', () => {
  test.each([
    [0, undefined],
    [1, undefined],
    [9, undefined],
    [10, 10],
    [14, 10],
    [15, 20],
    [1234, 1230],
  ])('%i persons: %s', (number, told) => {
    expect(new Asker().ask(range(0, number))).toBe(told);
  });

  test('thirty matches of one person are one person, and of ten with one who has most of them no number is told', () => {
    expect(new Asker().ask([1], () => 30)).toBeUndefined();
    expect(new Asker().ask(range(0, 9), () => 30)).toBeUndefined();
    expect(new Asker().ask(range(0, 10), () => 30)).toBe(300);
    expect(new Asker().ask(range(0, 12), (person) => (person === 3 ? 100 : 1))).toBeUndefined();
  });

  test('what is enough is never told as none', () => {
    expect(new Asker({ threshold: 3, rounding: 10 }).ask(range(0, 4))).toBe(10);
  });
});

describe('with and without one person', () => {
  test('the same is told, in either order, also at the edges of rounding and threshold', () => {
    for (const number of [10, 15, 25, 105, 1005]) {
      const [all, less] = [range(0, number), range(1, number)];
      expect(naive(all)).not.toBe(naive(less));
      const [first, second] = [new Asker(), new Asker()];
      expect(first.ask(all)).toBe(first.ask(less));
      expect(second.ask(less)).toBe(second.ask(all));
    }
  });

  test.each([
    ['one person, whatever was asked before and between', 1, 1],
    // Small sets are near all small sets, and the nearest is what counts.
    ['up to nine persons, whatever else of more than that was asked before and between', 9, 40],
  ])('%s', (_, most, least) => {
    const sets = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: least, max: 300 })), { maxLength: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: most }), sets, (number, few, between) => {
        const asker = new Asker();
        for (const [from, length] of between) asker.ask(range(from, from + length));
        const told = asker.ask(range(1000, 1000 + number + few));
        expect(asker.ask(range(1000, 1000 + number))).toBe(told);
        for (const [from, length] of between) asker.ask(range(from, from + length + 20));
        expect(asker.ask(range(1000 + few, 1000 + number + few))).toBe(told);
      }),
    );
  });

  test('a person with many matches is one person all the same', () => {
    const asker = new Asker();
    const many = (person: number): number => (person === 7 ? 400 : 20);
    const told = asker.ask(range(0, 100), many);
    expect(told).toBe(2380);
    expect(
      asker.ask(
        range(0, 100).filter((one) => one !== 7),
        many,
      ),
    ).toBe(told);
  });

  test('who makes few enough is not seen, whichever is asked first; what is enough by far is told beside few', () => {
    for (const few of [6, 7, 8, 9]) {
      const asker = new Asker();
      expect([asker.ask(range(0, few)), asker.ask(range(0, 10))]).toEqual([undefined, undefined]);
    }
    const asker = new Asker();
    expect([asker.ask(range(0, 3)), asker.ask(range(0, 11))]).toEqual([undefined, 10]);
  });

  test('ten persons are told apart', () => {
    const asker = new Asker();
    expect(asker.ask(range(0, 100))).toBe(100);
    expect(asker.ask(range(10, 100))).toBe(90);
  });

  test('walking away step by step ends in no number after so many questions', () => {
    const asker = new Asker();
    asker.alike = 3;
    const told = range(0, 10).map((step) => asker.ask(range(0, 100 + 5 * step)));
    expect(told.slice(0, 4)).toEqual([100, 100, 100, 100]);
    expect(told.slice(4)).toEqual(Array(6).fill(undefined));
  });

  test('where a walk ends does not show whether one of its steps was made by someone', () => {
    const [there, absent] = [[5000], []].map((c) => {
      const asker = new Asker();
      asker.alike = 5;
      return range(0, 9).map((step) => asker.ask([...range(0, 100 + step), ...(step % 2 === 1 || step > 3 ? c : [])]));
    });
    expect(there).toEqual(absent);
    expect(new Set(there)).toEqual(new Set([100, undefined]));
  });

  test('after anything that was asked: one person more gets what the very same set gets', () => {
    // Sets that overlap in all ways: few steps from each other, far away, small and large.
    const interval = fc.tuple(fc.nat(12), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 14 }), interval, (before, [from, length]) => {
        const last = range(from, from + length);
        const [same, more] = [last, [...last, 5000]].map((variant) => {
          const asker = new Asker();
          for (const [start, many] of before) asker.ask(range(start, start + many));
          asker.ask(last);
          return asker.ask(variant);
        });
        expect(more).toBe(same);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([2, 3, 4, 10, 50])('at a threshold of %i', (threshold) => {
    const asker = new Asker({ threshold, rounding: 1 });
    expect(asker.ask(range(1, threshold))).toBeUndefined();
    expect(asker.ask(range(0, threshold))).toBeUndefined();
    expect(asker.ask(range(1000, 1000 + 3 * threshold))).toBe(3 * threshold);
    expect(asker.ask(range(1001, 1000 + 3 * threshold))).toBe(3 * threshold);
  });
});

describe('over time', () => {
  test('a slow change shows when a crowd of persons made it, and not before', () => {
    const asker = new Asker();
    const told: (number | undefined)[] = [];
    for (let day = 0; day < 8; day++) {
      asker.period = day;
      told.push(asker.ask(range(0, 1000 + 3 * day)));
    }
    expect(told).toEqual([1000, 1000, 1000, 1000, 1010, 1010, 1010, 1010]);
  });

  test('a finer rounding of an earlier answer is not kept when a coarser one is asked of it', () => {
    const asker = new Asker();
    asker.ask(range(0, 134));
    const { sets } = asker;
    const own: ReleasedSet[] = [];
    const told = release(
      setOf(range(0, 133)),
      { threshold: 10, rounding: 100 },
      { period: 1, all: sets, own, redundant: 1, alike: 20 },
      chance,
    );
    expect(told.told).toBe(100);
  });
});

describe('rules that change', () => {
  const told = (persons: number, first: Rules, then: Rules): number | undefined => {
    const asker = new Asker(first);
    asker.ask(range(0, persons));
    return release(
      setOf(range(0, persons)),
      then,
      { period: 1, all: asker.sets, own: [], redundant: 1, alike: 20 },
      chance,
    ).told;
  };
  test('what a milder rule told, a stricter one withholds', () => {
    expect(told(15, rules, { threshold: 16, rounding: 10 })).toBeUndefined();
    expect(told(16, rules, { threshold: 16, rounding: 10 })).toBe(20);
  });
  test('what a stricter rule withheld, a milder one tells', () => {
    expect(told(15, { threshold: 16, rounding: 10 }, rules)).toBe(20);
    expect(told(9, { threshold: 16, rounding: 10 }, rules)).toBeUndefined();
  });
});

describe('trackers', () => {
  const [c, a] = [range(0, 4), range(50, 350)];
  test('C in A or C, and in A less what is C', () => {
    expect(naive([...a, ...range(350, 355)])).not.toBe(naive(a));
    const asker = new Asker();
    const told = asker.ask(a);
    expect(asker.ask([...a, ...c])).toBe(told);
    expect(asker.ask(a.slice(4))).toBe(told);
  });

  test('C in all, C or T, and C or not T, none of which are near each other', () => {
    const all = range(0, 1000);
    const t = range(300, 703);
    const notT = all.filter((one) => !t.includes(one));
    const plain = rounded(403 + 4, 1) + rounded(notT.length, 1) - 1000;
    expect(plain).toBeGreaterThan(0);
    for (const withC of [t.concat(c), t]) {
      const asker = new Asker({ threshold: 10, rounding: 1 });
      const toldAll = asker.ask(all)!;
      const toldT = asker.ask(withC)!;
      // Whether there is anyone in C or not, what follows from the others is told, and so nothing.
      expect(asker.ask(notT)! + toldT).toBe(toldAll);
    }
  });

  test('the rest of all', () => {
    const asker = new Asker();
    const told = asker.ask(range(0, 500));
    expect(asker.ask(range(0, 493))).toBe(told);
    expect(asker.ask(range(493, 500))).toBeUndefined();
    expect(asker.ask(range(0, 300))).toBe(300);
    expect(asker.ask(range(300, 500))).toBe(200);
    expect(asker.ask(range(0, 12))).toBe(10);
    expect(asker.ask(range(12, 500))).toBe(490);
  });

  test('a rest that would come out as few is withheld', () => {
    const asker = new Asker({ threshold: 12, rounding: 10 });
    expect(asker.ask(range(0, 34))).toBe(30);
    expect(asker.ask(range(0, 20))).toBe(20);
    expect(asker.ask(range(20, 34))).toBeUndefined();
  });

  test('what is no sum and no difference is told by itself', () => {
    const asker = new Asker();
    asker.ask(range(0, 200));
    asker.ask(range(100, 300));
    expect(asker.ask([...range(0, 100), ...range(200, 300)])).toBe(200);
  });
});

describe('noise', () => {
  const noisy: Rules = { threshold: 10, rounding: 1, epsilon: 0.5 };
  test('belongs to the set: no repetition makes it less', () => {
    const told = new Set(range(0, 1000).map(() => new Asker(noisy).ask(range(0, 500))));
    expect(told.size).toBe(1);
  });

  test('is as wide as epsilon says', () => {
    const off = range(0, 2000).map((at) => numberFor(setOf(range(at * 1000, at * 1000 + 500)), noisy, chance) - 500);
    const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
    const width = off.reduce((sum, one) => sum + Math.abs(one), 0) / off.length;
    expect(Math.abs(mean)).toBeLessThan(0.25);
    // The mean distance of a Laplace distribution is its scale, 1 / epsilon.
    expect(width).toBeGreaterThan(1.7);
    expect(width).toBeLessThan(2.3);
  });

  test('differs by secret', () => {
    const set = setOf(range(0, 500));
    expect(new Set(range(0, 50).map((at) => numberFor(set, noisy, chanceOf(`s${at}`)))).size).toBeGreaterThan(3);
  });
});

/** The attack of https://arxiv.org/abs/1902.06414: the whole as the sum of parts, by many ways of parting it. */
describe('unions with the same answer', () => {
  const noisy: Rules = { threshold: 10, rounding: 10, epsilon: 0.1 };
  const whole = range(0, 600);
  const parts = (way: number): number[][] =>
    range(0, 3).map((part) => whole.filter((person) => Number((keyOf(person) >> BigInt(way)) % 3n) === part));
  const ways = range(0, 48);

  test('plain sticky noise is averaged away', () => {
    const sums = ways.map((way) => parts(way).reduce((sum, one) => sum + numberFor(setOf(one), noisy, chance), 0));
    const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
    expect(Math.max(...sums.map((one) => Math.abs(one - 600)))).toBeGreaterThan(30);
    expect(Math.abs(mean - 600)).toBeLessThan(8);
  });

  test('here so many ways are answered as are allowed, and no more', () => {
    const asker = new Asker(noisy);
    asker.redundant = 3;
    const answered = ways.filter((way) =>
      parts(way)
        .map((one) => asker.ask(one))
        .every((one) => one !== undefined),
    );
    // The first way follows from nothing; three more may follow from it.
    expect(answered).toHaveLength(4);
  });

  test('in two parts of what was told the second is what is left of it', () => {
    const asker = new Asker(noisy);
    const told = asker.ask(whole)!;
    for (const way of range(3, 13)) {
      const one = whole.filter((person) => (keyOf(person) >> BigInt(way)) % 2n === 0n);
      const other = whole.filter((person) => !one.includes(person));
      expect(asker.ask(one)! + asker.ask(other)!).toBe(told);
    }
  });
});
