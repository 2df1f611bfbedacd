/** Countries as organizations state them. */
import { expect, test } from 'vitest';
import { countryCode } from './country.ts';

test.each([
  ['DE', 'DE'],
  ['de', 'DE'],
  ['DEU', 'DE'],
  ['276', 'DE'],
  ['Germany', 'DE'],
  ['germany ', 'DE'],
  ['Atlantis', 'Atlantis'],
  ['', ''],
])('%s is %s', (stated, code) => expect(countryCode(stated)).toBe(code));
