/** A question while it is written: what is missing is told of, what is there can be asked. */
import { expect, test } from 'vitest';
import { readQuestion } from '../../../src/federation/client/index.ts';
import { type Draft, type DraftAge, type DraftCoded, draftOf, emptyDraft, newCriterion, newGroup } from './draft.ts';
import { added, changed, removed, wrapped } from './draft-edit.ts';
import { askedBy, isAskable, type MissingCode } from './draft-question.ts';

const codes = (draft: Draft): MissingCode[] => askedBy(draft).missing.map(({ code }) => code);
const one = (node: Parameters<typeof added>[2]): Draft => {
  const draft = emptyDraft();
  return added(draft, draft.root.id, node);
};
const age = (from: string, to: string): DraftAge => ({ ...(newCriterion('age') as DraftAge), from, to });
const coded = (more: Partial<DraftCoded>, kind: DraftCoded['of'] = 'observation'): DraftCoded => ({
  ...(newCriterion(kind) as DraftCoded),
  ...more,
});
const value = (number: string) => ({ comparator: 'ge' as const, number, unit: '%' });

test.each<[string, Draft, MissingCode[]]>([
  ['nothing at all', emptyDraft(), []],
  ['an age without bounds', one(age('', '')), ['age']],
  ['an age in words', one(age('old', '')), ['age']],
  ['an age that nobody has', one(age('', '200')), ['age']],
  ['an age downwards', one(age('60', '18')), ['age-order']],
  ['no code', one(coded({})), ['code']],
  ['days backwards', one(coded({ codes: ['x'], from: '2021-01-01', to: '2020-01-01' })), ['day-order']],
  ['a value in words', one(coded({ codes: ['x'], values: [value('much')] })), ['number']],
  ['no search', one({ ...newCriterion('where'), where: 'female' } as Parameters<typeof added>[2]), ['where']],
  ['an empty group', one(newGroup('any')), ['group']],
])('%s', (_, draft, expected) => expect(codes(draft)).toEqual(expected));

test('what is complete is asked, while the rest is missing', () => {
  const draft = one(age('65', ''));
  const more = added(draft, draft.root.id, coded({}));
  const asked = askedBy(more);
  expect(asked.question.patients.all).toEqual([{ age: { from: 65 } }]);
  expect(isAskable(asked)).toBe(false);
  expect(isAskable(askedBy(removed(more, more.root.of[1]!.id)))).toBe(true);
});

test('overlapping records need two of them', () => {
  const draft = one(coded({ codes: ['x'] }));
  const together = changed(draft, draft.root.id, { together: true });
  expect(codes(together)).toEqual(['together']);
  const two = added(together, draft.root.id, coded({ codes: ['y'] }));
  expect(askedBy(two).question.patients.together).toBe('overlapping');
});

test('a decimal comma is a decimal point, and digits stay', () => {
  const { question } = askedBy(one(coded({ codes: ['urn:x|a'], below: false, values: [value('6,50')] })));
  expect(question.patients.all).toEqual([
    { observation: { code: 'urn:x|a', value: { comparator: 'ge', number: '6.50', unit: '%' } } },
  ]);
});

test('alternatives, exclusions and groups inside of groups', () => {
  const question = readQuestion({
    patients: {
      all: [
        { any: [{ sex: 'female' }, { all: [{ condition: 'a' }, { procedure: 'b' }], together: 'overlapping' }] },
        {
          not: {
            any: [{ medication: { code: ['c', 'd'], below: false } }, { immunization: { code: 'e', below: true } }],
          },
        },
        { where: 'Encounter?class=IMP' },
      ],
    },
  });
  expect(askedBy(draftOf(question)).question.patients).toEqual(question.patients);
  const alone = readQuestion({ patients: { all: [{ any: [{ sex: 'female' }, { age: { to: 17 } }] }] } });
  expect(draftOf(alone).root.join).toBe('any');
  expect(askedBy(draftOf(alone)).question.patients).toEqual(alone.patients);
});

test('a criterion gets an alternative', () => {
  const draft = one(coded({ codes: ['x'], below: false }, 'condition'));
  const [first] = draft.root.of;
  const group = newGroup('any');
  const both = added(wrapped(draft, first!.id, group), group.id, coded({ codes: ['y'], below: false }, 'procedure'));
  expect(askedBy(both).question.patients.all).toEqual([
    { any: [{ condition: { code: 'x' } }, { procedure: { code: 'y' } }] },
  ]);
});

test('what the client refuses is told in its words', () => {
  const draft = { ...one(age('65', '')), asOf: '2026-02-31' };
  expect(askedBy(draft).refusal).toContain('2026-02-31');
});
