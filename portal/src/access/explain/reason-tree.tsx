/** The reasons of a decision as nested lists, each part of which opens and closes. https://www.w3.org/WAI/ARIA/apg/patterns/disclosure/ */
import { Button, Group, Text } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LinkText } from '../../part/link.tsx';
import { reasonWords } from '../../part/reason-words.ts';
import { useSpeech } from '../../part/words.ts';
import { Sign, type SignName } from '../sign.tsx';
import type { Reason } from './decision.ts';
import classes from './reason-tree.module.css';
import type { Branch } from './tree.ts';

const signs: Readonly<Record<string, SignName>> = { deny: 'no', permit: 'yes', 'needs-person': 'person' };

export function ReasonTree({ branches, base }: { branches: readonly Branch[]; base: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  const [all, setAll] = useState({ isOpen: true, turn: 0 });
  const turn = (isOpen: boolean): void => setAll(({ turn: last }) => ({ isOpen, turn: last + 1 }));
  return (
    <>
      <Group gap="xs">
        <Button size="compact-xs" variant="default" onClick={() => turn(true)}>
          {t('tree-open')}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => turn(false)}>
          {t('tree-close')}
        </Button>
      </Group>
      <Branches key={all.turn} branches={branches} base={base} isOpen={all.isOpen} label={t('tree')} />
    </>
  );
}

interface BranchesProps {
  branches: readonly Branch[];
  base: string;
  isOpen: boolean;
  label?: string;
}

function Branches({ branches, base, isOpen, label }: BranchesProps): ReactElement {
  return (
    <ul className={classes['tree']} {...(label === undefined ? {} : { 'aria-label': label })}>
      {branches.map((branch) => (
        <li key={JSON.stringify(branch.label)}>
          {branch.below.length === 0 ? (
            <Labelled branch={branch} />
          ) : (
            <details open={isOpen}>
              <summary className={classes['summary']}>
                <Labelled branch={branch} />
              </summary>
              {branch.label.kind === 'source' ? <SourceLink source={branch.label.source} base={base} /> : null}
              <Branches branches={branch.below} base={base} isOpen={isOpen} />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The sign repeats what the word says. */
function Labelled({ branch: { label, outcome } }: { branch: Branch }): ReactElement {
  const { t } = useTranslation('access-committee');
  const speech = useSpeech();
  return (
    <span data-outcome={outcome}>
      <Sign name={signs[outcome] ?? 'question'} />{' '}
      <strong>{t(`outcome-${outcome}`, { defaultValue: outcome })}:</strong>{' '}
      {label.kind === 'source' ? <Source source={label.source} /> : null}
      {label.kind === 'always' ? t('tree-always') : null}
      {label.kind === 'reason' ? <span dir="auto">{reasonWords(label.reason.text, speech)}</span> : null}
      {label.kind === 'reason' ? <Had reason={label.reason} /> : null}
    </span>
  );
}

const mostHad = 5;

/** What the asker has of what is asked: nothing is said, too. */
function Had({ reason: { has } }: { reason: Reason }): ReactElement | null {
  const { t } = useTranslation('access-committee');
  if (has === undefined) return null;
  const more = has.length - mostHad;
  return (
    <Text component="span" size="sm" c="dimmed" display="block" className={classes['had'] ?? ''}>
      {has.length === 0 ? t('has-nothing') : t('has')}
      {has.slice(0, mostHad).map((one) => (
        <span key={one}>
          {' '}
          <code dir="ltr">{one.slice(0, 300)}</code>
        </span>
      ))}
      {more > 0 ? t('has-more', { count: more }) : null}
    </Text>
  );
}

const resource = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]+$/;

function Source({ source }: { source: string }): ReactElement {
  const { t } = useTranslation('access-committee');
  const type = resource.exec(source)?.[1];
  const name = t(`source-${type ?? source.replaceAll('.', '-')}`, { defaultValue: '' });
  const words = [name, ...(type === undefined && name !== '' ? [] : [source])];
  return <span dir="auto">{words.filter((one) => one !== '').join(' ')}</span>;
}

/** Beside what opens and closes: a control holds no other. */
function SourceLink({ source, base }: { source: string; base: string }): ReactElement | null {
  const { t } = useTranslation('access-committee');
  if (!resource.test(source)) return null;
  return (
    <LinkText
      to="/explore/$"
      params={{ _splat: source }}
      search={{ at: base }}
      size="sm"
      className={classes['had'] ?? ''}
    >
      {t('tree-read', { source })}
    </LinkText>
  );
}
