/** Hierarchies are read from nesting and from properties, rings included. https://hl7.org/fhir/R4B/codesystem.html#hierarchy */
import { expect, test } from 'vitest';
import { ancestorsOf, hierarchyOf } from './hierarchy.ts';
import type { Json, Resource } from './json.ts';

const pairs = (concept: Json): string[] | undefined => {
  const hierarchy = hierarchyOf({ resourceType: 'CodeSystem', url: 'urn:x', concept } as Resource);
  if (hierarchy === undefined) return undefined;
  const codes = [...hierarchy.parents.keys()];
  return codes
    .flatMap((code) => [...ancestorsOf(code, hierarchy.parents)].map((above) => `${above}>${code}`))
    .toSorted();
};

test('nested concepts', () => {
  expect(pairs([{ code: 'a', concept: [{ code: 'b', concept: [{ code: 'c' }] }] }])).toEqual([
    'a>a',
    'a>b',
    'a>c',
    'b>b',
    'b>c',
    'c>c',
  ]);
});

test('properties that name parents or children', () => {
  expect(
    pairs([
      { code: 'a', property: [{ code: 'child', valueCode: 'b' }] },
      { code: 'b' },
      {
        code: 'c',
        property: [{ code: 'parent', valueCode: 'b' }, { code: 'other', valueCode: 'z' }, { code: 'parent' }],
      },
    ]),
  ).toEqual(['a>a', 'a>b', 'a>c', 'b>b', 'b>c', 'c>c']);
});

test('a ring ends', () => {
  expect(
    pairs([
      { code: 'a', property: [{ code: 'subsumedBy', valueCode: 'b' }] },
      { code: 'b', property: [{ code: 'parent', valueCode: 'a' }] },
    ]),
  ).toEqual(['a>a', 'a>b', 'b>a', 'b>b']);
});

test('nothing to say', () => {
  expect(pairs([])).toBeUndefined();
  expect(pairs([{ display: 'no code' }, null])).toBeUndefined();
  expect(hierarchyOf({ resourceType: 'CodeSystem', concept: [{ code: 'a' }] })).toBeUndefined();
});
