/** Access: ask for it, see what became of it, decide on it, see who had it, and why. See docs/adr/0014-access-requests.md */
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ComponentType, lazy, type ReactElement, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';

const tabs: readonly (readonly [name: string, content: ComponentType])[] = [
  ['ask', lazy(async () => ({ default: (await import('./request/request.tsx')).Request }))],
  ['mine', lazy(async () => ({ default: (await import('./mine/mine.tsx')).Mine }))],
  ['inbox', lazy(async () => ({ default: (await import('./inbox/inbox.tsx')).Inbox }))],
  ['audit', lazy(async () => ({ default: (await import('./audit/audit.tsx')).Audit }))],
  ['explain', lazy(async () => ({ default: (await import('./explain/explain.tsx')).Explain }))],
];

export function AccessPage(): ReactElement {
  const { t } = useTranslation('access');
  const { tab = 'ask' } = useSearch({ from: '/access' });
  const navigate = useNavigate();
  const known = tabs.some(([name]) => name === tab) ? String(tab) : 'ask';
  return (
    <>
      <PageTitle title={t('title')} text={t('text')} />
      <Tabs
        value={known}
        onChange={(next) => void navigate({ to: '/access', search: (last) => ({ ...last, tab: next ?? 'ask' }) })}
        keepMounted={false}
      >
        <Tabs.List mb="md" aria-label={t('title')}>
          {tabs.map(([name]) => (
            <Tabs.Tab key={name} value={name}>
              {t(`tab-${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(([name, Content]) => (
          <Tabs.Panel key={name} value={name}>
            <Suspense fallback={<Loading />}>
              <Content />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
