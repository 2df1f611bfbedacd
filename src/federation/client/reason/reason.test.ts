/** Reasons in words: what is said in English is read back whole, and every reason is said in every language. */
import { describe, expect, test } from 'vitest';
import { german } from './de.ts';
import { reasons } from './en.ts';
import { readReason, reasonIn, reasonText } from './reason.ts';

const placesOf = (text: string): string[] => [...text.matchAll(/\{#?\w+\}/g)].map(([place]) => place).sort();
const filled = (text: string): string => text.replace(/\{#\w+\}/g, '7').replace(/\{(\w+)\}/g, '<$1>');

describe.each(Object.entries(reasons))('%s', (code, text) => {
  const other = german[code as keyof typeof german]; // a key of the table

  test('is read back as what it is', () => {
    const places = placesOf(text).map((place) => place.replace(/[{}]/g, ''));
    const values = places.map((name) => (name.startsWith('#') ? [name.slice(1), '7'] : [name, `<${name}>`]));
    expect(readReason(filled(text))?.code).toBe(code);
    expect(Object.fromEntries(readReason(filled(text))?.values ?? [])).toEqual(Object.fromEntries(values));
  });

  test('is said in German with all that it says in English', () => {
    expect(other).not.toBe(text);
    expect(placesOf(other)).toEqual(placesOf(text));
    expect(reasonIn('de', filled(text))).toBe(filled(other));
    expect(reasonIn('en', filled(text))).toBe(filled(text));
  });
});

test('what a server said stays as it is', () => {
  const told = reasonText('refused-saying', { status: 403, said: 'it is $& closed; {said}' });
  expect(told).toBe('it answered 403: it is $& closed; {said}');
  expect(reasonIn('de', told)).toBe('er hat mit 403 geantwortet: it is $& closed; {said}');
});

test('reasons within reasons and beside each other are all said', () => {
  const untrusted = reasonText('not-trusted', { why: reasonText('certificate-expired') });
  expect(reasonIn('de', untrusted)).toBe('ihm ist nicht zu trauen: sein Zertifikat ist abgelaufen');
  const two = `${reasonText('not-askable-there', { said: 'no; never' })}; ${reasonText('no-total')}`;
  expect(reasonIn('de', two)).toBe('dort kann das nicht gefragt werden: no; never; sein Server nennt keine Gesamtzahl');
});

test('days are written as the reader writes them', () => {
  expect(reasonIn('de', reasonText('not-before', { day: '2030-01-31' }))).toBe(
    'seine Bedingungen sagen: nicht vor dem 31.01.2030',
  );
});

test('what is no reason of ours is left alone', () => {
  expect(readReason('something else')).toBeUndefined();
  expect(reasonIn('de', 'something else')).toBe('something else');
});
