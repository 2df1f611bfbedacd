/** Title, publisher and standing of a data set; a title as long as a book is cut until one asks for all of it. */
import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { formatDate } from '../part/format.ts';
import { LinkText } from '../part/link.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { home } from '../server/home.ts';
import { Actions } from './actions.tsx';
import { CutText } from './cut-text.tsx';
import type { Place } from './load.ts';

/** Characters of a title that are shown at once. */
const most = 240;

export function Heading({ place, one }: { place: Place; one: DataSetDescription }): ReactElement {
  const { t } = useTranslation('data-set');
  const { title, publisher, version, status, date } = one;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <LinkText to="/catalogue" size="sm">
          {t('catalogue')}
        </LinkText>
        {place.base === home ? null : (
          <Badge variant="default" tt="none">
            {t('on', { server: new URL(place.base).host })}
          </Badge>
        )}
        {status === undefined || status === 'active' ? null : (
          <Badge variant="outline" color="red" tt="none">
            {t('status', { status })}
          </Badge>
        )}
      </Group>
      <CutText text={title} most={most} more={t('whole-title')} less={t('cut-title')}>
        {(shown) => <PageTitle title={shown} />}
      </CutText>
      <Group gap="md">
        {publisher === undefined ? null : (
          <Text dir="auto">
            {publisher.url === undefined ? publisher.name : <Anchor href={publisher.url}>{publisher.name}</Anchor>}
          </Text>
        )}
        {version === undefined ? null : <Text c="dimmed">{t('version', { version })}</Text>}
        {date === undefined ? null : <Text c="dimmed">{formatDate(date)}</Text>}
      </Group>
      <Actions one={one} />
    </Stack>
  );
}
