/** What the page says that anyone gets is what the server gives to anyone. See docs/guides/conditions.md */
import { assert, constantFrom, property, record, subarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anonymous } from '../../src/conditions/access-context.ts';
import { dataSetOutcome } from '../../src/conditions/data-set-outcome.ts';
import { dataSetStatementOf } from '../../src/conditions/data-set-statement.ts';
import { evaluationOf } from '../../src/conditions/evaluation.ts';
import { type DataSetPlan, siteNames, sites } from '../../src/demo/sites.ts';
import { audienceOf } from '../../src/fair/landing/index.ts';
import { statedOf } from '../../src/fair/stated.ts';
import { canonical, granularities } from '../../src/fhir/canonical.ts';
import type { JsonObject, Resource } from '../../src/fhir/json.ts';
import { everyCondition } from '../fair/full-library.ts';
import { licence } from '../federation/content-summary/world.ts';

const now = Date.parse('2026-06-15T12:00:00Z');

const offer = (level: string, ...audience: JsonObject[]): JsonObject => ({
  url: canonical.granularity,
  extension: [{ url: 'level', valueCode: level }, ...audience],
});
const visa: JsonObject = { url: canonical.visa, extension: [{ url: 'type', valueCode: 'ResearcherStatus' }] };
const term = (code: string): JsonObject => ({
  url: canonical.dataUse,
  extension: [{ url: 'term', valueCoding: { system: canonical.duo, code } }],
});
const pieces: readonly JsonObject[] = [
  licence('CC-BY-4.0'),
  licence('LicenseRef-ours'),
  { url: canonical.licenceAttachment, valueAttachment: { url: 'https://example.org/licence.pdf' } },
  ...['none', 'exists', 'count', 'aggregate', 'record-deidentified', 'record'].map((level) =>
    level === 'record-deidentified'
      ? offer(level, { url: 'profile', valueCanonical: 'https://example.org/profile' })
      : offer(level),
  ),
  offer('record', visa),
  visa,
  term('DUO_0000004'),
  term('DUO_0000006'),
  term('DUO_0000046'),
  { url: canonical.embargo, valueDate: '2030-01-01' },
  { url: canonical.embargo, valueDate: '2020-01-01' },
  { url: canonical.expires, valueDate: '2020-01-01' },
  { url: canonical.expires, valueDate: '2030-01-01' },
  ...everyCondition.filter(({ url }) => url !== canonical.granularity && url !== canonical.dataUse),
];

/** The most that the server's own rules give to an asker of whom nothing is known. */
function decided(library: Resource): string {
  const { isDenied, given } = dataSetOutcome(dataSetStatementOf(library), [], evaluationOf(anonymous, now));
  const levels = isDenied ? [] : given.map(({ level }) => granularities.indexOf(level));
  return granularities[Math.max(0, ...levels)]!;
}

const told = (library: Resource): string =>
  audienceOf(statedOf(library, 'https://a.example/fhir/Library/one'), String(library['status']), now).anyone;

test('for any conditions', () => {
  const some = record({
    extension: subarray([...pieces], { maxLength: 4 }),
    status: constantFrom('active', 'active', 'draft'),
  });
  assert(
    property(some, ({ extension, status }) => {
      const library = { resourceType: 'Library', id: 'one', status, ...(extension.length === 0 ? {} : { extension }) };
      expect(told(library), JSON.stringify(extension)).toBe(decided(library));
    }),
    { numRuns: 5000 },
  );
});

describe('for the data sets of the demo', () => {
  const plans = siteNames.flatMap((name): DataSetPlan[] => [...sites[name].dataSets]);
  test.each(plans.map((plan) => [plan.id, plan] as const))('%s', (id, { licence: code, conditions, forAnyone }) => {
    const extension = [...(code === undefined ? [] : [licence(code)]), ...conditions];
    expect(told({ resourceType: 'Library', id, status: 'active', extension })).toBe(forAnyone);
  });
});
