/** What the record of a data set states is shown whole, and as the server that decides reads it. See docs/adr/0010-statements-and-effects.md */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataSetStatementOf } from '../../src/conditions/data-set-statement.ts';
import { conditionTexts } from '../../src/fair/condition.ts';
import { statedOf } from '../../src/fair/stated.ts';
import { english } from '../../src/fair/words/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import { everyCondition } from './full-library.ts';

const url = 'https://example.org/fhir/Library/a';
const libraryWith = (extension: readonly JsonObject[], more: JsonObject = {}) => ({
  resourceType: 'Library',
  id: 'a',
  status: 'active',
  extension: [...extension],
  ...more,
});
const texts = (extension: readonly JsonObject[], more: JsonObject = {}): string[] =>
  conditionTexts(statedOf(libraryWith(extension, more), url), english).map(({ code, text }) => `${code}: ${text}`);
const ours = (name: string, more: JsonObject): JsonObject => ({ url: canonical.structureDefinitions + name, ...more });

describe('conditions in words', () => {
  test('name every condition of a data set', () => {
    expect(texts(everyCondition, { copyright: '© 2026 Someone' })).toEqual([
      'licence: CC-BY-NC-4.0',
      'granularity: single records, de-identified by https://example.org/deid (only for healthcare research (HRESCH); goes only to DE)',
      'granularity: counts only, below 5 withheld, rounded to 10',
      'data-use: disease specific research: http://purl.obolibrary.org/obo/mondo.owl|MONDO_0005015 (DS, DUO:0000007)',
      'data-use: time limit on use: 24 (TS, DUO:0000025)',
      'data-use: non-commercial use only (NCU, DUO:0000046)',
      'data-use: publication required (PUB, DUO:0000019)',
      'visa: needs the visa ControlledAccessGrants https://example.org/datasets/7 given by dac',
      'terms: accept the terms https://example.org/terms/3',
      'committee: Organization/dac decides on requests',
      'embargo: not before 2026-06-02',
      'expiry: until 2029-01-01',
      'purpose: only for healthcare research (HRESCH) or public health (PUBHLTH)',
      'country: goes only to DE, FR',
      'recipient: only for https://ror.org|04aj4c181',
      'consent: only of patients who consent',
      'obligation: do not link the data back to persons (NORELINK)',
      'obligation: delete the data after use, within 12 months (DELAU)',
      'obligation: an obligation that this version has no words for: https://example.org/duties|sing with twice',
      'copyright: © 2026 Someone',
      'unknown: a condition that this version does not know: https://fairway.health/fhir/StructureDefinition/moon-phase',
    ]);
  });

  test.each<[string, JsonObject[], string[]]>([
    [
      'a licence in words',
      [{ url: canonical.licenceCodeable, valueCodeableConcept: { text: 'Ask us.' } }],
      ['licence: Ask us.'],
    ],
    [
      'a licence of another system',
      [
        {
          url: canonical.licenceCodeable,
          valueCodeableConcept: { coding: [{ system: 'urn:x', code: 'L1', display: 'House rules' }] },
        },
      ],
      ['licence: House rules (L1)'],
    ],
    [
      'a licence as a document',
      [{ url: canonical.licenceAttachment, valueAttachment: { url: 'https://example.org/l.pdf', title: 'Licence' } }],
      ['licence: Licence, https://example.org/l.pdf'],
    ],
    [
      'a licence document within the record',
      [{ url: canonical.licenceAttachment, valueAttachment: { data: 'eA==' } }],
      ['licence: a document in the record'],
    ],
    ['a licence that says nothing', [{ url: canonical.licenceCodeable }], []],
    [
      'open records',
      [ours('granularity', { extension: [{ url: 'level', valueCode: 'record' }] })],
      ['granularity: single records are open'],
    ],
    [
      'records that a visa is asked for',
      [
        ours('granularity', { extension: [{ url: 'level', valueCode: 'record' }] }),
        ours('required-visa', {
          extension: [
            { url: 'type', valueCode: 'ResearcherStatus' },
            { url: 'source', valueUri: 'https://example.org' },
          ],
        }),
      ],
      ['granularity: single records', 'visa: needs the visa ResearcherStatus of https://example.org'],
    ],
    [
      'weak levels',
      ['none', 'exists', 'aggregate'].map((level) =>
        ours('granularity', {
          extension: [
            { url: 'level', valueCode: level },
            { url: 'rounding', valueInteger: 1 },
          ],
        }),
      ),
      [
        'granularity: aggregates only, below 10 withheld',
        'granularity: only whether there are any, from 10 on',
        'granularity: nothing is given without approval',
      ],
    ],
    [
      'dates of other precision',
      [
        ours('embargo-until', { valueDate: '2026' }),
        ours('expires', { valueDate: '2026-02' }),
        ours('expires', { valueDateTime: '2026-03-01T10:00:00Z' }),
      ],
      ['embargo: not before 2027-01-01', 'expiry: until 2026-02-28', 'expiry: until 2026-03-01T10:00:00.999Z'],
    ],
    [
      'a recipient by address and by reference, a committee by address',
      [
        ours('recipient', { valueUri: 'https://example.org/r' }),
        ours('recipient', { valueReference: { identifier: { system: canonical.uri, value: 'urn:r' } } }),
        ours('access-committee', { valueUri: 'https://example.org/dac' }),
      ],
      ['committee: https://example.org/dac decides on requests', 'recipient: only for https://example.org/r or urn:r'],
    ],
    [
      'a DUO term that is not known, and one with an identifier',
      [
        ours('data-use', { extension: [{ url: 'term', valueCoding: { code: 'DUO_0000099' } }] }),
        ours('data-use', {
          extension: [
            { url: 'term', valueCoding: { code: 'DUO:0000027' } },
            { url: 'parameter', valueIdentifier: { system: 'urn:p', value: '1' } },
          ],
        }),
      ],
      [
        'data-use: a data use term that this version does not know: DUO:0000099',
        'data-use: project specific restriction: urn:p|1 (PS, DUO:0000027)',
      ],
    ],
  ])('%s', (_, extension, expected) => expect(texts(extension)).toEqual(expected));

  test.each([
    ours('granularity', { extension: [{ url: 'level', valueCode: 'everything' }] }),
    ours('granularity', {
      extension: [
        { url: 'level', valueCode: 'count' },
        { url: 'mood', valueCode: 'x' },
      ],
    }),
    ours('data-use', { extension: [{ url: 'term', valueCoding: { code: 'GRU' } }] }),
    ours('data-use', {
      extension: [
        { url: 'term', valueCoding: { code: 'DUO:0000025' } },
        { url: 'parameter', valueBoolean: true },
      ],
    }),
    ours('purpose-of-use', { valueCoding: { code: 'HRESCH' } }),
    ours('required-visa', { extension: [] }),
    ours('terms-to-accept', {}),
    ours('access-committee', {}),
    ours('embargo-until', { valueDate: 'tomorrow' }),
    ours('expires', {}),
    ours('recipient', {}),
    ours('recipient-country', {}),
    ours('obligation', { extension: [{ url: 'parameter', valueString: '1' }] }),
    ours('consent-required', { valueString: 'yes' }),
  ])('a statement that cannot be read is told and handed on as it stands: %j', (extension) => {
    const { unknown } = statedOf(libraryWith([extension]), url);
    expect(unknown).toEqual([{ url: extension['url'], asStated: extension }]);
    expect(texts([extension])).toEqual([
      `unknown: a condition that this version does not know: ${String(extension['url'])}`,
    ]);
  });

  test('a modifier extension is told of, whoever wrote it', () => {
    expect(texts([], { modifierExtension: [{ url: 'urn:not' }] })).toEqual([
      'unknown: a condition that this version does not know: urn:not',
    ]);
  });

  test('no text of a stranger moves the cursor of a terminal or begins a line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const all = texts(
          [
            ours('terms-to-accept', { valueUri: text }),
            { url: canonical.licenceCodeable, valueCodeableConcept: { text } },
          ],
          { copyright: text },
        );
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
        expect(all.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

test('what is shown is what the server decides by', () => {
  const decided = dataSetStatementOf(libraryWith(everyCondition));
  const { statement } = statedOf(libraryWith(everyCondition), url);
  expect(statement.offers).toEqual(decided.offers);
  expect(statement.dataUse).toEqual(decided.dataUse);
  expect(statement.obligations).toEqual(decided.obligations);
  expect(statement.consentRequired).toBe(decided.consentRequired);
  expect(statement.licence).toBe(decided.licence);
  // The server adds the licence, which is not open, to the terms that must be accepted.
  const asked = decided.requirements.filter((one) => !(one.kind === 'terms' && one.url.includes('spdx.org')));
  expect(statement.requirements).toHaveLength(asked.length);
  expect(statement.requirements).toEqual(expect.arrayContaining(asked));
});
