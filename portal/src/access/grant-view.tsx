/** What was granted, as it stands now: how closely, until when and how long yet, and what one has to keep to. */
import { List, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { obligationText } from '../../../src/fair/use-text.ts';
import { formatAgo, formatDate } from '../part/format.ts';
import { levelName } from '../part/reason-words.ts';
import { useWords } from '../part/words.ts';
import type { GrantNow } from './task.ts';

export function GrantView({ grant }: { grant: GrantNow }): ReactElement {
  const { t } = useTranslation('access');
  const words = useWords();
  const { state, level, profile, from, until, obligations } = grant;
  return (
    <section>
      <Title order={3} size="h6" mb={4}>
        {t('grant')}: {t(`grant-${state}`)}
      </Title>
      {state === 'inactive' ? null : (
        <List size="sm" listStyleType="none" spacing={2}>
          <Fact label={t('level')} value={levelName(level ?? '', words)} />
          {profile === undefined ? null : <Fact label={t('profile')} value={profile} />}
          {from === undefined ? null : <Fact label={t('from')} value={formatDate(from)} />}
          <Fact
            label={t('until')}
            value={until === undefined ? t('no-end') : `${formatDate(until)} (${formatAgo(until)})`}
          />
        </List>
      )}
      {obligations.length === 0 ? null : (
        <>
          <Text size="sm" fw={700} mt={4}>
            {t('obligations')}
          </Text>
          <List size="sm">
            {obligations.map((one) => (
              <List.Item key={one}>
                <span dir="auto">{obligationText(obligationOf(one), words)}</span>
              </List.Item>
            ))}
          </List>
        </>
      )}
    </section>
  );
}

function Fact({ label, value }: { label: string; value: string }): ReactElement {
  return (
    <List.Item>
      <strong>{label}:</strong> <span dir="auto">{value.slice(0, 1000)}</span>
    </List.Item>
  );
}

/** A code with its system, and what it is limited by after a semicolon. */
function obligationOf(stated: string): Parameters<typeof obligationText>[0] {
  const [code = '', parameter] = stated.split(';', 2);
  return { code, ...(parameter === undefined ? {} : { parameter }) };
}
