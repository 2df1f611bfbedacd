/** What each kind of asker would see of the draft, side by side, and why. See docs/adr/0034-previewing-conditions.md */
import { Alert, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import { reasonWords } from '../../part/reason-words.ts';
import { useSpeech } from '../../part/words.ts';
import { previewedKinds, usePreview } from '../record/preview.ts';
import { AskerCard } from './asker-card.tsx';
import { DescribedAsker } from './described-asker.tsx';

export function Preview({ record, columns }: { record: JsonObject; columns: number }): ReactElement {
  const { t } = useTranslation('desk');
  const speech = useSpeech();
  const { data, error, isFetching, refetch } = usePreview(record, previewedKinds);
  return (
    <Stack component="section" aria-label={t('preview')} aria-busy={isFetching}>
      <div>
        <Title order={2} size="h3">
          {t('preview')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('preview-text')}
        </Text>
      </div>
      {error === null ? null : <Problem error={error} retry={() => void refetch()} />}
      {data === undefined ? (
        error === null ? (
          <Loading lines={3} />
        ) : null
      ) : (
        <>
          {data.closed.length === 0 ? null : (
            <Alert color="red" variant="outline" title={t('closed-to-all')} role="status">
              <List size="sm">
                {data.closed.map((because) => (
                  <List.Item key={because}>{reasonWords(because, speech)}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          <SimpleGrid cols={{ base: 1, sm: 2, lg: columns }}>
            {data.askers.map((one) => (
              <AskerCard key={one.kind} asker={one} />
            ))}
          </SimpleGrid>
        </>
      )}
      <DescribedAsker record={record} />
    </Stack>
  );
}
