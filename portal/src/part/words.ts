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
