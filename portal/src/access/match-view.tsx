/** What the rules alone make of a request, condition by condition: it fits, it does not, or a person decides. */
import { Alert, List, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { dataUseText, duoTerm } from '../../../src/fair/duo.ts';
import type { Match, Reason } from './task.ts';

type DataUseTerm = Parameters<typeof dataUseText>[0];

const looks: Readonly<Record<Reason['outcome'], { sign: string; color: string }>> = {
  permit: { sign: '✓', color: 'fairway' },
  deny: { sign: '✗', color: 'red' },
  'needs-person': { sign: '☺', color: 'gray' },
  other: { sign: '?', color: 'gray' },
};

/** `dataUse` is what the data set states, to say in words what the rules abbreviate. */
export function MatchView({ match, dataUse = [] }: { match: Match; dataUse?: readonly DataUseTerm[] }): ReactElement {
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
                <strong>{t(`reason-${outcome}`)}:</strong> <span dir="auto">{inWords(text, dataUse)}</span>
              </Text>
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}

/** `data use: NPU` */
function inWords(text: string, dataUse: readonly DataUseTerm[]): string {
  const [, abbreviation] = /^data use: ([A-Z]+)\b/.exec(text) ?? [];
  const terms = dataUse.filter(({ id }) => duoTerm(id)?.abbreviation === abbreviation);
  return terms.length === 0 ? text : terms.map(dataUseText).join('; ');
}
