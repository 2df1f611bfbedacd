/** What the values of facets are called in the reader's language. */
import type { TFunction } from 'i18next';
import { duoIdOf } from '../../../src/fair/duo.ts';
import { formatNumber, nameOfCode } from '../part/format.ts';
import type { FacetName } from './question.ts';
import type { ToldValue } from './told-facets.ts';

type Words = TFunction<'catalogue'>;

/** The words for a value: ours where it is a code that we know, else those of the record, else the code. */
export function nameOf(facet: FacetName, { code, display }: Pick<ToldValue, 'code' | 'display'>, t: Words): string {
  const otherwise = display ?? code;
  switch (facet) {
    case 'granularity':
      return t(`granularity.${code}`, { defaultValue: otherwise });
    case 'data-use': {
      const id = duoIdOf(code);
      return id === undefined ? otherwise : t(`duo.${id.slice('DUO:'.length)}`, { defaultValue: otherwise });
    }
    case 'status':
    case 'sex':
      return t(`${facet}.${code}`, { defaultValue: otherwise });
    case 'jurisdiction':
      return countryName(code) ?? otherwise;
    case 'language':
      return nameOfCode('language', code) ?? otherwise;
    case 'patients':
      return t('at-least', { shown: formatNumber(Number(code.replace(/^ge/, ''))) });
    case 'age':
      return t('years-old', { band: code.replace('-', '–') });
    default:
      return otherwise;
  }
}

const countryName = (code: string): string | undefined =>
  /^[A-Z]{2}$/.test(code) ? nameOfCode('region', code) : undefined;

/** A value as the address has it, whose words are not known while no answer names it. */
export function nameOfSearch(facet: FacetName, search: string, t: Words): string {
  const bar = search.lastIndexOf('|');
  const isEscaped = search[bar - 1] === '\\';
  const code = (bar < 0 || isEscaped ? search : search.slice(bar + 1)).replace(/\\([\\$,|])/g, '$1');
  return nameOf(facet, { code, display: undefined }, t);
}
