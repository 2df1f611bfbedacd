/** The matcher of conditions against another way of saying the same, and each rule of the standard. https://ga4gh.github.io/data-security/ga4gh-passport#conditions */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areMet, matchesPattern, readConditions, type VisaFields } from './conditions.ts';

/** As the standard says it, word for word: slow, and with nothing to get wrong. */
function obviously(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '*') return text.some((_, at) => obviously(text.slice(at), rest)) || obviously([], rest);
  return text.length > 0 && (first === '?' || first === text[0]) && obviously(text.slice(1), rest);
}

const letters = fc.constantFrom('a', 'b', '@', '.', '\n', ';', '😀', '\\', '^', '$', '+', '(', '[');
const texts = fc.array(letters, { maxLength: 10 });
const patterns = fc.array(fc.oneof(letters, fc.constantFrom('*', '?')), { maxLength: 8 });

describe('a pattern', () => {
  test('matches what the standard says, and nothing else', () => {
    fc.assert(
      fc.property(texts, patterns, (text, pattern) => {
        expect(matchesPattern(text.join(''), pattern.join(''))).toBe(obviously(text, pattern));
      }),
      { numRuns: 3000 },
    );
  });

  test('made from a text by putting stars and question marks in matches that text', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(letters, fc.constantFrom('keep', 'one', 'many', 'none'))), (marked) => {
        const text = marked.map(([letter, how]) => (how === 'none' ? '' : letter)).join('');
        const shapes = { keep: (letter: string) => letter, one: () => '?', many: () => '*', none: () => '*' };
        const pattern = marked.map(([letter, how]) => shapes[how](letter)).join('');
        expect(matchesPattern(text, pattern)).toBe(true);
      }),
    );
  });

  test.each([
    ['faculty@x\nevil', 'faculty@x', false],
    ['faculty@x', 'faculty@*', true],
    ['faculty@', 'faculty@*', true],
    ['Faculty@x', 'faculty@*', false],
    ['xfaculty@x', 'faculty@*', false],
    ['ab', 'a.', false],
    ['aab', 'a+b', false],
    ['', '', true],
    ['', '*', true],
    ['', '?', false],
    ['a*', 'a\\*', false],
    ['aXbXc', 'a*X?', true],
  ])('%j against %j is %j', (text, pattern, expected) => {
    expect(matchesPattern(text, pattern)).toBe(expected);
  });

  test('with many stars takes no more than a moment', () => {
    expect(matchesPattern('a'.repeat(5000), `${'a*'.repeat(200)}b`)).toBe(false);
  });
});

const visas: VisaFields[] = [
  { type: 'AffiliationAndRole', value: 'faculty@a.example', source: 'https://a.example', by: 'so' },
  { type: 'AffiliationAndRole', value: 'member@b.example', source: 'https://b.example' },
  {
    type: 'LinkedIdentities',
    value: '1,https%3A%2F%2Fa.example;22,https%3A%2F%2Fb.example',
    source: 'https://c.example',
  },
];
const role = (fields: object): object => ({ type: 'AffiliationAndRole', ...fields });
const links = (value: string): object => ({ type: 'LinkedIdentities', value });

describe('conditions', () => {
  test.each<[string, unknown, boolean]>([
    ['one clause', [[role({ value: 'const:faculty@a.example' })]], true],
    ['letters in another case', [[role({ value: 'const:Faculty@a.example' })]], false],
    ['a pattern taken for a text', [[role({ value: 'const:faculty@*' })]], false],
    ['two fields of one visa', [[role({ value: 'pattern:faculty@*', by: 'const:so' })]], true],
    ['two fields of two visas', [[role({ value: 'pattern:member@*', by: 'const:so' })]], false],
    ['a field that the visa does not have', [[role({ value: 'pattern:member@*', by: 'pattern:*' })]], false],
    ['two clauses by two visas', [[role({ value: 'pattern:member@*' }), role({ by: 'const:so' })]], true],
    ['one clause of two', [[role({ value: 'pattern:member@*' }), role({ by: 'const:dac' })]], false],
    ['one alternative of two', [[role({ by: 'const:dac' })], [role({ by: 'const:so' })]], true],
    ['a part between semicolons', [[links('split_pattern:22,*b.example')]], true],
    ['a part of a part', [[links('split_pattern:2,*b.example')]], false],
    ['parts where the whole is meant', [[links('pattern:22,*b.example')]], false],
    ['a part over a semicolon', [[links('split_pattern:1,*b.example')]], false],
    ['another type', [[{ type: 'ResearcherStatus', value: 'pattern:*' }]], false],
    ['a pattern for the type', [[{ type: '*', value: 'pattern:*' }]], false],
    ['an unknown way of matching', [[role({ value: 'regex:.*' })]], false],
    ['an unknown way beside a good alternative', [[role({ value: 'regex:.*' })], [role({ by: 'const:so' })]], true],
    ['no way of matching', [[role({ value: 'faculty@a.example' })]], false],
    ['an empty way of matching', [[role({ value: ':faculty@a.example' })]], false],
    ['no alternative', [], false],
    ['an alternative of nothing', [[]], false],
    ['an alternative of nothing, and one that is not met', [[], [role({ by: 'const:dac' })]], false],
  ])('%s', (_, stated, expected) => {
    const conditions = readConditions(stated)!;
    expect(areMet(conditions, visas)).toBe(expected);
    expect(areMet(conditions, [])).toBe(false);
  });

  test.each<[string, unknown]>([
    ['no list', {}],
    ['a text', 'const:x'],
    ['null', null],
    ['clauses without a list', [role({ by: 'const:so' })]],
    ['a clause that is a text', [['x']]],
    ['a clause that is null', [[null]]],
    ['a clause that is a list', [[[]]]],
    ['no type', [[{ value: 'pattern:*' }]]],
    ['nothing but a type', [[role({})]]],
    ['a type that is no text', [[{ type: 1, value: 'pattern:*' }]]],
    ['a field that is no text', [[role({ value: 1 })]]],
    ['a time', [[role({ value: 'pattern:*', asserted: 'const:1' })]]],
    ['conditions of conditions', [[role({ value: 'pattern:*', conditions: 'pattern:*' })]]],
    ['a field that there is not', [[role({ other: 'pattern:*' })]]],
    ['a fault beside a good alternative', [[role({ by: 'const:so' })], [{}]]],
  ])('with %s are malformed', (_, stated) => {
    expect(readConditions(stated)).toBeUndefined();
  });

  test('that are met stay met with more visas', () => {
    const clause = fc.record({
      type: fc.constantFrom('AffiliationAndRole', 'LinkedIdentities'),
      value: fc.constantFrom('pattern:*', 'pattern:f*', 'const:x', 'split_pattern:1,*', 'regex:.'),
    });
    const one = fc.record({
      type: fc.constantFrom('AffiliationAndRole', 'LinkedIdentities'),
      value: fc.constantFrom('x', 'f@a', '1,b;c'),
      source: fc.constant('s'),
    });
    fc.assert(
      fc.property(fc.array(fc.array(clause)), fc.array(one), fc.array(one), (stated, some, more) => {
        const conditions = readConditions(stated)!;
        if (areMet(conditions, some)) expect(areMet(conditions, [...more, ...some])).toBe(true);
      }),
    );
  });
});
