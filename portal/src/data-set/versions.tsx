/** Versions of the record, other versions of the data set, what it was made of, and by which servers its record came. */
import { Anchor, List, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { formatDate } from '../part/format.ts';
import { ExploreLink } from './explore-link.tsx';
import { type Place, useVersions } from './load.ts';
import { Section } from './section.tsx';

/** RelatedArtifact.type where the page has a word for it. */
const known = ['documentation', 'citation', 'predecessor', 'successor', 'derived-from', 'depends-on', 'composed-of'];

export function Versions({ one, place }: { one: DataSetDescription; place: Place }): ReactElement {
  const { t } = useTranslation('data-set');
  const { related, hops, primary } = one;
  return (
    <Section title={t('versions')} framed>
      <History place={place} />
      {related.length + hops.length + (primary === undefined ? 0 : 1) === 0 ? null : (
        <List size="sm" spacing="xs" listStyleType="none">
          {related.map(({ relation, label, address }) => (
            <List.Item key={`${relation} ${label}`}>
              <Text size="xs" c="dimmed" component="div">
                {known.includes(relation) ? t(`relation-${relation}`) : relation}
              </Text>
              {address === undefined ? <span dir="auto">{label}</span> : <ExploreLink address={address} text={label} />}
            </List.Item>
          ))}
          {primary === undefined ? null : (
            <List.Item>
              <Text size="xs" c="dimmed" component="div">
                {t('primary')}
              </Text>
              <ExploreLink address={primary} text={primary} />
            </List.Item>
          )}
          {hops.map((hop) => (
            <List.Item key={hop}>
              <Text size="xs" c="dimmed" component="div">
                {t('came-by')}
              </Text>
              <Anchor href={hop} size="sm">
                {hop}
              </Anchor>
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}

function History({ place }: { place: Place }): ReactElement {
  const { t } = useTranslation('data-set');
  const { data, isPending, isError } = useVersions(place);
  if (isPending) return <Text size="sm">{t('versions-loading')}</Text>;
  if (isError || data.versions.length === 0) return <Text size="sm">{t('no-versions')}</Text>;
  const address = `${place.base}/Library/${place.id}/_history`;
  return (
    <>
      <List size="sm" spacing={4} listStyleType="none">
        {data.versions.map(({ version, date }) => (
          <List.Item key={version}>
            <ExploreLink address={`${address}/${version}`} text={t('version', { version })} />
            {` · ${formatDate(date)}`}
          </List.Item>
        ))}
      </List>
      {data.hasMore ? (
        <Text size="sm">
          <ExploreLink address={address} text={t('older-versions')} />
        </Text>
      ) : null}
    </>
  );
}
