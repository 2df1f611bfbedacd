/** Which server is explored, and the way to another one or to a pasted address. */
import { Badge, Button, Group, Paper, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../part/link.tsx';
import { home } from '../server/home.ts';
import { atOf, pastedPlace } from './place.ts';

export function ServerBar({ base }: { base: string }): ReactElement {
  const { t } = useTranslation('explore');
  const go = useNavigate();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const open = (event: FormEvent): void => {
    event.preventDefault();
    const place = pastedPlace(text, base);
    setWrong(place === undefined);
    if (place === undefined) return;
    const search = { ...atOf(place.base), ...(place.query === undefined ? {} : { q: place.query }) };
    void go({ to: '/explore/$', params: { _splat: place.path }, search });
    setText('');
  };
  return (
    <Paper withBorder p="sm" mb="lg" component="section" aria-label={t('server')}>
      <Group justify="space-between" align="flex-end" gap="sm">
        <div>
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              {t('server')}
            </Text>
            {base === home ? (
              <Badge variant="default" tt="none">
                {t('this-server')}
              </Badge>
            ) : null}
          </Group>
          <Text fw={600} dir="auto">
            {base}
          </Text>
        </div>
        <form onSubmit={open}>
          <Group gap="xs" align="flex-end">
            <TextInput
              label={t('open-address')}
              placeholder="https://server.example/fhir/Patient/1"
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              error={isWrong ? t('no-address') : undefined}
              miw={{ base: 220, sm: 340 }}
            />
            <Button type="submit" variant="default">
              {t('open')}
            </Button>
          </Group>
        </form>
      </Group>
      <Group gap="xs" mt="xs" component="nav" aria-label={t('ways')}>
        <LinkButton to="/explore/$" params={{ _splat: '' }} search={atOf(base)} variant="subtle" size="compact-sm">
          {t('overview')}
        </LinkButton>
        <LinkButton
          to="/explore/$"
          params={{ _splat: 'console' }}
          search={atOf(base)}
          variant="subtle"
          size="compact-sm"
        >
          {t('console')}
        </LinkButton>
        {base === home ? null : (
          <LinkButton to="/explore/$" params={{ _splat: '' }} search={{}} variant="subtle" size="compact-sm">
            {t('to-this-server')}
          </LinkButton>
        )}
      </Group>
    </Paper>
  );
}
