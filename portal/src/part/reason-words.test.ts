/** Reasons of decisions in words: all that servers tell, and what is not known as it was told. */
import { expect, test } from 'vitest';
import { wordsIn } from '../../../src/fair/words/index.ts';
import german from '../text/de/part.json' with { type: 'json' };
import english from '../text/en/part.json' with { type: 'json' };
import { reasonWords } from './reason-words.ts';

type Speech = Parameters<typeof reasonWords>[1];

const saying = (texts: object): Speech['t'] =>
  ((key: string, values: Record<string, string> = {}) =>
    ((texts as Record<string, string>)[key] ?? `? ${key}`).replace(
      /\{\{(\w+)\}\}/g,
      (_, name: string) => values[name] ?? '',
    )) as unknown as Speech['t'];

const speech: Speech = { t: saying(english), words: wordsIn.en };
const inGerman: Speech = { t: saying(german), words: wordsIn.de };

test.each([
  ['offers record', 'the data set offers single records', 'der Datensatz bietet einzelne Datensätze'],
  ['exists is given', 'as it stands: whether there are any', 'nach jetzigem Stand: ob es welche gibt'],
  ['nothing is given', 'as it stands nothing is given', 'nach jetzigem Stand wird nichts gegeben'],
  [
    'grants count for another purpose',
    'a grant of counts, for another purpose',
    'eine Zusage für einen anderen Zweck: Anzahlen',
  ],
  ['data use: NPU', 'not for profit organisation use only (NPU)', 'nur gemeinnützige Einrichtungen (NPU)'],
  ['data use: TS 12', 'time limit on use: 12 (TS)', 'Nutzung nur für begrenzte Zeit: 12 (TS)'],
  ['data use: no research purpose is stated', 'no kind of research is stated', 'keine Art von Forschung ist genannt'],
  ['a grant by Organization/dac', 'Organization/dac decides on requests', 'über Anträge entscheidet Organization/dac'],
  ['recipient in DE, FR', 'goes only to DE, FR', 'geht nur nach DE, FR'],
  ['not before 2030-01-01T00:00:00.000Z', 'not before 2030-01-01', 'nicht vor dem 01.01.2030'],
  [
    'visa ControlledAccessGrants x',
    'needs the visa ControlledAccessGrants x',
    'braucht das Visum ControlledAccessGrants x',
  ],
  ['something new', 'something new', 'something new'],
])('%s is said as %s', (told, said, gesagt) => {
  expect(reasonWords(told, speech)).toBe(said);
  expect(reasonWords(told, inGerman)).toBe(gesagt);
});

test('diseases are named as the data set names them', () => {
  const stated = [{ id: 'DUO:0000007', parameter: 'urn:x|1', display: 'Hypertensive disorder' }];
  expect(reasonWords('data use: DS urn:x|1 urn:x|2', speech, stated)).toBe(
    'disease specific research: Hypertensive disorder and urn:x|2 (DS)',
  );
});
