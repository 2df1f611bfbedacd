/** Sorting scopes by what a client may have never gives more than that. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScope, type Scope } from '../../conditions/scope.ts';
import { covers, describeScope, sortScopes } from './scope-request.ts';

const letters = fc.subarray(['c', 'r', 'u', 'd', 's'] as const, { minLength: 1 });
const pairs = fc.uniqueArray(fc.constantFrom('category=a', 'category=b', 'status=final'), { maxLength: 2 });
const scopeText = fc
  .record({
    level: fc.constantFrom('patient', 'user', 'system'),
    type: fc.constantFrom('*', 'Patient', 'Observation'),
    letters,
    pairs,
  })
  .map(
    ({ level, type, letters, pairs }) =>
      `${level}/${type}.${letters.join('')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`,
  );
const scope = scopeText.map((text) => parseScope(text)!);

/** Everything that a scope permits, one by one, in a world of two types and four kinds of records. */
function permitted(of: Scope): Set<string> {
  const all = new Set<string>();
  for (const type of ['Patient', 'Observation'])
    for (const category of ['a', 'b'])
      for (const status of ['final', 'draft'])
        for (const letter of of.letters) {
          const record = { category, status } as Record<string, string>;
          if (of.type !== '*' && of.type !== type) continue;
          if (of.query.every(([name, value]) => record[name] === value))
            all.add(`${of.level} ${type} ${category} ${status} ${letter}`);
        }
  return all;
}

describe('covers', () => {
  test('never lets a scope through that permits more than the limit', () => {
    fc.assert(
      fc.property(scope, scope, (limit, asked) => {
        if (covers(limit, asked)) expect([...permitted(limit)]).toEqual(expect.arrayContaining([...permitted(asked)]));
      }),
      { numRuns: 2000 },
    );
  });

  test('a scope covers itself, and what it covers is covered by what covers it', () => {
    fc.assert(
      fc.property(scope, scope, scope, (one, two, three) => {
        expect(covers(one, one)).toBe(true);
        if (covers(one, two) && covers(two, three)) expect(covers(one, three)).toBe(true);
      }),
    );
  });
});

describe('sorting', () => {
  const extra = fc.constantFrom(
    'openid',
    'launch',
    'profile',
    'email',
    'nonsense',
    'patient/*.sr',
    'patient/',
    'offline_access',
  );
  test('every scope goes to one place, and only covered ones are offered', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(scopeText, extra)), fc.array(scope, { maxLength: 3 }), (asked, limits) => {
        const { offered, malformed, beyond } = sortScopes(asked.join(' '), limits, ['patient', 'user']);
        const all = [...offered, ...malformed, ...beyond];
        expect(new Set(all).size).toBe(all.length);
        expect(new Set(all)).toEqual(new Set(asked.filter((one) => one !== 'email')));
        for (const one of offered) {
          const parsed = parseScope(one);
          if (parsed !== undefined) expect(limits.some((limit) => covers(limit, parsed))).toBe(true);
          expect(parsed?.level).not.toBe('system');
        }
      }),
    );
  });

  test('services have no scopes of persons', () => {
    const limits = [parseScope('system/*.cruds')!, parseScope('user/*.cruds')!];
    expect(sortScopes('system/*.rs openid profile user/*.rs', limits, ['system'])).toEqual({
      offered: ['system/*.rs'],
      malformed: ['openid', 'profile', 'user/*.rs'],
      beyond: [],
    });
  });
});

test.each([
  ['openid', 'Know who you are'],
  ['fhirUser', 'See which record of a person or practitioner is yours'],
  ['offline_access', 'Keep this access after you have logged out'],
  ['launch', 'Know which patient this is about'],
  ['launch/patient', 'Know which patient this is about'],
  ['patient/*.rs', 'Read and search all kinds of records of the patient'],
  ['user/Observation.cruds', 'Create, read, change, delete and search Observation records that you have access to'],
  ['system/Patient.r', 'Read Patient records of this server'],
  [
    'patient/Observation.s?category=laboratory&status=final',
    'Search Observation records of the patient, only where category is laboratory and status is final',
  ],
  ['whatever', 'whatever'],
])('%s in plain words', (text, words) => {
  expect(describeScope(text)).toBe(words);
});
