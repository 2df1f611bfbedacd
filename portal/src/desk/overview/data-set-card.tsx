/** One data set on the desk: its state, what it lacks, and what anyone sees of it. */
import { Badge, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { formatDate } from '../../part/format.ts';
import { LinkButton, LinkText } from '../../part/link.tsx';
import { reasonWords } from '../../part/reason-words.ts';
import { useSpeech } from '../../part/words.ts';
import { seenText } from '../form/words.ts';
import { describing } from '../record/describe.ts';
import { keptDraft } from '../record/draft.ts';
import { lacking } from '../record/lacking.ts';
import { usePreview } from '../record/preview.ts';
import { isTakenOver, useSummarised } from './data-sets.ts';

const kinds = ['anonymous', 'researcher'];

export function DataSetCard({ record }: { record: JsonObject }): ReactElement {
  const { t } = useTranslation('desk');
  const id = String(record['id']);
  const title = describing.title.read(record) || id;
  const isForeign = isTakenOver(record);
  return (
    <Card withBorder padding="md" component="article" aria-label={title.slice(0, 200)}>
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start">
          <Title order={3} size="h4" flex={1} miw={200} dir="auto" lineClamp={3} style={{ overflowWrap: 'anywhere' }}>
            <LinkText to="/data-set/$id" params={{ id }}>
              {title}
            </LinkText>
          </Title>
          <Group gap={6}>
            <Badge variant="default">
              {t(`status.${String(record['status'])}`, { defaultValue: String(record['status']) })}
            </Badge>
            {keptDraft(id) === undefined ? null : <Badge variant="default">{t('changed-here')}</Badge>}
          </Group>
        </Group>
        <Seen record={record} />
        <Lacks record={record} id={id} isForeign={isForeign} />
        <Updated record={record} />
        {isForeign ? (
          <Text size="sm">{t('taken-over')}</Text>
        ) : (
          <Group gap="xs">
            <LinkButton
              to="/desk"
              search={{ set: id, step: 'what' }}
              variant="default"
              size="xs"
              aria-label={t('edit-what', { what: title.slice(0, 200) })}
            >
              {t('edit')}
            </LinkButton>
            <LinkButton
              to="/desk"
              search={{ set: id, step: 'conditions' }}
              variant="default"
              size="xs"
              aria-label={t('conditions-of', { what: title.slice(0, 200) })}
            >
              {t('step.conditions')}
            </LinkButton>
            <LinkButton
              to="/desk"
              search={{ data: id }}
              variant="default"
              size="xs"
              aria-label={t('take-in-for', { what: title.slice(0, 200) })}
            >
              {t('take-in')}
            </LinkButton>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

/** What anyone and a registered researcher see, as it is stored. */
function Seen({ record }: { record: JsonObject }): ReactElement | null {
  const { t } = useTranslation('desk');
  const speech = useSpeech();
  const { data } = usePreview(record, kinds);
  if (record['status'] !== 'active') return <Text size="sm">{t('seen-by-none')}</Text>;
  if (data === undefined) return null;
  return (
    <List size="sm">
      {data.askers.map((one) => (
        <List.Item key={one.kind}>
          {t(`asker.${one.kind}`)}: {seenText(one, t)}
        </List.Item>
      ))}
      {data.closed.map((because) => (
        <List.Item key={because}>{t('closed-because', { because: reasonWords(because, speech) })}</List.Item>
      ))}
    </List>
  );
}

function Lacks({ record, id, isForeign }: { record: JsonObject; id: string; isForeign: boolean }): ReactElement | null {
  const { t } = useTranslation('desk');
  const summarised = useSummarised();
  const hasNoSummary = summarised?.has(id) === false && record['status'] === 'active' && !isForeign;
  const lacks = [...lacking(record), ...(hasNoSummary ? ['summary'] : [])];
  if (lacks.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={500}>
        {t('lacks')}
      </Text>
      <List size="sm">
        {lacks.map((one) => (
          <List.Item key={one}>{t(`lack.${one}`)}</List.Item>
        ))}
      </List>
    </div>
  );
}

function Updated({ record }: { record: JsonObject }): ReactElement | null {
  const { t } = useTranslation('desk');
  const { lastUpdated } = (record['meta'] ?? {}) as { lastUpdated?: string };
  if (lastUpdated === undefined) return null;
  return (
    <Text size="xs" c="dimmed">
      {t('stored-at', { when: formatDate(lastUpdated) })}
    </Text>
  );
}
