/** One decision: what is granted, for which resources, and the tree of the statements that lead there, those that decide first. */
import { Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '../../part/link.tsx';
import type { ExplainedDecision } from './decision.ts';
import { ReasonTree } from './reason-tree.tsx';
import { treeOf } from './tree.ts';

const mostResources = 5;

export function DecisionCard({ decision, base }: { decision: ExplainedDecision; base: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  const { granted, resources, reasons } = decision;
  const branches = treeOf(reasons);
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
        {branches.length === 0 ? <Text>{t(isOpen ? 'no-reasons-open' : 'no-reasons-closed')}</Text> : null}
        {branches.length === 0 ? null : <ReasonTree branches={branches} base={base} />}
      </Stack>
    </Card>
  );
}
