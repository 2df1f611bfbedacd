/** How the page says a question: in its language, with names for codes, dates and numbers as the reader writes them. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber } from '../part/format.ts';
import type { DataSetTitle } from './data-set-titles.ts';
import type { Speech } from './sentence.ts';

export function useSpeech(name: (code: string) => string, titleOf: (name: string) => DataSetTitle): Speech {
  const { t, i18n } = useTranslation('ask');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the language changes what formats give
  return useMemo(
    () => ({
      say: (key, values) => t(key, values ?? {}),
      name,
      dataSet(dataSet) {
        const told = titleOf(dataSet);
        return told.state === 'read' ? t('sentence.title', { title: shortened(told.title) }) : dataSet;
      },
      day: formatDate,
      number: (text) => text.replace('.', decimalSign()),
    }),
    [t, i18n.language, name, titleOf],
  );
}

/** Digits stay as they were written: 6.50 is more precise than 6.5. */
const decimalSign = (): string => formatNumber(1.5).replace(/[^.,]/g, '') || '.';

/** Within a sentence; the whole title stands with the data set. */
const shortened = (title: string): string => (title.length <= 120 ? title : `${title.slice(0, 119)}…`);
