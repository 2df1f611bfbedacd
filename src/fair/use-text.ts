/** Says in words what data may be used for, and what a recipient must do or refrain from. See docs/reference/terms.md */
import type { CodeText, DataUseTerm, Obligation } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import { partsOf } from './code.ts';
import { dataUseOfObligation, duoTerm } from './duo.ts';
import { monthsOf, obligationCodeOf } from './obligation.ts';
import { plain, plainIfAny } from './plain.ts';
import type { PurposeCode, Words } from './words/index.ts';

/** The name of a purpose with its code; the whole `system|code` where it has no name here. */
export function purposeText(purpose: CodeText, words: Words): string {
  const { system, code } = partsOf(purpose);
  const name = system === canonical.actReason ? purposeName(code, words) : undefined;
  return name === undefined ? plain(purpose) : `${name} (${code})`;
}

/** The name of a code of v3-ActReason; undefined where it has none here. */
export const purposeName = (code: string, words: Words): string | undefined =>
  Object.hasOwn(words.purpose, code) ? words.purpose[code as PurposeCode] : undefined; // a key of it

/** The term in words, with its parameter. */
export function dataUseText({ id, parameter, display }: DataUseTerm, words: Words): string {
  const term = duoTerm(id);
  const named = display === undefined ? '' : `${plain(display)}, `;
  const more = parameter === undefined ? '' : `: ${named}${plain(parameter)}`;
  if (term === undefined) return `${words.unknownDataUse(plain(id))}${more}`;
  return `${words.duo[term.abbreviation]}${more} (${term.abbreviation}, ${id})`;
}

/** The obligation for people: its words and its code. */
export function obligationText(obligation: Obligation, words: Words): string {
  const { code, display, parameter } = obligation;
  const dataUse = dataUseOfObligation(obligation);
  if (dataUse !== undefined) return dataUseText(dataUse, words);
  const known = obligationCodeOf(code);
  if (known === undefined) return words.unknownObligation(plain(code), plainIfAny(display), plainIfAny(parameter));
  const months = known === 'DELAU' ? monthsOf(obligation) : undefined;
  const within = months === undefined ? '' : `, ${words.within(months)}`;
  const more = parameter === undefined || months !== undefined ? '' : `: ${plain(parameter)}`;
  return `${words.obligation[known]}${within}${more} (${known})`;
}
