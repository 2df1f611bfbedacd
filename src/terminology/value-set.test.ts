/** Value sets list what they include, without what they exclude. https://hl7.org/fhir/R4B/valueset.html#compositions */
import { beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../fhir/definitions/load.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { systemKey } from '../search/index-rows.ts';
import { codesOf, type ValueSetSource } from './value-set.ts';

let definitions: Definitions;
beforeAll(async () => {
  definitions = await loadDefinitions('R4B');
});

const names: Record<string, string> = {};
const hash = (text: string): string => {
  const key = String([...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1_000_003, 7));
  names[key] = text;
  return key;
};
const below: Record<string, string[]> = { a: ['a', 'b', 'c'], big: [] };
const source = (sets: Record<string, object>): ValueSetSource => ({
  definitions,
  hash,
  find: async (url) => (sets[url] === undefined ? undefined : ({ resourceType: 'ValueSet', ...sets[url] } as Resource)),
  closure: async (how, _, code) =>
    code === 'big'
      ? [{ closure: { how, system: 1, code } }]
      : (below[code] ?? [code]).map((one) => ({ system: systemKey(hash, 'urn:s'), code: hash(one) })),
});
const include = (...parts: object[]): object => ({ compose: { include: parts } });
const codes = async (sets: Record<string, object>): Promise<string> =>
  (await codesOf('urn:vs', source(sets)))
    .map((one) => ('code' in one && one.code !== undefined ? names[one.code] : JSON.stringify(one)))
    .join(' ');
const filter = (property: string, op: string, value: string): object => ({
  system: 'urn:s',
  filter: [{ property, op, value }],
});

test.each<[string, Record<string, object>, string]>([
  ['concepts', { 'urn:vs': include({ system: 'urn:s', concept: [{ code: 'x' }, { code: 'y' }, {}] }) }, 'x y'],
  ['is-a', { 'urn:vs': include(filter('concept', 'is-a', 'a')) }, 'a b c'],
  ['descendent-of', { 'urn:vs': include(filter('concept', 'descendent-of', 'a')) }, 'b c'],
  ['generalizes', { 'urn:vs': include(filter('code', 'generalizes', 'x')) }, 'x'],
  ['=', { 'urn:vs': include(filter('code', '=', 'x')) }, 'x'],
  ['in', { 'urn:vs': include(filter('code', 'in', 'x, y')) }, 'x y'],
  [
    'several filters',
    {
      'urn:vs': include({
        system: 'urn:s',
        filter: [
          { property: 'code', op: 'in', value: 'x,y' },
          { property: 'code', op: 'in', value: 'y,z' },
        ],
      }),
    },
    'y',
  ],
  [
    'an import',
    { 'urn:vs': include({ valueSet: ['urn:o'] }), 'urn:o': include({ system: 'urn:s', concept: [{ code: 'o' }] }) },
    'o',
  ],
  [
    'an import and own',
    {
      'urn:vs': include({ system: 'urn:s', concept: [{ code: 'o' }, { code: 'p' }], valueSet: ['urn:o'] }),
      'urn:o': include({ system: 'urn:s', concept: [{ code: 'o' }] }),
    },
    'o',
  ],
  [
    'an exclusion',
    {
      'urn:vs': {
        compose: {
          include: [{ system: 'urn:s', concept: [{ code: 'x' }, { code: 'y' }] }],
          exclude: [{ system: 'urn:s', concept: [{ code: 'y' }] }],
        },
      },
    },
    'x',
  ],
  [
    'an expansion',
    {
      'urn:vs': {
        expansion: {
          contains: [
            { system: 'urn:s', code: 'x', contains: [{ system: 'urn:s', code: 'y' }] },
            { abstract: true, system: 'urn:s', code: 'z' },
            { display: 'group' },
          ],
        },
      },
    },
    'x y',
  ],
])('%s', async (_, sets, expected) => expect(await codes(sets)).toBe(expected));

test('a whole system', async () => {
  expect(await codesOf('urn:vs', source({ 'urn:vs': include({ system: 'urn:s' }) }))).toEqual([
    { system: expect.any(Number) },
  ]);
});

test('a set of the definitions', async () => {
  expect(await codesOf('http://hl7.org/fhir/ValueSet/administrative-gender|4.3.0', source({}))).toHaveLength(4);
});

test.each<[string, Record<string, object>, string]>([
  ['unknown', {}, 'not known here'],
  ['in circles', { 'urn:vs': include({ valueSet: ['urn:vs'] }) }, 'too deeply'],
  ['by a property', { 'urn:vs': include(filter('colour', '=', 'red')) }, 'not understood'],
  [
    'without what cannot be listed',
    {
      'urn:vs': {
        compose: { include: [{ system: 'urn:s' }], exclude: [{ system: 'urn:s', concept: [{ code: 'x' }] }] },
      },
    },
    'cannot be listed',
  ],
  [
    'of what cannot be listed',
    {
      'urn:vs': include({ system: 'urn:s', valueSet: ['urn:o'] }),
      'urn:o': include({ system: 'urn:s', concept: [{ code: 'x' }] }),
    },
    'cannot be listed',
  ],
  ['below what is too large', { 'urn:vs': include(filter('concept', 'descendent-of', 'big')) }, 'not understood'],
])('%s is refused', async (_, sets, message) => {
  await expect(codesOf('urn:vs', source(sets))).rejects.toThrow(message);
});
