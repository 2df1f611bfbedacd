/** Catalogue: data sets by words and facets, with what one needs to choose among them, and side by side. See docs/reference/facets.md */
import { Alert, Button, CloseButton, Drawer, Group, NativeSelect, Stack, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { formatNumber } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Problem } from '../part/problem.tsx';
import { baseOf } from '../server/address.ts';
import classes from './catalogue.module.css';
import { Chosen } from './chosen.tsx';
import { Compare } from './compare.tsx';
import { CompareBar } from './compare-bar.tsx';
import { FacetPanel } from './facet-panel.tsx';
import { addressSearch, type CatalogueQuestion, changed, questionOf } from './question.ts';
import { Results } from './results.tsx';
import { SearchField } from './search-field.tsx';
import { type Abilities, type Sources, useAbilities, useAskAhead, useSources } from './use-catalogue.ts';

export function CataloguePage(): ReactElement {
  const { t } = useTranslation('catalogue');
  const found = useSources();
  const { sources, isLoading, error, retry } = found;
  const search = useSearch({ from: '/catalogue' });
  const question = useMemo(() => questionOf(search), [search]);
  const base = question.at === undefined ? sources[0]?.base : baseOf(question.at);
  const title = <PageTitle title={t('title')} text={t('text')} />;
  if (base !== undefined && /^https?:\/\//.test(base)) {
    return (
      <>
        {title}
        <Catalogue key={base} base={base} found={found} question={question} />
      </>
    );
  }
  if (isLoading) return <Loading lines={8} />;
  return (
    <>
      {title}
      {error === null ? (
        <Empty title={t('no-catalogue')} text={t('no-catalogue-text')}>
          <LinkButton to="/network">{t('to-network')}</LinkButton>
        </Empty>
      ) : (
        <Problem error={error} retry={retry} />
      )}
    </>
  );
}

interface CatalogueProps {
  base: string;
  found: Sources;
  question: CatalogueQuestion;
}

function Catalogue({ base, found, question }: CatalogueProps): ReactElement {
  const { abilities, error, refetch } = useAbilities(base);
  const navigate = useNavigate({ from: '/catalogue' });
  const askAhead = useAskAhead(base, abilities);
  const ask = useCallback(
    (next: CatalogueQuestion, how: { replace?: boolean } = {}): void => {
      askAhead(next);
      void navigate({ to: '/catalogue', search: addressSearch(next), resetScroll: false, ...how });
    },
    [navigate, askAhead],
  );
  if (abilities === undefined) {
    return error === null ? <Loading lines={8} /> : <Problem error={error} retry={() => void refetch()} />;
  }
  if (question.isComparing) {
    return <Compare base={base} question={question} abilities={abilities} onQuestion={ask} />;
  }
  return (
    <Stack gap="sm">
      <Head base={base} found={found} question={question} onQuestion={ask} />
      {abilities.hasFacets ? <Chosen base={base} question={question} onQuestion={ask} /> : null}
      <Body base={base} question={question} abilities={abilities} onQuestion={ask} />
      <CompareBar question={question} onQuestion={ask} />
    </Stack>
  );
}

type OnQuestion = (question: CatalogueQuestion, how?: { replace?: boolean }) => void;

/** What is typed replaces the address, so that the way back leads out of the typing. */
function Head({ base, found, question, onQuestion }: CatalogueProps & { onQuestion: OnQuestion }): ReactElement {
  const { t } = useTranslation('catalogue');
  const { sources, isCut } = found;
  return (
    <>
      {sources.length < 2 ? null : (
        <NativeSelect
          label={t('catalogue-of')}
          description={isCut ? t('catalogues-cut', { shown: formatNumber(sources.length) }) : undefined}
          maw={480}
          data={sources.map((one) => ({ value: one.base, label: one.name }))}
          value={base}
          onChange={(event) =>
            onQuestion(changed(question, { at: event.currentTarget.value, chosen: {}, compared: [] }))
          }
        />
      )}
      <SearchField
        text={question.text}
        onText={(text) => {
          if (text !== question.text)
            onQuestion(changed(question, { text, sort: usualSort(question, text) }), { replace: true });
        }}
      />
    </>
  );
}

/** Words are ordered by how well they fit, unless one chose otherwise. */
const usualSort = ({ text, sort }: CatalogueQuestion, next: string): CatalogueQuestion['sort'] => {
  if (next === '') return sort === 'relevance' ? 'title' : sort;
  return text === '' && sort === 'title' ? 'relevance' : sort;
};

function Body({
  base,
  question,
  abilities,
  onQuestion,
}: Omit<CatalogueProps, 'found'> & { abilities: Abilities; onQuestion: OnQuestion }): ReactElement {
  const { t } = useTranslation('catalogue');
  const results = <Results base={base} question={question} abilities={abilities} onQuestion={onQuestion} />;
  if (!abilities.hasFacets) {
    return (
      <>
        <Alert variant="outline" color="blue" role="status">
          {t('no-facets')}
        </Alert>
        {results}
      </>
    );
  }
  const panel = <FacetPanel base={base} question={question} onQuestion={onQuestion} />;
  return (
    <div className={classes['columns']}>
      <aside className={classes['aside']} aria-label={t('narrow')}>
        {panel}
      </aside>
      <Stack gap="sm" miw={0}>
        <FacetDrawer question={question}>{panel}</FacetDrawer>
        {results}
      </Stack>
    </div>
  );
}

/** On small screens the facets come up from below. */
function FacetDrawer({ question, children }: { question: CatalogueQuestion; children: ReactElement }): ReactElement {
  const { t } = useTranslation('catalogue');
  const [isOpen, { open, close }] = useDisclosure(false);
  const count = Object.keys(question.chosen).length;
  return (
    <>
      <Button className={classes['open'] ?? ''} variant="default" onClick={open}>
        {count === 0 ? t('narrow') : t('narrow-by', { count })}
      </Button>
      <Drawer.Root opened={isOpen} onClose={close} position="bottom" size="85%">
        <Drawer.Overlay />
        <Drawer.Content aria-label={t('narrow')}>
          <Drawer.Body>
            <Group justify="space-between">
              <Title order={2} size="h3">
                {t('narrow')}
              </Title>
              <CloseButton onClick={close} aria-label={t('close')} />
            </Group>
            {children}
            <Button fullWidth mt="md" onClick={close}>
              {t('show-results')}
            </Button>
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </>
  );
}
