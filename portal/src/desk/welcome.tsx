/** What the desk is for, and how one gets to it: for those who are not logged in as a steward. */
import { Button, Code, List, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { LinkButton } from '../part/link.tsx';
import { home } from '../server/home.ts';

export function Welcome({ isLoggedIn, tryWithout }: { isLoggedIn: boolean; tryWithout?: () => void }): ReactElement {
  const { t } = useTranslation('desk');
  return (
    <>
      <Empty
        title={t(isLoggedIn ? 'no-steward' : 'log-in-first')}
        text={t(isLoggedIn ? 'no-steward-text' : 'log-in-text')}
      >
        <LinkButton to="/login" search={{ at: home }}>
          {t(isLoggedIn ? 'log-in-other' : 'log-in')}
        </LinkButton>
        {tryWithout === undefined ? null : (
          <Button variant="default" onClick={tryWithout}>
            {t('try-without')}
          </Button>
        )}
      </Empty>
      <Text>{t('what-for')}</Text>
      <List my="sm">
        {(['upload', 'describe', 'conditions', 'publish'] as const).map((one) => (
          <List.Item key={one}>{t(`for.${one}`)}</List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        {t('rights-text')} <Code>read, write, steward</Code>
      </Text>
    </>
  );
}
