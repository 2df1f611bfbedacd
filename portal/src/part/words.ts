/** The words for conditions in the reader's language: the same that go with downloads. See docs/reference/terms.md */
import { useTranslation } from 'react-i18next';
import { type Words, wordsIn } from '../../../src/fair/words/index.ts';
import { languages } from '../text/texts.ts';

/** Changes with the language. */
export function useWords(): Words {
  const { i18n } = useTranslation('part');
  const language = languages.find((one) => one === i18n.resolvedLanguage) ?? 'en';
  return wordsIn[language];
}

/** Words that stand for themselves, such as a choice in a list. */
export const asLabel = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
