/** What the rules alone make of a request, condition by condition: it fits, it does not, or a person decides. */
import { Alert, List, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Match, Reason } from './task.ts';

const looks: Readonly<Record<Reason['outcome'], { sign: string; color: string }>> = {
  permit: { sign: '✓', color: 'fairway' },
  deny: { sign: '✗', color: 'red' },
  'needs-person': { sign: '☺', color: 'blue' },
  other: { sign: '?', color: 'gray' },
};

export function MatchView({ match }: { match: Match }): ReactElement {
  const { t } = useTranslation('access');
  return (
    <Alert variant="outline" color={looks[match.outcome].color} title={t(`match-${match.outcome}`)}>
      {match.reasons.length === 0 ? (
        <Text size="sm">{t('match-no-reasons')}</Text>
      ) : (
        <List size="sm" spacing={4} listStyleType="none">
          {match.reasons.map(({ outcome, text }) => (
            <List.Item key={`${outcome} ${text}`}>
              <Text component="span" size="sm">
                <span aria-hidden="true">{looks[outcome].sign} </span>
                <strong>{t(`reason-${outcome}`)}:</strong> <span dir="auto">{text}</span>
              </Text>
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
