/** Roles and healths as shapes with their words: neither is told by colour alone. https://www.w3.org/WAI/WCAG22/Understanding/use-of-color */
import { Group, Text } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '../server/query.ts';
import type { Layer } from './graph.ts';
import classes from './network.module.css';
import type { Health } from './server.ts';

const shapes: Readonly<Record<Layer, ReactNode>> = {
  // A compass, a card index, a store.
  discovery: (
    <>
      <path d="M12 2 22 12 12 22 2 12Z" />
      <path d="M12 8v8M8 12h8" />
    </>
  ),
  registry: (
    <>
      <rect x="3" y="5" width="18" height="15" rx="2" />
      <path d="M3 10h18M8 2.5h8" />
    </>
  ),
  repository: (
    <>
      <ellipse cx="12" cy="5.5" rx="9" ry="3.5" />
      <path d="M3 5.5v13c0 2 4 3.500 9 3.500s9-1.500 9-3.500v-13" />
    </>
  ),
  other: <circle cx="12" cy="12" r="9" strokeDasharray="3 3" />,
};

export function RoleShape({ layer }: { layer: Layer }): ReactElement {
  return (
    <svg className={classes['shape']} viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      {shapes[layer]}
    </svg>
  );
}

const signs: Readonly<Record<Health, string>> = {
  well: '✓',
  problem: '!',
  failing: '✕',
  off: '○',
  waiting: '…',
  refused: '⊘',
  left: '→',
  unchecked: '?',
};

export function HealthSign({ health }: { health: Health }): ReactElement {
  const { t } = useTranslation('network');
  return (
    <Group
      gap={6}
      wrap="nowrap"
      component="span"
      display="inline-flex"
      className={classes['health']}
      data-health={health}
    >
      <span className={classes['sign']} aria-hidden="true">
        {signs[health]}
      </span>
      <Text component="span" size="xs">
        {t(`health-${health}`)}
      </Text>
    </Group>
  );
}

export function RoleNames({ roles }: { roles: readonly Role[] }): ReactElement {
  const { t } = useTranslation('network');
  return <>{roles.length === 0 ? t('role-unknown') : roles.map((role) => t(`role-${role}`)).join(', ')}</>;
}
