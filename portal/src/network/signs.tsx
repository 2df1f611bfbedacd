/** Roles and healths as shapes with their words: neither is told by colour alone. https://www.w3.org/WAI/WCAG22/Understanding/use-of-color */
import { Group, Text, VisuallyHidden } from '@mantine/core';
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
  well: 'M7 12.5l3.500 3.500L17 8.500',
  problem: 'M12 6.500v7M12 17v.01',
  failing: 'M8 8l8 8M16 8l-8 8',
  off: 'M12 5v7',
  waiting: 'M12 7v5l3.500 2',
  refused: 'M6 18L18 6',
  left: 'M7 12h10M13 8l4 4-4 4',
  unchecked: 'M9.300 9.500a2.700 2.700 0 1 1 4 2.400c-1 .6-1.300 1-1.300 2M12 17v.01',
};

/** Without its words, which stand beside it. */
export function HealthMark({ health }: { health: Health }): ReactElement {
  return (
    <svg className={classes['sign']} viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
      <circle cx="12" cy="12" r="10" />
      <path d={signs[health]} />
    </svg>
  );
}

/** The words may be for screen readers alone, beside something that cannot hold them. */
export function HealthSign({ health, isShort = false }: { health: Health; isShort?: boolean }): ReactElement {
  const { t } = useTranslation('network');
  const text = t(`health-${health}`);
  return (
    <Group
      gap={6}
      wrap="nowrap"
      component="span"
      display="inline-flex"
      className={classes['health'] ?? ''}
      data-health={health}
    >
      <HealthMark health={health} />
      {isShort ? (
        <VisuallyHidden>{text}</VisuallyHidden>
      ) : (
        <Text component="span" size="xs">
          {text}
        </Text>
      )}
    </Group>
  );
}

export function RoleNames({ roles }: { roles: readonly Role[] }): ReactElement {
  const { t } = useTranslation('network');
  return <>{roles.length === 0 ? t('role-unknown') : roles.map((role) => t(`role-${role}`)).join(', ')}</>;
}
