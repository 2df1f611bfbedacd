/** Says the conditions of a data set in words. See docs/adr/0010-statements-and-effects.md */
import type { Offer, Requirement } from '../conditions/model.ts';
import { dataUseText } from './duo.ts';
import { obligationText } from './obligation.ts';
import { plain } from './plain.ts';
import { purposeText } from './purpose.ts';
import { isSpdx, type Licence, type Stated } from './stated.ts';

/** A condition as answers show it. */
export interface ConditionText {
  /** licence, granularity, data-use, visa, terms, committee, embargo, expiry, country, recipient, purpose, consent, obligation, copyright or unknown */
  code: string;
  text: string;
}

/** All conditions of a data set, what matters most first. */
export function conditionTexts(stated: Stated): ConditionText[] {
  const { statement } = stated;
  const isOpen = statement.requirements.length + statement.dataUse.length === 0 && !statement.consentRequired;
  return [
    ...stated.licences.map((one) => ({ code: 'licence', text: licenceText(one) })),
    ...statement.offers.map((offer) => ({ code: 'granularity', text: offerText(offer, isOpen) })),
    ...statement.dataUse.map((term) => ({ code: 'data-use', text: dataUseText(term) })),
    ...statement.requirements.map((one) => ({ code: requirementCodes[one.kind], text: requirementText(one) })),
    ...(statement.consentRequired ? [{ code: 'consent', text: 'only of patients who consent' }] : []),
    ...statement.obligations.map((one) => ({ code: 'obligation', text: obligationText(one) })),
    ...(stated.copyright === undefined ? [] : [{ code: 'copyright', text: plain(stated.copyright) }]),
    ...stated.unknown.map(({ url }) => ({ code: 'unknown', text: unknownText(url) })),
  ];
}

export const unknownText = (url: string): string => `a condition that this version does not know: ${plain(url)}`;

export function licenceText(licence: Licence): string {
  const { code, url, text } = licence;
  if (code !== undefined) return plain(text === undefined || isSpdx(licence) ? code : `${text} (${code})`);
  return plain([text, url].filter((one) => one !== undefined).join(', '));
}

const requirementCodes: Readonly<Record<Requirement['kind'], string>> = {
  visa: 'visa',
  terms: 'terms',
  country: 'country',
  recipient: 'recipient',
  purpose: 'purpose',
  'not-before': 'embargo',
  'not-after': 'expiry',
  committee: 'committee',
};

export function requirementText(one: Requirement): string {
  switch (one.kind) {
    case 'visa': {
      const parts = [
        one.value === undefined ? '' : ` ${plain(one.value)}`,
        one.source === undefined ? '' : ` of ${plain(one.source)}`,
        one.by === undefined ? '' : ` given by ${plain(one.by)}`,
      ];
      return `needs the visa ${plain(one.type)}${parts.join('')}`;
    }
    case 'terms':
      return `accept the terms ${plain(one.url)}`;
    case 'country':
      return `goes only to ${one.codes.map((code) => plain(code)).join(', ')}`;
    case 'recipient':
      return `only for ${one.identifiers.map((identifier) => plain(identifier)).join(' or ')}`;
    case 'purpose':
      return `only for ${one.codes.map(purposeText).join(' or ')}`;
    case 'not-before':
      return `not before ${dayText(one.at)}`;
    case 'not-after':
      return `until ${dayText(one.at)}`;
    case 'committee':
      return `${one.display === undefined ? '' : `${plain(one.display)}, `}${plain(one.committee)} decides on requests`;
  }
}

/** A day where the moment begins or ends one, else the moment. */
export function dayText(at: number): string {
  const text = new Date(at).toISOString();
  return /T(00:00:00\.000|23:59:59\.999)Z$/.test(text) ? text.slice(0, 10) : text;
}

/** `isOpen` when the data set asks nothing of anyone. */
function offerText({ level, threshold, rounding, profile, audience }: Offer, isOpen: boolean): string {
  const who = audience.length === 0 ? '' : ` (${audience.map(requirementText).join('; ')})`;
  switch (level) {
    case 'none':
      return `nothing is given without approval${who}`;
    case 'exists':
      return `only whether there are any, from ${threshold} on${who}`;
    case 'count':
      return `counts only${limits(threshold, rounding)}${who}`;
    case 'aggregate':
      return `aggregates only${limits(threshold, rounding)}${who}`;
    case 'record-deidentified':
      return `single records, de-identified${profile === undefined ? '' : ` by ${plain(profile)}`}${who}`;
    case 'record':
      return audience.length === 0 && isOpen ? 'single records are open' : `single records${who}`;
  }
}

const limits = (threshold: number, rounding: number): string =>
  `${threshold > 1 ? `, below ${threshold} withheld` : ''}${rounding > 1 ? `, rounded to ${rounding}` : ''}`;
