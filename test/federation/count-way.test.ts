/** The client tells how it counted each data set, so that the same can be asked by other means. See docs/reference/question.md */
import { expect, test } from 'vitest';
import { type CountWay, createClient, readQuestion, wholeServer } from '../../src/federation/client/index.ts';
import { operationUrl } from '../../src/fhir/specification/operation.ts';
import { bundle, capabilities, type Handler, outcome, serve } from './stranger.ts';

const either = { patients: { all: [{ any: [{ condition: 'urn:x|a' }, { procedure: 'urn:x|b' }] }] } };
const types = ['Patient', 'Condition', 'Procedure'];

async function ways(handler: Handler, asked: Parameters<typeof readQuestion>[0]) {
  const base = await serve(handler);
  const told: [string, CountWay][] = [];
  const client = createClient({
    onCounted: (identifier, way) => told.push([identifier, way]),
    limits: { attempts: 1 },
  });
  const { datasets } = await client.count(wholeServer(base), readQuestion(asked));
  return { base, told, answer: datasets[0]!.answer };
}

test('by $feasibility, with what was sent', async () => {
  const statement = capabilities(types);
  const operation = [{ name: 'feasibility', definition: operationUrl('feasibility') }];
  Object.assign(statement.rest[0]!.resource[0]!, { operation });
  const population = [{ code: { coding: [{ code: 'initial-population' }] }, count: 7 }];
  const { base, told, answer } = await ways(
    ({ path }) =>
      path === 'metadata' ? statement : { resourceType: 'MeasureReport', status: 'complete', group: [{ population }] },
    either,
  );
  expect(answer).toEqual({ state: 'counted', patients: 7 });
  expect(told).toEqual([
    [
      base,
      {
        kind: 'feasibility',
        base,
        url: `${base}/Patient/$feasibility`,
        sent: expect.objectContaining({ resourceType: 'Parameters' }),
      },
    ],
  ]);
});

test('by searches, each with its factor', async () => {
  const { base, told, answer } = await ways(
    ({ path }) => (path === 'metadata' ? capabilities(types) : { resourceType: 'Bundle', type: 'searchset', total: 5 }),
    either,
  );
  expect(answer).toEqual({ state: 'counted', patients: 5 });
  const [[, way]] = told as [[string, CountWay]];
  expect(way.kind === 'searches' && way.of.map(({ factor }) => factor).sort()).toEqual([-1, 1, 1]);
  expect(way.kind === 'searches' && way.of.every(({ url }) => url.startsWith(`${base}/Patient?`))).toBe(true);
});

test('by ids that were brought together', async () => {
  const { base, told, answer } = await ways(
    ({ path, query }, response) => {
      if (path === 'metadata') return capabilities(types);
      if (path === 'Patient' && query.get('_summary') === 'count') {
        response.statusCode = 400;
        return outcome('no such search');
      }
      if (path === 'Patient') return bundle([{ resourceType: 'Patient', id: 'p' }]);
      return bundle([{ resourceType: path, id: 'x', subject: { reference: 'Patient/p' } }]);
    },
    { patients: { all: [{ condition: 'urn:x|a' }] } },
  );
  expect([answer, told]).toEqual([{ state: 'counted', patients: 1 }, [[base, { kind: 'ids', base }]]]);
});

test('not at all where nobody was counted', async () => {
  const { told, answer } = await ways((_, response) => {
    response.statusCode = 500;
    return outcome('broken');
  }, either);
  expect([answer.state, told]).toEqual(['unavailable', []]);
});
