/** Reasons of decisions in words: all that servers tell, and what is not known as it was told. */
import { expect, test } from 'vitest';
import texts from '../text/en/access.json' with { type: 'json' };
import { reasonWords } from './reason-words.ts';

const t = ((key: string, values: Record<string, string> = {}) =>
  ((texts as Record<string, string>)[key] ?? values['defaultValue'] ?? `? ${key}`).replace(
    /\{\{(\w+)\}\}/g,
    (_, name: string) => values[name] ?? '',
  )) as unknown as Parameters<typeof reasonWords>[1];

test.each([
  ['offers record', 'the data set offers single records'],
  ['exists is given', 'as it stands: whether there are any'],
  ['nothing is given', 'as it stands nothing is given'],
  ['grants count for another purpose', 'a grant of counts, for another purpose'],
  ['data use: NPU', 'only organisations that are not for profit (NPU)'],
  ['data use: TS 12', 'only for so many months: 12 (TS)'],
  ['data use: no research purpose is stated', 'no kind of research is stated'],
  ['a grant by Organization/dac', 'Organization/dac decides'],
  ['visa ControlledAccessGrants x', 'needs the visa ControlledAccessGrants x'],
  ['something new', 'something new'],
])('%s is said as %s', (told, said) => {
  expect(reasonWords(told, t)).toBe(said);
});

test('diseases are named as the data set names them', () => {
  const stated = [{ id: 'DUO:0000007', parameter: 'urn:x|1', display: 'Hypertensive disorder' }];
  expect(reasonWords('data use: DS urn:x|1 urn:x|2', t, stated)).toBe(
    'research into certain diseases: Hypertensive disorder and urn:x|2 (DS)',
  );
});
