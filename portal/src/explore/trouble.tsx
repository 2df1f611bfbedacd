/** What went wrong with a request, and what one can do: by what the server answered. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../part/problem.tsx';
import { FhirProblem } from '../server/fhir.ts';
import { NotFhir } from './fetch-text.ts';

type Kind = 'html' | 'other' | 'silent' | '401' | '403' | '404' | '410' | 'busy' | 'broken' | 'refused';

export function Trouble({ error, retry }: { error: unknown; retry?: () => void }): ReactElement {
  const { t } = useTranslation('explore');
  return (
    <Problem error={error} {...(retry === undefined ? {} : { retry })}>
      {error instanceof FhirProblem ? <p>{t(`trouble-${kindOf(error)}`)}</p> : null}
    </Problem>
  );
}

function kindOf(error: FhirProblem): Kind {
  if (error instanceof NotFhir) return error.kind;
  switch (error.status) {
    case 0:
      return 'silent';
    case 401:
      return '401';
    case 403:
      return '403';
    case 404:
      return '404';
    case 410:
      return '410';
    case 429:
    case 503:
      return 'busy';
    default:
      return error.status >= 500 ? 'broken' : 'refused';
  }
}
