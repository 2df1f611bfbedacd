/** What goes wrong with servers is seen as docs/reference/faults.md says. */
import { describe, expect, test } from 'vitest';
import { faults, faultsPage } from './faults.ts';
import { client, library, outcome, plain, question, registry, serve } from './stranger.ts';

describe('of faults the user sees what the reference says', () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
    const { start, settings = {} } = await fault.begin();
    const answer = await client({
      ...settings,
      limits: { requestMs: 10_000, serverMs: 20_000, attempts: 3, ...settings.limits },
    }).find(start, question);
    const seen = answer.datasets.map((one) => one.answer.state);
    expect([seen.sort(), answer.complete, answer.problems]).toEqual([fault.states, fault.complete, expect.any(Array)]);
    const reasons = answer.problems.map(({ reason }) => reason);
    if (fault.problem === undefined) expect(reasons).toEqual([]);
    else expect(reasons).toEqual(expect.arrayContaining([expect.stringMatching(fault.problem)]));
    if (fault.reason !== undefined) expect(answer.datasets[0]!.answer.reason).toMatch(fault.reason);
  });
});

test('the reference is made from the table', async () => {
  await expect(faultsPage).toMatchFileSnapshot('../../docs/reference/faults.md');
});

test('access that is revoked between counting and getting ends the download with the reason', async () => {
  let isRevoked = false;
  const base = await serve((request, response, at) => {
    if (!isRevoked) return plain(request, response, at);
    response.statusCode = 403;
    return outcome('your access was revoked');
  });
  const from = await registry([library('a', `${base}/Patient?_tag=urn:x|a`)]);
  const answer = await client().find({ registry: [from] }, question);
  expect(answer.datasets[0]!.answer.state).toBe('counted');
  isRevoked = true;
  const fetching = async (): Promise<void> => {
    for await (const _ of client().get(answer.datasets[0]!));
  };
  await expect(fetching()).rejects.toThrow('it answered 403: your access was revoked');
});

test('a token goes to addresses below its base only, also on the same host', async () => {
  const told: string[] = [];
  const base = await serve((request, response, at) => {
    if (request.headers?.authorization !== undefined) told.push(request.path);
    if (request.path === 'metadata' && !request.query.has('moved')) {
      response.writeHead(302, { location: `${new URL(at).origin}/other/fhir/metadata?moved=1` });
      response.end();
      return undefined;
    }
    return plain({ ...request, path: request.path.replace(/^.*metadata$/, 'metadata') }, response, at);
  });
  const settings = { tokens: { [base]: 'secret' }, asked: { project: 'p' } };
  const answer = await client(settings).find({ repository: [base] }, question);
  expect(answer.datasets[0]!.answer.state).toBe('counted');
  expect(new Set(told)).toEqual(new Set(['Library', 'metadata', 'Patient']));
});

test('a server at which nobody answers is left alone after a few requests', async () => {
  let asked = 0;
  const base = await serve(({ socket }) => {
    asked++;
    socket!.destroy();
  });
  const from = await registry(Array.from({ length: 40 }, (_, at) => library(`l${at}`, `${base}/Group/${at}`)));
  const answer = await client({ limits: { attempts: 1, perServer: 1 } }).find({ registry: [from] }, question);
  expect(answer.datasets.map((one) => one.answer.state)).toEqual(Array(40).fill('unavailable'));
  expect(asked).toBeLessThan(4);
  expect(answer.problems.filter(({ step }) => step === 'count')).toHaveLength(1);
});
