/** The languages in which conditions are told. See docs/reference/terms.md */
import { german } from './de.ts';
import { english } from './en.ts';
import type { Language, Words } from './words.ts';

export { english } from './en.ts';
export {
  type DuoName,
  type Language,
  languages,
  type ObligationCode,
  type PurposeCode,
  type Words,
} from './words.ts';

export const wordsIn: Readonly<Record<Language, Words>> = { en: english, de: german };
