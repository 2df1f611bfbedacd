/** What one can do with a request of one's own: answer, withdraw, get the data. */
import { Button, Code, Group, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DownloadButton } from '../../download/button.tsx';
import { Copy } from '../../part/copy.tsx';
import { Dialog } from '../../part/dialog.tsx';
import { LinkButton } from '../../part/link.tsx';
import { ActProblem } from '../act-problem.tsx';
import { DocumentChoice, documentInputs, tooLarge } from '../documents.tsx';
import { actOn } from '../requests.ts';
import type { AccessTask } from '../task.ts';

type Action = 'answer-access' | 'withdraw-access';

const withdrawable = new Set(['requested', 'asked-back', 'granted']);

export function OwnActions({ task }: { task: AccessTask }): ReactElement {
  const { t } = useTranslation('access');
  const [action, setAction] = useState<Action>();
  const id = task.dataSet.replace('Library/', '');
  return (
    <>
      {task.state === 'granted' && task.grant?.state === 'active' ? <GetData task={task} id={id} /> : null}
      {task.state === 'asked-back' || task.state === 'requested' ? (
        <Button
          size="xs"
          variant={task.state === 'asked-back' ? 'filled' : 'default'}
          onClick={() => setAction('answer-access')}
        >
          {t(task.state === 'asked-back' ? 'answer' : 'add-words')}
        </Button>
      ) : null}
      {withdrawable.has(task.state) ? (
        <Button size="xs" variant="default" onClick={() => setAction('withdraw-access')}>
          {t('withdraw')}
        </Button>
      ) : null}
      {action === undefined ? null : <ActionDialog task={task} action={action} close={() => setAction(undefined)} />}
    </>
  );
}

function GetData({ task, id }: { task: AccessTask; id: string }): ReactElement {
  const { t } = useTranslation('access');
  const purpose = task.purposes.map((one) => `--purpose ${one.slice(one.indexOf('|') + 1)}`).join(' ');
  const command = `fairway get ${id} --repository ${task.base} --token TOKEN ${purpose} --out ${id}`;
  return (
    <Stack gap={4} w="100%">
      <Text size="sm">{t('get-text')}</Text>
      <Group gap="xs">
        <DownloadButton
          size="xs"
          of={{
            base: task.base,
            id,
            command,
            granted: {
              ...(task.grant?.level === undefined ? {} : { level: task.grant.level }),
              obligations: task.grant?.obligations ?? [],
              asked: {
                ...(task.purposes.length === 0 ? {} : { purposes: task.purposes }),
                ...(task.project === undefined ? {} : { project: task.project }),
              },
            },
          }}
        />
        <LinkButton to="/data-set/$id" params={{ id }} search={{ at: task.base }} size="xs">
          {t('to-data')}
        </LinkButton>
        <Code>{command}</Code>
        <Copy text={command} what={t('command')} />
      </Group>
    </Stack>
  );
}

function ActionDialog({ task, action, close }: { task: AccessTask; action: Action; close(): void }): ReactElement {
  const { t } = useTranslation('access');
  const [words, setWords] = useState('');
  const [files, setFiles] = useState<readonly File[]>([]);
  const queries = useQueryClient();
  const isAnswer = action === 'answer-access';
  const acting = useMutation({
    mutationFn: async () =>
      actOn(task, action, [
        ...(words.trim() === '' ? [] : [{ name: isAnswer ? 'message' : 'reason', valueString: words.trim() }]),
        ...(isAnswer ? await documentInputs(files) : []),
      ]),
    onSuccess: close,
    // Whatever happened, the newest state is shown.
    onSettled: () => queries.invalidateQueries({ queryKey: ['access requests'] }),
  });
  return (
    <Dialog opened onClose={close} title={t(isAnswer ? 'answer' : 'withdraw')}>
      <Text>{t(isAnswer ? 'answer-text' : 'withdraw-text')}</Text>
      <Textarea
        label={t(isAnswer ? 'answer-label' : 'withdraw-label')}
        autosize
        minRows={3}
        required={isAnswer}
        value={words}
        onChange={({ currentTarget }) => setWords(currentTarget.value)}
      />
      {isAnswer ? <DocumentChoice files={files} choose={setFiles} /> : null}
      {acting.isError ? <ActProblem error={acting.error} /> : null}
      <Group>
        <Button
          onClick={() => acting.mutate()}
          loading={acting.isPending}
          disabled={isAnswer && (words.trim() === '' || tooLarge(files))}
        >
          {t(isAnswer ? 'send' : 'withdraw')}
        </Button>
        <Button variant="default" onClick={close}>
          {t('cancel')}
        </Button>
      </Group>
    </Dialog>
  );
}
