/** What one asker would see of a draft, what is missing for more, and every step of the decision. See docs/adr/0034-previewing-conditions.md */
import { Accordion, Badge, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { obligationText } from '../../../../src/fair/use-text.ts';
import { reasonWords } from '../../part/reason-words.ts';
import { useSpeech } from '../../part/words.ts';
import { levelText, missingText, seenText } from '../form/words.ts';
import type { AskerPreview } from '../record/preview.ts';

const lookOf: Readonly<Record<string, { sign: string; color: string }>> = {
  none: { sign: '×', color: 'gray' },
  exists: { sign: '?', color: 'yellow' },
  count: { sign: '#', color: 'fairway' },
  aggregate: { sign: '#', color: 'fairway' },
  'record-deidentified': { sign: '~', color: 'teal' },
  record: { sign: '+', color: 'fairway' },
};

export function AskerCard({ asker }: { asker: AskerPreview }): ReactElement {
  const { t } = useTranslation('desk');
  const speech = useSpeech();
  const { kind, level, beyond, obligations, consentRequired, reasons } = asker;
  const name = t(`asker.${kind}`);
  const look = lookOf[level] ?? lookOf['none']!;
  return (
    <Card withBorder padding="sm" component="section" aria-label={name} data-kind={kind} data-level={level}>
      <Stack gap="xs">
        <Title order={3} size="h5">
          {name}
        </Title>
        <Group gap={6}>
          <Badge
            variant="default"
            tt="none"
            leftSection={<span aria-hidden="true">{look.sign}</span>}
            color={look.color}
          >
            {levelText(level, t)}
          </Badge>
        </Group>
        <Text size="sm">{seenText(asker, t)}</Text>
        {consentRequired && level !== 'none' ? <Text size="sm">{t('of-consenting')}</Text> : null}
        {obligations.length === 0 ? null : (
          <div>
            <Text size="sm" fw={500}>
              {t('obliged')}
            </Text>
            <List size="sm">
              {obligations.map((one) => (
                <List.Item key={`${one.code} ${one.parameter ?? ''}`}>{obligationText(one, speech.words)}</List.Item>
              ))}
            </List>
          </div>
        )}
        {beyond.map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: several ways may lead to the same level
          <div key={at}>
            <Text size="sm" fw={500}>
              {one.level === 'none' ? t('why-closed') : t('for-more', { level: levelText(one.level, t) })}
            </Text>
            <List size="sm">
              {one.missing.map((missing) => (
                <List.Item key={missing.kind + missing.text} style={{ overflowWrap: 'anywhere' }}>
                  {missingText(missing, t, speech)}
                </List.Item>
              ))}
            </List>
          </div>
        ))}
        {reasons.length === 0 ? null : <Reasons reasons={reasons} />}
      </Stack>
    </Card>
  );
}

/** Every step of the decision, as the server tells it. */
function Reasons({ reasons }: Pick<AskerPreview, 'reasons'>): ReactElement {
  const { t } = useTranslation('desk');
  const speech = useSpeech();
  return (
    <Accordion variant="default" chevronPosition="left">
      <Accordion.Item value="why">
        <Accordion.Control px={0}>{t('why')}</Accordion.Control>
        <Accordion.Panel>
          <List size="xs">
            {reasons.map(({ source, outcome, text }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same step may be taken twice
              <List.Item key={at} style={{ overflowWrap: 'anywhere' }}>
                {t(`outcome.${outcome}`)}: <span dir="auto">{reasonWords(text, speech)}</span>
                {source.startsWith('Library/') ? '' : ` (${source})`}
              </List.Item>
            ))}
          </List>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
