/** Conditions in every language: all kinds, each in words of its own. See docs/reference/terms.md */
import { describe, expect, test } from 'vitest';
import type { Requirement } from '../../src/conditions/model.ts';
import { conditionTexts, dayText, licenceText, requirementText } from '../../src/fair/condition.ts';
import { statedOf } from '../../src/fair/stated.ts';
import { dataUseText, obligationText, purposeText } from '../../src/fair/use-text.ts';
import { wordsIn } from '../../src/fair/words/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { everyCondition } from './full-library.ts';

const { en, de } = wordsIn;
const keysOf = (table: object): string[] => Object.keys(table);
const offers = keysOf(en.level).map((level) => ({
  url: canonical.granularity,
  extension: [{ url: 'level', valueCode: level }],
}));
const stated = statedOf(
  { resourceType: 'Library', id: 'a', status: 'active', extension: [...everyCondition, ...offers] },
  'https://example.org/fhir/Library/a',
);
const requirements: readonly Requirement[] = [
  { kind: 'visa', type: 'ResearcherStatus', value: 'x', by: 'so', source: 'y' },
  { kind: 'terms', url: 'urn:terms' },
  { kind: 'country', codes: ['DE', 'FR'] },
  { kind: 'recipient', identifiers: ['urn:a', 'urn:b'] },
  { kind: 'purpose', codes: [`${canonical.actReason}|HRESCH`, `${canonical.actReason}|TREAT`] },
  { kind: 'not-before', at: Date.UTC(2030, 0, 2) },
  { kind: 'not-after', at: Date.UTC(2030, 0, 2, 10, 30) },
  { kind: 'committee', committee: 'Organization/dac', display: 'The Committee' },
  { kind: 'committee', committee: 'Organization/dac' },
];

describe('every condition is said otherwise in German than in English', () => {
  const german = conditionTexts(stated, de);
  test.each(conditionTexts(stated, en).map((one, at) => [one.text, one, german[at]] as const))(
    '%s',
    (_, one, other) => {
      expect(other?.code).toBe(one.code);
      // The name of a licence is the same everywhere.
      if (one.code === 'licence') expect(other?.text).toBe(one.text);
      else expect(other?.text).not.toBe(one.text);
    },
  );
  test.each(requirements.map((one) => [one.kind, one] as const))('what is asked: %s', (_, one) => {
    expect(requirementText(one, de)).not.toBe(requirementText(one, en));
    // Nothing but codes and names are left of the English words.
    expect(requirementText(one, de)).not.toMatch(/\b(the|only|given|until|before|decides|or|of)\b/);
  });
  test.each(keysOf(en.obligation))('obligation %s', (code) => {
    const one = { code: `${canonical.actCode}|${code}`, parameter: '12' };
    expect(obligationText(one, de)).not.toBe(obligationText(one, en));
    expect(obligationText(one, de)).toContain(`(${code})`);
  });
  test.each(keysOf(en.purpose))('purpose %s', (code) => {
    const one = `${canonical.actReason}|${code}`;
    expect(purposeText(one, de)).not.toBe(purposeText(one, en));
  });
  test.each(keysOf(en.level))('level %s', (level) => {
    expect(de.level[level as keyof typeof de.level]).not.toBe(en.level[level as keyof typeof en.level]); // a key of both
  });
  test('terms of data use that are not known, and licences in the record', () => {
    expect(dataUseText({ id: 'DUO:9999999' }, de)).not.toBe(dataUseText({ id: 'DUO:9999999' }, en));
    expect(licenceText({}, de)).not.toBe(licenceText({}, en));
  });
});

describe.each(['duo', 'visaType'] as const)('names of %s', (table) => {
  test.each(keysOf(en[table]))('%s', (code) => {
    const [one, other] = [en[table], de[table]] as Readonly<Record<string, string>>[]; // tables of texts
    expect(other?.[code]).not.toBe(one?.[code]);
  });
});

test('days are written as a reader of the language writes them, moments with their time', () => {
  expect(dayText(Date.UTC(2030, 0, 2), en)).toBe('2030-01-02');
  expect(dayText(Date.UTC(2030, 0, 2), de)).toBe('02.01.2030');
  expect(dayText(Date.UTC(2030, 0, 2, 10, 30), de)).toBe('02.01.2030, 10:30:00 UTC');
});
