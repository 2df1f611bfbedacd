/** Something failed: which server, what it said, and what one can do about it. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FhirProblem } from '../server/fhir.ts';
import { LinkButton } from './link.tsx';

export function Problem({
  error,
  retry,
  children,
}: {
  error: unknown;
  /** tries again */
  retry?: () => void;
  children?: ReactNode;
}): ReactElement {
  const { t } = useTranslation('part');
  const isFhir = error instanceof FhirProblem;
  const needsLogin = isFhir && (error.status === 401 || error.status === 403);
  return (
    <Alert color="red" variant="outline" title={t('failed')} role="alert" my="md">
      <Stack gap="xs" align="flex-start">
        {isFhir ? (
          <Text size="sm" c="dimmed">
            {error.server}
          </Text>
        ) : null}
        <Text dir="auto">{shortened(error instanceof Error ? error.message : String(error))}</Text>
        <Group gap="xs">
          {retry === undefined ? null : (
            <Button variant="default" size="xs" onClick={retry}>
              {t('try-again')}
            </Button>
          )}
          {needsLogin ? (
            <LinkButton to="/login" search={{ at: error.server }} variant="default" size="xs">
              {t('log-in-there')}
            </LinkButton>
          ) : null}
          {children}
        </Group>
      </Stack>
    </Alert>
  );
}

/** What a server says may be a whole page. */
const shortened = (text: string): string => (text.length <= 600 ? text : `${text.slice(0, 600)} …`);
