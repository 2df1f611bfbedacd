/** Up to four data sets side by side: what they are, whom they hold, how complete they are, and on which terms. */
import { Button, Group, List, Stack, Table, Text } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type ConditionText, conditionTexts } from '../../../src/fair/condition.ts';
import { CountText } from '../part/count-text.tsx';
import { Empty } from '../part/empty.tsx';
import { formatNumber, formatPercent } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { Partial } from '../part/partial.tsx';
import { Problem } from '../part/problem.tsx';
import { Scrolled } from '../part/scrolled.tsx';
import { useWords } from '../part/words.ts';
import { DataSetLink, FairText, periodText } from './card.tsx';
import classes from './catalogue.module.css';
import { AskButton } from './compare-bar.tsx';
import { contentOf, type TypeContent } from './content.ts';
import type { Entry } from './entry.ts';
import { addressSearch, type CatalogueQuestion } from './question.ts';
import { type Abilities, useCompared, useFairScores } from './use-catalogue.ts';

interface CompareProps {
  base: string;
  question: CatalogueQuestion;
  abilities: Abilities;
  onQuestion(question: CatalogueQuestion): void;
}

export function Compare({ base, question, abilities, onQuestion }: CompareProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const { compared } = question;
  const found = useCompared(base, compared, abilities.hasFacets);
  const fair = useFairScores(base, abilities.hasFacets ? compared : []);
  const back = (
    <LinkButton to="/catalogue" search={addressSearch({ ...question, isComparing: false })} variant="default">
      {t('back-to-results')}
    </LinkButton>
  );
  if (compared.length === 0) return <Empty title={t('nothing-picked')}>{back}</Empty>;
  if (found.isPending) return <Loading lines={8} />;
  if (found.data === undefined) return <Problem error={found.error} retry={() => void found.refetch()} />;
  const byId = new Map(found.data.entries.map((one) => [one.id, one]));
  const entries = compared.flatMap((id) => byId.get(id) ?? []);
  const gone = compared.filter((id) => !byId.has(id));
  const remove = (id: string): void => onQuestion({ ...question, compared: compared.filter((one) => one !== id) });
  return (
    <Stack>
      <Group>
        {back}
        <AskButton compared={compared} at={question.at} />
      </Group>
      {gone.length === 0 ? null : <Partial>{t('gone', { ids: gone.join(', ') })}</Partial>}
      {entries.length === 0 ? null : (
        <CompareTable base={base} entries={entries} scores={fair.data} onRemove={remove} />
      )}
    </Stack>
  );
}

interface CompareTableProps {
  base: string;
  entries: readonly Entry[];
  scores: ReadonlyMap<string, ReadonlyMap<string, number>> | undefined;
  onRemove(id: string): void;
}

function CompareTable({ base, entries, scores, onRemove }: CompareTableProps): ReactElement {
  const { t } = useTranslation('catalogue');
  const words = useWords();
  const contents = new Map(entries.map(({ id, summary }) => [id, summary === undefined ? [] : contentOf(summary)]));
  const types = [...new Set([...contents.values()].flatMap((list) => list.map(({ type }) => type)))].sort();
  const row = (name: string, cell: (entry: Entry) => ReactNode): ReactElement => (
    <Table.Tr key={name}>
      <Table.Th scope="row">{name}</Table.Th>
      {entries.map((entry) => (
        <Table.Td key={entry.id}>{cell(entry) ?? <NotTold />}</Table.Td>
      ))}
    </Table.Tr>
  );
  return (
    <Scrolled label={t('comparison')}>
      <Table className={classes['compare']} withTableBorder verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('row.title')}</Table.Th>
            {entries.map((entry) => (
              <Table.Th key={entry.id} scope="col">
                <Stack gap={4} align="flex-start">
                  <DataSetLink base={base} entry={entry} />
                  <Button
                    variant="subtle"
                    size="compact-xs"
                    onClick={() => onRemove(entry.id)}
                    aria-label={t('remove-what', { title: entry.title.slice(0, 100) })}
                  >
                    {t('remove')}
                  </Button>
                </Stack>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {row(t('row.publisher'), ({ publisher }) => publisher && <span dir="auto">{publisher.slice(0, 300)}</span>)}
          {row(t('row.patients'), ({ patients }) => patients && <CountText answer={patients} />)}
          {row(t('row.period'), ({ period }) => periodText(period))}
          {row(t('row.server'), ({ server }) => server)}
          {row(t('row.licence'), ({ stated }) =>
            linesOf(conditionTexts(stated, words).filter(({ code }) => code === 'licence')),
          )}
          {row(t('row.conditions'), ({ stated }) =>
            linesOf(conditionTexts(stated, words).filter(({ code }) => code !== 'licence')),
          )}
          {row(t('row.fair'), ({ id }) => {
            const own = scores?.get(id);
            return own === undefined || own.size === 0 ? undefined : <FairText scores={own} />;
          })}
          {types.map((type) =>
            row(type, ({ id }) => {
              const content = contents.get(id)?.find((one) => one.type === type);
              return content === undefined ? undefined : <TypeCell content={content} />;
            }),
          )}
        </Table.Tbody>
      </Table>
    </Scrolled>
  );
}

function NotTold(): ReactElement {
  const { t } = useTranslation('catalogue');
  return (
    <Text size="sm" c="dimmed">
      {t('not-told')}
    </Text>
  );
}

const linesOf = (conditions: readonly ConditionText[]): ReactElement | undefined =>
  conditions.length === 0 ? undefined : <Lines lines={conditions.map(({ text }) => text)} />;

const Lines = ({ lines }: { lines: readonly string[] }): ReactElement => (
  <List size="sm" spacing={2}>
    {lines.map((line) => (
      <List.Item key={line}>
        <span dir="auto">{line}</span>
      </List.Item>
    ))}
  </List>
);

/** Elements that are listed; the others are counted. */
const mostElements = 12;

function TypeCell({ content: { resources, patients, completeness } }: { content: TypeContent }): ReactElement {
  const { t } = useTranslation('catalogue');
  const shown = completeness.slice(0, mostElements);
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {resources === undefined ? t('held') : t('records', { count: resources, shown: formatNumber(resources) })}
      </Text>
      {patients === undefined ? null : (
        <Text size="sm">{t('of-patients', { count: patients, shown: formatNumber(patients) })}</Text>
      )}
      {shown.length === 0 ? null : (
        <List size="xs" spacing={0}>
          {shown.map(([element, percent]) => (
            <List.Item key={element}>{t('complete', { element, percent: formatPercent(percent) })}</List.Item>
          ))}
        </List>
      )}
      {completeness.length > shown.length ? (
        <Text size="xs" c="dimmed">
          {t('elements-left', { count: completeness.length - shown.length })}
        </Text>
      ) : null}
    </Stack>
  );
}
