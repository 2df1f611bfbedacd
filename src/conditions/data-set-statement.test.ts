/** What a data source states of a data set is read whole, or closes it with the reason. */
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import type { Resource } from '../fhir/json.ts';
import { dataSetStatementOf, isDataSet } from './data-set-statement.ts';
import type { DataSetStatement, Offer, Requirement } from './model.ts';

const library = (more: object): Resource =>
  ({ resourceType: 'Library', id: 'a', status: 'active', ...more }) as Resource;
const stated = (...extension: object[]): DataSetStatement => dataSetStatementOf(library({ extension }));
const licence = (code: unknown, system: unknown = canonical.spdx) => ({
  url: canonical.licenceCodeable,
  valueCodeableConcept: { coding: [{ system, code }] },
});
const attachment = (valueAttachment: object) => ({ url: canonical.licenceAttachment, valueAttachment });
const granularity = (...parts: object[]) => ({ url: canonical.granularity, extension: parts });
const level = (valueCode: unknown) => ({ url: 'level', valueCode });
const use = (code: string, ...parameters: object[]) => ({
  url: canonical.dataUse,
  extension: [
    { url: 'term', valueCoding: { system: canonical.duo, code } },
    ...parameters.map((value) => ({ url: 'parameter', ...value })),
  ],
});
const visa = (...parts: object[]) => ({ url: canonical.visa, extension: parts });
const visaType = { url: 'type', valueCode: 'ResearcherStatus' };
const terms = { url: canonical.terms, valueUri: 'urn:terms' };
const purpose = (code: string) => ({ url: canonical.purpose, valueCoding: { system: canonical.actReason, code } });
const committee = (committee: string): Requirement => ({ kind: 'committee', committee });
const offer = (level: Offer['level'], audience: Requirement[] = []): Offer => ({
  level,
  threshold: 10,
  rounding: 10,
  audience,
});

describe('data set statement', () => {
  test.each<[string, object[], Offer[]]>([
    ['an open licence', [licence('CC0-1.0')], [offer('record')]],
    ['an open licence and granularity record', [licence('CC-BY-4.0'), granularity(level('record'))], [offer('record')]],
    ['an open licence and aggregates', [licence('CC-BY-4.0'), granularity(level('aggregate'))], [offer('aggregate')]],
    ['counts whatever the licence', [granularity(level('count'))], [offer('count')]],
    ['existence only', [licence('CC0-1.0'), granularity(level('exists'))], [offer('exists')]],
    ['level none', [licence('CC0-1.0'), granularity(level('none'))], []],
    ['a licence with terms', [licence('CC-BY-NC-4.0')], [offer('record')]],
    ['a licence of another system', [licence('CC0-1.0', 'urn:x')], [offer('record')]],
    [
      'records without a word on who may have them',
      [granularity(level('record'))],
      [offer('record', [committee('Library/a')])],
    ],
    [
      'records for those of one visa',
      [granularity(level('record'), visa(visaType))],
      [offer('record', [{ kind: 'visa', type: 'ResearcherStatus' }])],
    ],
    ['records under DUO', [granularity(level('record')), use('DUO_0000042')], [offer('record')]],
    ['a committee alone', [{ url: canonical.committee, valueUri: 'urn:dac' }], [offer('record')]],
    [
      'several levels, best first',
      [
        granularity(level('exists')),
        granularity(level('record'), terms),
        granularity(level('count'), { url: 'threshold', valueInteger: 20 }),
        granularity(level('count'), { url: 'threshold', valueInteger: 5 }, { url: 'rounding', valueInteger: 1 }),
      ],
      [
        offer('record', [{ kind: 'terms', url: 'urn:terms' }]),
        { level: 'count', threshold: 5, rounding: 1, audience: [] },
        { level: 'count', threshold: 20, rounding: 10, audience: [] },
        offer('exists'),
      ],
    ],
    [
      'de-identified records',
      [licence('CC0-1.0'), granularity(level('record-deidentified'), { url: 'profile', valueCanonical: 'urn:p' })],
      [{ ...offer('record-deidentified'), profile: 'urn:p' }],
    ],
  ])('%s', (_, extension, offers) => {
    const statement = dataSetStatementOf(library({ extension }));
    expect([statement.offers, statement.closed]).toEqual([offers, []]);
    expect(dataSetStatementOf(library({ extension, modifierExtension: [{ url: 'x' }] })).closed).toEqual([
      'a modifier extension is not understood',
    ]);
    expect(dataSetStatementOf(library({ extension, status: 'retired' })).closed).toEqual([
      'the data set is not active',
    ]);
  });

  test.each<[string, object[], RegExp]>([
    ['nothing', [], /nothing is stated/],
    ['only a purpose', [purpose('HRESCH')], /nothing is stated/],
    [
      'an extension of ours that is unknown',
      [licence('CC0-1.0'), { url: `${canonical.structureDefinitions}moon` }],
      /moon is not understood/,
    ],
    ['no level', [granularity({ url: 'threshold', valueInteger: 5 })], /granularity undefined is not understood/],
    ['two levels in one granularity', [granularity(level('count'), level('exists'))], /more than one level/],
    ['an unknown level', [granularity(level('some'))], /granularity some/],
    [
      'a threshold that is none',
      [granularity(level('count'), { url: 'threshold', valueInteger: 0 })],
      /threshold .* positive integer/,
    ],
    [
      'a rounding that is none',
      [granularity(level('count'), { url: 'rounding', valueInteger: 1.5 })],
      /rounding .* positive integer/,
    ],
    ['a part that is unknown', [granularity(level('count'), { url: 'noise', valueDecimal: 1 })], /part noise/],
    ['an audience that is malformed', [granularity(level('count'), visa())], /visa/],
    ['no profile for de-identified records', [granularity(level('record-deidentified'))], /profile .* not named/],
    [
      'a profile for plain records',
      [granularity(level('record'), { url: 'profile', valueCanonical: 'p' })],
      /does not go with record/,
    ],
    ['an obsolete DUO term', [use('DUO_0000005')], /DUO_0000005 is not understood/],
    ['a grouping DUO term', [use('DUO_0000001')], /DUO_0000001 is not understood/],
    ['a research class of DUO', [use('DUO_0000038')], /DUO_0000038 is not understood/],
    [
      'a DUO term of another system',
      [{ url: canonical.dataUse, extension: [{ url: 'term', valueCoding: { system: 'urn:x', code: 'DUO_0000042' } }] }],
      /is not understood/,
    ],
    [
      'data use without a term',
      [{ url: canonical.dataUse, extension: [{ url: 'parameter', valueString: 'x' }] }],
      /malformed/,
    ],
    [
      'a part of data use that is unknown',
      [{ url: canonical.dataUse, extension: [{ url: 'term' }, { url: 'x' }] }],
      /malformed/,
    ],
    ['DS without a disease', [use('DUO:0000007')], /DS lacks its disease/],
    ['DS with words', [use('DUO:0000007', { valueString: 'lung cancer' })], /disease of DS/],
    ['TS in words', [use('DUO:0000042'), use('DUO:0000025', { valueString: 'six' })], /months of TS/],
    ['TS of no months', [use('DUO:0000042'), use('DUO:0000025', { valueInteger: 0 })], /months of TS/],
    [
      'MOR in local form',
      [use('DUO:0000042'), use('DUO:0000024', { valueString: '1.2.2027' })],
      /MOR has no valid date/,
    ],
    ['GS without a country', [use('DUO:0000042'), use('DUO:0000022')], /GS lacks its country/],
    ['GS with a continent', [use('DUO:0000042'), use('DUO:0000022', { valueString: 'Europe' })], /country of GS/],
    ['PS with nothing in it', [use('DUO:0000042'), use('DUO:0000027', { valueString: ' ' })], /names of PS/],
    [
      'US with half an identifier',
      [use('DUO:0000042'), use('DUO:0000026', { valueIdentifier: { system: 'urn:x' } })],
      /names of US/,
    ],
    ['a parameter where none belongs', [use('DUO:0000042', { valueString: 'x' })], /GRU takes no parameter/],
    [
      'a parameter with two values',
      [use('DUO:0000007', { valueString: 'MONDO:1', valueInteger: 1 })],
      /parameter of DS is malformed/,
    ],
    ['modifiers without a permission', [use('DUO:0000018')], /no permission/],
    ['a visa without a type', [visa({ url: 'value', valueString: 'x' })], /visa type undefined/],
    ['a visa of a misspelt type', [visa({ url: 'type', valueCode: 'ControlledAccesGrants' })], /ControlledAccesGrants/],
    ['a visa by someone unknown', [visa(visaType, { url: 'by', valueCode: 'me' })], /by me/],
    [
      'a visa with two values',
      [visa(visaType, { url: 'value', valueString: 'x' }, { url: 'value', valueString: 'y' })],
      /malformed/,
    ],
    ['a visa with an unknown part', [visa(visaType, { url: 'colour', valueCode: 'red' })], /malformed/],
    ['terms without an address', [{ url: canonical.terms, valueString: 'be nice' }], /no valueUri/],
    ['a purpose that is none', [terms, purpose('RSRCH')], /no purpose of use/],
    ['a purpose without a system', [terms, { url: canonical.purpose, valueCoding: { code: 'HRESCH' } }], /no coding/],
    ['a country that is none', [terms, { url: canonical.recipientCountry, valueCode: 'Germany' }], /ISO 3166/],
    [
      'a recipient by name only',
      [terms, { url: canonical.recipient, valueReference: { display: 'We' } }],
      /recipient has no identifier/,
    ],
    [
      'a recipient without a value',
      [terms, { url: canonical.recipient, valueIdentifier: { system: 'urn:x' } }],
      /recipient has no identifier/,
    ],
    [
      'a committee by name only',
      [{ url: canonical.committee, valueReference: { display: 'We' } }],
      /committee is not named/,
    ],
    [
      'two committees',
      [
        { url: canonical.committee, valueUri: 'a' },
        { url: canonical.committee, valueUri: 'b' },
      ],
      /more than one access committee/,
    ],
    ['an embargo of words', [terms, { url: canonical.embargo, valueDate: 'soon' }], /embargo has no valid date/],
    [
      'two expiries',
      [terms, { url: canonical.expires, valueDate: '2026' }, { url: canonical.expires, valueDate: '2027' }],
      /more than one expiry/,
    ],
    [
      'an obligation without a code',
      [terms, { url: canonical.obligation, extension: [{ url: 'parameter', valueString: 'x' }] }],
      /obligation is malformed/,
    ],
    [
      'an obligation with a number',
      [
        terms,
        {
          url: canonical.obligation,
          extension: [
            { url: 'code', valueCoding: { system: 's', code: 'c' } },
            { url: 'parameter', valueInteger: 1 },
          ],
        },
      ],
      /no string/,
    ],
    ['consent required of words', [terms, { url: canonical.consentRequired, valueString: 'yes' }], /no boolean/],
  ])('%s closes it', (_, extension, because) => {
    const { closed } = stated(...extension);
    expect(closed).toEqual(expect.arrayContaining([expect.stringMatching(because)]));
  });

  test('every reason is told at once', () => {
    const { closed, consentRequired } = stated(use('DUO_9'), granularity(level('x')), purpose('RSRCH'), {
      url: canonical.consentRequired,
      valueString: 'x',
    });
    expect([closed.length, consentRequired]).toEqual([4, true]);
    expect(dataSetStatementOf(library({ extension: 'x' })).closed.length).toBe(2);
  });

  test('requirements, data use and obligations are kept', () => {
    const statement = stated(
      licence('CC-BY-NC-4.0'),
      attachment({ url: 'https://here/terms.pdf' }),
      attachment({ data: 'AAAA' }),
      terms,
      visa(
        visaType,
        { url: 'value', valueUri: 'https://v' },
        { url: 'source', valueUri: 'https://s' },
        { url: 'by', valueCode: 'dac' },
      ),
      visa({ url: 'type', valueCode: 'https://example.org/visa' }, { url: 'value', valueString: 'words' }),
      { url: canonical.committee, valueReference: { reference: 'Organization/dac' } },
      purpose('HRESCH'),
      purpose('PUBHLTH'),
      { url: canonical.recipient, valueIdentifier: { system: 'urn:org', value: 'a' } },
      {
        url: canonical.recipient,
        valueReference: { identifier: { system: canonical.uri, value: 'https://ror.org/1' } },
      },
      { url: canonical.recipient, valueUri: 'https://ror.org/2' },
      { url: canonical.recipientCountry, valueCode: 'de' },
      { url: canonical.recipientCountry, valueCode: 'FR' },
      { url: canonical.embargo, valueDate: '2026-01-31' },
      { url: canonical.expires, valueDateTime: '2026-02-01T00:00:00Z' },
      {
        url: canonical.obligation,
        extension: [
          { url: 'code', valueCoding: { system: canonical.actCode, code: 'NORELINK', display: 'no relinking' } },
          { url: 'parameter', valueString: 'x' },
        ],
      },
      { url: canonical.consentRequired, valueBoolean: true },
      use('DUO_0000007', { valueCoding: { system: 'urn:d', code: '1' } }, { valueString: 'MONDO_0004992' }),
      use('DUO:00000044'),
      use('http://purl.obolibrary.org/obo/DUO_0000020'),
      { url: 'https://elsewhere.example.org/extension', valueString: 'passed over' },
    );
    expect(statement).toEqual({
      source: 'Library/a',
      licence: 'CC-BY-NC-4.0',
      offers: [offer('record')],
      requirements: [
        { kind: 'terms', url: 'https://spdx.org/licenses/CC-BY-NC-4.0' },
        { kind: 'terms', url: 'https://here/terms.pdf' },
        committee('Library/a'),
        { kind: 'visa', type: 'ResearcherStatus', value: 'https://v', source: 'https://s', by: 'dac' },
        { kind: 'visa', type: 'https://example.org/visa', value: 'words' },
        { kind: 'terms', url: 'urn:terms' },
        committee('Organization/dac'),
        { kind: 'purpose', codes: [`${canonical.actReason}|HRESCH`, `${canonical.actReason}|PUBHLTH`] },
        { kind: 'recipient', identifiers: ['urn:org|a', 'https://ror.org/1', 'https://ror.org/2'] },
        { kind: 'country', codes: ['DE', 'FR'] },
        { kind: 'not-before', at: Date.UTC(2026, 1, 1) },
        { kind: 'not-after', at: Date.UTC(2026, 1, 1) + 999 },
      ],
      dataUse: [
        { id: 'DUO:0000007', parameter: 'urn:d|1' },
        { id: 'DUO:0000007', parameter: 'http://purl.obolibrary.org/obo/mondo.owl|MONDO:0004992' },
        { id: 'DUO:0000044' },
        { id: 'DUO:0000020' },
      ],
      obligations: [{ code: `${canonical.actCode}|NORELINK`, display: 'no relinking', parameter: 'x' }],
      consentRequired: true,
      closed: [],
    });
  });

  test('identifier and title go with it', () => {
    const { identifier, title } = dataSetStatementOf(library({ identifier: [{ value: 'urn:1' }], title: 'T' }));
    expect([identifier, title]).toEqual(['urn:1', 'T']);
  });

  test('only libraries of type asset-collection are data sets', () => {
    const type = (code: string) => ({ type: { coding: [{ system: canonical.libraryType, code }] } });
    expect(isDataSet(library(type('asset-collection')))).toBe(true);
    expect(isDataSet(library(type('logic-library')))).toBe(false);
    expect(isDataSet(library({ type: 'x' }))).toBe(false);
    expect(isDataSet({ ...type('asset-collection'), resourceType: 'Basic' })).toBe(false);
  });
});
