/** Who gets what of the data set, and all conditions in words. See docs/guides/conditions.md */
import { Alert, List, Stack, Table, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { conditionTexts } from '../../../src/fair/condition.ts';
import { type Audience, audienceOf, type DataSetDescription, stepTexts } from '../../../src/fair/landing/index.ts';
import { ConditionBadges } from '../part/condition-badges.tsx';
import { formatNumber } from '../part/format.ts';
import { useWords } from '../part/words.ts';
import { Section } from './section.tsx';

export function Conditions({ one }: { one: DataSetDescription }): ReactElement {
  const { t } = useTranslation('data-set');
  const words = useWords();
  const audience = audienceOf(one.stated, one.status, Date.now());
  return (
    <Section title={t('conditions')}>
      <Alert color={audience.anyone === 'none' ? 'gray' : 'fairway'} variant="outline" role="note">
        {audience.closed === undefined
          ? t('anyone', { what: t(`level-${audience.anyone}`) })
          : t(`closed-${audience.closed}`)}
      </Alert>
      {audience.steps.length === 0 ? null : <Steps audience={audience} />}
      <Text fw={600} size="sm">
        {t('as-stated')}
      </Text>
      <ConditionBadges conditions={conditionTexts(one.stated, words)} most={50} />
    </Section>
  );
}

/** From the least to the most that is offered, and what each asks. */
function Steps({ audience }: { audience: Audience }): ReactElement {
  const { t } = useTranslation('data-set');
  const words = useWords();
  const steps = audience.steps.map((step) => ({ ...step, asks: stepTexts(step, words) }));
  return (
    <Table.ScrollContainer
      minWidth={320}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': t('who-gets-what') } }}
    >
      <Table withTableBorder verticalSpacing="sm" layout="fixed" aria-label={t('who-gets-what')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('what')}</Table.Th>
            <Table.Th scope="col">{t('who')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {steps.map(({ level, threshold, rounding, asks }) => (
            <Table.Tr key={`${level} ${asks.join()}`}>
              <Table.Th scope="row" fw={600}>
                <Stack gap={2}>
                  {t(`level-${level}`)}
                  {level === 'record' || level === 'record-deidentified' ? null : (
                    <Text size="xs" c="dimmed" fw={400}>
                      {level === 'exists'
                        ? t('told-from', { threshold: formatNumber(threshold) })
                        : t('limits', { threshold: formatNumber(threshold), rounding: formatNumber(rounding) })}
                    </Text>
                  )}
                </Stack>
              </Table.Th>
              <Table.Td>
                {asks.length === 0 ? (
                  t('everyone')
                ) : (
                  <List size="sm" spacing={2}>
                    {asks.map((ask) => (
                      <List.Item key={ask}>
                        <span dir="auto">{ask}</span>
                      </List.Item>
                    ))}
                  </List>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
