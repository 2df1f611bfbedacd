/** One data set of an answer: how many patients, on what conditions, and what one can do next. */
import { Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnsweredDataset } from '../../../src/federation/client/index.ts';
import { ConditionBadges } from '../part/condition-badges.tsx';
import { Copy } from '../part/copy.tsx';
import { CountText } from '../part/count-text.tsx';
import { LinkButton, LinkText } from '../part/link.tsx';
import { conditionsOf, useWords } from '../part/words.ts';
import { home } from '../server/home.ts';
import classes from './ask.module.css';
import { getCommand } from './export/get-command.ts';

export function DatasetItem({
  dataset,
  tokens,
  isCounted,
}: {
  dataset: AnsweredDataset;
  tokens: Readonly<Record<string, string>>;
  isCounted: boolean;
}): ReactElement {
  const { title, publisher } = dataset;
  const conditions = conditionsOf(dataset, useWords());
  return (
    <Paper withBorder p="md" component="article">
      <div className={classes['dataset']}>
        {isCounted ? (
          <div className={classes['count']}>
            <CountText answer={dataset.answer} />
          </div>
        ) : null}
        <Stack gap="xs" className={classes['grow'] ?? ''}>
          <div>
            <Title order={4} size="h5" dir="auto" className={classes['title'] ?? ''} title={title}>
              <DatasetLink dataset={dataset} />
            </Title>
            {publisher === undefined ? null : (
              <Text size="sm" c="dimmed" dir="auto" lineClamp={2}>
                {publisher}
              </Text>
            )}
          </div>
          <ConditionBadges conditions={conditions} most={4} />
          <Details dataset={dataset} tokens={tokens} />
        </Stack>
      </div>
    </Paper>
  );
}

interface Place {
  readonly base: string;
  readonly id: string;
}

/** Where its record lies. */
function placeOf({ metadata }: AnsweredDataset): Place | undefined {
  const at = metadata?.lastIndexOf('/Library/') ?? -1;
  return metadata === undefined || at < 0 ? undefined : { base: metadata.slice(0, at), id: metadata.slice(at + 9) };
}

/** Its record at the server that holds the data, which decides on requests; else the one that was found. */
function recordAt(repository: string, { metadata, alsoAt, identifier }: AnsweredDataset): string {
  const records = [metadata, ...alsoAt].filter((url) => url !== undefined);
  return records.find((url) => url.startsWith(`${repository}/`)) ?? metadata ?? identifier;
}

function DatasetLink({ dataset }: { dataset: AnsweredDataset }): ReactElement {
  const place = placeOf(dataset);
  if (place === undefined || place.id === '') return <>{dataset.title}</>;
  return (
    <LinkText
      to="/data-set/$id"
      params={{ id: place.id }}
      search={place.base === home ? {} : { at: place.base }}
      inherit
    >
      {dataset.title}
    </LinkText>
  );
}

function Details({
  dataset,
  tokens,
}: {
  dataset: AnsweredDataset;
  tokens: Readonly<Record<string, string>>;
}): ReactElement {
  const { t } = useTranslation('ask');
  const conditions = conditionsOf(dataset, useWords());
  const { repository, registry, description, identifier, fhirVersion, alsoAt, answer } = dataset;
  const isLoggedIn = repository !== undefined && tokens[repository] !== undefined;
  const command = getCommand(dataset);
  const facts: [string, string | undefined][] = [
    [t('details.identifier'), identifier],
    [t('details.repository'), repository],
    [t('details.registry'), registry],
    [t('details.fhir'), fhirVersion],
    [t('details.also-at'), alsoAt.length === 0 ? undefined : alsoAt.join(', ')],
  ];
  return (
    <>
      <Group gap="xs">
        {repository === undefined || !mayAsk(dataset) ? null : (
          <LinkButton
            to="/access"
            search={{ request: recordAt(repository, dataset), at: repository }}
            variant="light"
            size="compact-sm"
          >
            {t('details.ask-access')}
          </LinkButton>
        )}
        {repository === undefined || isLoggedIn || answer.state !== 'not-permitted' ? null : (
          <LinkButton to="/login" search={{ at: repository }} variant="default" size="compact-sm">
            {t('details.log-in')}
          </LinkButton>
        )}
      </Group>
      <details className={classes['details']}>
        <summary>{t('details.more')}</summary>
        <Stack gap="sm" pt="sm">
          {description === undefined ? null : <Text dir="auto">{description}</Text>}
          <div>
            <Text fw={600} size="sm">
              {t('details.conditions')}
            </Text>
            {conditions.length === 0 ? (
              <Text size="sm">{t('details.no-conditions')}</Text>
            ) : (
              <ul className={classes['plain']}>
                {conditions.map(({ code, text }) => (
                  <li key={`${code} ${text}`}>
                    <Text size="sm" dir="auto">
                      {text}
                    </Text>
                  </li>
                ))}
              </ul>
            )}
          </div>
          <dl className={classes['facts']}>
            {facts.map(([name, value]) =>
              value === undefined ? null : (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd dir="auto">{value}</dd>
                </div>
              ),
            )}
          </dl>
          {command === undefined ? null : (
            <Stack gap={4} align="flex-start">
              <Text fw={600} size="sm">
                {t('details.get')}
              </Text>
              <Code block className={classes['script'] ?? ''} dir="ltr" tabIndex={0}>
                {command}
              </Code>
              <Copy text={command} what={t('details.get')} />
            </Stack>
          )}
        </Stack>
      </details>
    </>
  );
}

/** Whether asking could bring more than was answered: not where nothing more is offered, nor while a date keeps everyone out. */
function mayAsk({ answer, stated }: AnsweredDataset): boolean {
  const { offers = [], requirements = [] } = stated?.statement ?? {};
  if (requirements.some((one) => one.kind === 'not-before' && Date.now() < one.at)) return false;
  const { state, granularity } = answer;
  if (state === 'not-permitted') return true;
  const isLittle = state === 'exists' || state === 'below-threshold' || granularity === 'count';
  return isLittle && offers.some(({ level }) => level.startsWith('record'));
}
