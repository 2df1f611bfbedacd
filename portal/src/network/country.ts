/** Countries by their code, in the reader's language. https://www.iso.org/iso-3166-country-codes.html */
import { locale } from '../part/format.ts';

/** As it stands where it is no code of two letters. */
export function countryName(code: string): string {
  if (!/^[A-Za-z]{2}$/.test(code)) return code;
  try {
    return new Intl.DisplayNames([locale()], { type: 'region' }).of(code.toUpperCase()) ?? code;
  } catch {
    return code;
  }
}
