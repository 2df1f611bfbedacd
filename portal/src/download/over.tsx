/** What came of a download: all of it, a part that is called one, or nothing, and why. */
import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatNumber } from '../part/format.ts';
import { CommandLine, Lines, NoRecords } from './before.tsx';
import type { DownloadOf } from './download-of.ts';
import { mostInArchive } from './place.ts';
import type { Downloaded } from './run.ts';

export function Over({
  of,
  downloaded,
  again,
  close,
}: {
  of: DownloadOf;
  downloaded: Downloaded;
  again(): void;
  close(): void;
}): ReactElement {
  const { t } = useTranslation('download');
  const { state, cause, problems, notes } = downloaded;
  const reasons = problems.map(({ server, reason }) => (server === '' ? reason : `${server}: ${reason}`));
  return (
    <Stack gap="sm">
      {state === 'nothing' ? (
        <Nothing of={of} cause={cause} reasons={reasons} />
      ) : (
        <Alert
          color={state === 'whole' ? 'fairway' : 'yellow'}
          variant="outline"
          role={state === 'whole' ? 'status' : 'alert'}
          title={t(state === 'whole' ? 'whole' : 'partial')}
        >
          <Saved downloaded={downloaded} />
          {state === 'whole' ? null : (
            <Text size="sm" mt="xs">
              {t(`because-${cause ?? 'failed'}`, { most: formatBytes(mostInArchive) })}
            </Text>
          )}
        </Alert>
      )}
      {state === 'nothing' ? null : <Lines title={t('problems')} lines={reasons} />}
      <Lines title={t('notes')} lines={notes} />
      {state === 'partial' ? <CommandLine command={of.command} /> : null}
      <Group gap="xs">
        <Button onClick={close}>{t('close')}</Button>
        {state === 'whole' ? null : (
          <Button variant="default" onClick={again}>
            {t('again')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

/** Refused, failed or declined; where nobody failed, there are no records for this reader. */
function Nothing({
  of,
  cause,
  reasons,
}: {
  of: DownloadOf;
  cause: Downloaded['cause'];
  reasons: readonly string[];
}): ReactElement {
  const { t } = useTranslation('download');
  if (cause === undefined && reasons.length === 0) return <NoRecords of={of} text={t('not-for-you')} />;
  return (
    <Alert color="red" variant="outline" role="alert" title={t('nothing')}>
      {cause === undefined ? null : <Text size="sm">{t(`nothing-${cause}`)}</Text>}
      <Lines title={t('problems')} lines={reasons} />
    </Alert>
  );
}

function Saved({ downloaded }: { downloaded: Downloaded }): ReactElement {
  const { t } = useTranslation('download');
  const { name = '', files, written } = downloaded;
  return (
    <Stack gap={4}>
      <Text size="sm">
        {t('saved', {
          name,
          count: written.records,
          shown: formatNumber(written.records),
          size: formatBytes(written.bytes),
        })}
      </Text>
      <List size="sm">
        {files.map(({ path, records, isWhole }) => (
          <List.Item key={path}>
            <span dir="ltr">{path}</span>
            {records === undefined ? null : `: ${t('records', { count: records, shown: formatNumber(records) })}`}
            {isWhole ? null : ` (${t('part')})`}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
