/** Pseudonyms are read with the key alone, and tell projects, types and persons apart. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idPattern } from '../../fhir/reference.ts';
import { createDateShift, createPseudonyms, createTextPseudonym, uuidUrn } from './pseudonym.ts';

const key = new Uint8Array(32).fill(1);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const one = createPseudonyms({ key, project: 'one' });
const two = createPseudonyms({ key, project: 'two' });
const otherSite = createPseudonyms({ key: new Uint8Array(32).fill(2), project: 'one' });

describe('ids', () => {
  test('every key comes back, is an id of FHIR, and is the same after a restart', () => {
    const again = createPseudonyms({ key, project: 'one' });
    fc.assert(
      fc.property(int64, fc.constantFrom('Patient', 'Observation'), (resource, type) => {
        const id = one.pseudonymOf(resource, type);
        expect(id).toMatch(idPattern);
        expect(one.keyOfPseudonym(type, id)).toBe(resource);
        expect(again.pseudonymOf(resource, type)).toBe(id);
      }),
    );
  });

  test('of another project, site or type they are nothing, and none is equal', () => {
    fc.assert(
      fc.property(int64, (resource) => {
        const id = one.pseudonymOf(resource, 'Patient');
        expect(two.pseudonymOf(resource, 'Patient')).not.toBe(id);
        expect(two.keyOfPseudonym('Patient', id)).toBeUndefined();
        expect(otherSite.keyOfPseudonym('Patient', id)).toBeUndefined();
        expect(one.keyOfPseudonym('Observation', id)).toBeUndefined();
        expect(one.pseudonymOf(resource, 'Observation')).not.toBe(id);
      }),
    );
  });

  test('what someone made up or changed is nothing', () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(hex, (digits) => {
        expect(one.keyOfPseudonym('Patient', `p-${digits}`)).toBeUndefined();
      }),
    );
    const id = one.pseudonymOf('5', 'Patient');
    for (let at = 2; at < id.length; at++) {
      const changed = `${id.slice(0, at)}${id[at] === '0' ? '1' : '0'}${id.slice(at + 1)}`;
      expect(one.keyOfPseudonym('Patient', changed)).toBeUndefined();
    }
    for (const text of ['', 'p-', id.toUpperCase(), `${id}0`, id.slice(1), `p-${'0'.repeat(32)}`, ` ${id}`]) {
      expect(one.keyOfPseudonym('Patient', text)).toBeUndefined();
    }
  });

  test('neighbouring keys give ids that differ as chance would have it', () => {
    let bits = 0;
    const count = 2000;
    for (let at = 0; at < count; at++) {
      const [a, b] = [at, at + 1].map((value) => BigInt(`0x${one.pseudonymOf(String(value), 'Patient').slice(2)}`));
      bits += (a! ^ b!).toString(2).replaceAll('0', '').length;
    }
    // 64 of 128 bits differ on average; the mean of 2000 lies within 1 of it but once in 10^15.
    expect(Math.abs(bits / count - 64)).toBeLessThan(1);
  });

  test('types asked for in any number are no memory', () => {
    for (let at = 0; at < 600; at++) expect(one.keyOfPseudonym(`Type${at}`, 'p-00')).toBeUndefined();
    expect(one.keyOfPseudonym('Patient', one.pseudonymOf('7', 'Patient'))).toBe('7');
  });

  test('a short key is refused', () => {
    expect(() => createPseudonyms({ key: new Uint8Array(31), project: 'one' })).toThrow(/32 bytes/);
  });
});

test('texts: domains, texts and projects are told apart, also where their ends meet', () => {
  const [first, second] = ['one', 'two'].map((project) => createTextPseudonym({ key, project }));
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (domain, text, other) => {
      const made = first!(domain, text);
      expect(made).toMatch(/^[0-9a-f]{32}$/);
      expect(first!(domain, text)).toBe(made);
      expect(second!(domain, text)).not.toBe(made);
      if (other !== text) expect(first!(domain, other)).not.toBe(made);
      if (other !== domain) expect(first!(other, text)).not.toBe(made);
      if (other !== '') expect(first!(domain + other, text)).not.toBe(first!(domain, other + text));
      expect(uuidUrn(made)).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }),
  );
});

describe('shifts', () => {
  const shift = createDateShift({ key, project: 'one' });

  test('every day but none is drawn, each about as often', () => {
    const drawn = new Map<number, number>();
    for (let person = 0; person < 20_000; person++) {
      const days = shift(String(person), 5);
      drawn.set(days, (drawn.get(days) ?? 0) + 1);
    }
    expect([...drawn.keys()].toSorted((a, b) => a - b)).toEqual([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5]);
    // 2000 expected of each; six standard deviations are 264.
    for (const count of drawn.values()) expect(Math.abs(count - 2000)).toBeLessThan(270);
    expect(shift('0', 5)).toBe(createDateShift({ key, project: 'one' })('0', 5));
  });

  test('of another project it is another one, as far as chance allows', () => {
    const other = createDateShift({ key, project: 'two' });
    let same = 0;
    for (let person = 0; person < 10_000; person++) if (shift(String(person), 50) === other(String(person), 50)) same++;
    // 100 are expected to be equal.
    expect(same).toBeGreaterThan(40);
    expect(same).toBeLessThan(160);
  });
});
