/** What a recipient must do or refrain from: the v3 codes, in words and as ODRL actions. https://terminology.hl7.org/ValueSet-v3-SecurityPolicy.html */
import type { CodeText, Obligation } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import { dataUseOfObligation, dataUseText } from './duo.ts';
import { plain } from './plain.ts';
import { partsOf } from './purpose.ts';

interface Meaning {
  /** `do` makes it a duty, `refrain` a prohibition */
  kind: 'do' | 'refrain';
  words: string;
  /** of ODRL's vocabulary, or of ours with the prefix `fairway:` */
  action: string;
}

const must = (action: string, words: string): Meaning => ({ kind: 'do', action, words });
const never = (action: string, words: string): Meaning => ({ kind: 'refrain', action, words });

const meanings: Readonly<Record<string, Meaning>> = {
  ANONY: must('anonymize', 'anonymise the data before they go further'),
  AUDIT: must('fairway:audit', 'keep a record of every use'),
  AUDTR: must('fairway:audit', 'keep a record of who reads what'),
  CPLYCC: must('fairway:comply', 'keep to the law on confidential records'),
  CPLYCD: must('fairway:comply', "keep to the patients' consents"),
  CPLYPOL: must('fairway:comply', 'keep to the policy of the source'),
  DEID: must('fairway:deidentify', 'de-identify the data before they go further'),
  DELAU: must('delete', 'delete the data after use'),
  ENCRYPT: must('fairway:encrypt', 'keep the data encrypted'),
  MASK: must('fairway:mask', 'mask what is sensitive'),
  MINEC: must('fairway:minimize', 'take no more than is needed'),
  PERSISTLABEL: must('fairway:keepLabels', 'keep the security labels with the data'),
  PRIVMARK: must('fairway:mark', 'mark copies as confidential'),
  PSEUD: must('fairway:pseudonymize', 'pseudonymise the data before they go further'),
  REDACT: must('fairway:redact', 'take out what is sensitive'),
  NOAUTH: never('distribute', 'do not pass the data on without authorisation'),
  NOCOLLECT: never('fairway:collect', 'do not collect or store the data'),
  NODSCLCD: never('distribute', 'do not pass the data on without consent'),
  NODSCLCDS: never('distribute', "do not pass the data on without the person's consent"),
  NOINTEGRATE: never('fairway:integrate', 'do not merge the data with other data'),
  NOLIST: never('distribute', 'do not pass the data on to anyone who is not listed'),
  NOMOU: never('distribute', 'do not pass the data on without an agreement'),
  NOPERSISTP: never('archive', 'do not keep the data beyond their use'),
  NORDSCLCD: never('distribute', 'do not pass the data on'),
  NORDSLCD: never('distribute', 'do not pass the data on'),
  NORELINK: never('fairway:reidentify', 'do not link the data back to persons'),
  NOREUSE: never('fairway:reuse', 'do not use the data for another purpose'),
  NOVIP: never('distribute', 'do not show the data of persons under special protection'),
  ORCON: never('distribute', 'do not pass the data on without the originator'),
};

/** What the code means here; undefined for codes to be carried as they are. */
export function meaningOf(code: CodeText): Meaning | undefined {
  const parts = partsOf(code);
  return parts.system === canonical.actCode && Object.hasOwn(meanings, parts.code) ? meanings[parts.code] : undefined;
}

/** Months until what was used must be deleted; undefined where the parameter is none. */
export function monthsOf({ parameter }: Obligation): number | undefined {
  return parameter !== undefined && /^\d{1,4}$/.test(parameter) ? Number(parameter) : undefined;
}

/** The obligation for people: its words and its code. */
export function obligationText(obligation: Obligation): string {
  const { code, display, parameter } = obligation;
  const meaning = meaningOf(code);
  const dataUse = dataUseOfObligation(obligation);
  if (dataUse !== undefined) return dataUseText(dataUse);
  if (meaning === undefined) {
    const name = display === undefined ? '' : `${plain(display)}, `;
    const more = parameter === undefined ? '' : ` with ${plain(parameter)}`;
    return `an obligation that this version has no words for: ${name}${plain(code)}${more}`;
  }
  const months = code === `${canonical.actCode}|DELAU` ? monthsOf(obligation) : undefined;
  const within = months === undefined ? '' : `, within ${months} month${months === 1 ? '' : 's'}`;
  const more = parameter === undefined || months !== undefined ? '' : `: ${plain(parameter)}`;
  return `${meaning.words}${within}${more} (${partsOf(code).code})`;
}
