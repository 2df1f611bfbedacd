/** The frame of every page: a way past the navigation, header, navigation, the page itself, and who is logged in. */
import { AppShell, Burger, CloseButton, Container, Drawer, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { type ReactElement, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkEntry } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { ColourScheme } from './colour-scheme.tsx';
import { EndedLogins } from './ended-login.tsx';
import { LanguageChoice } from './language-choice.tsx';
import classes from './layout.module.css';
import { Who } from './who.tsx';

const pages = [
  { to: '/ask', text: 'ask' },
  { to: '/catalogue', text: 'catalogue' },
  { to: '/access', text: 'access' },
  { to: '/network', text: 'network' },
  { to: '/explore/$', text: 'explore' },
  { to: '/desk', text: 'desk' },
] as const;

export function Layout(): ReactElement {
  const { t } = useTranslation('shell');
  return (
    <AppShell header={{ height: 60 }} padding="md">
      <a className={classes['skip']} href="#main">
        {t('skip')}
      </a>
      <AppShell.Header>
        <Header />
      </AppShell.Header>
      <AppShell.Main id="main" tabIndex={-1} className={classes['main']}>
        <Container size="xl" px={0}>
          <EndedLogins />
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </Container>
      </AppShell.Main>
      <FocusOnNewPage />
    </AppShell>
  );
}

function Header(): ReactElement {
  const { t } = useTranslation('shell');
  const [isOpen, { close, toggle }] = useDisclosure(false);
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <Group gap="lg" wrap="nowrap">
        <Burger opened={isOpen} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t('menu')} />
        <Link to="/" className={classes['brand']} aria-label={t('home')}>
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <Text component="span" fw={700} size="lg" visibleFrom="xs">
            fairway
          </Text>
        </Link>
        <nav aria-label={t('pages')} className={classes['bar']}>
          {pages.map(({ to, text }) => (
            <Link key={to} to={to} className={classes['page']} activeProps={{ 'aria-current': 'page' }}>
              {t(text)}
            </Link>
          ))}
        </nav>
      </Group>
      <Group gap="xs" wrap="nowrap">
        <LanguageChoice />
        <ColourScheme />
        <Who />
      </Group>
      <Drawer.Root opened={isOpen} onClose={close} size="xs">
        <Drawer.Overlay />
        <Drawer.Content aria-label={t('pages')}>
          <Drawer.Body>
            <CloseButton onClick={close} aria-label={t('close')} />
            <Stack gap={0} component="nav" aria-label={t('pages')}>
              {pages.map(({ to, text }) => (
                <LinkEntry key={to} to={to} label={t(text)} onClick={close} />
              ))}
            </Stack>
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </Group>
  );
}

/** After a change of page, the keyboard and screen readers begin at its top. */
function FocusOnNewPage(): null {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path]);
  return null;
}
