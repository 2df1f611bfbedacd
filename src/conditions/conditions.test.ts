/** What data sources state becomes what askers may have; the rest stays closed. See docs/adr/0003-access-classes-and-the-door.md */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import type { Resource } from '../fhir/json.ts';
import { type AccessContext, anonymous, subjectKey } from './access-context.ts';
import { decide, disclose } from './decide.ts';
import { extentOf, listingOf } from './extent.ts';
import { isMetadata, isMetadataOnlyType } from './metadata-type.ts';
import { type DataSetStatement, isDataSet, statementOf } from './statement.ts';

const bases = ['http://here/fhir'];
const library = (more: object): Resource => ({ resourceType: 'Library', status: 'active', ...more }) as Resource;
const licence = (code: unknown, system: unknown = canonical.spdx) => ({
  url: canonical.licenceCodeable,
  valueCodeableConcept: { coding: [{ system, code }] },
});
const granularity = (...parts: object[]) => ({ url: canonical.granularity, extension: parts });
const level = (valueCode: unknown) => ({ url: 'level', valueCode });

describe('statement', () => {
  test.each<[string, object[], DataSetStatement['open']]>([
    ['an open licence', [licence('CC0-1.0')], 'record'],
    ['an open licence and granularity record', [licence('CC-BY-4.0'), granularity(level('record'))], 'record'],
    ['an open licence and aggregates', [licence('CC-BY-4.0'), granularity(level('aggregate'))], 'count'],
    ['counts whatever the licence', [granularity(level('count'), { url: 'threshold', valueInteger: 5 })], 'count'],
    ['existence only', [licence('CC0-1.0'), granularity(level('exists'))], 'none'],
    ['nothing', [], 'none'],
    ['a licence of another system', [licence('CC0-1.0', 'urn:x')], 'none'],
    ['a licence that is no code', [licence(7)], 'none'],
    ['no level', [licence('CC0-1.0'), granularity({ url: 'threshold', valueInteger: 5 })], 'none'],
    ['a threshold that is none', [granularity(level('count'), { url: 'threshold', valueInteger: 0 })], 'none'],
    ['a rounding that is none', [granularity(level('count'), { url: 'rounding', valueInteger: 1.5 })], 'none'],
    ['a part that is unknown', [granularity(level('count'), { url: 'noise', valueDecimal: 1 })], 'none'],
    ['a modifier extension', [licence('CC0-1.0')], 'record'],
  ])('%s', (_, extension, open) => {
    expect(statementOf(library({ extension })).open).toBe(open);
    expect(statementOf(library({ extension, modifierExtension: [{ url: 'x' }] })).open).toBe('none');
    expect(statementOf(library({ extension, status: 'retired' })).open).toBe('none');
  });

  test('limits are kept', () => {
    const { threshold, rounding } = statementOf(
      library({
        extension: [
          granularity(level('count'), { url: 'threshold', valueInteger: 20 }, { url: 'rounding', valueInteger: 5 }),
        ],
      }),
    );
    expect([threshold, rounding]).toEqual([20, 5]);
  });

  test('only libraries of type asset-collection are data sets', () => {
    const type = (code: string) => ({ type: { coding: [{ system: canonical.libraryType, code }] } });
    expect(isDataSet(library(type('asset-collection')))).toBe(true);
    expect(isDataSet(library(type('logic-library')))).toBe(false);
    expect(isDataSet(library({ type: 'x' }))).toBe(false);
    expect(isDataSet({ ...type('asset-collection'), resourceType: 'Basic' })).toBe(false);
  });
});

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

describe('decision', () => {
  const statement = (open: DataSetStatement['open'], threshold = 10, rounding = 10): DataSetStatement => ({
    open,
    threshold,
    rounding,
    because: '',
  });
  const steward: AccessContext = { subject: { kind: 'service', name: 's' }, rights: { readAll: true, write: false } };

  test('permits a class that some data set opens, counts one that some lets count, and nothing else', () => {
    const classes = [
      { class: 16, statements: [statement('record'), statement('none')] },
      { class: 17, statements: [statement('count', 20, 5), statement('none')] },
      { class: 18, statements: [statement('none')] },
      { class: 19, statements: [] },
    ];
    expect(decide(anonymous, classes)).toEqual({
      records: [1, 16],
      counts: [17],
      disclosure: { threshold: 20, rounding: 5 },
      write: false,
    });
    expect(decide(steward, classes)).toMatchObject({ records: 'all', counts: [], write: false });
    expect([subjectKey(anonymous), subjectKey(steward)]).toEqual(['anonymous', 'service s']);
  });

  test('never permits a class twice, and never one without a grant', () => {
    const open = fc.constantFrom('none', 'count', 'record' as const);
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            open.map((one) => statement(one as DataSetStatement['open'])),
            { maxLength: 4 },
          ),
          { maxLength: 6 },
        ),
        (sets) => {
          const classes = sets.map((statements, at) => ({ class: 16 + at, statements }));
          const { records, counts } = decide(anonymous, classes);
          for (const { class: number, statements } of classes) {
            expect((records as number[]).includes(number)).toBe(statements.some((one) => one.open === 'record'));
            expect(counts.includes(number)).toBe(
              !(records as number[]).includes(number) && statements.some((one) => one.open === 'count'),
            );
          }
          expect(records).not.toContain(0);
        },
      ),
    );
  });

  test('a count that is told is a multiple of its rounding and never below its threshold', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.nat(500),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        (open, hidden, threshold, rounding) => {
          const decision = { ...decide(anonymous, []), counts: [17], disclosure: { threshold, rounding } };
          const { total, disclosure } = disclose(open, open + hidden, decision);
          if (hidden < threshold) expect([total, disclosure?.suppressed]).toEqual([open, true]);
          else
            expect([
              (total - open) % rounding,
              disclosure?.suppressed,
              Math.abs(total - open - hidden) <= rounding / 2,
            ]).toEqual([0, false, true]);
        },
      ),
    );
    expect(disclose(7, 7, decide(anonymous, []))).toEqual({ total: 7 });
  });
});
