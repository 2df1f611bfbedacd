/** Each rule for crates holds for ours and is broken by a crate that is not so. https://w3id.org/ro/crate/1.2 */
import { expect, test } from 'vitest';
import { type Crate, crateMetadata } from '../../src/fair/ro-crate.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { brokenRules, crateRules } from './ro-crate-rules.ts';

const crate: Crate = {
  run: 'urn:uuid:1',
  title: 'A data set',
  identifiers: ['https://example.org/a', 'urn:sys|ä 7', '\ud800'],
  publisher: 'General Hospital',
  licences: [{ code: 'CC0-1.0', url: 'https://spdx.org/licenses/CC0-1.0' }, { text: 'Ask us first.' }],
  copyright: '©',
  conditions: ['only for research'],
  metadata: ['https://example.org/fhir/Library/a'],
  terms: ['terms.txt'],
  question: 'question.json',
  files: ['terms.txt', 'question.json', 'data/Patient.ndjson'].map((path) => ({
    path,
    name: path,
    description: path,
    encodingFormat: 'text/plain',
    bytes: 1,
    sha256: '00',
    conformsTo: 'https://example.org/format',
  })),
  results: ['data/Patient.ndjson'],
  servers: [{ base: 'https://example.org/fhir', fhirVersion: 'R4' }],
  version: '1',
  started: 0,
  ended: 1,
};
const present = crate.files.map(({ path }) => path);
const made = (): any => structuredClone(crateMetadata(crate));
const find = (document: any, id: string): any => document['@graph'].find((one: JsonObject) => one['@id'] === id);
const root = (document: any): any => find(document, './');
const run = (document: any): any => find(document, 'urn:uuid:1');

test('a crate keeps all rules', () => {
  expect(brokenRules(made(), present)).toEqual([]);
  const { publisher: _, copyright: __, ...less } = crate;
  const least = {
    ...less,
    identifiers: [],
    licences: [],
    metadata: [],
    conditions: [],
    results: [],
    description: 'd',
    project: 'P',
  };
  expect(brokenRules(crateMetadata(least), present)).toEqual([]);
  expect(root(crateMetadata(least)).license).toEqual({ '@id': 'terms.txt' });
});

/** What breaks each rule, by a part of its name. */
const harm: readonly [rule: string, (document: any) => unknown][] = [
  ['context', (document) => (document['@context'] = 'https://schema.org')],
  ['flattened', (document) => (root(document).publisher = { '@id': '#x', name: 'y' })],
  ['an @id and a @type', (document) => delete root(document)['@type']],
  ['same @id', (document) => document['@graph'].push({ ...run(document) })],
  ['valid URI reference', (document) => document['@graph'].push({ '@id': 'a b', '@type': 'Thing', name: 'x' })],
  ['descriptor is a CreativeWork', (document) => (find(document, 'ro-crate-metadata.json')['@type'] = 'Thing')],
  ['descriptor conforms', (document) => delete find(document, 'ro-crate-metadata.json').conformsTo],
  ['root of an attached', (document) => (root(document)['@type'] = 'Thing')],
  ['root has name', (document) => delete root(document).name],
  ['root has description', (document) => delete root(document).description],
  ['root has datePublished', (document) => delete root(document).datePublished],
  ['root has license', (document) => delete root(document).license],
  ['ISO 8601 date', (document) => (root(document).datePublished = 'yesterday')],
  ['linked from the root', (document) => delete root(document).hasPart],
  ['hasPart links to is described', (document) => root(document).hasPart.push({ '@id': 'x.txt' })],
  ['relative @id is there', (document) => (find(document, 'terms.txt')['@id'] = 'gone.txt')],
  [
    'described as a Profile',
    (document) => (find(document, 'https://w3id.org/ro/wfrun/process/0.5')['@type'] = 'CreativeWork'),
  ],
  ['identifier that is an entity', (document) => delete find(document, 'https://example.org/a').value],
  ['referred to within', (document) => (root(document).usageInfo = { '@id': '#nothing' })],
  ['each entity has a name', (document) => delete run(document).name],
  ['says its version', (document) => delete find(document, 'https://fairway.health/#fairway').version],
  ['root conforms to the profile', (document) => delete root(document).conformsTo],
  ['instrument', (document) => delete run(document).instrument],
  ['mentions', (document) => delete root(document).mentions],
  ['times', (document) => (run(document).endTime = '1969-01-01T00:00:00Z')],
  ['of the context', (document) => (root(document).mood = 'good')],
  [
    'folder that is named',
    (document) => {
      document['@graph'].push({ '@id': 'gone', '@type': 'Dataset', name: 'x' });
      root(document).hasPart.push({ '@id': 'gone' });
    },
  ],
  ['more than its name', (document) => (root(document).description = root(document).name)],
  ['licence is an entity', (document) => (root(document).license = 'MIT')],
  ['publisher is an organisation', (document) => (root(document).publisher = { '@id': 'terms.txt' })],
  ['media type and size', (document) => delete find(document, 'terms.txt').encodingFormat],
  ['what a file conforms to', (document) => (find(document, 'https://example.org/format')['@type'] = 'CreativeWork')],
  ['profile has several types', (document) => (find(document, 'https://example.org/format')['@type'] = 'Profile')],
  ['reached from the root', (document) => document['@graph'].push({ '@id': '#alone', '@type': 'Thing', name: 'x' })],
  ['lists of one', (document) => (root(document).license = [root(document).license])],
  ['begins with #', (document) => (find(document, '#asker')['@id'] = 'asker')],
  ['stay within', (document) => (find(document, 'terms.txt')['@id'] = '../terms.txt')],
  ['has a name, a description, an agent', (document) => delete run(document).description],
  ['how it ended', (document) => (run(document).actionStatus = 'done')],
  ['one version', (document) => (find(document, 'https://fairway.health/#fairway').softwareVersion = '2')],
  ['author where', (document) => delete root(document).author],
  ['objects and results', (document) => (run(document).result = { '@id': '#asker' })],
];

test('each rule has a crate that breaks it', () => {
  for (const { rule } of crateRules)
    expect(harm.filter(([part]) => rule.includes(part)).map(() => rule)).not.toEqual([]);
});

test.each(harm)('a crate that is harmed in "%s" is found out', (part, spoil) => {
  const document = made();
  spoil(document);
  expect(brokenRules(document, present).some((rule) => rule.includes(part))).toBe(true);
});
