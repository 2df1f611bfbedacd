/** Says the reasons of a decision, which servers tell briefly, in the reader's words; what is not known here is shown as it was told. See docs/adr/0010-statements-and-effects.md */
import type { TFunction } from 'i18next';
import { duoTerm } from '../../../src/fair/duo.ts';
import { formatDate, formatList } from '../part/format.ts';

/** A term of use as a data set states it: for the names of the diseases and places in it. */
export interface StatedUse {
  readonly id: string;
  readonly parameter?: string;
  readonly display?: string;
}

type Say = TFunction<'access'>;

const level = (code: string, t: Say): string => t(`level-${code}`, { defaultValue: code });

/** Each reads one kind of reason. */
const readers: readonly (readonly [RegExp, (parts: readonly string[], t: Say) => string])[] = [
  [/^offers (\S+)$/, ([code = ''], t) => t('because-offers', { level: level(code, t) })],
  [
    /^(\S+) is given$/,
    ([code = ''], t) => (code === 'nothing' ? t('because-nothing') : t('because-given', { level: level(code, t) })),
  ],
  [
    /^grants (\S+?)( for another purpose)?$/,
    ([code = '', other], t) =>
      t(other === undefined || other === '' ? 'because-grant' : 'because-grant-other', { level: level(code, t) }),
  ],
  [/^its period is not now$/, (_, t) => t('because-period')],
  [/^data use: no research purpose is stated$/, (_, t) => t('because-no-research')],
  [/^data use: no permission is among the data use terms$/, (_, t) => t('because-no-permission')],
  [/^a grant by (.+)$/, ([who], t) => t('because-committee', { who })],
  [/^acceptance of (.+)$/, ([terms], t) => t('because-terms', { terms })],
  [/^recipient in (.+)$/, ([countries], t) => t('because-country', { countries })],
  [/^recipient (.+)$/, ([who], t) => t('because-recipient', { who })],
  [/^purpose (.+)$/, ([codes = ''], t) => t('because-purpose', { purposes: purposes(codes, t) })],
  [/^only for (.+)$/, ([codes = ''], t) => t('because-purpose', { purposes: purposes(codes, t) })],
  [/^not before (.+)$/, ([at = ''], t) => t('because-not-before', { at: formatDate(at) })],
  [/^not after (.+)$/, ([at = ''], t) => t('because-not-after', { at: formatDate(at) })],
  [/^visa (.+)$/, ([visa], t) => t('because-visa', { visa })],
  [/^reads everything$/, (_, t) => t('because-reads-everything')],
  [/^directive$/, (_, t) => t('because-directive')],
  [/^policy$/, (_, t) => t('because-policy')],
  [/^labels$/, (_, t) => t('because-labels')],
  [/^needs a grant$/, (_, t) => t('because-needs-grant')],
  [/^needs the consent of the person$/, (_, t) => t('because-needs-consent')],
];

const purposes = (codes: string, t: Say): string =>
  formatList(
    codes.split(', ').map((one) => {
      const code = one.slice(one.indexOf('|') + 1);
      return t(`purpose-${code}`, { defaultValue: one });
    }),
  );

export function reasonWords(text: string, t: Say, stated: readonly StatedUse[] = []): string {
  const [, name, parameters] = /^data use: ([A-Z]+)(?: (.+))?$/.exec(text) ?? [];
  if (name !== undefined) return dataUseWords(name, parameters?.split(' ') ?? [], t, stated);
  for (const [pattern, say] of readers) {
    const found = pattern.exec(text);
    if (found !== null) return say(found.slice(1), t);
  }
  return text;
}

function dataUseWords(name: string, parameters: readonly string[], t: Say, stated: readonly StatedUse[]): string {
  const term = t(`duo-${name}`, { defaultValue: name });
  if (parameters.length === 0) return `${term} (${name})`;
  const named = parameters.map(
    (one) =>
      stated.find(({ id, parameter }) => parameter === one && duoTerm(id)?.abbreviation === name)?.display ?? one,
  );
  return `${term}: ${formatList(named)} (${name})`;
}
