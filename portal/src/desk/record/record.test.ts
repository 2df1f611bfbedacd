/** The guided form and the record say the same: what is read and written back loses nothing, what is changed changes nothing else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataSetStatementOf } from '../../../../src/conditions/data-set-statement.ts';
import { siteNames, sites } from '../../../../src/demo/index.ts';
import { metadataOf } from '../../../../src/demo/metadata.ts';
import type { JsonObject, Resource } from '../../../../src/fhir/json.ts';
import { library } from '../../../../test/conditions/generators.ts';
import { everyCondition } from '../../../../test/fair/full-library.ts';
import { conditions, others } from './conditions.ts';
import { describing, newRecord } from './describe.ts';
import type { Lens } from './lens.ts';

const lenses = Object.entries({ ...describing, ...conditions, others }) as [string, Lens<unknown>][];
const at = Object.fromEntries(siteNames.map((name) => [name, `https://${name}.example.org/fhir`]));
const demo = siteNames.flatMap((name) =>
  metadataOf(sites[name], 100, at as Parameters<typeof metadataOf>[2]).filter((one) => one.resourceType === 'Library'),
);
const full: Resource = {
  resourceType: 'Library',
  id: 'full',
  status: 'active',
  extension: [...everyCondition, { url: 'https://example.org/foreign', valueString: 'x' }],
  _title: { extension: [{ url: 'https://example.org/translated', valueString: 'y' }] },
  title: 'Full',
  contact: [{ name: 'A', telecom: [{ system: 'phone', value: '1' }] }, { name: 'B' }],
  content: [{ contentType: 'text/csv', url: 'https://example.org/a.csv', size: 7 }, { url: 'Patient?_tag=urn:x|1' }],
  effectivePeriod: { start: '2020', end: '2021-03', extension: [{ url: 'urn:e', valueCode: 'c' }] },
  useContext: [{ code: { code: 'focus' }, valueCodeableConcept: { text: 'x' } }],
};

const record: fc.Arbitrary<JsonObject> = fc.oneof(
  library('a'),
  fc.constantFrom(...demo, full, newRecord('urn:uuid:1')),
);
const word = fc.constantFrom('x', 'Ärzte & Patienten', '<script>alert(1)</script>', 'שלום');
const values: Record<string, fc.Arbitrary<unknown>> = {
  title: word,
  start: fc.constantFrom('', '2020', '2020-01-02'),
  licence: fc.constantFrom(undefined, 'CC0-1.0', 'CC-BY-4.0'),
  identifiers: fc.array(fc.record({ system: fc.constantFrom('', 'urn:s'), value: word }), { maxLength: 3 }),
  contacts: fc.array(fc.record({ name: word, address: fc.constantFrom('a@b.c', 'https://x.org') }), { maxLength: 2 }),
  countries: fc.subarray(['DE', 'FR', 'NL']),
  types: fc.subarray(['Patient', 'Condition']),
  purposes: fc.subarray(['HRESCH', 'TREAT']),
  terms: fc.subarray(['urn:terms:1', 'https://example.org/terms']),
  visas: fc.array(
    fc.record({
      type: fc.constant('ResearcherStatus'),
      value: fc.constantFrom('', 'urn:v'),
      by: fc.constantFrom('', 'so'),
    }),
    { maxLength: 2 },
  ),
  committee: fc.constantFrom(undefined, { reference: 'Organization/dac', display: 'DAC' }),
  embargo: fc.constantFrom(undefined, '2030-01-01'),
  obligations: fc.array(
    fc.record({ code: fc.constant('DELAU'), display: fc.constantFrom('', 'd'), parameter: fc.constantFrom('', '12') }),
    { maxLength: 2 },
  ),
  consentRequired: fc.boolean(),
  levels: fc.array(
    fc.record({
      level: fc.constantFrom('exists', 'count', 'record'),
      threshold: fc.constantFrom(undefined, 5),
      rounding: fc.constantFrom(undefined, 1),
      profile: fc.constant(''),
      audience: fc.constant([]),
    }),
    { maxLength: 3 },
  ),
  dataUse: fc.array(
    fc.record({
      id: fc.constantFrom('DUO:0000006', 'DUO:0000007'),
      display: fc.constant(''),
      parameters: fc.array(fc.record({ system: fc.constant('urn:d'), value: fc.constant('1'), display: word }), {
        maxLength: 2,
      }),
    }),
    { maxLength: 2 },
  ),
};

describe('reading and writing', () => {
  test('what is read and written back loses nothing', () => {
    fc.assert(
      fc.property(record, (one) => {
        for (const [name, lens] of lenses) expect([name, lens.write(one, lens.read(one))]).toEqual([name, one]);
      }),
      { numRuns: 500 },
    );
  });

  test.each(Object.entries(values))('%s: what is written is read, and nothing else changes', (name, arbitrary) => {
    const lens = lenses.find(([one]) => one === name)![1];
    fc.assert(
      fc.property(record, arbitrary, (one, value) => {
        const after = lens.write(one, value);
        expect(lens.read(after)).toEqual(value);
        for (const [other, each] of lenses)
          if (other !== name && other !== 'others') expect([other, each.read(after)]).toEqual([other, each.read(one)]);
        // And back again: unknown elements, and what says more than the form can, were kept.
        const back = lens.write(after, lens.read(one)) as Resource;
        // No, stated, is the same as nothing stated.
        if (name === 'consentRequired') expect(dataSetStatementOf(back)).toEqual(dataSetStatementOf(one as Resource));
        else expect(sorted(back)).toEqual(sorted(one));
      }),
      { numRuns: 300 },
    );
  });
});

/** Members and items in one order: written back they may stand elsewhere. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .map(sorted)
      .map((one) => JSON.stringify(one))
      .sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '_title')
      .map(([name, one]) => [name, sorted(one)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

test('what the form states is understood by what enforces it', () => {
  let draft = newRecord('urn:uuid:1');
  draft = conditions.levels.write(draft, [
    { level: 'count', threshold: 5, rounding: undefined, profile: '', audience: [] },
    { level: 'record', threshold: undefined, rounding: undefined, profile: '', audience: [] },
  ]);
  draft = conditions.dataUse.write(draft, [
    { id: 'DUO:0000006', display: '', parameters: [] },
    { id: 'DUO:0000022', display: '', parameters: [{ system: '', value: 'DE', display: '' }] },
    { id: 'DUO:0000025', display: '', parameters: [{ system: '', value: '12', display: '' }] },
  ]);
  draft = conditions.visas.write(draft, [{ type: 'ResearcherStatus', value: '', by: 'so' }]);
  draft = conditions.embargo.write(draft, '2030-01-01');
  draft = conditions.recipients.write(draft, ['https://ror.org/04aj4c181']);
  const statement = dataSetStatementOf({ ...draft, id: 'x', status: 'active' } as Resource);
  expect(statement.closed).toEqual([]);
  expect(statement.offers.map(({ level, threshold }) => [level, threshold])).toEqual([
    ['record', 10],
    ['count', 5],
  ]);
  expect(statement.requirements.map(({ kind }) => kind)).toEqual(['visa', 'recipient', 'not-before']);
});

test('a condition that the form does not know is kept, shown, and can be taken away', () => {
  expect(others.read(full).map(({ url }) => String(url).split('/').at(-1))).toEqual(
    expect.arrayContaining(['moon-phase', 'recipient']),
  );
  const without = others.write(full, []);
  expect(others.read(without)).toEqual([]);
  expect(conditions.levels.read(without)).toEqual(conditions.levels.read(full));
});
