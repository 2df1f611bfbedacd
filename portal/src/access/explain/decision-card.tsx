/** One decision: what is granted, for which resources, and the statements that lead there, those that decide first. */
import { Badge, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '../../part/link.tsx';
import { reasonWords } from '../../part/reason-words.ts';
import { useSpeech } from '../../part/words.ts';
import { Sign, type SignName } from '../sign.tsx';
import type { ExplainedDecision, Reason } from './decision.ts';

const mostResources = 5;

/** Deny overrides; what needs a person or is not fulfilled comes next; what permits only helps. */
const weights: Readonly<Record<string, number>> = { deny: 0, 'needs-person': 1, 'not-met': 1, permit: 2 };
const signs: Readonly<Record<string, SignName>> = { deny: 'no', permit: 'yes', 'needs-person': 'person' };
const weightOf = ({ outcome }: Reason): number => weights[outcome] ?? 1;

export function DecisionCard({ decision, base }: { decision: ExplainedDecision; base: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  const speech = useSpeech();
  const { granted, resources, reasons } = decision;
  const isOpen = granted !== 'none';
  return (
    <Card withBorder component="section">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {t('granted')}: {t(`granted-${granted}`, { defaultValue: granted })}
          </Title>
          <Badge variant="default" tt="none">
            {t('resources', { count: resources.length })}
          </Badge>
        </Group>
        <Text size="sm" component="div">
          {resources.slice(0, mostResources).map((one) => (
            <LinkText key={one} to="/explore/$" params={{ _splat: one }} search={{ at: base }} mr="sm">
              {one}
            </LinkText>
          ))}
          {resources.length > mostResources ? t('and-more', { count: resources.length - mostResources }) : null}
        </Text>
        {reasons.length === 0 ? <Text>{t(isOpen ? 'no-reasons-open' : 'no-reasons-closed')}</Text> : null}
        <List listStyleType="none" spacing="xs">
          {reasons
            .toSorted((one, other) => weightOf(one) - weightOf(other))
            .map((reason) => (
              <List.Item key={JSON.stringify(reason)}>
                <Sign name={signs[reason.outcome] ?? 'question'} />{' '}
                <strong>{t(`outcome-${reason.outcome}`, { defaultValue: reason.outcome })}:</strong>{' '}
                <span dir="auto">{reasonWords(reason.text, speech)}</span>
                <Text size="sm" c="dimmed">
                  {t('stated-by')} <Source source={reason.source} base={base} />
                </Text>
              </List.Item>
            ))}
        </List>
      </Stack>
    </Card>
  );
}

function Source({ source, base }: { source: string; base: string }): ReactElement {
  if (!/^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]+$/.test(source)) return <span dir="auto">{source}</span>;
  return (
    <LinkText to="/explore/$" params={{ _splat: source }} search={{ at: base }} size="sm">
      {source}
    </LinkText>
  );
}
