/** The words of the names of codes, and of what someone types to find one: without case and accents. See docs/reference/held-codes.md */
import { foldText } from './index-rows.ts';

/** So many characters of a word are compared. */
const longest = 64;
const joints = /[^\p{L}\p{N}]+/u;

/** A word as it was typed: the name holds it as it stands, or each of its parts. */
export interface TypedWord {
  whole: string;
  /** more than one where it has joints, such as `beta-blocker` */
  parts: readonly string[];
}

const cut = (word: string): string => word.slice(0, longest);
const partsOf = (word: string): string[] =>
  word
    .split(joints)
    .filter((one) => one !== '')
    .map(cut);

/** The words that a code is found by: those of its name with and without their joints, and the code itself. */
export function wordsOfCode(code: string, display: string): string[] {
  const found = new Set<string>([cut(foldText(code).replaceAll(' ', ''))]);
  for (const word of foldText(display).split(' ')) {
    if (word.length > 0) found.add(cut(word));
    for (const part of partsOf(word)) found.add(part);
  }
  found.delete('');
  return [...found];
}

/** Each must begin a word of the name, or the code. */
export function typedWords(filter: string): TypedWord[] {
  const words = foldText(filter)
    .split(' ')
    .filter((one) => one !== '');
  return [...new Set(words)].map((word) => ({ whole: cut(word), parts: partsOf(word) }));
}
