/** Codes of conditions in the reader's words, each with its code. See docs/guides/conditions.md */

import type { TFunction } from 'i18next';
import { partsOf } from '../../../../src/fair/code.ts';
import { duoTerm } from '../../../../src/fair/duo.ts';
import type { Words } from '../../../../src/fair/words/index.ts';
import type { Granularity } from '../../../../src/fhir/canonical.ts';
import { formatDate, formatNumber } from '../../part/format.ts';
import { commonPurposes } from '../../part/purpose.ts';
import { reasonWords } from '../../part/reason-words.ts';
import type { Speech } from '../../part/words.ts';
import type { AskerPreview, MissingPart } from '../record/preview.ts';

type T = TFunction<'desk'>;

export const levels = ['exists', 'count', 'aggregate', 'record-deidentified', 'record', 'none'] as const;

export const purposes = [...commonPurposes, 'HQUALIMP'] as const;

export const visaTypes = [
  'ResearcherStatus',
  'AffiliationAndRole',
  'ControlledAccessGrants',
  'AcceptedTermsAndPolicies',
  'LinkedIdentities',
] as const;

export const visaGivers = ['so', 'dac', 'system', 'peer', 'self'] as const;

export const obligations = [
  'NORELINK',
  'DELAU',
  'NORDSCLCD',
  'NOREUSE',
  'NOINTEGRATE',
  'NODSCLCD',
  'NOPERSISTP',
  'AUDIT',
  'ENCRYPT',
  'CPLYPOL',
  'PERSISTLABEL',
  'MINEC',
] as const;

/** Terms of the Data Use Ontology, permissions first. */
export const duoIds = {
  permission: ['DUO:0000004', 'DUO:0000042', 'DUO:0000006', 'DUO:0000007', 'DUO:0000011'],
  modifier: [
    ...['DUO:0000045', 'DUO:0000046', 'DUO:0000018', 'DUO:0000015', 'DUO:0000016', 'DUO:0000044', 'DUO:0000043'],
    ...['DUO:0000021', 'DUO:0000020', 'DUO:0000019', 'DUO:0000029', 'DUO:0000022', 'DUO:0000024', 'DUO:0000025'],
    ...['DUO:0000026', 'DUO:0000027', 'DUO:0000028', 'DUO:0000012'],
  ],
} as const;

/** What a term asks for. */
export function duoAsks(
  id: string,
): 'nothing' | 'disease' | 'country' | 'date' | 'months' | 'names' | 'text' | 'maybe' {
  switch (duoTerm(id)?.abbreviation) {
    case 'DS':
      return 'disease';
    case 'GS':
      return 'country';
    case 'MOR':
      return 'date';
    case 'TS':
      return 'months';
    case 'US':
    case 'PS':
    case 'IS':
      return 'names';
    case 'RS':
      return 'text';
    case 'COL':
      return 'maybe';
    default:
      return 'nothing';
  }
}

export const levelText = (level: Granularity, t: T): string => t(`level.${level}`);

/** Words of a code with the code behind them, or the code alone. */
const coded = <Code extends string>(names: Readonly<Record<Code, string>>, code: string): string =>
  Object.hasOwn(names, code) ? `${names[code as Code]} (${code})` : code; // a key of it

export const purposeText = (code: string, { purpose }: Words): string => coded(purpose, code);
export const visaText = (type: string, { visaType }: Words): string => coded(visaType, type);
export const obligationText = (code: string, { obligation }: Words): string => coded(obligation, code);

/** The name of a term with its abbreviation. */
export function duoText(id: string, { duo }: Words): string {
  const abbreviation = duoTerm(id)?.abbreviation;
  return abbreviation === undefined ? id : coded(duo, abbreviation);
}

/** What an asker would see, in one line. */
export function seenText({ level, threshold, rounding, profile }: AskerPreview, t: T): string {
  const numbers = { threshold: formatNumber(threshold ?? 1), rounding: formatNumber(rounding ?? 1) };
  switch (level) {
    case 'none':
      return t('seen.none');
    case 'exists':
      return t('seen.exists', numbers);
    case 'count':
    case 'aggregate':
      if ((threshold ?? 1) <= 1 && (rounding ?? 1) <= 1) return t('seen.count-exact');
      return t('seen.count', numbers);
    case 'record-deidentified':
      return t('seen.record-deidentified', { profile: profile ?? '' });
    case 'record':
      return t('seen.record');
  }
}

/** One thing that is missing, with what it asks for. */
export function missingText({ kind, values, text }: MissingPart, t: T, speech: Speech): string {
  const { words } = speech;
  const [head = '', ...rest] = values;
  switch (kind) {
    case 'closed':
      return reasonWords(text, speech);
    case 'data-use': {
      const id = [...duoIds.permission, ...duoIds.modifier].find((one) => duoTerm(one)?.abbreviation === head);
      if (id === undefined)
        return text.includes('no research purpose') ? t('missing.no-research') : reasonWords(text, speech);
      return t('missing.data-use', { what: duoText(id, words), more: rest.length === 0 ? '' : `: ${rest.join(', ')}` });
    }
    case 'purpose':
      return t('missing.purpose', { what: values.map((one) => purposeText(partsOf(one).code, words)).join(', ') });
    case 'visa':
      return t('missing.visa', { what: [visaText(head, words), ...rest].join(', ') });
    case 'not-before':
    case 'not-after':
      return t(`missing.${kind}`, { what: formatDate(head.slice(0, 10)) });
    case 'terms':
    case 'country':
    case 'recipient':
    case 'committee':
      return t(`missing.${kind}`, { what: values.join(', ') });
    default:
      return text;
  }
}
