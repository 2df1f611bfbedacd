/** The words that are looked for; asked a moment after one stops typing. */
import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const pause = 250;

export function SearchField({ text, onText }: { text: string; onText(text: string): void }): ReactElement {
  const { t } = useTranslation('catalogue');
  const [typed, setTyped] = useState(text);
  // What one goes back to by the browser's buttons shows here, too.
  useEffect(() => setTyped((now) => (now.trim() === text ? now : text)), [text]);
  const tell = useDebouncedCallback((next: string) => onText(next.trim()), pause);
  const set = (next: string): void => {
    setTyped(next);
    tell(next);
  };
  return (
    <search>
      <TextInput
        type="text"
        inputMode="search"
        enterKeyHint="search"
        size="md"
        label={t('search')}
        description={t('search-hint')}
        value={typed}
        onChange={(event) => set(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onText(typed.trim());
        }}
        rightSection={typed === '' ? null : <CloseButton aria-label={t('clear-search')} onClick={() => set('')} />}
      />
    </search>
  );
}
