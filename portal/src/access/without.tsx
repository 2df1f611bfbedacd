/** Servers where one is logged in that take no requests over FHIR: nothing is missing there, and nothing can be asked there. */
import { Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatList } from '../part/format.ts';

export function Without({ servers }: { servers: readonly string[] }): ReactElement | null {
  const { t } = useTranslation('access');
  if (servers.length === 0) return null;
  return <Text size="sm">{t('servers-without', { count: servers.length, servers: formatList(servers) })}</Text>;
}
