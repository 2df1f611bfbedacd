/** The last step: what the record lacks, what each asker would see, and the way to the public. https://hl7.org/fhir/R4B/resource-operation-validate.html */
import { Alert, List, Stack, Text, Title } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { Loading } from '../../part/loading.tsx';
import { Problem } from '../../part/problem.tsx';
import type { Draft } from '../record/draft.ts';
import { useFaults } from '../record/fault.ts';
import { lacking } from '../record/lacking.ts';
import { Assessment } from './assessment.tsx';
import { Preview } from './preview.tsx';
import { PublishHere } from './publish-here.tsx';
import { PublishThere } from './publish-there.tsx';

export function CheckStep({ draft, isNew }: { draft: Draft; isNew: boolean }): ReactElement {
  const { record } = draft;
  const id = String(record['id'] ?? '');
  return (
    <Stack gap="xl">
      <Faults record={record} />
      <Preview record={record} columns={3} />
      <PublishHere draft={draft} isNew={isNew} />
      {id === '' || draft.isChanged ? null : (
        <>
          <Assessment id={id} />
          {record['status'] === 'active' ? <PublishThere record={record} /> : null}
        </>
      )}
    </Stack>
  );
}

function Faults({ record }: { record: JsonObject }): ReactElement {
  const { t } = useTranslation('desk');
  const { data, error, refetch } = useFaults(record);
  const lacks = lacking(record);
  return (
    <Stack component="section" aria-label={t('validation')} gap="xs">
      <Title order={2} size="h3">
        {t('validation')}
      </Title>
      {error === null ? null : <Problem error={error} retry={() => void refetch()} />}
      {data === undefined && error === null ? <Loading lines={2} /> : null}
      {data?.length === 0 ? <Text>{t('valid')}</Text> : null}
      {data === undefined || data.length === 0 ? null : (
        <Alert color="red" variant="outline" title={t('faults')}>
          <List size="sm">
            {data.map(({ text, expression }) => (
              <List.Item key={expression + text}>{text}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {lacks.length === 0 ? null : (
        <Alert color="yellow" variant="outline" title={t('lacks')}>
          <List size="sm">
            {lacks.map((one) => (
              <List.Item key={one}>{t(`lack.${one}`)}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </Stack>
  );
}
