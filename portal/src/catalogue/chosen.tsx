/** What narrows the catalogue now, each part with a way to take it back. */
import { Button, Group, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useWords } from '../part/words.ts';
import classes from './catalogue.module.css';
import { nameOf, nameOfSearch } from './names.ts';
import { type CatalogueQuestion, changed, type FacetName, facetNames, withChosen, yearsOf } from './question.ts';
import type { ToldFacet } from './told-facets.ts';
import { useAllFacets } from './use-catalogue.ts';

interface Part {
  key: string;
  label: string;
  without: CatalogueQuestion;
}

export function Chosen({
  base,
  question,
  onQuestion,
}: {
  base: string;
  question: CatalogueQuestion;
  onQuestion(question: CatalogueQuestion): void;
}): ReactElement | null {
  const { t } = useTranslation('catalogue');
  const { facets } = useAllFacets(base, question, question.chosen.code !== undefined);
  const parts = usePartsOf(question, facets);
  if (parts.length === 0) return null;
  return (
    <Group gap="xs" align="flex-start" my="sm">
      <ul className={classes['chips']} aria-label={t('chosen')}>
        {parts.map(({ key, label, without }) => (
          <li key={key}>
            <Button
              variant="default"
              size="compact-sm"
              radius="xl"
              maw={320}
              onClick={() => onQuestion(without)}
              aria-label={t('take-back', { what: label })}
              rightSection={<span aria-hidden="true">×</span>}
            >
              <Text component="span" size="sm" truncate="end" dir="auto">
                {label}
              </Text>
            </Button>
          </li>
        ))}
      </ul>
      {parts.length > 1 ? (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onQuestion(changed(question, { text: '', chosen: {} }))}
        >
          {t('clear-all')}
        </Button>
      ) : null}
    </Group>
  );
}

function usePartsOf(question: CatalogueQuestion, facets: ReadonlyMap<string, ToldFacet>): Part[] {
  const { t } = useTranslation('catalogue');
  const speech = { t, words: useWords() };
  const { text, chosen } = question;
  const words: Part[] =
    text === ''
      ? []
      : [{ key: 'q', label: t('words', { text: text.slice(0, 100) }), without: changed(question, { text: '' }) }];
  const label = (name: FacetName, search: string): string => {
    const span = name === 'year' ? yearsOf([search]) : undefined;
    const told = facets.get(name)?.values.find((one) => one.search === search);
    const named = told === undefined ? nameOfSearch(name, search, speech) : nameOf(name, told, speech);
    const value = span === undefined ? named : `${span.first}–${span.last}`;
    return `${t(`facet.${name}`)}: ${value.slice(0, 200)}`;
  };
  return [
    ...words,
    ...facetNames.flatMap((name) =>
      (chosen[name] ?? []).map((search): Part => {
        const others = (chosen[name] ?? []).filter((one) => one !== search);
        return { key: `${name} ${search}`, label: label(name, search), without: withChosen(question, name, others) };
      }),
    ),
  ];
}
