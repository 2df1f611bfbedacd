/** Conditions of a data set as plain badges: each says in words what is asked, and a sign before it says of which kind it is. */
import { Badge, Group, Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Condition } from '../../../src/federation/client/index.ts';

/** Kinds by what they mean for the reader: open, something to fulfil, something to do afterwards, not understood. */
const open = new Set(['licence', 'copyright']);
const after = new Set(['obligation']);

const lookOf = (code: string): { sign: string; color: string } => {
  if (open.has(code)) return { sign: '§', color: 'fairway' };
  if (after.has(code)) return { sign: '↺', color: 'grape' };
  if (code === 'unknown') return { sign: '?', color: 'red' };
  if (code === 'granularity') return { sign: '#', color: 'blue' };
  return { sign: '!', color: 'orange' };
};

/** At most `most` are shown, the others are counted. */
export function ConditionBadges({
  conditions,
  most = 6,
}: {
  conditions: readonly Condition[];
  most?: number;
}): ReactElement {
  const { t } = useTranslation('part');
  if (conditions.length === 0) return <Badge variant="default">{t('no-conditions')}</Badge>;
  return (
    <Group gap={6} component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('conditions')}>
      {conditions.slice(0, most).map(({ code, text }) => (
        <li key={`${code} ${text}`}>
          <Tooltip label={text} multiline maw={420} events={{ hover: true, focus: true, touch: true }}>
            <Badge
              variant="default"
              tt="none"
              maw={320}
              leftSection={<span aria-hidden="true">{lookOf(code).sign}</span>}
              color={lookOf(code).color}
            >
              <span dir="auto">{text}</span>
            </Badge>
          </Tooltip>
        </li>
      ))}
      {conditions.length > most ? (
        <li>
          <Badge variant="default" tt="none">
            {t('more', { count: conditions.length - most })}
          </Badge>
        </li>
      ) : null}
    </Group>
  );
}
