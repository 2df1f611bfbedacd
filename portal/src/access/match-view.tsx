/** What the rules alone make of a request, condition by condition: it fits, it does not, or a person decides. */
import { Alert, Group, List, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { reasonWords, type StatedUse } from '../part/reason-words.ts';
import { useSpeech } from '../part/words.ts';
import { Sign, type SignName } from './sign.tsx';
import type { Match, Reason } from './task.ts';

const looks: Readonly<Record<Reason['outcome'], { sign: SignName; color: string; rank: number }>> = {
  deny: { sign: 'no', color: 'red', rank: 0 },
  'needs-person': { sign: 'person', color: 'gray', rank: 1 },
  permit: { sign: 'yes', color: 'fairway', rank: 2 },
  other: { sign: 'question', color: 'gray', rank: 3 },
};
const rankOf = ({ outcome }: Reason): number => looks[outcome].rank;

/** What stands in the way comes first. `dataUse` is what the data set states, to name what the rules have as codes. */
export function MatchView({ match, dataUse = [] }: { match: Match; dataUse?: readonly StatedUse[] }): ReactElement {
  const { t } = useTranslation('access');
  const speech = useSpeech();
  return (
    <Alert
      variant="outline"
      role="note"
      style={{ alignSelf: 'start' }}
      color={looks[match.outcome].color}
      title={t(`match-${match.outcome}`)}
    >
      {match.reasons.length === 0 ? (
        <Text size="sm">{t('match-no-reasons')}</Text>
      ) : (
        <List size="sm" spacing={4} listStyleType="none">
          {match.reasons
            .toSorted((one, other) => rankOf(one) - rankOf(other))
            .map(({ outcome, text }) => (
              <List.Item key={`${outcome} ${text}`}>
                <Group gap="xs" wrap="nowrap" align="flex-start">
                  <Sign name={looks[outcome].sign} />
                  <Text component="span" size="sm">
                    <strong>{t(`reason-${outcome}`)}:</strong>{' '}
                    <span dir="auto">{reasonWords(text, speech, dataUse)}</span>
                  </Text>
                </Group>
              </List.Item>
            ))}
        </List>
      )}
    </Alert>
  );
}
