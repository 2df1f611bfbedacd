/** The table of what came behaves as a Map would. See seen.ts */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSeen } from './seen.ts';

test('tells new keys from those of the same and of another owner, as a Map would', () => {
  const key = fc.oneof(
    fc.string(),
    fc.nat(50).map((id) => `http://example.org/fhir/Patient/${id}`),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat(3)), { maxLength: 400 }), (sightings) => {
      const seen = createSeen(4);
      const known = new Map<string, number>();
      for (const [one, owner] of sightings) {
        const before = known.get(one);
        const expected = before === undefined ? 'new' : before === owner ? 'again' : 'elsewhere';
        expect([one, seen.add(one, owner)]).toEqual([one, expected]);
        known.set(one, owner);
      }
    }),
  );
});

test('keeps a hundred thousand keys apart', () => {
  const seen = createSeen();
  for (let id = 0; id < 100_000; id++) expect(seen.add(`http://example.org/fhir/Observation/${id}`, 1)).toBe('new');
  for (let id = 0; id < 100_000; id++) expect(seen.add(`http://example.org/fhir/Observation/${id}`, 1)).toBe('again');
});
