/** The page of a data set: what it is, who may have what of it, what it holds, how to cite it and how FAIR it is. See docs/reference/landing-pages.md */
import { Stack } from '@mantine/core';
import { useParams, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataSetDescription } from '../../../src/fair/landing/index.ts';
import { type JsonObject, objectOf } from '../../../src/fhir/json.ts';
import { Empty } from '../part/empty.tsx';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Problem } from '../part/problem.tsx';
import { baseOf } from '../server/address.ts';
import { FhirProblem } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { Assessment } from './assessment.tsx';
import { Citation } from './citation.tsx';
import { Commands } from './commands.tsx';
import { Conditions } from './conditions.tsx';
import { Content } from './content.tsx';
import { Facts } from './facts.tsx';
import { Heading } from './heading.tsx';
import { Identifiers } from './identifiers.tsx';
import { type LoadedDataSet, type Place, useDataSet } from './load.ts';
import classes from './page.module.css';
import { Places } from './places.tsx';
import { Versions } from './versions.tsx';
import { Words } from './words.tsx';

export function DataSetPage(): ReactElement {
  const { id = '' } = useParams({ strict: false });
  const { at } = useSearch({ strict: false });
  const stated = [at].flat()[0];
  const isAddress = stated !== undefined && /^https?:\/\//.test(stated);
  const place = { base: isAddress ? baseOf(stated) : home, id };
  return <DataSet key={`${place.base} ${id}`} place={place} />;
}

function DataSet({ place }: { place: Place }): ReactElement {
  const loaded = useDataSet(place);
  const { record, description } = loaded;
  if (record.isError) return <NoRecord place={place} error={record.error} retry={() => void record.refetch()} />;
  if (description === undefined || record.data === undefined) return <Loading lines={8} />;
  return <Described place={place} loaded={loaded} library={record.data} one={description} />;
}

/** Not there, withdrawn, closed, or its server does not answer. */
function NoRecord({ place, error, retry }: { place: Place; error: Error; retry(): void }): ReactElement {
  const { t } = useTranslation('data-set');
  const status = error instanceof FhirProblem ? error.status : 0;
  const ways = (
    <>
      <LinkButton to="/catalogue" variant="default">
        {t('to-catalogue')}
      </LinkButton>
      {status === 404 ? (
        <LinkButton to="/login" search={{ at: place.base }} variant="default">
          {t('log-in')}
        </LinkButton>
      ) : null}
    </>
  );
  if (status === 404 || status === 410) {
    const which = status === 404 ? 'missing' : 'gone';
    return (
      <>
        <PageTitle title={t(`${which}-title`)} />
        <Empty title={place.id} text={t(`${which}-text`)}>
          {ways}
        </Empty>
      </>
    );
  }
  return (
    <>
      <PageTitle title={t('title')} />
      <Problem error={error} retry={retry} />
    </>
  );
}

function Described({
  place,
  loaded,
  library,
  one,
}: {
  place: Place;
  loaded: LoadedDataSet;
  library: JsonObject;
  one: DataSetDescription;
}): ReactElement {
  const narrative = objectOf(library['text'])?.['div'];
  return (
    <Stack gap="xl">
      <Heading place={place} one={one} />
      <div className={classes['page']}>
        <Stack gap="lg" className={classes['facts']}>
          <Facts one={one} />
        </Stack>
        <Stack gap="xl" className={classes['main']}>
          <Words one={one} narrative={typeof narrative === 'string' ? narrative : undefined} />
          <Conditions one={one} />
          <Content one={one} summary={loaded.summary} />
          <Assessment place={place} />
        </Stack>
        <Stack gap="lg" className={classes['rest']}>
          <Citation one={one} />
          <Identifiers one={one} />
          <Places one={one} place={place} />
          <Commands one={one} />
          <Versions one={one} place={place} />
        </Stack>
      </div>
    </Stack>
  );
}
