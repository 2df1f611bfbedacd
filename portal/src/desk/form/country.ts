/** Countries by their codes, named in the reader's language. https://www.iso.org/iso-3166-country-codes.html */
import { locale, nameOfCode } from '../../part/format.ts';
import type { Choice } from './field.tsx';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Codes that stand for no country. */
const none = new Set(['EU', 'EZ', 'UN', 'QO', 'ZZ', 'XA', 'XB']);

/** What the browser has a name for. */
export function countries(): Choice[] {
  const codes = [...letters].flatMap((one) => [...letters].map((other) => one + other));
  return codes
    .flatMap((value) => {
      const label = none.has(value) ? undefined : nameOfCode('region', value);
      return label === undefined ? [] : [{ value, label: `${label} (${value})` }];
    })
    .sort((one, other) => one.label.localeCompare(other.label, locale()));
}
