/** Countries by their code, in the reader's language. https://www.iso.org/iso-3166-country-codes.html */
import { nameOfCode } from '../part/format.ts';

/** As it stands where it is no code of two letters. */
export function countryName(code: string): string {
  return /^[A-Za-z]{2}$/.test(code) ? (nameOfCode('region', code.toUpperCase()) ?? code) : code;
}
