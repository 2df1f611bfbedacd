/** Obligations that the server names only with the data: nothing is kept until the reader agrees. See docs/reference/terms.md */
import { Alert, Button, Group, Stack } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { obligationText } from '../../../src/fair/use-text.ts';
import { useWords } from '../part/words.ts';
import { Lines } from './before.tsx';
import type { Obligations } from './run.ts';

export function NewObligations({
  obligations,
  agree,
  decline,
}: {
  obligations: Obligations;
  agree(): void;
  decline(): void;
}): ReactElement {
  const { t } = useTranslation('download');
  const words = useWords();
  return (
    <Alert color="yellow" variant="outline" role="alert" title={t('new-duties')}>
      <Stack gap="xs">
        <Lines title={t('duties')} lines={obligations.map((one) => obligationText(one, words))} />
        <Group gap="xs">
          <Button size="xs" onClick={agree}>
            {t('agree')}
          </Button>
          <Button size="xs" variant="default" onClick={decline}>
            {t('decline')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
