/** The start page: what this is, a question to run at once, and the ways on. */
import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton, LinkText } from '../part/link.tsx';
import { PageTitle } from '../part/page-title.tsx';
import classes from './ask.module.css';
import { exampleLink } from './example.ts';

const ways = ['catalogue', 'access', 'network', 'explore', 'desk'] as const;
const pathOf = {
  catalogue: '/catalogue',
  access: '/access',
  network: '/network',
  explore: '/explore/$',
  desk: '/desk',
} as const;

export function WelcomePage(): ReactElement {
  const { t } = useTranslation('ask');
  return (
    <Stack gap="xl">
      <PageTitle title={t('welcome.title')} text={t('welcome.text')} />
      <Example />
      <section aria-labelledby="welcome-ways">
        <Title order={2} size="h3" mb="sm" id="welcome-ways">
          {t('welcome.ways')}
        </Title>
        <ul className={classes['ways']}>
          {ways.map((way) => (
            <li key={way}>
              <Paper withBorder p="md" h="100%">
                <LinkText to={pathOf[way]} fw={650}>
                  {t(`welcome.${way}`)}
                </LinkText>
                <Text size="sm">{t(`welcome.${way}-text`)}</Text>
              </Paper>
            </li>
          ))}
        </ul>
      </section>
    </Stack>
  );
}

function Example(): ReactElement {
  const { t } = useTranslation('ask');
  const q = exampleLink;
  return (
    <Paper withBorder p="lg" className={classes['bar'] ?? ''} component="section" aria-labelledby="welcome-example">
      <Stack gap="md" align="flex-start">
        <Title order={2} size="h3" id="welcome-example">
          {t('welcome.example')}
        </Title>
        <Text size="lg" fw={600} dir="auto" className={classes['sentence'] ?? ''}>
          {t('welcome.question')}
        </Text>
        <Text>{t('welcome.example-text')}</Text>
        <Group>
          <LinkButton to="/ask" search={{ q, run: 'now' }}>
            {t('welcome.run')}
          </LinkButton>
          <LinkButton to="/ask" search={{ q }} variant="default">
            {t('welcome.change')}
          </LinkButton>
          <LinkButton to="/ask" search={{}} variant="subtle">
            {t('welcome.own')}
          </LinkButton>
        </Group>
      </Stack>
    </Paper>
  );
}
