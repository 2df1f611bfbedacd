/** The language of the portal's own texts. */
import { Button, Menu } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language, languages } from '../text/texts.ts';

const names: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

export function LanguageChoice(): ReactElement {
  const { t, i18n } = useTranslation('shell');
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          px="xs"
          aria-label={`${t('language')}: ${i18n.language.toUpperCase()}`}
        >
          {i18n.language.toUpperCase()}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            aria-current={language === i18n.language}
            onClick={() => void chooseLanguage(language)}
          >
            {names[language]}
            {language === i18n.language ? ' ✓' : ''}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
