/** Counting goes on when servers are plain, down or lying. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { describe, expect, test } from 'vitest';
import { readQuestion } from '../../src/federation/client/index.ts';
import {
  bundle,
  capabilities,
  client,
  endLast,
  library,
  outcome,
  plain,
  question,
  registry,
  serve,
  states,
} from './stranger.ts';

test('a plain FHIR server without data sets is one as a whole', async () => {
  const base = await serve(plain);
  const answer = await client().find({ repository: [base] }, question);
  expect(states(answer)).toEqual([[base, 'counted', 7]]);
  expect(answer.datasets[0]!.fhirVersion).toBe('R4');
  expect(answer.trace.at(-1)!.request).toBe(
    'Patient?birthdate=le1961-11-24&_has:Condition:patient:code=urn:c%7C1&_summary=count',
  );
});

test('one server that is down, one slow, one silent, one in pieces: the rest is answered, with the reasons', async () => {
  const good = await serve(plain);
  const slow = await serve((_, response) => void setTimeout(() => response.end('{}'), 60_000).unref());
  const broken = await serve((request) => void request.socket!.destroy());
  const html = await serve((_, response) => void response.end('<html>Welcome</html>'));
  const refused = await serve((_, response) => {
    response.statusCode = 401;
    return outcome('who are you?');
  });
  const down = await serve(plain);
  endLast();
  const strangers = { good, slow, broken, html, refused, down };
  const base = await registry(Object.entries(strangers).map(([id, at]) => library(id, `${at}/Group/1`)));
  const answer = await client().find({ registry: [base] }, question);
  expect(Object.fromEntries(answer.datasets.map((one) => [one.title, one.answer.state]))).toEqual({
    good: 'counted',
    slow: 'unavailable',
    broken: 'unavailable',
    html: 'unavailable',
    refused: 'not-permitted',
    down: 'unavailable',
  });
  expect(answer.complete).toBe(false);
  const reasons = Object.fromEntries(answer.problems.map(({ server, reason }) => [server, reason]));
  expect(reasons[slow]).toMatch(/did not answer within/);
  expect(reasons[broken]).toMatch(/cannot be reached/);
  expect(reasons[html]).toMatch(/no JSON object: <html>Welcome/);
  expect(reasons[down]).toMatch(/cannot be reached/);
  expect(answer.datasets.find((one) => one.title === 'refused')!.answer.reason).toContain('who are you?');
});

describe('a count that cannot be believed is not', () => {
  test.each<[string, (base: string, query: URLSearchParams) => unknown, string]>([
    ['a negative total', () => bundle([], { total: -1 }), 'no count'],
    ['a total that is text', () => bundle([], { total: 'many' }), 'no count'],
    ['half a patient', () => bundle([], { total: 1.5 }), 'no count'],
  ])('%s', async (_, patients, reason) => {
    const base = await serve((request, response, at) =>
      request.path === 'Patient' ? patients(at, request.query) : plain(request, response, at),
    );
    const answer = await client().find({ repository: [base] }, question);
    expect(answer.datasets[0]!.answer.state).toBe('unavailable');
    expect(answer.problems[0]!.reason).toContain(reason);
  });

  test('a server that passes over what it does not know is asked in another way', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Condition')
        return bundle([{ resourceType: 'Condition', id: 'c', subject: { reference: 'Patient/1' } }]);
      if (path !== 'Patient') return plain({ path, query }, response, at);
      const known = [...query].filter(([name]) => !name.startsWith('_has'));
      const self = { link: [{ relation: 'self', url: `${at}/Patient?${new URLSearchParams(known)}` }] };
      if (query.has('_summary')) return { resourceType: 'Bundle', type: 'searchset', total: 1000, ...self };
      return bundle(
        [
          { resourceType: 'Patient', id: '1' },
          { resourceType: 'Patient', id: '2' },
        ],
        self,
      );
    });
    const answer = await client().find({ repository: [base] }, question);
    expect(states(answer)).toEqual([[base, 'counted', 1]]);
  });

  test('other types than were asked for', async () => {
    const base = await serve(({ path, query }, response, at) => {
      if (path === 'Patient')
        return query.has('_summary') ? bundle([]) : bundle([{ resourceType: 'Observation', id: 'x' }]);
      if (path === 'Condition') return bundle([]);
      return plain({ path, query }, response, at);
    });
    const answer = await client().find({ repository: [base] }, question);
    expect(answer.datasets[0]!.answer.reason).toContain('other types');
  });
});

test('codes are spelled out for a server that knows no :below', async () => {
  const medication = readQuestion({ patients: { all: [{ medication: 'urn:atc|C07' }] } });
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'metadata') return capabilities(['Patient', 'MedicationRequest', 'CodeSystem']);
    if (path === 'CodeSystem') {
      return bundle([
        {
          resourceType: 'CodeSystem',
          url: 'urn:atc',
          concept: [
            { code: 'C', concept: [{ code: 'C07', concept: [{ code: 'C07A', concept: [{ code: 'C07AB' }] }] }] },
          ],
        },
      ]);
    }
    if (path === 'Patient' && query.has('_has:MedicationRequest:patient:code')) {
      return {
        resourceType: 'Bundle',
        total: query.get('_has:MedicationRequest:patient:code') === 'urn:atc|C07,urn:atc|C07A,urn:atc|C07AB' ? 3 : 99,
      };
    }
    if (path === 'Patient') {
      response.statusCode = 400;
      return outcome('unknown modifier :below');
    }
    return plain({ path, query }, response, at);
  });
  expect(states(await client().find({ repository: [base] }, medication))).toEqual([[base, 'counted', 3]]);
});

test('without the hierarchy the question cannot be asked, and the answer says why', async () => {
  const medication = readQuestion({ patients: { all: [{ medication: 'urn:atc|C07' }] } });
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'metadata') return capabilities(['Patient', 'MedicationRequest']);
    if (path !== 'Patient') return plain({ path, query }, response, at);
    response.statusCode = 400;
    return outcome('unknown modifier :below');
  });
  const { answer } = (await client().find({ repository: [base] }, medication)).datasets[0]!;
  expect(answer.state).toBe('not-askable');
  expect(answer.reason).toContain('unknown modifier');
});

test('several carriers of a criterion are united over ids', async () => {
  const medication = readQuestion({
    patients: { all: [{ medication: { code: 'urn:atc|1', below: false } }, { sex: 'female' }] },
  });
  const record = (resourceType: string, id: number, patient: number) => ({
    resourceType,
    id: `${id}`,
    subject: { reference: `Patient/${patient}` },
  });
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'metadata')
      return capabilities(['Patient', 'MedicationRequest', 'MedicationStatement', 'MedicationDispense']);
    if (query.get('_summary') === 'count')
      return { resourceType: 'Bundle', total: path === 'MedicationDispense' ? 0 : 2 };
    if (path === 'MedicationRequest') return bundle([record(path, 1, 1), record(path, 2, 2)]);
    if (path === 'MedicationStatement') return bundle([record(path, 1, 2), record(path, 2, 3)]);
    if (path === 'Patient') return bundle([1, 3, 4].map((id) => ({ resourceType: 'Patient', id: `${id}` })));
    return plain({ path, query }, response, at);
  });
  expect(states(await client().find({ repository: [base] }, medication))).toEqual([[base, 'counted', 2]]);
});

test('a Group on a plain server is read where _has is not known', async () => {
  const base = await serve(({ path, query }, response, at) => {
    if (path === 'Group/g')
      return {
        resourceType: 'Group',
        id: 'g',
        member: [1, 2].map((id) => ({ entity: { reference: `Patient/${id}` } })),
      };
    if (path === 'Patient' && query.toString().includes('_has')) {
      response.statusCode = 400;
      return outcome('no _has here');
    }
    if (path === 'Patient') return bundle([2, 3].map((id) => ({ resourceType: 'Patient', id: `${id}` })));
    if (path === 'Condition')
      return bundle(
        [2, 3].map((id) => ({ resourceType: 'Condition', id: `${id}`, subject: { reference: `${at}/Patient/${id}` } })),
      );
    return plain({ path, query }, response, at);
  });
  const from = await registry([library('a', `${base}/Group/g`)]);
  expect(states(await client().find({ registry: [from] }, question))).toEqual([['a', 'counted', 1]]);
});
