/** What `$expand` answers is read as codes in their tree, with what is told of each. */
import { expect, test } from 'vitest';
import { canonical } from '../../../src/fhir/canonical.ts';
import { heldCodesOf, heldCodesPath, typedCode } from './held-codes.ts';

const content = (...parts: object[]) => ({ url: canonical.heldContent, extension: parts });
const number = (url: string, valueDecimal: number) => ({ url, valueDecimal });

test('counts of several types of one kind are added, and said to be rough where one is', () => {
  const { codes, total } = heldCodesOf({
    expansion: {
      total: 9,
      contains: [
        {
          system: 'urn:x',
          code: 'a',
          display: 'A',
          extension: [
            content(number('dataSets', 2), number('patients', 30), { url: 'rounded', valueBoolean: true }),
            content(number('dataSets', 1), number('patients', 5)),
            { url: canonical.heldBelow, valueBoolean: true },
          ],
        },
        { code: 'b', extension: [content(number('dataSets', 1), number('untold', 1))] },
        { display: 'no code' },
      ],
    },
  });
  expect(total).toBe(9);
  expect(codes).toMatchObject([
    { text: 'urn:x|a', display: 'A', datasets: 3, patients: 35, isRough: true, hasBelow: true },
    { text: 'b', display: '', datasets: 1, isRough: true, hasBelow: false },
  ]);
  expect(codes[1]).not.toHaveProperty('patients');
});

test('codes stand under those above them, also where a hierarchy goes in a circle', () => {
  const code = (name: string, ...parents: string[]) => ({
    system: 'urn:x',
    code: name,
    extension: parents.map((valueCode) => ({ url: canonical.heldParent, valueCode })),
  });
  const tree = heldCodesOf({
    expansion: { contains: [code('a1', 'a'), code('b'), code('a'), code('a11', 'a1'), code('x', 'y'), code('y', 'x')] },
  });
  expect(tree.codes.map((one) => `${'-'.repeat(one.depth)}${one.code}`)).toEqual(['b', 'a', '-a1', '--a11', 'x', 'y']);
});

test.each([[{}], [{ expansion: 'x' }], [{ expansion: { contains: [1, null, { code: 2 }] } }]])(
  'what is no expansion has no codes: %j',
  (valueSet) => expect(heldCodesOf(valueSet).codes).toEqual([]),
);

test('the value set stands whole in the address', () => {
  const path = heldCodesPath('medication', ' beta & co ', 'http://www.whocc.no/atc|C07');
  const asked = new URLSearchParams(path.slice(path.indexOf('?') + 1));
  expect(asked.get('url')).toBe(
    `${canonical.heldCodes}?type=MedicationRequest,MedicationStatement,MedicationAdministration,MedicationDispense&below=http://www.whocc.no/atc|C07`,
  );
  expect(asked.get('filter')).toBe('beta & co');
});

test.each([
  ['http://loinc.org|4548-4', 'http://loinc.org|4548-4'],
  [' C07 ', 'C07'],
  ['', undefined],
  ['urn:x|', undefined],
  ['two words', undefined],
])('typed by hand: "%s"', (text, code) => expect(typedCode(text)).toBe(code));
