/** Ask: a question is built, put to all servers that the walk leads to, and answered as they answer. See docs/reference/question.md */
import { Alert, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Asked, Question } from '../../../src/federation/client/index.ts';
import { Loading } from '../part/loading.tsx';
import { PageTitle } from '../part/page-title.tsx';
import { Problem } from '../part/problem.tsx';
import { home } from '../server/home.ts';
import { useHome } from '../server/query.ts';
import { state, useStatement } from '../server/statement.ts';
import { tokensByBase, useSessions } from '../server/tokens.ts';
import { useCodeNames } from './code-names.tsx';
import { useDataSetTitles } from './data-set-titles.ts';
import { type Draft, draftOf, emptyDraft } from './draft.ts';
import { askedBy, isAskable, type MissingCode } from './draft-question.ts';
import { EditingProvider, focusIn, useEdits } from './editing.ts';
import { GroupEditor } from './group-editor.tsx';
import { linkText, questionOfLink } from './link.ts';
import { useLinkedDataSets } from './linked-data-sets.ts';
import { NamesProvider, TitlesProvider } from './names.ts';
import { PurposeFields } from './purpose-fields.tsx';
import { QuestionBar } from './question-bar.tsx';
import { Results } from './results.tsx';
import { SavedQuestions } from './saved-questions.tsx';
import { ScopeEditor } from './scope-editor.tsx';
import { useSpeech } from './speech.ts';
import { startAt } from './start.ts';
import { type RunSettings, useRunner } from './use-run.ts';

const noNames: readonly string[] = [];

const oneText = (value: string | string[] | undefined): string | undefined => [value].flat()[0];

/** What is stated once for all pages, as the client takes it. */
function useStated(): Asked {
  const { purposes, project } = useStatement();
  return useMemo(
    () => ({ ...(purposes.length === 0 ? {} : { purposes }), ...(project === '' ? {} : { project }) }),
    [purposes, project],
  );
}

const say = ({ purposes = [], project = '' }: Asked): void => state({ purposes, project });

export function AskPage(): ReactElement {
  const { t } = useTranslation('ask');
  const { draft, setDraft, fault, isToRun, ran } = useDraft();
  const server = useHome();
  const runner = useRunner();
  const sessions = useSessions();
  const [isTried, setTried] = useState(false);
  const stated = useStated();
  const asked = useMemo(() => askedBy(draft), [draft]);
  const missing = useMemo(
    () => new Map<string, MissingCode>(isTried ? asked.missing.map(({ id, code }) => [id, code]) : []),
    [asked, isTried],
  );
  const editing = useEdits(setDraft, missing);
  const name = useCodeNames(asked.question);
  const titleOf = useDataSetTitles(asked.question.datasets?.only ?? noNames);
  const speech = useSpeech(name, titleOf);
  const isLinking = useLinkedDataSets(setDraft);
  const roles = server.data?.roles;
  const settings = useCallback(
    (ask: RunSettings['ask']): RunSettings => ({
      start: startAt(home, roles ?? []),
      tokens: tokensByBase(),
      asked: sessions.length === 0 ? {} : stated,
      ask,
    }),
    [roles, stated, sessions],
  );
  const begin = (): void => {
    setTried(true);
    if (isAskable(asked)) runner.start(asked.question, settings('likely'));
    else if (asked.missing[0] !== undefined) focusIn(asked.missing[0].id);
  };
  const isReady = roles !== undefined && !isLinking;
  // A link may ask for the answer at once; it does so when it is known where to begin, and once.
  const hasRun = useRef(false);
  useEffect(() => {
    if (!isToRun) hasRun.current = false;
    if (!isToRun || !isReady || hasRun.current) return;
    hasRun.current = true;
    ran();
    if (fault === undefined && isAskable(asked)) runner.start(asked.question, settings('likely'));
  }, [isToRun, isReady, ran, asked, fault, runner, settings]);

  return (
    <NamesProvider value={name}>
      <TitlesProvider value={titleOf}>
        <EditingProvider value={editing}>
          <PageTitle title={t('title')} text={t('intro')} />
          <Stack gap="lg">
            {fault === undefined ? null : (
              <Alert color="red" variant="outline" title={t('link-broken')} role="alert">
                {fault === '' ? t('link-cut') : fault}
              </Alert>
            )}
            <SavedQuestions
              asked={asked}
              run={runner.asking?.run}
              onOpen={(question) => setDraft(() => draftOf(question))}
            />
            <GroupEditor group={draft.root} />
            <ScopeEditor draft={draft} onChange={(change) => setDraft((now) => ({ ...now, ...change }))} />
            {sessions.length === 0 ? null : <PurposeFields stated={stated} onChange={say} />}
            {server.isPending || isLinking ? <Loading lines={1} /> : null}
            {server.error === null ? null : <Problem error={server.error} retry={() => void server.refetch()} />}
            <QuestionBar
              asked={asked}
              speech={speech}
              isReady={isReady}
              isTried={isTried}
              isRunning={runner.asking?.run.state === 'running'}
              onAsk={begin}
              onCancel={runner.cancel}
              onClear={() => {
                setDraft(() => emptyDraft());
                setTried(false);
              }}
            />
            {runner.asking === undefined ? null : (
              <Results
                asking={runner.asking}
                speech={speech}
                isCurrent={linkText(runner.asking.run.question) === linkText(asked.question)}
                onAgain={() => runner.again(settings(runner.asking?.settings.ask ?? 'likely'))}
                onAskAll={() => runner.again(settings('all'))}
              />
            )}
          </Stack>
        </EditingProvider>
      </TitlesProvider>
    </NamesProvider>
  );
}

interface DraftOfPage {
  draft: Draft;
  setDraft(edit: (draft: Draft) => Draft): void;
  /** what is wrong with the address; '' where it is cut off */
  fault: string | undefined;
  isToRun: boolean;
  ran(): void;
}

/** The draft goes with the address, both ways: what is complete of it stands there. */
function useDraft(): DraftOfPage {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const text = oneText(search.q);
  const isToRun = oneText(search.run) === 'now';
  const [draft, setDraft] = useState<Draft>(() => openedDraft(text));
  const written = useRef(text);
  const known = useMemo(() => (text === undefined ? undefined : questionOfLink(text)), [text]);
  useEffect(() => {
    if (text === written.current) return;
    written.current = text;
    setDraft(openedDraft(text));
  }, [text]);
  const edit = useCallback((change: (draft: Draft) => Draft) => setDraft(change), []);
  const question: Question = useMemo(() => askedBy(draft).question, [draft]);
  const isBroken = known !== undefined && 'fault' in known && draft.root.of.length === 0;
  useEffect(() => {
    const next = isEmpty(question) ? undefined : linkText(question);
    if (isBroken || next === written.current) return;
    written.current = next;
    void navigate({
      to: '.',
      search: ({ q: _, ...rest }) => (next === undefined ? rest : { ...rest, q: next }),
      replace: true,
      resetScroll: false,
    });
  }, [question, navigate, isBroken]);
  const ran = useCallback(
    () => void navigate({ to: '.', search: ({ run: _, ...rest }) => rest, replace: true, resetScroll: false }),
    [navigate],
  );
  return { draft, setDraft: edit, fault: isBroken ? known.fault : undefined, isToRun, ran };
}

const isEmpty = (question: Question): boolean => linkText(question) === linkText(askedBy(emptyDraft()).question);

function openedDraft(text: string | undefined): Draft {
  const from = text === undefined ? undefined : questionOfLink(text);
  return from === undefined || 'fault' in from ? emptyDraft() : draftOf(from.question);
}
