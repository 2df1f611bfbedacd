/** Explore: any FHIR server as pages: what it can do, searches, resources, their versions, and a console. */
import { useParams, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../part/empty.tsx';
import { LinkButton } from '../part/link.tsx';
import { ConsolePage } from './console-page.tsx';
import { HistoryPage } from './history-page.tsx';
import { Overview } from './overview.tsx';
import { atOf, type Place, placeOf, serverIn } from './place.ts';
import { ResourcePage } from './resource-page.tsx';
import { SearchPage } from './search-page.tsx';
import { ServerBar } from './server-bar.tsx';

export function ExplorePage(): ReactElement {
  const { _splat: path = '' } = useParams({ strict: false });
  const { at }: { at?: string | string[] } = useSearch({ strict: false });
  const base = serverIn(at);
  const place = placeOf(path);
  return (
    <>
      <ServerBar base={base} />
      <Part place={place} base={base} key={`${base} ${keyOf(place)}`} />
    </>
  );
}

/** What is filled in belongs to one place. */
const keyOf = (place: Place): string => JSON.stringify(place);

function Part({ place, base }: { place: Place; base: string }): ReactElement {
  const { t } = useTranslation('explore');
  switch (place.kind) {
    case 'overview':
      return <Overview base={base} />;
    case 'console':
      return <ConsolePage base={base} />;
    case 'search':
      return <SearchPage base={base} type={place.type} />;
    case 'resource':
      return <ResourcePage base={base} place={place} />;
    case 'history':
      return <HistoryPage base={base} type={place.type} id={place.id} />;
    case 'unknown':
      return (
        <Empty order={1} title={t('unknown-path')} text={t('unknown-path-text')}>
          <LinkButton to="/explore/$" params={{ _splat: '' }} search={atOf(base)}>
            {t('overview')}
          </LinkButton>
        </Empty>
      );
  }
}
