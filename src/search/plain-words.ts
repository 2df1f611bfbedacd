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

/** A word that a code is found by. `place`: 0 the code itself, 1 the first word of its name, 2 another one. */
export interface PlacedWord {
  word: string;
  place: 0 | 1 | 2;
}

/** The words of a name with and without their joints, and the code itself. */
export function wordsOfCode(code: string, display: string): PlacedWord[] {
  const found = new Map<string, PlacedWord['place']>([[cut(foldText(code).replaceAll(' ', '')), 0]]);
  const add = (word: string, isFirst: boolean): void => {
    if (word !== '' && !found.has(word)) found.set(word, isFirst ? 1 : 2);
  };
  for (const [at, word] of foldText(display).split(' ').entries()) {
    add(cut(word), at === 0);
    for (const [within, part] of partsOf(word).entries()) add(part, at === 0 && within === 0);
  }
  found.delete('');
  return [...found].map(([word, place]) => ({ word, place }));
}

/** Each must begin a word of the name, or the code. */
export function typedWords(filter: string): TypedWord[] {
  const words = foldText(filter)
    .split(' ')
    .filter((one) => one !== '');
  return [...new Set(words)].map((word) => ({ whole: cut(word), parts: partsOf(word) }));
}
