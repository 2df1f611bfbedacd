/** The words for conditions in the reader's language: the same that go with downloads. See docs/reference/terms.md */
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { conditionTexts } from '../../../src/fair/condition.ts';
import { type Words, wordsIn } from '../../../src/fair/words/index.ts';
import type { Condition, Dataset } from '../../../src/federation/client/index.ts';
import { languages } from '../text/texts.ts';

/** Changes with the language. */
export function useWords(): Words {
  const { i18n } = useTranslation('part');
  const language = languages.find((one) => one === i18n.resolvedLanguage) ?? 'en';
  return wordsIn[language];
}

/** What the record of a data set states, in the reader's words. */
export const conditionsOf = (
  { stated, conditions }: Pick<Dataset, 'stated' | 'conditions'>,
  words: Words,
): readonly Condition[] => (stated === undefined ? conditions : conditionTexts(stated, words));

/** All that reasons are said with. */
export interface Speech {
  readonly t: TFunction<'part'>;
  readonly words: Words;
}

export function useSpeech(): Speech {
  const { t } = useTranslation('part');
  return { t, words: useWords() };
}

/** Words that stand for themselves, such as a choice in a list. */
export const asLabel = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
