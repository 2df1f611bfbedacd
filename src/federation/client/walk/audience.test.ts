/** What a record says to someone of whom nothing is known. See docs/adr/0010-statements-and-effects.md */
import { describe, expect, test } from 'vitest';
import { canonical } from '../../../fhir/canonical.ts';
import type { JsonObject } from '../../../fhir/json.ts';
import { levelForAnyone, whyNotPermitted } from './audience.ts';
import { datasetOf } from './record.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const level = (code: string, ...audience: JsonObject[]): JsonObject => ({
  url: canonical.granularity,
  extension: [{ url: 'level', valueCode: code }, ...audience],
});
const terms: JsonObject = { url: canonical.terms, valueUri: 'https://example.org/terms' };
const visa: JsonObject = { url: canonical.visa, extension: [{ url: 'type', valueCode: 'ResearcherStatus' }] };
const until = (url: string, day: string): JsonObject => ({ url, valueDate: day });
const health: JsonObject = {
  url: canonical.dataUse,
  extension: [{ url: 'term', valueCoding: { system: canonical.duo, code: 'DUO_0000006' } }],
};
const dataset = (...extension: JsonObject[]) =>
  datasetOf({ resourceType: 'Library', id: 'x', extension }, 'https://example.org/fhir');

describe('what a record offers to anyone', () => {
  test.each<[string, JsonObject[], string | undefined]>([
    ['nothing stated', [], undefined],
    ['open records', [level('record')], 'record'],
    ['records for an audience, counts for all', [level('count'), level('record', visa)], 'count'],
    ['records for an audience', [level('record', visa)], 'none'],
    ['terms of the data set, which counting does not ask for', [level('exists'), level('record'), terms], 'exists'],
    ['data use of the data set', [level('aggregate'), level('count'), health], 'count'],
    ['consent of patients', [level('record'), { url: canonical.consentRequired, valueBoolean: true }], 'none'],
    ['nothing without approval', [level('none')], 'none'],
    ['an embargo', [level('record'), until(canonical.embargo, '2027-01-01')], 'none'],
    ['an embargo that is over', [level('record'), until(canonical.embargo, '2026-01-01')], 'record'],
    ['an end', [level('record'), until(canonical.expires, '2026-01-01')], 'none'],
    ['an end to come', [level('record'), until(canonical.expires, '2027-01-01')], 'record'],
  ])('%s', (_, extension, wanted) => {
    expect(levelForAnyone(dataset(...extension), now)).toBe(wanted);
  });

  test('a data set without a record states nothing', () => {
    const { stated: _, ...without } = dataset(level('record'));
    expect(levelForAnyone(without, now)).toBeUndefined();
    expect(whyNotPermitted(without, now)).toBe('its conditions give you nothing yet');
  });
});

test('a date that keeps everyone out is told as the reason', () => {
  const reason = (...extension: JsonObject[]) => whyNotPermitted(dataset(level('record'), ...extension), now);
  expect(reason(terms)).toBe('its conditions give you nothing yet');
  expect(reason(terms, until(canonical.embargo, '2039-12-31'))).toBe('its conditions say: not before 2040-01-01');
  expect(reason(until(canonical.expires, '2020-12-31'))).toBe('its conditions say: until 2020-12-31');
});
