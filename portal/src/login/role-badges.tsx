/** What a person may do at a server beyond what data sets permit. */
import { Badge, Group } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

const known = new Set(['steward', 'committee', 'read', 'write', 'break-glass', 'patient']);

export function RoleBadges({ roles }: { roles: readonly string[] }): ReactElement | null {
  const { t } = useTranslation('login');
  if (roles.length === 0) return null;
  return (
    <Group gap={6}>
      {roles.map((role) => (
        <Badge key={role} variant="default" tt="none">
          {known.has(role) ? t(`role-${role}`) : role}
        </Badge>
      ))}
    </Group>
  );
}
