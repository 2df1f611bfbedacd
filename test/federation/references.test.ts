/** Every form in which metadata name data leads to them, in each FHIR version and across servers. https://hl7.org/fhir/uv/fhir-for-fair/STU1/metadata.html */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type Dataset, readQuestion } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';
import { startServer, type TestServer } from '../server.ts';
import { type Collected, collect } from './sink.ts';

/** Addresses: the registry that holds the record, another server, one that holds files. */
interface At {
  registry: string;
  other: string;
  files: string;
}

interface Row {
  form: string;
  versions?: readonly FhirVersion[];
  /** members of the Library beside what makes it the record of a data set */
  library(at: At): object;
  /** what else the registry holds, and the other server */
  here?(at: At): object[];
  there?(at: At): object[];
  want: string[];
  files?: Record<string, string>;
  /** each matches one of the problems, and there are no others */
  problems?: readonly RegExp[];
}

const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  ...more,
});
const patient = (id: string, more: object = {}) => ({ resourceType: 'Patient', id, ...more });
const of = (id: string) => ({ subject: { reference: `Patient/${id}` } });
const list = (id: string, references: object[], more: object = {}) => ({
  resourceType: 'List',
  id,
  status: 'current',
  mode: 'working',
  entry: references.map((item) => ({ item })),
  ...more,
});
const manifest = (id: string, references: object[], more: object = {}) => ({
  resourceType: 'DocumentManifest',
  id,
  status: 'current',
  content: references,
  ...more,
});
const study = (id: string, more: object = {}) => ({
  resourceType: 'ResearchStudy',
  id,
  status: 'active',
  title: id,
  ...more,
});
const record = (id: string, more: object = {}) => ({
  resourceType: 'Library',
  id,
  status: 'active',
  title: id,
  identifier: [{ system: canonical.uri, value: `urn:ds:${id}` }],
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  ...more,
});
const related = (artifact: object, ...references: object[]) => ({
  url: canonical.relatedContent,
  valueRelatedArtifact: {
    type: 'composed-of',
    ...(references.length === 0
      ? {}
      : {
          extension: references.map((valueReference) => ({
            url: canonical.relatedArtifactResourceReference,
            valueReference,
          })),
        }),
    ...artifact,
  },
});
const reference = (valueReference: object) => ({ extension: [related({}, valueReference)] });
const literal = (text: string) => reference({ reference: text });
const content = (attachment: object) => ({ content: [attachment] });
/** Records of no data set of their own: a study, a part of a project. */
const part = (id: string, more: object = {}) => ({
  ...record(id, more),
  type: { coding: [{ system: canonical.libraryType, code: 'logic-library' }] },
});
const group = (id: string, members: string[], more: object = {}) => ({
  resourceType: 'Group',
  id,
  type: 'person',
  member: members.map((one) => ({ entity: { reference: one } })),
  ...more,
});
const describedGroup = (id: string, characteristics?: object[]) => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: false,
  ...(characteristics === undefined ? {} : { characteristic: characteristics }),
});
const characteristic = (code: string) => ({
  code: { coding: [{ system: `${canonical.ours}/CodeSystem/question`, code }] },
  exclude: false,
});
const beforeR5 = ['R4', 'R4B'] as const;

const rows: readonly Row[] = [
  {
    form: 'content: a search on this server',
    library: () => content({ url: 'Observation?identifier=urn:s|a1' }),
    here: () => [observation('a1', { identifier: [{ system: 'urn:s', value: 'a1' }] })],
    want: ['Observation/a1'],
  },
  {
    form: 'content: a search on another server, for patients with all that is theirs',
    library: ({ other }) => ({
      ...content({ url: `${other}/Patient?identifier=urn:s|a2` }),
      dataRequirement: [{ type: 'Patient' }, { type: 'Observation' }],
    }),
    there: () => [patient('a2', { identifier: [{ system: 'urn:s', value: 'a2' }] }), observation('a2', of('a2'))],
    want: ['Observation/a2@other', 'Patient/a2@other'],
  },
  {
    form: 'content: the address of a resource',
    library: ({ other }) => content({ contentType: 'application/fhir+json', url: `${other}/List/a3` }),
    there: () => [list('a3', [{ reference: 'Observation/a3' }]), observation('a3')],
    want: ['Observation/a3@other'],
  },
  {
    form: 'content: a file',
    library: ({ files }) => content({ contentType: 'text/csv', url: `${files}/tables/Table/a.csv` }),
    want: [],
    files: { 'a.csv': 'a,b' },
  },
  {
    form: 'content: a Binary on this server',
    library: () => content({ contentType: 'text/csv', url: 'Binary/a5' }),
    here: () => [
      { resourceType: 'Binary', id: 'a5', contentType: 'text/csv', data: Buffer.from('c,d').toString('base64') },
    ],
    want: [],
    files: { a5: 'c,d' },
  },
  {
    form: 'content: data within the record',
    library: () => content({ contentType: 'text/plain', title: 'note', data: Buffer.from('hello').toString('base64') }),
    want: [],
    files: { note: 'hello' },
  },
  {
    form: 'content: the canonical of a record, said to be FHIR',
    library: () => content({ contentType: 'application/fhir+json', url: 'https://example.org/registry/a7' }),
    here: () => [
      part('a7', { url: 'https://example.org/registry/a7', ...literal('Observation/a7') }),
      observation('a7'),
    ],
    want: ['Observation/a7'],
  },
  {
    form: 'relatedContent: literal, absolute, of a single record',
    library: ({ other }) => literal(`${other}/Observation/b1`),
    there: () => [observation('b1')],
    want: ['Observation/b1@other'],
  },
  {
    form: 'relatedContent: literal, relative',
    library: () => literal('Observation/b2'),
    here: () => [observation('b2')],
    want: ['Observation/b2'],
  },
  {
    form: 'relatedContent: identifier only',
    library: () => reference({ identifier: { system: 'urn:s', value: 'b3' } }),
    here: () => [
      list('b3', [{ reference: 'Observation/b3' }], { identifier: [{ system: 'urn:s', value: 'b3' }] }),
      observation('b3'),
    ],
    want: ['Observation/b3'],
  },
  {
    form: 'relatedContent: identifier only, of a type that is no metadata',
    library: () => reference({ type: 'Observation', identifier: { system: 'urn:s', value: 'b4' } }),
    here: () => [observation('b4', { identifier: [{ system: 'urn:s', value: 'b4' }] })],
    want: ['Observation/b4'],
  },
  {
    form: 'relatedContent: a literal that is gone, with an identifier',
    library: () => reference({ reference: 'List/gone', identifier: { system: 'urn:s', value: 'b5' } }),
    here: () => [
      list('b5', [{ reference: 'Observation/b5' }], { identifier: [{ system: 'urn:s', value: 'b5' }] }),
      observation('b5'),
    ],
    want: ['Observation/b5'],
  },
  {
    form: 'relatedContent: a DOI whose system ends without a slash, while the resource has one',
    library: () => reference({ identifier: { system: 'https://doi.org', value: '10.5072/b6' } }),
    here: () => [
      list('b6', [{ reference: 'Observation/b6' }], {
        identifier: [{ system: 'https://doi.org/', value: '10.5072/b6' }],
      }),
      observation('b6'),
    ],
    want: ['Observation/b6'],
  },
  {
    form: 'relatedContent: a DOI as system and value, while the resource has it as an address',
    library: () => reference({ identifier: { system: 'https://doi.org/', value: '10.5072/b7' } }),
    here: () => [
      list('b7', [{ reference: 'Observation/b7' }], {
        identifier: [{ system: canonical.uri, value: 'https://doi.org/10.5072/b7' }],
      }),
      observation('b7'),
    ],
    want: ['Observation/b7'],
  },
  {
    form: 'relatedContent: contained',
    library: () => ({ contained: [list('inside', [{ reference: 'Observation/b8' }])], ...literal('#inside') }),
    here: () => [observation('b8')],
    want: ['Observation/b8'],
  },
  {
    form: 'relatedContent: urn:uuid',
    library: () => literal('urn:uuid:c757873d-ec9a-4326-a141-556f43239520'),
    here: () => [
      list('b9', [{ reference: 'Observation/b9' }], {
        identifier: [{ system: canonical.uri, value: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' }],
      }),
      observation('b9'),
    ],
    want: ['Observation/b9'],
  },
  {
    form: 'relatedContent: urn:oid',
    library: () => literal('urn:oid:1.2.3.4.10'),
    here: () => [
      list('b10', [{ reference: 'Observation/b10' }], {
        identifier: [{ system: canonical.uri, value: 'urn:oid:1.2.3.4.10' }],
      }),
      observation('b10'),
    ],
    want: ['Observation/b10'],
  },
  {
    form: 'relatedContent: a version',
    library: () => literal('Observation/b11/_history/1'),
    here: () => [observation('b11')],
    want: ['Observation/b11'],
  },
  {
    form: 'relatedContent: a version that there is not',
    library: () => literal('Observation/b12/_history/7'),
    here: () => [observation('b12')],
    want: [],
    problems: [/Observation\/b12\/_history\/7: it answered 404/],
  },
  {
    form: 'relatedContent.url: the address of a resource',
    versions: beforeR5,
    library: ({ other }) => ({ extension: [related({ url: `${other}/List/b13` })] }),
    there: () => [list('b13', [{ reference: 'Observation/b13' }]), observation('b13')],
    want: ['Observation/b13@other'],
  },
  {
    form: 'relatedContent.url: a file',
    versions: beforeR5,
    library: ({ files }) => ({ extension: [related({ url: `${files}/b14.csv` })] }),
    want: [],
    files: { 'b14.csv': 'a,b' },
  },
  {
    form: 'relatedContent.document',
    library: ({ files }) => ({
      extension: [related({ document: { contentType: 'text/csv', url: `${files}/b15.csv` } })],
    }),
    want: [],
    files: { 'b15.csv': 'a,b' },
  },
  {
    form: 'relatedContent.resource: a canonical of a version',
    library: () => ({ extension: [related({ resource: 'https://example.org/registry/b16|1' })] }),
    here: () => [
      part('b16-1', { url: 'https://example.org/registry/b16', version: '1', ...literal('Observation/b16-1') }),
      part('b16-2', { url: 'https://example.org/registry/b16', version: '2', ...literal('Observation/b16-2') }),
      observation('b16-1'),
      observation('b16-2'),
    ],
    want: ['Observation/b16-1'],
  },
  {
    form: 'relatedContent.resource: a canonical without a version means the newest',
    library: () => ({ extension: [related({ resource: 'https://example.org/registry/b17' })] }),
    here: () => [
      part('b17-10', { url: 'https://example.org/registry/b17', version: '10', ...literal('Observation/b17') }),
      part('b17-9', { url: 'https://example.org/registry/b17', version: '9', ...literal('Observation/b16-2') }),
      observation('b17'),
    ],
    want: ['Observation/b17'],
  },
  {
    form: 'relatedContent: reference, element and address of one target are one target',
    versions: beforeR5,
    library: ({ other }) => ({
      extension: [related({ url: 'https://example.org/registry/b18' }, { reference: `${other}/Observation/b18` })],
    }),
    there: () => [observation('b18')],
    want: ['Observation/b18@other'],
  },
  {
    form: 'RelatedArtifact.resourceReference, an element of R5',
    versions: ['R5'],
    library: () => ({
      relatedArtifact: [{ type: 'composed-of', resourceReference: { reference: 'Observation/b19' } }],
    }),
    here: () => [observation('b19')],
    want: ['Observation/b19'],
  },
  {
    form: 'relatedArtifact: parts are data, citations are not',
    library: () => ({
      relatedArtifact: [
        { type: 'citation', document: { url: 'https://doi.org/10.1038/x' } },
        { type: 'composed-of', resource: 'https://example.org/registry/b20' },
      ],
    }),
    here: () => [
      part('b20', { url: 'https://example.org/registry/b20', ...literal('Observation/b20') }),
      observation('b20'),
    ],
    want: ['Observation/b20'],
  },
  {
    form: 'project, study, manifest and records, over two servers',
    versions: beforeR5,
    library: ({ other }) => literal(`${other}/Library/c1-study`),
    there: () => [
      part('c1-study', literal('DocumentManifest/c1')),
      manifest('c1', [
        { reference: 'Patient/c1' },
        { reference: 'Observation/c1' },
        { reference: 'Observation/c1-free' },
      ]),
      patient('c1'),
      observation('c1', of('c1')),
      observation('c1-free'),
    ],
    want: ['Observation/c1-free@other', 'Observation/c1@other', 'Patient/c1@other'],
  },
  {
    form: 'project, study, list and records, there and back',
    library: ({ other }) => literal(`${other}/Library/c2-study`),
    there: ({ registry }) => [
      part('c2-study', literal('List/c2')),
      list('c2', [{ reference: 'Patient/c2' }, { reference: `${registry}/Observation/c2-back` }]),
      patient('c2'),
      observation('c2', of('c2')),
    ],
    here: () => [observation('c2-back')],
    want: ['Observation/c2-back', 'Observation/c2@other', 'Patient/c2@other'],
  },
  {
    form: 'List: deleted entries are none',
    library: () => literal('List/c3'),
    here: () => [
      {
        ...list('c3', [{ reference: 'Observation/c3' }]),
        mode: 'changes',
        entry: [
          { item: { reference: 'Observation/c3' } },
          { deleted: true, item: { reference: 'Observation/c3-not' } },
        ],
      },
      observation('c3'),
      observation('c3-not'),
    ],
    want: ['Observation/c3'],
  },
  {
    form: 'List: one that is retired',
    library: () => literal('List/c4'),
    here: () => [{ ...list('c4', [{ reference: 'Observation/c4' }]), status: 'retired' }, observation('c4')],
    want: [],
    problems: [/List\/c4 is not in force: its status is retired/],
  },
  {
    form: 'List: entries by identifier, in words, and of what is gone',
    library: () => literal('List/c5'),
    here: () => [
      list('c5', [
        { type: 'Observation', identifier: { system: 'urn:s', value: 'c5' } },
        { display: 'the paper files' },
        { reference: 'Observation/c5-gone' },
      ]),
      observation('c5', { identifier: [{ system: 'urn:s', value: 'c5' }] }),
    ],
    want: ['Observation/c5'],
    problems: [/named in words only/, /did not give Observation\/c5-gone/],
  },
  {
    form: 'Group: members, of groups too, with all that is theirs',
    versions: beforeR5,
    library: () => literal('Group/c6'),
    here: () => [
      group('c6', ['Patient/c6', 'Group/c6-more'], { actual: true }),
      group('c6-more', ['Patient/c6-more'], { actual: true }),
      patient('c6'),
      patient('c6-more'),
      observation('c6', of('c6')),
    ],
    want: ['Observation/c6', 'Patient/c6', 'Patient/c6-more'],
  },
  {
    form: 'Group of R5',
    versions: ['R5'],
    library: () => literal('Group/c7'),
    here: () => [
      {
        ...group('c7', ['Patient/c7', 'Patient/c7-not'], { membership: 'enumerated' }),
        member: [{ entity: { reference: 'Patient/c7' } }, { entity: { reference: 'Patient/c7-not' }, inactive: true }],
      },
      patient('c7'),
      patient('c7-not'),
      observation('c7', of('c7')),
    ],
    want: ['Observation/c7', 'Patient/c7'],
  },
  {
    form: 'Group: members by a search',
    versions: beforeR5,
    library: () => literal('Group/c8'),
    here: () => [
      {
        ...describedGroup('c8'),
        extension: [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/characteristicExpression',
            valueExpression: { language: 'application/x-fhir-query', expression: 'Patient?identifier=urn:s|c8' },
          },
        ],
      },
      patient('c8', { identifier: [{ system: 'urn:s', value: 'c8' }] }),
      observation('c8', of('c8')),
    ],
    want: ['Observation/c8', 'Patient/c8'],
  },
  {
    form: 'Group: members by characteristics of a question',
    versions: beforeR5,
    library: () => literal('Group/c9'),
    here: () => [
      describedGroup('c9', [
        { ...characteristic('age'), valueRange: { low: { value: 100 }, high: { value: 140 } } },
        { ...characteristic('sex'), valueCodeableConcept: { coding: [{ code: 'other' }] } },
        { ...characteristic('observation'), valueCodeableConcept: { coding: [{ system: 'urn:c', code: 'c9' }] } },
      ]),
      patient('c9', { birthDate: '1910-01-01', gender: 'other' }),
      patient('c9-young', { birthDate: '2000-01-01', gender: 'other' }),
      patient('c9-healthy', { birthDate: '1910-01-01', gender: 'other' }),
      observation('c9', { ...of('c9'), code: { coding: [{ system: 'urn:c', code: 'c9' }] } }),
      observation('c9-young', { ...of('c9-young'), code: { coding: [{ system: 'urn:c', code: 'c9' }] } }),
    ],
    want: ['Observation/c9', 'Patient/c9'],
  },
  {
    form: 'Group: members by what must not be',
    versions: beforeR5,
    library: () => literal('Group/c11'),
    here: () => [
      describedGroup('c11', [
        { ...characteristic('age'), exclude: true, valueRange: { low: { value: 100 } } },
        { ...characteristic('observation'), valueCodeableConcept: { coding: [{ system: 'urn:c', code: 'c9' }] } },
      ]),
    ],
    want: ['Observation/c9-young', 'Patient/c9-young'],
  },
  {
    form: 'Group: members by what no search can say',
    versions: beforeR5,
    library: () => ({
      extension: ['c10-kind', 'c10-age', 'c10-code'].map((id) => related({}, { reference: `Group/${id}` })),
    }),
    here: () => [
      describedGroup('c10-kind', [{ code: { text: 'kind of a person' }, exclude: false, valueBoolean: true }]),
      describedGroup('c10-age', [
        { ...characteristic('age'), valueRange: { low: { value: 70 }, high: { value: 60 } } },
      ]),
      describedGroup('c10-code', [{ ...characteristic('age'), valueBoolean: true }]),
    ],
    want: [],
    problems: [
      /c10-kind describes its members: no search can say this: Group\.characteristic\[0\]/,
      /c10-age describes its members: .*runs from 70 down to 60/,
      /c10-code describes its members/,
    ],
  },
  {
    form: 'ResearchStudy: by the manifest that is related to it',
    versions: beforeR5,
    library: () => literal('ResearchStudy/d1'),
    here: () => [
      study('d1'),
      manifest('d1', [{ reference: 'Observation/d1' }], { related: [{ ref: { reference: 'ResearchStudy/d1' } }] }),
      observation('d1'),
    ],
    want: ['Observation/d1'],
  },
  {
    form: 'ResearchStudy: by its parts',
    library: () => literal('ResearchStudy/d2'),
    here: () => [
      study('d2', { relatedArtifact: [{ type: 'composed-of', document: { url: 'List/d2' } }] }),
      list('d2', [{ reference: 'Observation/d2' }]),
      observation('d2'),
    ],
    want: ['Observation/d2'],
  },
  {
    form: 'ResearchStudy: without any link to data',
    library: () => literal('ResearchStudy/d3'),
    here: () => [study('d3')],
    want: [],
    problems: [/ResearchStudy\/d3 names no data/],
  },
  {
    form: 'Bundle: its entries, and what refers to them by urn:uuid',
    library: () => literal('Bundle/d4'),
    here: () => [
      {
        resourceType: 'Bundle',
        id: 'd4',
        type: 'collection',
        entry: [
          { fullUrl: 'urn:uuid:11111111-ec9a-4326-a141-556f43239520', resource: observation('d4') },
          {
            fullUrl: 'urn:uuid:22222222-ec9a-4326-a141-556f43239520',
            resource: list('d4-list', [
              { reference: 'urn:uuid:11111111-ec9a-4326-a141-556f43239520' },
              { reference: 'Observation/d4-out' },
            ]),
          },
        ],
      },
      observation('d4-out'),
    ],
    want: ['Observation/d4', 'Observation/d4-out'],
  },
  {
    form: 'Composition: itself and its entries',
    library: () => literal('Composition/d5'),
    here: () => [
      {
        resourceType: 'Composition',
        id: 'd5',
        status: 'final',
        type: { text: 'x' },
        date: '2026-01-01',
        author: [{ display: 'x' }],
        title: 'x',
        section: [{ title: 'y', section: [{ title: 'z', entry: [{ reference: 'Observation/d5' }] }] }],
      },
      observation('d5'),
    ],
    want: ['Composition/d5', 'Observation/d5'],
  },
  {
    form: 'a search for metadata: each match is followed',
    library: () => content({ url: 'List?identifier=urn:s|d6' }),
    here: () => [
      list('d6-1', [{ reference: 'Observation/d6-1' }], { identifier: [{ system: 'urn:s', value: 'd6' }] }),
      list('d6-2', [{ reference: 'Observation/d6-2' }], { identifier: [{ system: 'urn:s', value: 'd6' }] }),
      observation('d6-1'),
      observation('d6-2'),
    ],
    want: ['Observation/d6-1', 'Observation/d6-2'],
  },
  {
    form: 'records that name each other in a circle',
    library: ({ other }) => literal(`${other}/Library/e1`),
    there: ({ registry }) => [part('e1', literal(`${registry}/Library/e1-back`))],
    here: ({ other }) => [
      part('e1-back', {
        extension: [related({}, { reference: `${other}/Library/e1` }), related({}, { reference: 'Observation/e1' })],
      }),
      observation('e1'),
    ],
    want: ['Observation/e1'],
  },
  {
    form: 'records that lead on and on',
    library: () => literal('Library/e2-0'),
    here: () =>
      Array.from({ length: 14 }, (_, at) =>
        part(`e2-${at}`, literal(at === 13 ? 'Observation/e1' : `Library/e2-${at + 1}`)),
      ),
    want: [],
    problems: [/lies more than 10 references deep/],
  },
  {
    form: 'a part of a project that names no data',
    library: () => ({
      extension: [related({}, { reference: 'Library/e3-none' }), related({}, { reference: 'Observation/e1' })],
    }),
    here: () => [part('e3-none')],
    want: ['Observation/e1'],
    problems: [/Library\/e3-none names no data/],
  },
  {
    form: 'what is not there, in every form',
    library: ({ files }) => ({
      contained: [list('inside', [{ display: 'x' }])],
      extension: [
        related({}, { reference: 'List/nowhere' }),
        related({}, { identifier: { system: 'urn:s', value: 'nowhere' } }),
        related({ resource: 'https://example.org/registry/nowhere|2' }),
        related({}, { reference: '#outside' }),
        related({}, { reference: 'not a reference' }),
        related({}, { display: 'somewhere' }),
        related({ document: { contentType: 'text/csv' } }),
      ],
      content: [{ contentType: 'text/csv', url: `${files}/missing/x.csv` }],
    }),
    want: [],
    problems: [
      /List\/nowhere: it answered 404/,
      /has nothing that the identifier names/,
      /has nothing that the canonical names/,
      /#outside is not contained/,
      /is no reference/,
      /in words only/,
      /neither url nor data/,
      /x\.csv: it answered 404/,
    ],
  },
];

const servers: Partial<
  Record<FhirVersion, { here: TestServer; there: TestServer; datasets: ReadonlyMap<string, Dataset> }>
> = {};
let fileServer: Server;
const versions = ['R4', 'R4B', 'R5'] as const;
const idOf = (at: number): string => `record-${at}`;

beforeAll(async () => {
  fileServer = createServer((request, response) => {
    response.statusCode = request.url!.startsWith('/missing') ? 404 : 200;
    response.end('a,b');
  });
  await new Promise<void>((done) => fileServer.listen(0, '127.0.0.1', done));
  const files = `http://127.0.0.1:${(fileServer.address() as AddressInfo).port}`;
  for (const fhirVersion of versions) {
    const [here, there] = [
      await startServer({ fhirVersion, openAccess: true }),
      await startServer({ fhirVersion, openAccess: true }),
    ];
    const at: At = { registry: here.base, other: there.base, files };
    const mine = rows
      .map((row, index) => ({ ...row, index }))
      .filter((row) => row.versions?.includes(fhirVersion) ?? true);
    const loaded = [
      await here.load(mine.flatMap((row) => [record(idOf(row.index), row.library(at)), ...(row.here?.(at) ?? [])])),
      await there.load(mine.flatMap((row) => row.there?.(at) ?? [])),
    ];
    expect(loaded.map(({ status, text }) => [status, text.includes('"error"') ? text : ''])).toEqual([
      [200, ''],
      [200, ''],
    ]);
    const { datasets } = await createClient().list({ registry: [here.base] }, readQuestion({}));
    servers[fhirVersion] = { here, there, datasets: new Map(datasets.map((one) => [one.identifier, one])) };
  }
});
afterAll(async () => {
  fileServer?.close();
  for (const pair of Object.values(servers)) {
    await pair.here.close();
    await pair.there.close();
  }
});

describe.each(versions)('%s', (version) => {
  const mine = rows.flatMap((row, at) =>
    (row.versions?.includes(version) ?? true) ? [[row.form, row, at] as const] : [],
  );

  test.each(mine)('%s', async (_, row, at) => {
    const { here, datasets } = servers[version]!;
    const got = await getOf(here.base, datasets.get(`urn:ds:${idOf(at)}`)!);
    expect(got).toEqual({ records: [...row.want].sort(), files: row.files ?? {}, problems: expect.anything() });
    const wanted = row.problems ?? [];
    expect([got.problems.length, got.problems]).toEqual([wanted.length, expect.anything()]);
    for (const problem of wanted) expect(got.problems.join('\n')).toMatch(problem);
  });
});

const getOf = (base: string, dataset: Dataset): Promise<Collected> =>
  collect(createClient({ limits: { attempts: 1 } }).get(dataset), base);

describe('a question about patients', () => {
  const asked = readQuestion({ patients: { all: [{ sex: 'female' }, { observation: 'urn:c|q' }] } });
  const sick = (id: string) => observation(id, { ...of(id), code: { coding: [{ system: 'urn:c', code: 'q' }] } });

  test.each(versions)('%s: keeps only what is theirs, in whichever form it is named', async (fhirVersion) => {
    const server = await startServer({ fhirVersion, openAccess: true });
    const named = [
      literalOf('List/q'),
      literalOf('Observation/free'),
      literalOf('Observation/q-in'),
      literalOf('Observation/q-out'),
      literalOf('Bundle/q'),
    ];
    await server.load([
      record('q', {
        extension: named,
        content: [{ url: 'Observation?code=urn:c|q' }, { contentType: 'text/plain', data: 'aGVsbG8=' }],
      }),
      list('q', [{ reference: 'Patient/q-in' }, { reference: 'Patient/q-male' }]),
      patient('q-in', { gender: 'female' }),
      patient('q-male', { gender: 'male' }),
      patient('q-other', { gender: 'female' }),
      patient('q-well', { gender: 'female' }),
      ...['q-in', 'q-male', 'q-other'].map(sick),
      observation('q-out', of('q-well')),
      observation('free'),
      {
        resourceType: 'Bundle',
        id: 'q',
        type: 'collection',
        entry: [observation('held', of('q-other')), observation('held-not', of('q-male'))].map((resource) => ({
          resource,
        })),
      },
    ]);
    const { datasets } = await createClient().list({ registry: [server.base] }, readQuestion({}));
    const got = await collect(createClient().get(datasets[0]!, { question: asked }), server.base);
    expect(got.records).toEqual(['Observation/held', 'Observation/q-in', 'Observation/q-other', 'Patient/q-in']);
    expect([got.files, got.problems]).toEqual([{}, [expect.stringContaining('a file cannot be restricted')]]);
    await server.close();
  });
});

const literalOf = (text: string) => related({}, { reference: text });
