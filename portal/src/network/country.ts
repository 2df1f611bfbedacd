/** Countries by their code, in the reader's language. https://www.iso.org/iso-3166-country-codes.html */
import codes from 'i18n-iso-countries/codes.json';
import { nameOfCode } from '../part/format.ts';

/** As it stands where it is no code of two letters. */
export function countryName(code: string): string {
  return /^[A-Za-z]{2}$/.test(code) ? (nameOfCode('region', code.toUpperCase()) ?? code) : code;
}

/** Organizations state their country by two letters, by three, by number or by name; as it stands where it is none of these. */
export function countryCode(stated: string): string {
  known ??= knownCountries();
  return known.get(folded(stated)) ?? stated;
}

let known: ReadonlyMap<string, string> | undefined;

function knownCountries(): ReadonlyMap<string, string> {
  const english = new Intl.DisplayNames(['en'], { type: 'region' });
  return new Map([
    ...codes.map(([two = '']) => [folded(english.of(two) ?? two), two] as const),
    ...codes.flatMap(([two = '', three = '', number = '']) =>
      [two, three, number].map((one) => [folded(one), two] as const),
    ),
  ]);
}

const folded = (text: string): string => text.trim().toLowerCase();
