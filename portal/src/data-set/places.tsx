/** Where the data are: searches, groups and files that the record names. */
import { Anchor, Code, List, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { formatBytes } from '../part/format.ts';
import { ExploreLink } from './explore-link.tsx';
import type { Place } from './load.ts';
import { Section } from './section.tsx';

/** What lies on the server of the record is named without its address. */
const shortOf = (name: string, base: string): string =>
  name.startsWith(`${base}/`) ? name.slice(base.length + 1) : name;

export function Places({ one, place }: { one: DataSetDescription; place: Place }): ReactElement {
  const { t } = useTranslation('data-set');
  const { data } = one;
  return (
    <Section title={t('where-data')} framed>
      {data.length === 0 ? <Text size="sm">{t('no-places')}</Text> : null}
      <List size="sm" spacing="xs" listStyleType="none">
        {data.map(({ name, address, contentType, size }) => (
          <List.Item key={name}>
            {address === undefined ? (
              <Code dir="auto">{name}</Code>
            ) : (
              <ExploreLink address={address} text={shortOf(name, place.base)} />
            )}
            <Text size="xs" c="dimmed" component="div">
              {[contentType, size === undefined ? undefined : formatBytes(size)].filter(Boolean).join(' · ')}
            </Text>
          </List.Item>
        ))}
      </List>
      <Text size="sm">
        <ExploreLink address={`${place.base}/Library/${place.id}`} text={t('explore-record')} />
        {' · '}
        <Anchor href={one.record} size="sm">
          {t('record-json')}
        </Anchor>
      </Text>
    </Section>
  );
}
