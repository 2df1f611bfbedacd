/** JSON with colours and folds, all digits as they were sent; references are links. */
import { Button, Group, Text } from '@mantine/core';
import { type ReactElement, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { CodeLines } from './code-lines.tsx';
import classes from './explore.module.css';
import { type JsonLine, linesOf, pathsBelow } from './json-lines.ts';
import { ReferenceLink } from './reference-link.tsx';
import type { Value } from './value.ts';

/** More of a text than this does not help anyone on one line. */
const longest = 1000;

export function JsonView({ value, base, label }: { value: Value; base: string; label: string }): ReactElement {
  const { t } = useTranslation('explore');
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => linesOf(value, folded), [value, folded]);
  const toggle = (path: string): void => {
    const next = new Set(folded);
    if (!next.delete(path)) next.add(path);
    setFolded(next);
  };
  return (
    <>
      <Group gap="xs" mb="xs">
        <Button variant="default" size="compact-sm" onClick={() => setFolded(new Set(pathsBelow(value, 1)))}>
          {t('fold-all')}
        </Button>
        <Button variant="default" size="compact-sm" onClick={() => setFolded(new Set())}>
          {t('unfold-all')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('lines', { count: lines.length, shown: formatNumber(lines.length) })}
        </Text>
      </Group>
      <CodeLines
        count={lines.length}
        label={label}
        line={(at) => <Line line={lines[at]!} base={base} toggle={toggle} />}
      />
    </>
  );
}

function Line({ line, base, toggle }: { line: JsonLine; base: string; toggle(path: string): void }): ReactElement {
  const { t } = useTranslation('explore');
  const { path, depth, name, opens, closes, hasComma } = line;
  const canFold = opens !== undefined && opens.members > 0;
  return (
    <>
      {canFold ? (
        <button
          type="button"
          className={classes['fold']}
          aria-expanded={!opens.isFolded}
          aria-label={t('fold', { name: name ?? (path || t('root')) })}
          onClick={() => toggle(path)}
        >
          {opens.isFolded ? '+' : '-'}
        </button>
      ) : (
        <span className={classes['fold']} />
      )}
      <span style={{ paddingInlineStart: depth * 16 }} />
      {name === undefined ? null : <span className={classes['name']}>{JSON.stringify(name)}: </span>}
      {opens?.bracket}
      {opens?.isFolded === true ? <span className={classes['mark']}> … {formatNumber(opens.members)} </span> : null}
      <Literal line={line} base={base} />
      {closes}
      {hasComma ? ',' : ''}
    </>
  );
}

function Literal({ line: { literal, kind, name }, base }: { line: JsonLine; base: string }): ReactElement | null {
  const { t } = useTranslation('explore');
  if (literal === undefined || kind === undefined) return null;
  if (kind === 'string' && name === 'reference') {
    return (
      <span className={classes['string']}>
        "<ReferenceLink reference={JSON.parse(literal) as string} base={base} />"
      </span>
    );
  }
  return (
    <span className={classes[kind]}>
      {literal.length <= longest
        ? literal
        : `${literal.slice(0, longest)}… ${t('cut', { shown: formatNumber(literal.length) })}`}
    </span>
  );
}
