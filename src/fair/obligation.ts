/** What a recipient must do or refrain from: the v3 codes, as ODRL actions. https://terminology.hl7.org/ValueSet-v3-SecurityPolicy.html */
import type { CodeText, Obligation } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import { partsOf } from './code.ts';
import type { ObligationCode } from './words/index.ts';

interface Meaning {
  /** `do` makes it a duty, `refrain` a prohibition */
  kind: 'do' | 'refrain';
  /** of ODRL's vocabulary, or of ours with the prefix `fairway:` */
  action: string;
}

const must = (action: string): Meaning => ({ kind: 'do', action });
const never = (action: string): Meaning => ({ kind: 'refrain', action });

const meanings: Readonly<Record<ObligationCode, Meaning>> = {
  ANONY: must('anonymize'),
  AUDIT: must('fairway:audit'),
  AUDTR: must('fairway:audit'),
  CPLYCC: must('fairway:comply'),
  CPLYCD: must('fairway:comply'),
  CPLYPOL: must('fairway:comply'),
  DEID: must('fairway:deidentify'),
  DELAU: must('delete'),
  ENCRYPT: must('fairway:encrypt'),
  MASK: must('fairway:mask'),
  MINEC: must('fairway:minimize'),
  PERSISTLABEL: must('fairway:keepLabels'),
  PRIVMARK: must('fairway:mark'),
  PSEUD: must('fairway:pseudonymize'),
  REDACT: must('fairway:redact'),
  NOAUTH: never('distribute'),
  NOCOLLECT: never('fairway:collect'),
  NODSCLCD: never('distribute'),
  NODSCLCDS: never('distribute'),
  NOINTEGRATE: never('fairway:integrate'),
  NOLIST: never('distribute'),
  NOMOU: never('distribute'),
  NOPERSISTP: never('archive'),
  NORDSCLCD: never('distribute'),
  NORDSLCD: never('distribute'),
  NORELINK: never('fairway:reidentify'),
  NOREUSE: never('fairway:reuse'),
  NOVIP: never('distribute'),
  ORCON: never('distribute'),
};

/** The code where it is one of those that have a meaning here. */
export function obligationCodeOf(code: CodeText): ObligationCode | undefined {
  const parts = partsOf(code);
  const isKnown = parts.system === canonical.actCode && Object.hasOwn(meanings, parts.code);
  return isKnown ? (parts.code as ObligationCode) : undefined; // a key of the table
}

/** What the code means here; undefined for codes to be carried as they are. */
export function meaningOf(code: CodeText): Meaning | undefined {
  const known = obligationCodeOf(code);
  return known === undefined ? undefined : meanings[known];
}

/** Months until what was used must be deleted; undefined where the parameter is none. */
export function monthsOf({ parameter }: Obligation): number | undefined {
  return parameter !== undefined && /^\d{1,4}$/.test(parameter) ? Number(parameter) : undefined;
}
