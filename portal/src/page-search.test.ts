/** Addresses of pages are written as forms write them, and read back as they were. See page-search.ts */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress, writeAddress } from './page-search.ts';

const name = fc.stringMatching(/^[a-z][a-z-]{0,9}$/);
const value = fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 2, maxLength: 4 }));

test('whatever stands in an address is read back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(name, value), (search) => {
      expect(parseAddress(writeAddress(search))).toEqual(Object.fromEntries(Object.entries(search)));
    }),
  );
});

test('what is not there is not written, and a list of one is one', () => {
  expect(writeAddress({ a: undefined })).toBe('');
  expect(writeAddress({ a: ['1'], b: '2' })).toBe('?a=1&b=2');
  expect(parseAddress('?a=1&b=2')).toEqual({ a: '1', b: '2' });
});
