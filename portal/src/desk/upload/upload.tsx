/** Takes in files: dropped or chosen, sent in pieces with progress, stopped at will; faults are shown by line and can be kept. */
import { Alert, Button, FileButton, Group, List, Paper, Progress, Select, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type DragEvent, type ReactElement, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { formatBytes } from '../../part/format.ts';
import { LinkButton } from '../../part/link.tsx';
import { Problem } from '../../part/problem.tsx';
import { home } from '../../server/home.ts';
import { useFieldWords } from '../form/field.tsx';
import { useDataSets } from '../overview/data-sets.ts';
import { describing, tagOf } from '../record/describe.ts';
import { isKnown } from './chunks.ts';
import { SentResult } from './result.tsx';
import { nothingSent, type Sent, sendFiles } from './send.ts';

type State = 'waiting' | 'sending' | 'done' | 'stopped';

/** `into` is the id of the data set that the data belong to, or nothing. */
export function Upload({ into }: { into: string }): ReactElement {
  const { t } = useTranslation('desk');
  const client = useQueryClient();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [state, setState] = useState<State>('waiting');
  const [sent, setSent] = useState<Sent>(nothingSent);
  const [error, setError] = useState<unknown>();
  const [set, setSet] = useState(into);
  const stopping = useRef<AbortController>(undefined);
  const record = useDataSets().data?.sets.find((one) => one['id'] === set);
  const bytes = files.reduce((sum, one) => sum + one.size, 0);

  const send = async (): Promise<void> => {
    stopping.current = new AbortController();
    setSent(nothingSent);
    setError(undefined);
    setState('sending');
    const tag = record === undefined ? undefined : tagOf(record);
    try {
      const { signal } = stopping.current;
      await sendFiles(files, { base: home, tag, signal, onProgress: setSent });
      setState('done');
    } catch (thrown) {
      setState('stopped');
      if (!stopping.current.signal.aborted) setError(thrown);
    }
    void client.invalidateQueries({ queryKey: ['desk'] });
  };
  const choose = (chosen: readonly File[]): void => {
    setFiles(chosen);
    setState('waiting');
    setSent(nothingSent);
    setError(undefined);
  };

  return (
    <Stack component="section" aria-label={t('take-in')}>
      <div>
        <Title order={2} size="h3">
          {t('take-in')}
        </Title>
        <Text size="sm" c="dimmed" maw="75ch">
          {t('take-in-text')}
        </Text>
      </div>
      <IntoField value={set} change={setSet} isBusy={state === 'sending'} />
      {record === undefined ? null : <TagNote record={record} />}
      <DropZone choose={choose} isBusy={state === 'sending'} />
      {files.length === 0 ? null : <Chosen files={files} />}
      <Group>
        <Button disabled={files.length === 0 || state === 'sending'} onClick={() => void send()}>
          {t('send')}
        </Button>
        {state === 'sending' ? (
          <Button variant="default" onClick={() => stopping.current?.abort()}>
            {t('stop')}
          </Button>
        ) : null}
      </Group>
      {state === 'waiting' ? null : (
        <Progress value={bytes === 0 ? 100 : (100 * sent.bytes) / bytes} aria-label={t('progress')} />
      )}
      {error === undefined ? null : <Problem error={error} retry={() => void send()} />}
      {state === 'waiting' ? null : <SentResult sent={sent} state={state} bytes={bytes} />}
      {state === 'done' ? (
        <Group>
          <LinkButton
            to="/desk"
            search={{ set: set === '' ? 'new' : set, step: set === '' ? 'what' : 'check' }}
            variant="default"
          >
            {t(set === '' ? 'describe-them' : 'check-them')}
          </LinkButton>
        </Group>
      ) : null}
    </Stack>
  );
}

function IntoField({
  value,
  change,
  isBusy,
}: {
  value: string;
  change(value: string): void;
  isBusy: boolean;
}): ReactElement {
  const { t } = useTranslation('desk');
  const sets = useDataSets().data?.sets ?? [];
  return (
    <Select
      {...useFieldWords('into')}
      data={sets.map((one) => ({
        value: String(one['id']),
        label: describing.title.read(one).slice(0, 200) || String(one['id']),
      }))}
      value={value === '' ? null : value}
      placeholder={t('into-none')}
      clearable
      searchable
      disabled={isBusy}
      onChange={(next) => change(next ?? '')}
    />
  );
}

/** Whether the tag that the data get is the one that the record opens. */
function TagNote({ record }: { record: JsonObject }): ReactElement {
  const { t } = useTranslation('desk');
  const { system, code } = tagOf(record);
  const isStated = describing.tags.read(record).length > 0;
  return (
    <Alert variant="outline" color={isStated ? 'blue' : 'yellow'}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {t(isStated ? 'tag-note' : 'tag-missing', { tag: `${system}|${code}` })}
      </Text>
    </Alert>
  );
}

function DropZone({ choose, isBusy }: { choose(files: readonly File[]): void; isBusy: boolean }): ReactElement {
  const { t } = useTranslation('desk');
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (!isBusy) choose([...event.dataTransfer.files]);
  };
  return (
    <Paper
      withBorder
      p="xl"
      bd={isOver ? '2px dashed var(--mantine-primary-color-filled)' : '2px dashed var(--mantine-color-default-border)'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Stack align="center" gap="xs">
        <Text>{t('drop-here')}</Text>
        <FileButton
          multiple
          accept=".ndjson,.jsonl,.json,.gz"
          onChange={choose}
          inputProps={{ 'aria-label': t('choose-files') }}
          disabled={isBusy}
        >
          {(props) => (
            <Button variant="default" {...props}>
              {t('choose-files')}
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed">
          {t('file-kinds')}
        </Text>
      </Stack>
    </Paper>
  );
}

function Chosen({ files }: { files: readonly File[] }): ReactElement {
  const { t } = useTranslation('desk');
  return (
    <List size="sm">
      {files.map((file) => (
        <List.Item key={`${file.name} ${file.size} ${file.lastModified}`}>
          <span dir="auto">{file.name}</span>, {formatBytes(file.size)}
          {isKnown(file.name) ? '' : `: ${t('unknown-kind')}`}
        </List.Item>
      ))}
    </List>
  );
}
