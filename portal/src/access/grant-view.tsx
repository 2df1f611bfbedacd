/** What was granted, as it stands now: how closely, until when and how long yet, and what one has to keep to. */
import { List, Text, Title } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { obligationText } from '../../../src/fair/obligation.ts';
import { formatAgo, formatDate } from '../part/format.ts';
import { obligationCodes } from './obligation.ts';
import type { GrantNow } from './task.ts';

export function GrantView({ grant }: { grant: GrantNow }): ReactElement {
  const { t } = useTranslation('access');
  const { state, level, profile, from, until, obligations } = grant;
  return (
    <section>
      <Title order={3} size="h6" mb={4}>
        {t('grant')}: {t(`grant-${state}`)}
      </Title>
      {state === 'inactive' ? null : (
        <List size="sm" listStyleType="none" spacing={2}>
          <Fact label={t('level')} value={t(`level-${level ?? ''}`, { defaultValue: level ?? '' })} />
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
                <span dir="auto">{obligationWords(one, t)}</span>
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

/** Our own words for those that committees can choose here, else the words that go with a download. */
function obligationWords(stated: string, t: TFunction<'access'>): string {
  const [code = '', parameter] = stated.split(';', 2);
  const short = code.slice(code.indexOf('|') + 1);
  if (!obligationCodes.some((one) => one === short))
    return obligationText({ code, ...(parameter === undefined ? {} : { parameter }) });
  const words = t(`obligation-${short}`);
  return parameter === undefined ? words : `${words}: ${t('months', { count: Number(parameter), months: parameter })}`;
}
