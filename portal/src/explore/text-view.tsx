/** XML or Turtle as the server sends it, with marks coloured. Lines are broken for reading only. https://hl7.org/fhir/R4B/xml.html */
import { Text } from '@mantine/core';
import { Fragment, type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../part/format.ts';
import { CodeLines } from './code-lines.tsx';
import classes from './explore.module.css';

const longest = 1000;

export function TextView({ text, label }: { text: string; label: string }): ReactElement {
  const { t } = useTranslation('explore');
  const lines = useMemo(() => brokenLines(text), [text]);
  const isBroken = lines.length > text.split('\n').length;
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {t('lines', { count: lines.length, shown: formatNumber(lines.length) })}
        {isBroken ? ` · ${t('lines-broken')}` : ''}
      </Text>
      <CodeLines count={lines.length} label={label} line={(at) => <Coloured line={lines[at]!} />} />
    </>
  );
}

/** XML in one line gets a line and an indent for each element. */
function brokenLines(text: string): string[] {
  const lines = text.replace(/\r\n/g, '\n').trimEnd().split('\n');
  if (!text.startsWith('<') || lines.length > 3) return lines;
  let depth = 0;
  return text
    .replaceAll('><', '>\n<')
    .split('\n')
    .map((line) => {
      if (line.startsWith('</')) depth--;
      const indented = `${'  '.repeat(Math.max(0, depth))}${line}`;
      if (/^<[^/?!]/.test(line) && !line.endsWith('/>') && !line.includes('</')) depth++;
      return indented;
    });
}

const pattern = /(<\/?[\w:.-]+|\/?>|"[^"]*"|'[^']*'|[\w:]+(?==)|[a-z]+:[\w.]+)/g;

function Coloured({ line }: { line: string }): ReactElement {
  const { t } = useTranslation('explore');
  const shown =
    line.length <= longest ? line : `${line.slice(0, longest)}… ${t('cut', { shown: formatNumber(line.length) })}`;
  return (
    <>
      {shown.split(pattern).map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a line never move
        <Fragment key={at}>{at % 2 === 0 ? part : <span className={classes[classOf(part)]}>{part}</span>}</Fragment>
      ))}
    </>
  );
}

function classOf(part: string): string {
  if (/^["']/.test(part)) return 'string';
  return /^[<>/]/.test(part) ? 'mark' : 'name';
}
