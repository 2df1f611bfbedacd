/** Purposes of use that people choose from on several pages. https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html */
import type { PurposeCode, Words } from '../../../src/fair/words/index.ts';
import { asLabel } from './words.ts';

/** Codes of v3-ActReason. */
export const commonPurposes = [
  'HRESCH',
  'BIORCH',
  'DSRCH',
  'CLINTRCH',
  'TRANSRCH',
  'POARCH',
  'PUBHLTH',
  'TREAT',
] as const satisfies readonly PurposeCode[];

type PurposeChoice = { value: string; label: string };

/** What one chooses from, in the reader's words; `valueFor` makes the value of a code. */
export const purposeChoices = (
  codes: readonly PurposeCode[],
  words: Words,
  valueFor: (code: PurposeCode) => string = (code) => code,
): PurposeChoice[] => codes.map((code) => ({ value: valueFor(code), label: asLabel(words.purpose[code]) }));
