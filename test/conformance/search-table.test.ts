/** Every search of the table, in every FHIR version, over HTTP. https://hl7.org/fhir/R5/search.html */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fhirVersions } from '../../src/fhir/definitions/model.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';
import { searchRules } from './search.cases.ts';
import { searchWorld } from './search-world.ts';

const addressOf = (query: string): string =>
  query.replaceAll(' ', '%20').replaceAll('"', '%22').replaceAll('\\', '%5C');

describe.each(fhirVersions)('in %s', (version) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion: version });
    const world = searchWorld(version);
    const { body } = await server.load(world);
    expect(body['parameter'], JSON.stringify(body)).toContainEqual({ name: 'created', valueInteger: world.length });
  });
  afterAll(async () => {
    await server.close();
    expect(server.errors).toEqual([]);
  });

  const rules = searchRules.filter(({ only }) => only === undefined || only.includes(version));
  describe.each(rules)('$rule', ({ cases, ordered }) => {
    test.each(cases)('%s', async (query, expected) => {
      const answer = await server.ask('GET', addressOf(query));
      expect(answer.status, answer.text.slice(0, 500)).toBe(200);
      const found = idsOf(answer);
      expect((ordered === undefined ? found.toSorted() : found).join(' ')).toBe(expected);
      expect(answer.body['total']).toBe(found.length);
    });
  });
});

test('the table is as large as it has to be', () => {
  const cases = searchRules.map(({ cases: all, only }) => all.length * (only ?? fhirVersions).length);
  expect(cases.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(600);
});
