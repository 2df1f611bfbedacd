/** Random questions about random people: whatever a server can do, the client counts those whom the plainest reading finds. See docs/reference/question.md */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClient, readQuestion, wholeServer } from '../../src/federation/client/index.ts';
import type { JsonObject } from '../../src/fhir/json.ts';
import type { Asking } from '../feasibility/ask.ts';
import { type Person, population, resourcesOf } from '../feasibility/population.ts';
import { meets } from '../feasibility/reference.ts';
import { startServer } from '../server.ts';
import { little } from './little.ts';
import { askings, criterionOf, where } from './random-question.ts';
import { serve } from './stranger.ts';

const asOf = fc.constantFrom('2025-02-28', '2025-03-01', '2024-02-29', '2026-01-01', '2026-06-14');

/** Hides from the client that a server has operations, so that it must search. */
const searchesOnly: typeof fetch = async (url, init) => {
  const response = await fetch(url, init);
  if (!String(url).endsWith('/metadata')) return response;
  const body = (await response.json()) as { rest: { operation?: unknown; resource: JsonObject[] }[] };
  for (const rest of body.rest) {
    delete rest.operation;
    for (const resource of rest.resource) delete resource['operation'];
  }
  return new Response(JSON.stringify(body), { headers: response.headers });
};

interface Asked {
  base: string;
  people: readonly Person[];
  leaves: readonly Asking[];
  runs: number;
  fetch?: typeof fetch;
}

/** Returns what was requested, so that a test can see that the ways were gone that it is about. */
async function agree({ base, people, leaves, runs, fetch }: Asked): Promise<Set<string>> {
  const requests = new Set<string>();
  let found = 0;
  let overlapping = 0;
  await fc.assert(
    fc.asyncProperty(askings(leaves), asOf, async (asking, at) => {
      const expected = people.filter((person) => meets(person, asking, at)).length;
      const question = readQuestion({ patients: { all: [criterionOf(asking)], asOf: at } });
      const client = createClient({
        tokens: { [base]: 'reader' },
        limits: { attempts: 1 },
        ...(fetch === undefined ? {} : { fetch }),
      });
      const { datasets, problems, trace } = await client.count(wholeServer(base), question);
      expect(problems).toEqual([]);
      expect(datasets[0]!.answer).toEqual({ state: 'counted', patients: expected });
      for (const { request } of trace) requests.add(request);
      if (expected > 0 && expected < people.length) found++;
      if (JSON.stringify(asking).includes('together') && expected > 0) overlapping++;
    }),
    { numRuns: runs },
  );
  // Questions that nobody meets, or everybody, would hold without anything being right.
  expect(found).toBeGreaterThan(runs / 3);
  expect(overlapping).toBeGreaterThan(runs / 15);
  return requests;
}

describe.each(['R4', 'R4B', 'R5'] as const)('of fairway in %s', (version) => {
  test('asked as a whole, and by plain searches', async () => {
    const server = await startServer({ fhirVersion: version });
    const [people] = fc.sample(population, { numRuns: 1, seed: 20 });
    const { body, text } = await server.load(resourcesOf(people!, version));
    expect(body['parameter'][2], text).toEqual({ name: 'refused', valueInteger: 0 });
    const { base } = server;
    const whole = await agree({ base, people: people!, leaves: [{ where }], runs: 100 });
    expect([...whole].sort()).toEqual(['Patient/$feasibility', 'metadata']);
    const plain = await agree({ base, people: people!, leaves: [{ where }], runs: 100, fetch: searchesOnly });
    // One count for all of it, sums of counts, and records that were read: all three were needed.
    for (const way of [
      /^Patient\?.*_has:(?:Condition|Procedure|Observation|Immunization):patient:.*_summary=count$/,
      /^Patient\?_summary=count$/,
      /^Medication\w+\?medication:Medication.code/,
    ]) {
      expect([...plain].filter((request) => way.test(request)).length, String(way)).toBeGreaterThan(0);
    }
    await server.close();
  });
});

test('of a server that knows little: neither _has nor :below, and no totals', async () => {
  const [people] = fc.sample(population, { numRuns: 1, seed: 21 });
  const inline = people!.map((person) => ({
    ...person,
    records: person.records.map((record) => ({ ...record, isReferred: false })),
  }));
  const base = await serve(little(resourcesOf(inline, 'R4') as JsonObject[]));
  const requests = await agree({ base, people: inline, leaves: [], runs: 150 });
  for (const way of [/^CodeSystem\?url=/, /^Condition\?code=.*&page=20$/]) {
    expect([...requests].filter((request) => way.test(request)).length, String(way)).toBeGreaterThan(0);
  }
});
