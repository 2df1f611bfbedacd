/** Why something could not be done with a request: most often because somebody else was there first. https://hl7.org/fhir/R4B/http.html#concurrency */
import { Alert, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../part/problem.tsx';
import { FhirProblem } from '../server/fhir.ts';

export const isConflict = (error: unknown): error is FhirProblem =>
  error instanceof FhirProblem && (error.status === 409 || error.status === 412);

const isForbidden = (error: unknown): error is FhirProblem => error instanceof FhirProblem && error.status === 403;

export function ActProblem({ error }: { error: unknown }): ReactElement {
  const { t } = useTranslation('access');
  if (!isConflict(error) && !isForbidden(error)) return <Problem error={error} />;
  const why = isConflict(error) ? 'conflict' : 'not-yours';
  return (
    <Alert color="yellow" variant="outline" title={t(why)} role="alert">
      <Stack gap="xs">
        <Text>{t(`${why}-text`)}</Text>
        <Text size="sm" c="dimmed" dir="auto">
          {error.message}
        </Text>
      </Stack>
    </Alert>
  );
}
