/** The profiles and extensions of FHIR for FAIR are held, and agree with the guide's own. https://hl7.org/fhir/uv/fhir-for-fair/artifacts.html */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type JsonObject, objectsOf, type Resource } from '../json.ts';
import { fairExtensions, fairProfiles } from './fair-profile.ts';
import { checkExtensions, checkProfile, statedProfiles } from './profile.ts';

const base = 'http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/';
const extension = (id: string, value: object = {}): object => ({ url: base + id, ...value });
const library = (more: object): Resource => ({ resourceType: 'Library', status: 'active', ...more }) as Resource;
const said = (issues: readonly { diagnostics: string }[]): string =>
  issues.map(({ diagnostics }) => diagnostics).join('; ');

test.each<[Resource, string, string]>([
  [
    library({ content: [{ url: 'http://a' }, { title: 'x' }] }),
    'Library-uv-f4f',
    'Library.content[1].url: the profile needs content.url',
  ],
  [
    library({ extension: [extension('licenceCodeable'), extension('licenceCodeable')] }),
    'Library-uv-f4f',
    'may stand once, not 2 times',
  ],
  [
    library({
      relatedArtifact: [
        { type: 'citation', extension: [extension('relatedArtifactType'), extension('relatedArtifactType')] },
      ],
    }),
    'Library-uv-f4f',
    'Library.relatedArtifact[0].extension',
  ],
  [library({}), 'ResearchStudy-uv-f4f', 'is for ResearchStudy, not Library'],
  [library({}), 'Other', 'is not known here'],
])('%j against %s: %s', (resource, id, message) =>
  expect(said(checkProfile(resource, `${base}${id}|1.0.0`))).toContain(message),
);

test('what conforms has no faults', () => {
  const sound = library({
    extension: [extension('licenceCodeable')],
    content: [{ url: 'http://a' }],
    relatedArtifact: [{ type: 'citation' }],
  });
  expect(checkProfile(sound, `${base}Library-uv-f4f`)).toEqual([]);
  expect(checkProfile(sound, 'http://hl7.org/fhir/StructureDefinition/Library')).toEqual([]);
  expect(statedProfiles(library({ meta: { profile: ['a', 1] } }))).toEqual(['a']);
  expect(statedProfiles(library({}))).toEqual([]);
});

test.each<[object, string]>([
  [extension('licenceCodeable', { valueString: 'x' }), 'holds a CodeableConcept, not valueString'],
  [extension('copyright', { extension: [] }), 'has no extensions of its own'],
  [extension('researchStudy-context', { valueUsageContext: {} }), 'belongs on a ResearchStudy'],
  [
    extension('library-relatedContent', {
      valueRelatedArtifact: { extension: [extension('relatedArtifactType'), extension('relatedArtifactType')] },
    }),
    'may stand once',
  ],
])('%j: %s', (one, message) => expect(said(checkExtensions(library({ extension: [one] })))).toContain(message));

test('extensions of others, and those of the guide where they belong, have no faults', () => {
  const fine = [
    { url: 'http://other' },
    extension('library-relatedContent', { valueRelatedArtifact: { type: 'citation' } }),
    extension('copyright', { valueMarkdown: 'x' }),
  ];
  expect(checkExtensions(library({ extension: fine }))).toEqual([]);
});

test('the facts are those of the guide', () => {
  const folder = join(import.meta.dirname, '../../../../shared/data/fhir-for-fair');
  // The guide is no part of the project; where it lies beside it, the facts are compared.
  if (!existsSync(folder)) return;
  const guide = readdirSync(folder)
    .filter((file) => file.startsWith('StructureDefinition-'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as JsonObject);
  const [extensions, profiles] = [
    guide.filter((one) => one['type'] === 'Extension'),
    guide.filter((one) => one['type'] !== 'Extension'),
  ];
  expect(Object.keys(fairExtensions).toSorted()).toEqual(extensions.map((one) => one['url'] as string).toSorted());
  expect(Object.keys(fairProfiles).toSorted()).toEqual(profiles.map((one) => one['url'] as string).toSorted());
  for (const one of guide) {
    const elements = objectsOf((one['differential'] as JsonObject)['element']);
    const url = one['url'] as string;
    if (one['type'] === 'Extension') {
      const [type] = objectsOf(elements.find(({ id }) => id === 'Extension.value[x]')!['type']);
      expect([url, fairExtensions[url]!.value]).toEqual([url, type!['code']]);
      continue;
    }
    const rule = fairProfiles[url]!;
    const once = elements.filter(({ id, max }) => /extension:\w+$/.test(String(id)) && max === '1');
    const urls = once.map((element) => (objectsOf(element['type'])[0]!['profile'] as string[])[0]!);
    expect([url, [...rule.once].toSorted()]).toEqual([url, urls.toSorted()]);
    const required = elements
      .filter(({ id, min }) => min === 1 && !String(id).includes(':'))
      .map(({ id }) => String(id).split('.').slice(1).join('.'));
    expect([url, rule.required]).toEqual([url, required]);
    const related = elements
      .filter(({ id }) => /^\w+\.relatedArtifact$/.test(String(id)))
      .map(({ id }) => String(id).split('.')[1]);
    expect([url, rule.relatedArtifacts]).toEqual([url, related]);
  }
});
