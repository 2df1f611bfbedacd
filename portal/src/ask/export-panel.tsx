/** The question and its answer as commands and programs that give the same counts. See docs/reference/command-line.md */
import { Button, Code, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../part/copy.tsx';
import classes from './ask.module.css';
import { download } from './download.ts';
import { commandLine } from './export/command-line.ts';
import { curlScript } from './export/curl.ts';
import { pythonScript } from './export/python.ts';
import { rScript } from './export/r.ts';
import type { Exported } from './export/requests.ts';
import { type Speech, sentenceOf } from './sentence.ts';
import type { Asking } from './use-run.ts';

const forms = [
  { key: 'fairway', name: 'fairway', file: 'question.sh', write: commandLine },
  { key: 'curl', name: 'curl', file: 'question-curl.sh', write: curlScript },
  { key: 'python', name: 'Python', file: 'question.py', write: pythonScript },
  { key: 'r', name: 'R', file: 'question.R', write: rScript },
] as const;

export function ExportPanel({ asking, speech }: { asking: Asking; speech: Speech }): ReactElement | null {
  const { t } = useTranslation('ask');
  const [form, setForm] = useState<string>('fairway');
  const isOver = asking.run.state === 'done';
  const exported = useMemo(() => exportedOf(asking, speech), [asking, speech]);
  if (!isOver) return null;
  return (
    <Stack gap="sm" component="section" aria-labelledby="answer-export">
      <Title order={3} id="answer-export">
        {t('export.title')}
      </Title>
      <Text maw="75ch">{t('export.text')}</Text>
      <Tabs value={form} onChange={(value) => setForm(value ?? 'fairway')} keepMounted={false}>
        <Tabs.List aria-label={t('export.title')}>
          {forms.map(({ key, name }) => (
            <Tabs.Tab key={key} value={key}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {forms.map(({ key, ...one }) => (
          <Tabs.Panel key={key} value={key} pt="sm">
            <Script {...one} hint={t(`export.${key}`)} exported={exported} />
          </Tabs.Panel>
        ))}
      </Tabs>
      {asking.run.question.patients.all.length > 0 || form === 'fairway' ? null : (
        <Text size="sm">{t('export.only-list')}</Text>
      )}
    </Stack>
  );
}

function Script({
  name,
  file,
  hint,
  exported,
  write,
}: {
  name: string;
  file: string;
  hint: string;
  exported: Exported;
  write: (exported: Exported) => string;
}): ReactElement {
  const { t } = useTranslation('ask');
  const text = useMemo(() => write(exported), [write, exported]);
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {hint}
      </Text>
      <Code block className={classes['script'] ?? ''} dir="ltr" tabIndex={0} role="region" aria-label={name}>
        {text}
      </Code>
      <Group gap="xs">
        <Copy text={text} what={name} />
        <Button variant="default" size="compact-sm" onClick={() => download(file, 'text/plain', text)}>
          {t('export.download', { file })}
        </Button>
      </Group>
    </Stack>
  );
}

function exportedOf({ run, settings }: Asking, speech: Speech): Exported {
  const { purposes = [], project } = settings.asked;
  return {
    question: run.question,
    sentence: sentenceOf(run.question, speech),
    start: settings.start,
    day: run.askedAt.slice(0, 10),
    datasets: [...run.datasets.values()],
    ways: run.ways,
    tokenBases: Object.keys(settings.tokens),
    stated: {
      ...(purposes.length === 0 ? {} : { 'Purpose-Of-Use': purposes.join(', ') }),
      ...(project === undefined ? {} : { Project: project }),
    },
    ask: settings.ask,
  };
}
