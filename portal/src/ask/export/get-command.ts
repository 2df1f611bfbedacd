/** The command that fetches the records of a data set with their terms. See docs/reference/command-line.md */
import type { Dataset } from '../../../../src/federation/client/index.ts';
import { shellWord } from './shell.ts';

/** Undefined where the data lie on no server that is known. */
export function getCommand({ identifier, repository, registry }: Dataset): string | undefined {
  const from = registry ?? repository;
  if (from === undefined) return undefined;
  const flag = registry === undefined || registry === repository ? 'repository' : 'registry';
  return `fairway get ${shellWord(identifier)} --${flag} ${shellWord(from)} --out ${folderOf(identifier)}`;
}

/** The end of an identifier as the name of a folder. */
const folderOf = (identifier: string): string =>
  identifier
    .replace(/[/|]+$/, '')
    .split(/[/|:]/)
    .at(-1)!
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+/, '')
    .slice(0, 60) || 'data-set';
