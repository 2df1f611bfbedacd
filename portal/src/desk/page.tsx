/** The steward's desk: data sets from the file to the published record whose conditions hold. */
import { Stack } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '../part/link.tsx';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Problem } from '../part/problem.tsx';
import { FhirProblem } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { useFhir } from '../server/query.ts';
import { useSessions } from '../server/tokens.ts';
import { Editor } from './editor.tsx';
import { Overview } from './overview/overview.tsx';
import { Upload } from './upload/upload.tsx';
import { Welcome } from './welcome.tsx';

/** `?set=` is the data set that is worked on, `?data` the place where data are taken in. */
export function DeskPage(): ReactElement {
  const { t } = useTranslation('desk');
  const search = useSearch({ from: '/desk' });
  const sessions = useSessions();
  // Nobody is known who could be refused; a server that is open to all needs no login.
  const [isTried, setTried] = useState(false);
  const isKnown = isTried || sessions.some(({ base }) => base === home);
  const jobs = useFhir(home, isKnown ? '$jobs' : undefined);
  const set = typeof search['set'] === 'string' ? search['set'] : undefined;
  const step = typeof search['step'] === 'string' ? search['step'] : '';
  const isRefused = jobs.error instanceof FhirProblem && (jobs.error.status === 401 || jobs.error.status === 403);
  const isInside = set !== undefined || search['data'] !== undefined;
  return (
    <>
      <PageTitle title={t('title')} text={t('text')} />
      {isKnown ? null : <Welcome isLoggedIn={false} tryWithout={() => setTried(true)} />}
      {jobs.isLoading ? <Loading /> : null}
      {isRefused ? <Welcome isLoggedIn={(jobs.error as FhirProblem).status === 403} /> : null}
      {jobs.error !== null && !isRefused ? <Problem error={jobs.error} retry={() => void jobs.refetch()} /> : null}
      {jobs.isSuccess ? (
        <Stack>
          {isInside ? (
            <div>
              <LinkButton to="/desk" search={{}} variant="default" size="xs">
                {t('back')}
              </LinkButton>
            </div>
          ) : null}
          {set === undefined ? null : <Editor key={set} id={set} step={step} />}
          {set === undefined && search['data'] !== undefined ? <Upload into={String(search['data'])} /> : null}
          {isInside ? null : <Overview />}
        </Stack>
      ) : null}
    </>
  );
}
