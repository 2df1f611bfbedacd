/** Questions kept in this browser, and the question as a file that other tools read. See docs/reference/question.md */
import { Accordion, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { groupOf, type Question } from '../../../src/federation/client/index.ts';
import { formatAgo } from '../part/format.ts';
import { download } from './download.ts';
import { type Asked, isAskable } from './draft-question.ts';
import { linkText, plainOf } from './link.ts';
import type { Run } from './run.ts';
import { forget, type SavedQuestion, save, savedQuestions } from './saved.ts';

export function SavedQuestions({
  asked,
  run,
  onOpen,
}: {
  asked: Asked;
  run: Run | undefined;
  onOpen: (question: Question) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const [saved, setSaved] = useState<readonly SavedQuestion[]>(() => savedQuestions(localStorage));
  // An answer of a question that is kept is noted with it.
  const endedAt = run?.state === 'done' ? run.endedAt : undefined;
  const answered = run === undefined ? undefined : linkText(run.question);
  useEffect(() => {
    const one = savedQuestions(localStorage).find(({ question }) => linkText(question) === answered);
    if (endedAt !== undefined && one !== undefined) setSaved(save(localStorage, { ...one, answeredAt: endedAt }));
  }, [endedAt, answered]);
  return (
    <Accordion variant="contained" order={2}>
      <Accordion.Item value="saved">
        <Accordion.Control>{t('saved.title', { count: saved.length })}</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">
            {saved.length === 0 ? <Text c="dimmed">{t('saved.none')}</Text> : null}
            <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: 'none' }}>
              {saved.map((one) => (
                <li key={one.name}>
                  <SavedLine
                    one={one}
                    onOpen={() => onOpen(one.question)}
                    onForget={() => setSaved(forget(localStorage, one.name))}
                  />
                </li>
              ))}
            </Stack>
            <SaveForm asked={asked} onSaved={setSaved} />
            <QuestionFiles asked={asked} />
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function SavedLine({
  one,
  onOpen,
  onForget,
}: {
  one: SavedQuestion;
  onOpen: () => void;
  onForget: () => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  return (
    <Group gap="xs">
      <Button variant="default" size="compact-sm" onClick={onOpen} maw="100%">
        <span dir="auto">{one.name}</span>
      </Button>
      <Text size="sm" c="dimmed">
        {one.answeredAt === undefined ? t('saved.never') : t('saved.answered', { ago: formatAgo(one.answeredAt) })}
      </Text>
      <Button
        variant="subtle"
        color="red"
        size="compact-sm"
        onClick={onForget}
        aria-label={t('saved.forget-one', { name: one.name })}
      >
        {t('saved.forget')}
      </Button>
    </Group>
  );
}

function SaveForm({
  asked,
  onSaved,
}: {
  asked: Asked;
  onSaved: (saved: readonly SavedQuestion[]) => void;
}): ReactElement {
  const { t } = useTranslation('ask');
  const [name, setName] = useState('');
  const [failed, setFailed] = useState(false);
  const canSave = name.trim() !== '' && isAskable(asked);
  return (
    <Group
      component="form"
      gap="xs"
      align="flex-end"
      onSubmit={(event) => {
        event.preventDefault();
        if (!canSave) return;
        try {
          onSaved(save(localStorage, { name: name.trim(), question: asked.question }));
          setName('');
          setFailed(false);
        } catch {
          setFailed(true);
        }
      }}
    >
      <TextInput
        label={t('saved.name')}
        maxLength={200}
        value={name}
        error={failed ? t('saved.no-room') : undefined}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
      />
      <Button type="submit" variant="light" disabled={!canSave}>
        {t('saved.save')}
      </Button>
    </Group>
  );
}

function QuestionFiles({ asked }: { asked: Asked }): ReactElement {
  const { t } = useTranslation('ask');
  const { question } = asked;
  const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const asYaml = async (): Promise<void> => {
    // The library is as large as the rest of the page.
    const { stringify } = await import('yaml');
    download('question.yaml', 'application/yaml', stringify(plainOf(question), { lineWidth: 0 }));
  };
  return (
    <Group gap="xs" role="group" aria-label={t('files.title')}>
      <Text size="sm">{t('files.title')}</Text>
      <Button variant="default" size="compact-sm" disabled={!isAskable(asked)} onClick={() => void asYaml()}>
        YAML
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        disabled={!isAskable(asked)}
        onClick={() => download('question.json', 'application/json', jsonText(plainOf(question)))}
      >
        JSON
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        disabled={!isAskable(asked)}
        onClick={() => download('question-group.json', 'application/fhir+json', jsonText(groupOf(question)))}
      >
        FHIR Group
      </Button>
    </Group>
  );
}
