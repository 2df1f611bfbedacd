/** The download of a data set, from its terms over its progress to what came of it. See docs/reference/portal.md */
import { Button, Group, Text } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetOf } from '../../../src/federation/client/index.ts';
import type { JsonObject } from '../../../src/fhir/json.ts';
import { Dialog } from '../part/dialog.tsx';
import { formatBytes, formatNumber } from '../part/format.ts';
import { Loading } from '../part/loading.tsx';
import { Problem } from '../part/problem.tsx';
import { useFhir } from '../server/query.ts';
import { useStatement } from '../server/statement.ts';
import { Before } from './before.tsx';
import type { DownloadOf } from './download-of.ts';
import type { Written } from './files.ts';
import { NewObligations } from './new-obligations.tsx';
import { Over } from './over.tsx';
import { useDownload } from './use-download.ts';

export function DownloadDialog({ of, close }: { of: DownloadOf; close(): void }): ReactElement {
  const { t } = useTranslation('download');
  const record = useFhir(of.base, `Library/${encodeURIComponent(of.id)}`);
  const dataset = useMemo(
    () => (record.data === undefined ? undefined : datasetOf(record.data as JsonObject, of.base)), // JSON, as every answer
    [record.data, of.base],
  );
  const { purposes, project } = useStatement();
  const stated = { ...(purposes.length === 0 ? {} : { purposes }), ...(project === '' ? {} : { project }) };
  const asked = of.granted?.asked ?? stated;
  const { phase, start, stop, reset } = useDownload();
  return (
    <Dialog opened onClose={close} title={t('title')}>
      {record.isError ? <Problem error={record.error} retry={() => void record.refetch()} /> : null}
      {dataset === undefined ? (
        record.isError ? null : (
          <Loading lines={3} />
        )
      ) : (
        <>
          <Text dir="auto" fw={600} lineClamp={3}>
            {dataset.title}
          </Text>
          {phase.kind === 'before' ? (
            <Before
              of={of}
              dataset={dataset}
              asked={asked}
              fault={phase.fault}
              onStart={(where) => start({ dataset, where, asked, agreed: of.granted?.obligations ?? [] })}
            />
          ) : null}
          {phase.kind === 'running' || phase.kind === 'asking' ? <Running written={phase.written} stop={stop} /> : null}
          {phase.kind === 'asking' ? <NewObligations {...phase} /> : null}
          {phase.kind === 'over' ? <Over of={of} downloaded={phase.downloaded} again={reset} close={close} /> : null}
        </>
      )}
    </Dialog>
  );
}

function Running({ written, stop }: { written: Written; stop(): void }): ReactElement {
  const { t } = useTranslation('download');
  return (
    <Group justify="space-between">
      <Text role="status">
        {t('running', {
          count: written.records,
          shown: formatNumber(written.records),
          size: formatBytes(written.bytes),
        })}
      </Text>
      <Button color="red" variant="outline" size="xs" onClick={stop}>
        {t('stop')}
      </Button>
    </Group>
  );
}
