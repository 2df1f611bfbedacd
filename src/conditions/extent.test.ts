/** What belongs to a data set, and what is metadata. See docs/adr/0003-access-classes-and-the-door.md */
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import type { Resource } from '../fhir/json.ts';
import { extentOf, listingOf } from './extent.ts';
import { isMetadata, isMetadataOnlyType } from './metadata-type.ts';

const bases = ['http://here/fhir'];
const library = (more: object): Resource => ({ resourceType: 'Library', status: 'active', ...more }) as Resource;

describe('extent', () => {
  const related = (reference: unknown) => ({
    url: canonical.relatedContent,
    valueRelatedArtifact: {
      extension: [{ url: canonical.relatedArtifactResourceReference, valueReference: { reference } }],
    },
  });

  test('is what is referred to on this server, and tags', () => {
    const extent = extentOf(
      library({
        extension: [
          related('Group/a'),
          related('http://here/fhir/List/b'),
          related('http://there/fhir/Group/c'),
          related('Patient/d'),
          related(7),
          related('nonsense'),
          { url: 'x' },
        ],
        content: [
          { url: 'Patient?_tag=s|t' },
          { url: 'http://here/fhir/Patient?_tag=s|u' },
          { url: 'http://there/fhir/Patient?_tag=s|v' },
          { url: 'http://here/fhir/DocumentManifest/e' },
          { url: 'Patient?_tag=s|w&gender=male' },
          { url: 'Patient?_tag=t' },
          { url: 'Patient?gender=male' },
          { url: 'Patient?_tag=s|x,s|y' },
          { title: 'none' },
        ],
      }),
      bases,
    );
    expect(extent).toEqual({
      listedBy: ['Group/a', 'List/b', 'DocumentManifest/e'],
      tags: [
        { system: 's', code: 't' },
        { system: 's', code: 'u' },
      ],
    });
  });

  test.each<[object, string[], string[]]>([
    [
      {
        resourceType: 'Group',
        member: [
          { entity: { reference: 'Patient/1' } },
          { entity: { reference: 'Patient/2' }, inactive: true },
          { entity: {} },
          { entity: { reference: 'http://there/fhir/Patient/3' } },
        ],
      },
      ['Patient/1'],
      [],
    ],
    [{ resourceType: 'Group', active: false, member: [{ entity: { reference: 'Patient/1' } }] }, [], []],
    [
      {
        resourceType: 'List',
        status: 'current',
        entry: [{ item: { reference: 'Observation/1' } }, { item: { reference: 'Patient/2' }, deleted: true }],
      },
      [],
      ['Observation/1'],
    ],
    [{ resourceType: 'List', status: 'retired', entry: [{ item: { reference: 'Observation/1' } }] }, [], []],
    [
      {
        resourceType: 'DocumentManifest',
        status: 'current',
        content: [{ reference: 'http://here/fhir/Patient/4' }, { reference: 'DocumentReference/5' }],
      },
      ['Patient/4'],
      ['DocumentReference/5'],
    ],
    [{ resourceType: 'Patient' }, [], []],
  ])('%j lists', (resource, persons, resources) => {
    expect(listingOf(resource as Resource, bases)).toEqual({ persons, resources });
  });
});

test('a Group is metadata while it names nobody', () => {
  expect(isMetadata({ resourceType: 'Group' })).toBe(true);
  expect(isMetadata({ resourceType: 'Group', member: [] })).toBe(false);
  expect(isMetadata({ resourceType: 'Library' })).toBe(true);
  expect(isMetadata({ resourceType: 'Patient' })).toBe(false);
  expect([isMetadataOnlyType('Group'), isMetadataOnlyType('Observation')]).toEqual([true, false]);
});
