/** Says the reasons of a decision, which servers tell briefly, in the reader's words; what is not known here is shown as it was told. See docs/adr/0010-statements-and-effects.md */
import { requirementText } from '../../../src/fair/condition.ts';
import { duoTerm } from '../../../src/fair/duo.ts';
import type { DuoName, Words } from '../../../src/fair/words/index.ts';
import { formatList } from './format.ts';
import type { Speech } from './words.ts';

/** A term of use as a data set states it: for the names of the diseases and places in it. */
export interface StatedUse {
  readonly id: string;
  readonly parameter?: string;
  readonly display?: string;
}

type Requirement = Parameters<typeof requirementText>[0];

/** What is asked of the asker: conditions have words already. */
const requirements: readonly (readonly [RegExp, (stated: string) => Requirement | undefined])[] = [
  [/^a grant by (.+)$/, (committee) => ({ kind: 'committee', committee })],
  [/^acceptance of (.+)$/, (url) => ({ kind: 'terms', url })],
  [/^recipient in (.+)$/, (codes) => ({ kind: 'country', codes: codes.split(', ') })],
  [/^recipient (.+)$/, (identifiers) => ({ kind: 'recipient', identifiers: identifiers.split(', ') })],
  [/^purpose (.+)$/, (codes) => ({ kind: 'purpose', codes: codes.split(', ') })],
  [/^only for (.+)$/, (codes) => ({ kind: 'purpose', codes: codes.split(', ') })],
  [/^not before (.+)$/, (at) => dated('not-before', at)],
  [/^not after (.+)$/, (at) => dated('not-after', at)],
  [/^visa (.+)$/, (type) => ({ kind: 'visa', type })],
];

function dated(kind: 'not-before' | 'not-after', stated: string): Requirement | undefined {
  const at = Date.parse(stated);
  return Number.isNaN(at) ? undefined : { kind, at };
}

/** Each reads one kind of other reason. */
const readers: readonly (readonly [RegExp, (parts: readonly string[], speech: Speech) => string])[] = [
  [/^offers (\S+)$/, ([code = ''], { t, words }) => t('because-offers', { level: levelName(code, words) })],
  [
    /^(\S+) is given$/,
    ([code = ''], { t, words }) =>
      code === 'nothing' ? t('because-nothing') : t('because-given', { level: levelName(code, words) }),
  ],
  [
    /^grants (\S+?)( for another purpose)?$/,
    ([code = '', other], { t, words }) =>
      t(other === undefined || other === '' ? 'because-grant' : 'because-grant-other', {
        level: levelName(code, words),
      }),
  ],
  [/^its period is not now$/, (_, { t }) => t('because-period')],
  [/^data use: no research purpose is stated$/, (_, { t }) => t('because-no-research')],
  [/^data use: no permission is among the data use terms$/, (_, { t }) => t('because-no-permission')],
  [/^nothing is stated of who may have the data:/, (_, { t }) => t('because-nothing-stated')],
  [/^the data use terms name no permission$/, (_, { t }) => t('because-no-permission')],
  [/^([A-Z]+) lacks its \S+$/, ([term = ''], { t, words }) => t('because-lacks', { term: duoName(term, words) })],
  [/^the profile of de-identified records is not named$/, (_, { t }) => t('because-no-profile')],
  [/^more than one (.+) is stated$/, ([what], { t }) => t('because-twice', { what })],
  [/^the condition (.+) on \S+ is not understood$/, ([url = ''], { words }) => words.unknownCondition(url)],
  [/^reads everything$/, (_, { t }) => t('because-reads-everything')],
  [/^directive$/, (_, { t }) => t('because-directive')],
  [/^policy$/, (_, { t }) => t('because-policy')],
  [/^labels$/, (_, { t }) => t('because-labels')],
  [/^needs a grant$/, (_, { t }) => t('because-needs-grant')],
  [/^needs the consent of the person$/, (_, { t }) => t('because-needs-consent')],
];

/** The name of a level; the code where it has none. */
export const levelName = (code: string, { level: names }: Words): string =>
  Object.hasOwn(names, code) ? names[code as keyof typeof names] : code; // a key of it

export function reasonWords(text: string, speech: Speech, stated: readonly StatedUse[] = []): string {
  const [, name, parameters] = /^data use: ([A-Z]+)(?: (.+))?$/.exec(text) ?? [];
  if (name !== undefined) return dataUseWords(name, parameters?.split(' ') ?? [], speech.words, stated);
  for (const [pattern, read] of requirements) {
    const requirement = read(pattern.exec(text)?.[1] ?? '');
    if (pattern.test(text) && requirement !== undefined) return requirementText(requirement, speech.words);
  }
  for (const [pattern, say] of readers) {
    const found = pattern.exec(text);
    if (found !== null) return say(found.slice(1), speech);
  }
  return text;
}

function dataUseWords(name: string, parameters: readonly string[], words: Words, stated: readonly StatedUse[]): string {
  if (parameters.length === 0) return duoName(name, words);
  const named = parameters.map(
    (one) =>
      stated.find(({ id, parameter }) => parameter === one && duoTerm(id)?.abbreviation === name)?.display ?? one,
  );
  return `${duoWords(name, words)}: ${formatList(named)} (${name})`;
}

const duoWords = (name: string, { duo }: Words): string => (Object.hasOwn(duo, name) ? duo[name as DuoName] : name); // a key of it

const duoName = (name: string, words: Words): string => `${duoWords(name, words)} (${name})`;
