/** Before a download: whether there are records for the reader at all, on which terms, how much there is room for. See docs/reference/terms.md */
import { Alert, Button, Checkbox, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { type ReactElement, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { obligationText } from '../../../src/fair/use-text.ts';
import type { Words } from '../../../src/fair/words/index.ts';
import type { Asked, Dataset } from '../../../src/federation/client/index.ts';
import { Copy } from '../part/copy.tsx';
import { formatBytes } from '../part/format.ts';
import { LinkButton } from '../part/link.tsx';
import { conditionsOf, useWords } from '../part/words.ts';
import { home } from '../server/home.ts';
import { useSessions } from '../server/tokens.ts';
import type { DownloadOf } from './download-of.ts';
import { canWriteFolders, mostInArchive } from './place.ts';
import { obligationFrom } from './run.ts';

const isOfRecords = (level: string): boolean => level.startsWith('record');

/** What the record or the grant says can be had at most; undefined where that is records. */
function mostWithoutRecords({ granted }: DownloadOf, { stated }: Dataset): string | undefined {
  if (granted?.level !== undefined) return isOfRecords(granted.level) ? undefined : granted.level;
  const levels = (stated?.statement.offers ?? []).map(({ level }) => level);
  return levels.length === 0 || levels.some(isOfRecords) ? undefined : levels[0];
}

export function Before({
  of,
  dataset,
  asked,
  fault,
  onStart,
}: {
  of: DownloadOf;
  dataset: Dataset;
  asked: Asked;
  fault: string | undefined;
  onStart(where: 'archive' | 'folder'): void;
}): ReactElement {
  const { t } = useTranslation('download');
  const [isAccepted, setAccepted] = useState(false);
  const sessions = useSessions();
  const words = useWords();
  const less = mostWithoutRecords(of, dataset);
  if (less !== undefined) return <NoRecords of={of} text={t('counts-only', { level: t(`level-${less}`) })} />;
  const { duties, terms } = termsOf(of, dataset, words);
  const hasTerms = duties.length + terms.length > 0;
  const server = dataset.repository ?? of.base;
  const isLoggedIn = sessions.some(({ base }) => base === server);
  const needsPurpose = dataset.conditions.some(({ code }) => code === 'purpose' || code === 'data-use');
  const lacksPurpose = isLoggedIn && needsPurpose && (asked.purposes ?? []).length === 0;
  return (
    <Stack gap="sm">
      <Text size="sm">{t('what')}</Text>
      {isLoggedIn ? null : (
        <Hint text={t('not-logged-in')}>
          <LinkButton to="/login" search={{ at: server }} variant="default" size="xs">
            {t('log-in')}
          </LinkButton>
        </Hint>
      )}
      {lacksPurpose ? (
        <Hint text={t('no-purpose')}>
          <LinkButton to="/login" variant="default" size="xs">
            {t('state-purpose')}
          </LinkButton>
        </Hint>
      ) : null}
      <Lines title={t('duties')} lines={duties} />
      <Lines title={t('terms')} lines={terms} />
      {hasTerms ? (
        <Checkbox
          checked={isAccepted}
          onChange={({ currentTarget }) => setAccepted(currentTarget.checked)}
          label={t('accept')}
        />
      ) : (
        <Text size="sm">{t('no-terms')}</Text>
      )}
      <Text size="sm" c="dimmed">
        {t(canWriteFolders() ? 'size-folder' : 'size', { most: formatBytes(mostInArchive) })}
      </Text>
      <CommandLine command={of.command} />
      {fault === undefined ? null : (
        <Alert color="red" variant="outline" role="alert">
          {fault.slice(0, 600)}
        </Alert>
      )}
      <Group gap="xs">
        <Button disabled={hasTerms && !isAccepted} onClick={() => onStart('archive')}>
          {t('start-archive')}
        </Button>
        {canWriteFolders() ? (
          <Button variant="default" disabled={hasTerms && !isAccepted} onClick={() => onStart('folder')}>
            {t('start-folder')}
          </Button>
        ) : null}
      </Group>
    </Stack>
  );
}

/** What one must do and refrain from, and all else that is asked. */
function termsOf({ granted }: DownloadOf, dataset: Dataset, words: Words): { duties: string[]; terms: string[] } {
  const conditions = conditionsOf(dataset, words);
  const ofGrant = (granted?.obligations ?? []).map((stated) => obligationText(obligationFrom(stated), words));
  const duties = conditions.filter(({ code }) => code === 'obligation').map(({ text }) => text);
  const terms = conditions.filter(({ code }) => code !== 'obligation' && code !== 'granularity');
  return { duties: [...new Set([...ofGrant, ...duties])], terms: [...new Set(terms.map(({ text }) => text))] };
}

/** Numbers may be told where records may not be read. */
export function NoRecords({ of, text }: { of: DownloadOf; text: string }): ReactElement {
  const { t } = useTranslation('download');
  return (
    <Alert color="yellow" variant="outline" role="status" title={t('no-records')}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text}</Text>
        <Group gap="xs">
          <LinkButton
            to="/ask"
            search={{ 'data-set': of.id, ...(of.base === home ? {} : { at: of.base }) }}
            variant="default"
            size="xs"
          >
            {t('ask-question')}
          </LinkButton>
          {of.granted === undefined ? (
            <LinkButton to="/access" search={{ request: `${of.base}/Library/${of.id}` }} variant="default" size="xs">
              {t('ask-access')}
            </LinkButton>
          ) : null}
        </Group>
      </Stack>
    </Alert>
  );
}

export function Lines({ title, lines }: { title: string; lines: readonly string[] }): ReactElement | null {
  const id = useId();
  if (lines.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <Title order={3} size="h6" id={id}>
        {title}
      </Title>
      <List size="sm" spacing={2}>
        {lines.map((line) => (
          <List.Item key={line}>
            <span dir="auto">{line.slice(0, 2000)}</span>
          </List.Item>
        ))}
      </List>
    </section>
  );
}

function Hint({ text, children }: { text: string; children: ReactNode }): ReactElement {
  return (
    <Alert color="gray" variant="outline" role="note">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text}</Text>
        {children}
      </Stack>
    </Alert>
  );
}

export function CommandLine({ command }: { command: string }): ReactElement {
  const { t } = useTranslation('download');
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Code block dir="ltr" tabIndex={0} style={{ flex: 1, minWidth: 0 }}>
        {command}
      </Code>
      <Copy text={command} what={t('command')} />
    </Group>
  );
}
