/** What is decided in memory is what SQL decides of the same rows. https://hl7.org/fhir/R4B/search.html#contained */
import { describe, expect, test } from 'vitest';
import { holds, inRange, keepRows } from './match.ts';
import type { Expression, RangeTest, RowTest } from './tree.ts';
import { contentOf, narrativeOf } from './words.ts';

const hash = (text: string): string => `#${text}`;
const { sink, rows } = keepRows(hash);
sink.token('t', '#a', 1, 'Alpha');
sink.reference('r', '#Patient/1');
sink.string('s', 'Größe des  Tieres');
sink.date('d', 10, 20);
sink.number('n', 5, 5);
sink.quantity('q', 1, 2, 3, '#mg', '#milligram');
sink.uri('u', 'http://a/b/c');
sink.unit('mg');
sink.words('x', 'y');

const match = (parameter: string, rowTest: RowTest): Expression => ({ kind: 'match', parameter, test: rowTest });

test.each<[RowTest, boolean]>([
  [{ table: 'token', codes: [{ code: '#a', system: 1 }] }, true],
  [{ table: 'token', codes: [{ code: '#a' }] }, true],
  [{ table: 'token', codes: [{ system: 1 }] }, true],
  [{ table: 'token', codes: [{ code: '#a', system: 2 }, { code: '#b' }] }, false],
  [{ table: 'token', codes: [{ startsWith: 'alp' }] }, true],
  [{ table: 'token', codes: [{ startsWith: 'lp' }] }, false],
  [{ table: 'reference', targets: ['#Patient/1'] }, true],
  [{ table: 'reference', targets: ['#Patient/2'] }, false],
  [{ table: 'string', how: 'starts', texts: ['große d'] }, true],
  [{ table: 'string', how: 'equal', texts: ['große des tieres'] }, true],
  [{ table: 'string', how: 'equal', texts: ['große'] }, false],
  [{ table: 'string', how: 'exact', texts: ['Größe des  Tieres'] }, true],
  [{ table: 'string', how: 'contains', texts: ['des t'] }, true],
  [{ table: 'string', how: 'ends', texts: ['tieres'] }, true],
  [{ table: 'string', how: 'words', texts: ['tieres große'] }, true],
  [{ table: 'string', how: 'words', texts: ['tier'] }, false],
  [{ table: 'date', ranges: [{ lowAtLeast: 10, highAtMost: 20 }] }, true],
  [{ table: 'number', ranges: [{ lowAbove: 5 }, { highBelow: 5 }] }, false],
  [{ table: 'quantity', ranges: [{ lowAtLeast: 1, system: 3, code: '#mg' }] }, true],
  [{ table: 'quantity', ranges: [{ lowAtLeast: 1, system: 4 }, { code: '#g' }] }, false],
  [{ table: 'quantity', ranges: [{ unit: '#milligram' }] }, true],
  [{ table: 'quantity', ranges: [{ unit: '#mg' }] }, true],
  [{ table: 'quantity', ranges: [{ unit: '#g' }] }, false],
  [{ table: 'uri', hashes: ['#http://a/b/c'] }, true],
  [{ table: 'uri', below: ['http://a/b/'] }, true],
  [{ table: 'uri', below: ['http://a/b/c'] }, true],
  [{ table: 'uri', below: ['http://a/b/cc'] }, false],
  [{ table: 'uri', contains: ['/B/'] }, true],
  [{ table: 'uri', contains: ['/d/'] }, false],
])('%j: %s', (rowTest, expected) => {
  const parameter = rowTest.table[0]!;
  expect(holds(match(parameter, rowTest), rows)).toBe(expected);
  expect(holds({ kind: 'not', of: match(parameter, rowTest) }, rows)).toBe(!expected);
});

describe('expressions', () => {
  const yes: Expression = { kind: 'present', parameter: 't', table: 'token' };
  const no: Expression = { kind: 'none' };
  test.each<[Expression, boolean]>([
    [{ kind: 'and', of: [yes, yes] }, true],
    [{ kind: 'and', of: [yes, no] }, false],
    [{ kind: 'or', of: [no, yes] }, true],
    [{ kind: 'or', of: [no, no] }, false],
    [{ kind: 'present', parameter: 't', table: 'date' }, false],
  ])('%j: %s', (expression, expected) => expect(holds(expression, rows)).toBe(expected));

  test.each<Expression>([
    { kind: 'key', keys: ['1'] },
    { kind: 'chain', parameter: 'r', type: 'Patient', of: yes },
    match('t', { table: 'token', codes: [{ closure: { how: 'below', system: 1, code: '#a' } }] }),
  ])('%j cannot be decided', (expression) => expect(() => holds(expression, rows)).toThrow('contained'));
});

test.each<[RangeTest, boolean]>([
  [{ lowAtLeast: 10 }, true],
  [{ lowAtLeast: 11 }, false],
  [{ lowAbove: 9 }, true],
  [{ lowAbove: 10 }, false],
  [{ lowBelow: 11 }, true],
  [{ lowBelow: 10 }, false],
  [{ lowAtMost: 10 }, true],
  [{ lowAtMost: 9 }, false],
  [{ highAtLeast: 20 }, true],
  [{ highAtLeast: 21 }, false],
  [{ highAbove: 19 }, true],
  [{ highAbove: 20 }, false],
  [{ highAtMost: 20 }, true],
  [{ highAtMost: 19 }, false],
  [{ highBelow: 21 }, true],
  [{ highBelow: 20 }, false],
])('the range from 10 to 20 and %j: %s', (range, expected) => {
  expect(inRange({ low: 10, high: 20 }, range)).toBe(expected);
  expect(inRange({}, { lowAtMost: 0, highAtLeast: 0 })).toBe(true);
});

test('words are taken out of markup, entities and all', () => {
  const resource = {
    resourceType: 'Patient',
    text: { status: 'generated', div: '<div>A&amp;B &#233;&#x41; &nbsp;x &unknown; &#0;<b>bold</b></div>' },
    name: [{ family: 'Core', given: ['one', null, 2] }],
    birthDate: '1950-01-01',
    photo: [{ data: 'aGk=', url: 'http://x', title: 'urn:not-words' }],
    extension: [{ url: 'http://y', valueString: 'z'.repeat(300) }],
  };
  expect(narrativeOf(resource as never)).toBe('a&b ea x &unknown; bold');
  expect(contentOf(resource as never)).toBe('generated a&b ea x &unknown; bold core one');
  expect(narrativeOf({ resourceType: 'Patient' })).toBe('');
});
