/** Lays out tables for people: columns as wide as they need to be, numbers to the right. https://no-color.org */
import type { Environment } from './environment.ts';

export interface Column {
  title: string;
  right?: boolean;
}

/** Lines of a table, each beginning with `indent`. */
export function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[], indent = '  '): string {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => row.map(harmless))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const lines = cells.map((row) =>
    row.map((cell, at) => (columns[at]?.right ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join('  '),
  );
  return lines.map((line) => `${indent}${line.trimEnd()}\n`).join('');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a stranger's text must not move the cursor of a terminal
const controls = /[\u0000-\u001f\u007f-\u009f]+/g;

/** What a stranger said, so that it stays in its line. */
export const harmless = (text: string): string => text.replace(controls, ' ');

/** Marks headings on terminals that want it. */
export function createStyle({ variables, stdout }: Environment): { heading(text: string): string } {
  const isPlain = stdout.isTTY !== true || (variables['NO_COLOR'] ?? '') !== '';
  return { heading: (text) => (isPlain ? text : `\u001b[1m${text}\u001b[0m`) };
}

/** A text as a shell takes it for one word. */
export const shellWord = (text: string): string =>
  /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
