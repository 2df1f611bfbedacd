/** Says the conditions of a data set in words. See docs/adr/0010-statements-and-effects.md */
import type { Offer, Requirement } from '../conditions/model.ts';
import { plain, plainIfAny } from './plain.ts';
import { isSpdx, type Licence, type Stated } from './stated.ts';
import { dataUseText, obligationText, purposeText } from './use-text.ts';
import type { Words } from './words/index.ts';

/** A condition as answers show it. */
export interface ConditionText {
  /** licence, granularity, data-use, visa, terms, committee, embargo, expiry, country, recipient, purpose, consent, obligation, copyright or unknown */
  code: string;
  text: string;
}

/** All conditions of a data set, what matters most first. */
export function conditionTexts(stated: Stated, words: Words): ConditionText[] {
  const { statement } = stated;
  const isOpen = statement.requirements.length + statement.dataUse.length === 0 && !statement.consentRequired;
  return [
    ...stated.licences.map((one) => ({ code: 'licence', text: licenceText(one, words) })),
    ...statement.offers.map((offer) => ({ code: 'granularity', text: offerText(offer, isOpen, words) })),
    ...statement.dataUse.map((term) => ({ code: 'data-use', text: dataUseText(term, words) })),
    ...statement.requirements.map((one) => ({ code: requirementCodes[one.kind], text: requirementText(one, words) })),
    ...(statement.consentRequired ? [{ code: 'consent', text: words.consent }] : []),
    ...statement.obligations.map((one) => ({ code: 'obligation', text: obligationText(one, words) })),
    ...(stated.copyright === undefined ? [] : [{ code: 'copyright', text: plain(stated.copyright) }]),
    ...stated.unknown.map(({ url }) => ({ code: 'unknown', text: words.unknownCondition(plain(url)) })),
  ];
}

export function licenceText(licence: Licence, words: Words): string {
  const { code, url, text } = licence;
  if (code !== undefined) return plain(text === undefined || isSpdx(licence) ? code : `${text} (${code})`);
  const stated = [text, url].filter((one) => one !== undefined);
  return stated.length === 0 ? words.licenceInRecord : plain(stated.join(', '));
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

const eachPlain = (texts: readonly string[]): string[] => texts.map((one) => plain(one));

export function requirementText(one: Requirement, words: Words): string {
  switch (one.kind) {
    case 'visa':
      return words.visa({
        type: plain(one.type),
        value: plainIfAny(one.value),
        source: plainIfAny(one.source),
        by: plainIfAny(one.by),
      });
    case 'terms':
      return words.terms(plain(one.url));
    case 'country':
      return words.countries(eachPlain(one.codes));
    case 'recipient':
      return words.onlyFor(words.either(eachPlain(one.identifiers)));
    case 'purpose':
      return words.onlyFor(words.either(one.codes.map((code) => purposeText(code, words))));
    case 'not-before':
      return words.notBefore(dayText(one.at, words));
    case 'not-after':
      return words.until(dayText(one.at, words));
    case 'committee':
      return words.committee({ name: plainIfAny(one.display), committee: plain(one.committee) });
  }
}

/** A day where the moment begins or ends one, else the moment. */
export function dayText(at: number, words: Words): string {
  const text = new Date(at).toISOString();
  return /T(00:00:00\.000|23:59:59\.999)Z$/.test(text) ? words.day(text.slice(0, 10)) : words.moment(text);
}

/** `isOpen` when the data set asks nothing of anyone. */
function offerText(offer: Offer, isOpen: boolean, words: Words): string {
  const { audience } = offer;
  if (offer.level === 'record' && audience.length === 0 && isOpen) return words.offer.openRecord;
  const who = audience.length === 0 ? '' : ` (${audience.map((one) => requirementText(one, words)).join('; ')})`;
  return `${levelText(offer, words)}${who}`;
}

function levelText(offer: Offer, { offer: say }: Words): string {
  switch (offer.level) {
    case 'none':
      return say.none;
    case 'exists':
      return say.exists(offer.threshold);
    case 'count':
      return say.count(offer);
    case 'aggregate':
      return say.aggregate(offer);
    case 'record-deidentified':
      return say.deidentified(plainIfAny(offer.profile));
    case 'record':
      return say.record;
  }
}
