/** From refusal over a request and a grant to the data and back, by HTTP and by the command line. See docs/adr/0014-access-requests.md */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessCommand } from '../../src/cli/access/index.ts';
import { type Environment, exit, UsageError } from '../../src/cli/environment.ts';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { newFolder, removeFolder } from '../process.ts';
import { type Answer, idsOf, startServer, type TestServer } from '../server.ts';
import { human, issuer, research, scopes, treatment, withAskers } from './askers.ts';
import { committee, concept, confidential, consent, consentR5, level, tagged } from './statements.ts';
import { library, person } from './world.ts';

const rights = (more: object) => ({ rights: { readAll: false, write: false, ...more } });
const askers: Record<string, AccessContext> = {
  ada: human('ada', { purposes: [research] }),
  'ada-for-care': human('ada', { purposes: [treatment] }),
  'ada-by-app': human('ada', { purposes: [research], client: 'app', scopes: scopes('user/*.rs') }),
  colleague: human('colleague', { purposes: [research], project: 'p-1' }),
  stranger: human('stranger', { purposes: [research] }),
  dac: human('chair', { purposes: [research], ...rights({ committees: ['urn:dac'] }) }),
  'dac-by-app': human('chair', { ...rights({ committees: ['urn:dac'] }), scopes: scopes('user/*.rs') }),
  'dac-elsewhere': human('chair', { ...rights({ committees: ['urn:dac'] }), purposes: [research], client: 'another' }),
  'dac-in-project': human('vice', { ...rights({ committees: ['urn:dac'] }), project: 'p-1' }),
  everybodys: human('everybodys', {
    purposes: [research],
    ...rights({ readAll: true, write: true, steward: true, committees: ['*'] }),
  }),
  'other-dac': human('other-chair', rights({ committees: ['urn:other-dac'] })),
  steward: human('steward', { purposes: [research], ...rights({ steward: true }) }),
  scribe: human('scribe', { purposes: [research], ...rights({ write: true, committees: ['urn:other-dac'] }) }),
};

const start = Date.parse('2026-03-01T12:00:00Z');
let now = start;
const inputs = (values: Record<string, string>) => ({
  resourceType: 'Parameters',
  parameter: Object.entries(values).map(([name, valueString]) => ({ name, valueString })),
});

describe.each(['R4', 'R4B', 'R5'] as const)('in %s', (fhirVersion) => {
  let server: TestServer;
  beforeAll(async () => {
    now = start;
    server = await startServer({ fhirVersion, now: () => now, ...withAskers(askers) });
    const { body } = await server.load([
      library('set', [committee('urn:dac')]),
      library('graded', [committee('urn:dac'), level('count')]),
      { ...library('hidden', [committee('urn:dac')]), ...tagged(undefined, confidential('V')) },
      person('datum', 'set', { name: [{ family: 'Geheimrat' }] }),
      person('refuser', 'set'),
      fhirVersion === 'R5'
        ? consentR5('refusal', 'refuser', 'deny')
        : consent('refusal', 'refuser', { base: 'OPTOUT', provision: { type: 'deny' } }),
    ]);
    expect(body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
  });
  afterAll(async () => {
    expect(server.errors).toEqual([]);
    await server.close();
  });

  const post = (path: string, as: string, values: Record<string, string> = {}): Promise<Answer> =>
    server.ask('POST', path, { as, body: inputs(values) });
  const request = async (as = 'ada', more: Record<string, string> = {}): Promise<string> => {
    const answer = await post('Library/set/$request-access', as, { purpose: research, ...more });
    expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.anything()]);
    return answer.body['id'];
  };
  const stateOf = ({ body }: Answer): string => body['businessStatus']?.coding[0].code;
  const sees = async (as: string): Promise<boolean> => {
    const { status } = await server.ask('GET', 'Patient/datum', { as });
    const found = idsOf(await server.ask('GET', 'Patient?name=Geheimrat', { as }));
    expect(found.length === 1).toBe(status === 200);
    return status === 200;
  };

  test('a request is granted, holds at once for that person and purpose, and is revoked at once', async () => {
    const id = await request();
    expect(await sees('ada')).toBe(false);
    expect(
      stateOf(
        await post(`Task/${id}/$decide-access`, 'dac', {
          decision: 'grant',
          obligation: `${canonical.actCode}|NORELINK`,
        }),
      ),
    ).toBe('granted');
    expect([await sees('ada'), await sees('ada-for-care'), await sees('stranger'), await sees('')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect((await server.ask('GET', 'Patient/datum', { as: 'ada' })).headers.get('fairway-obligations')).toBe(
      'NORELINK',
    );
    expect(idsOf(await server.ask('GET', 'Patient', { as: 'ada' }))).toEqual(['datum']);
    expect(stateOf(await post(`Task/${id}/$revoke-access`, 'dac', { reason: 'over' }))).toBe('revoked');
    expect(await sees('ada')).toBe(false);
    expect((await post(`Task/${id}/$revoke-access`, 'dac')).status).toBe(409);
  });

  test('nobody decides on their own request, by whatever right, client or project', async () => {
    for (const [as, others] of [
      ['dac', ['dac', 'dac-elsewhere']],
      ['dac-elsewhere', ['dac', 'dac-elsewhere']],
      ['steward', ['steward']],
      ['everybodys', ['everybodys']],
    ] as const) {
      const id = await request(as);
      for (const decider of others) {
        for (const decision of ['grant', 'refuse', 'ask']) {
          const { status, body } = await post(`Task/${id}/$decide-access`, decider, { decision, reason: 'mine' });
          expect([decider, decision, status]).toEqual([decider, decision, 403]);
          expect(body['issue'][0]).toMatchObject({
            code: 'forbidden',
            diagnostics: expect.stringContaining('for others to decide'),
          });
        }
      }
      const entry = [
        { resource: inputs({ decision: 'grant' }), request: { method: 'POST', url: `Task/${id}/$decide-access` } },
      ];
      const { body } = await server.ask('POST', '', { as, body: { resourceType: 'Bundle', type: 'batch', entry } });
      expect(body['entry'][0].response.status).toMatch(/^403/);
      expect(await sees(as)).toBe(as === 'everybodys');
      // Another one may.
      const other = as === 'steward' ? 'dac' : 'steward';
      expect(stateOf(await post(`Task/${id}/$decide-access`, other, { decision: 'grant' }))).toBe('granted');
      expect(stateOf(await post(`Task/${id}/$revoke-access`, as))).toBe('revoked');
    }
    // What is for a project is for everyone in it.
    const id = await request('ada', { project: 'p-1' });
    expect((await post(`Task/${id}/$decide-access`, 'dac-in-project', { decision: 'grant' })).status).toBe(403);
    expect(await sees('colleague')).toBe(false);
    // To those who are no party to it there is still none.
    expect((await post(`Task/${id}/$decide-access`, 'other-dac', { decision: 'grant' })).status).toBe(404);
    await post(`Task/${id}/$withdraw-access`, 'ada');
  });

  test('it ends by itself, and what has ended cannot be granted', async () => {
    const id = await request('ada', { until: '2026-03-05' });
    expect((await post(`Task/${id}/$decide-access`, 'dac', { decision: 'grant', until: '2026-02-01' })).status).toBe(
      400,
    );
    await post(`Task/${id}/$decide-access`, 'dac', { decision: 'grant' });
    expect(await sees('ada')).toBe(true);
    now = Date.parse('2026-03-06T00:00:00Z');
    expect(await sees('ada')).toBe(false);
  });

  test('what is granted to a project is for whoever works in it, until the requester withdraws', async () => {
    const id = await request('ada', { project: 'p-1' });
    await post(`Task/${id}/$decide-access`, 'steward', { decision: 'grant' });
    expect([await sees('colleague'), await sees('ada'), await sees('stranger')]).toEqual([true, false, false]);
    // Who asks with the project’s name does not learn that it has a grant.
    const probe = (project: string) =>
      post('Library/set/$request-access', 'stranger', { purpose: research, project, 'dry-run': 'true' });
    const said = ({ body }: Answer) => JSON.stringify(body['output']);
    expect(said(await probe('p-1'))).toBe(said(await probe('p-2')));
    expect(stateOf(await post(`Task/${id}/$withdraw-access`, 'ada'))).toBe('withdrawn');
    expect(await sees('colleague')).toBe(false);
  });

  test('asked back, answered, refused with a reason', async () => {
    const id = await request();
    expect((await post(`Task/${id}/$decide-access`, 'dac', { decision: 'ask' })).status).toBe(400);
    expect(
      stateOf(await post(`Task/${id}/$decide-access`, 'dac', { decision: 'ask', reason: 'which ethics vote?' })),
    ).toBe('asked-back');
    expect(stateOf(await post(`Task/${id}/$answer-access`, 'ada', { message: 'that of 2025' }))).toBe('requested');
    const refused = await post(`Task/${id}/$decide-access`, 'dac', { decision: 'refuse', reason: 'too broad' });
    expect(stateOf(refused)).toBe('refused');
    expect(refused.body['note'].map((one: any) => one.text)).toEqual([
      'which ethics vote?',
      'that of 2025',
      'too broad',
    ]);
    for (const [act, as] of [
      ['$decide-access', 'dac'],
      ['$answer-access', 'ada'],
      ['$withdraw-access', 'ada'],
      ['$revoke-access', 'dac'],
    ] as const) {
      expect(
        (
          await post(
            `Task/${id}/${act}`,
            as,
            act === '$decide-access' ? { decision: 'grant' } : act === '$answer-access' ? { message: 'x' } : {},
          )
        ).status,
      ).toBe(409);
    }
    expect(await sees('ada')).toBe(false);
  });

  const outputsOf = (task: any, code: string): any[] =>
    task.output.flatMap((one: any) => {
      const [name] = Object.keys(one).filter((each) => each.startsWith('value'));
      return one.type.coding[0].code === code ? [one[name!]] : [];
    });
  const listed = async (as: string, query = ''): Promise<any[]> =>
    ((await server.ask('GET', `$access-requests${query}`, { as })).body['entry'] ?? []).map((one: any) => one.resource);
  const own = async (id: string, as = 'ada') => (await listed(as)).find((one) => one.id === id);

  test('each step is told with who took it and when, with words or without', async () => {
    const id = await request('ada', { message: 'Please.' });
    await post(`Task/${id}/$decide-access`, 'dac', { decision: 'ask', reason: 'Why?' });
    await post(`Task/${id}/$answer-access`, 'ada', { message: 'For hearts.' });
    await post(`Task/${id}/$decide-access`, 'dac', { decision: 'grant' });
    await post(`Task/${id}/$revoke-access`, 'dac');
    const steps = (await own(id)).note.map(({ extension, authorString, time, text }: any) => {
      expect(Date.parse(time)).toBe(now);
      return [extension?.[0].valueCode, authorString.includes('chair') ? 'dac' : 'ada', text];
    });
    expect(steps).toEqual([
      [undefined, 'ada', 'Please.'],
      ['asked-back', 'dac', 'Why?'],
      ['answered', 'ada', 'For hearts.'],
      ['granted', 'dac', 'granted'],
      ['revoked', 'dac', 'revoked'],
    ]);
  });

  test('both sides are told what the grant says as it stands, which neither may read', async () => {
    const id = await request('ada', { until: '2039-12-31' });
    const { body: granted } = await post(`Task/${id}/$decide-access`, 'dac', {
      decision: 'grant',
      level: 'count',
      from: '2026-01-01',
      until: '2038-05-31',
      obligation: `${canonical.actCode}|DELAU;12`,
    });
    const [{ reference }] = outputsOf(granted, 'grant');
    for (const as of ['ada', 'dac']) expect((await server.ask('GET', reference, { as })).status).toBe(404);
    for (const task of [granted, await own(id), await own(id, 'dac')]) {
      expect(outputsOf(task, 'grant-state')).toEqual(['active']);
      expect(outputsOf(task, 'grant-level')).toEqual(['count']);
      expect(outputsOf(task, 'grant-period')).toEqual([
        { start: '2026-01-01T00:00:00.000Z', end: '2038-05-31T23:59:59.999Z' },
      ]);
      expect(outputsOf(task, 'grant-obligation')).toEqual([`${canonical.actCode}|DELAU;12`]);
      expect(outputsOf(task, 'grant-purpose')).toEqual([research]);
    }
    const before = now;
    now = Date.parse('2038-06-01T00:00:00Z');
    expect(outputsOf(await own(id), 'grant-state')).toEqual(['ended']);
    now = Date.parse('2025-12-31T23:59:59Z');
    expect(outputsOf(await own(id), 'grant-state')).toEqual(['not-yet']);
    now = before;
    // What a steward did to the grant itself is told, too.
    const { body: consent } = await server.ask('GET', reference, { as: 'reader' });
    await server.ask('PUT', reference, { as: 'writer', body: { ...consent, status: 'inactive' } });
    expect(outputsOf(await own(id), 'grant-state')).toEqual(['inactive']);
    expect(outputsOf(await own(id), 'grant-level')).toEqual([]);
  });

  test('one is told which are one’s own and which one decides on, each at its version', async () => {
    const id = await request();
    await post(`Library/set/$request-access`, 'dac', { purpose: research });
    const requesters = (tasks: any[]) => [...new Set(tasks.map((one) => one.requester.identifier.value.split(' ')[2]))];
    expect(requesters(await listed('dac', '?party=requester'))).toEqual(['chair']);
    expect(requesters(await listed('dac', '?party=decider')).sort()).toEqual(['ada', 'chair', 'everybodys', 'steward']);
    expect(await listed('ada', '?party=decider')).toEqual([]);
    expect((await server.ask('GET', '$access-requests?party=reader', { as: 'ada' })).status).toBe(400);
    expect((await own(id)).meta).toMatchObject({ versionId: '1' });
  });

  test('who decides by a version that is old changes nothing', async () => {
    const id = await request();
    const decide = (as: string, version: string, values: Record<string, string>) =>
      server.ask('POST', `Task/${id}/$decide-access`, {
        as,
        body: inputs(values),
        headers: { 'if-match': `W/"${version}"` },
      });
    const { versionId } = (await own(id, 'dac')).meta;
    const asked = await decide('dac', versionId, { decision: 'ask', reason: 'Why?' });
    expect([asked.status, asked.headers.get('etag')]).toEqual([200, 'W/"2"']);
    const late = await decide('steward', versionId, { decision: 'grant' });
    expect([late.status, late.text]).toEqual([412, expect.stringContaining('read it again')]);
    expect((await own(id)).businessStatus.coding[0].code).toBe('asked-back');
    // Whether there is such a version is told to parties only.
    expect((await decide('stranger', versionId, { decision: 'grant' })).status).toBe(404);
    expect((await decide('steward', '2', { decision: 'refuse', reason: 'No.' })).status).toBe(200);
  });

  test('only who is a party to it may do anything; to others there is none', async () => {
    const id = await request();
    const acts: [string, Record<string, string>, string[]][] = [
      ['$decide-access', { decision: 'grant' }, ['ada', 'stranger', 'other-dac', 'scribe', 'reader']],
      ['$revoke-access', {}, ['ada', 'stranger', 'other-dac', 'scribe', 'reader']],
      ['$answer-access', { message: 'x' }, ['dac', 'stranger', 'other-dac', 'scribe', 'reader', 'steward']],
      ['$withdraw-access', {}, ['dac', 'stranger', 'other-dac', 'scribe', 'reader', 'steward']],
    ];
    for (const [act, values, others] of acts) {
      for (const as of others) {
        const [there, nowhere] = [
          await post(`Task/${id}/${act}`, as, values),
          await post(`Task/never-was/${act}`, as, values),
        ];
        expect([act, as, there.status]).toEqual([act, as, 404]);
        expect(there.text.replaceAll(id, 'never-was')).toBe(nowhere.text);
      }
      expect((await post(`Task/${id}/${act}`, '', values)).status).toBe(404);
    }
    for (const as of ['', 'stranger', 'other-dac', 'ada', 'dac']) {
      expect((await server.ask('GET', `Task/${id}`, { as })).status).toBe(404);
      expect(idsOf(await server.ask('GET', 'Task', { as }))).toEqual([]);
      expect((await server.ask('GET', 'Task?_summary=count', { as })).body['total']).toBe(0);
    }
    const waiting = async (as: string) => (await server.ask('GET', '$access-requests?state=requested', { as })).body;
    expect((await server.ask('GET', '$access-requests', { as: '' })).status).toBe(401);
    for (const as of ['stranger', 'other-dac', 'scribe']) expect(await waiting(as)).toMatchObject({ total: 0 });
    for (const as of ['ada', 'dac', 'steward']) expect(idsOf({ body: await waiting(as) } as Answer)).toContain(id);
    expect((await post('Library/set/$request-access', '', { purpose: research })).status).toBe(401);
  });

  test('a data set that is withheld takes no request and is not told from one that never was', async () => {
    const [there, nowhere] = [
      await post('Library/hidden/$request-access', 'stranger', { purpose: research }),
      await post('Library/never-was/$request-access', 'stranger', { purpose: research }),
    ];
    expect(there.status).toBe(404);
    expect(there.text.replaceAll('hidden', 'never-was')).toBe(nowhere.text);
  });

  test('an application may do no more with requests than its scopes say', async () => {
    const id = await request();
    expect((await post('Library/set/$request-access', 'ada-by-app', { purpose: research })).status).toBe(403);
    expect((await post(`Task/${id}/$withdraw-access`, 'ada-by-app')).status).toBe(403);
    expect((await post(`Task/${id}/$decide-access`, 'dac-by-app', { decision: 'grant' })).status).toBe(403);
    expect(await sees('ada')).toBe(false);
  });

  test('requests are not forged or changed by writing them, and nothing but grants is ended by them', async () => {
    const id = await request();
    const { body: task } = await server.ask('GET', `Task/${id}`, { as: 'reader' });
    const moved = { ...task, owner: { identifier: { system: canonical.uri, value: 'urn:other-dac' } } };
    expect((await server.ask('PUT', `Task/${id}`, { as: 'scribe', body: moved })).status).toBe(403);
    expect((await server.ask('DELETE', `Task/${id}`, { as: 'scribe' })).status).toBe(403);
    const { resourceType, status, intent } = task;
    expect(
      (await server.ask('PUT', `Task/${id}`, { as: 'scribe', body: { resourceType, id, status, intent } })).status,
    ).toBe(403);
    expect((await post(`Task/${id}/$decide-access`, 'scribe', { decision: 'grant' })).status).toBe(404);
    const forged = {
      ...task,
      id: 'forged',
      businessStatus: concept(`${canonical.accessCode}|granted`),
      requester: { identifier: { system: task['requester'].identifier.system, value: `person ${issuer} scribe` } },
      output: [{ type: concept(`${canonical.accessCode}|grant`), valueReference: { reference: 'Consent/refusal' } }],
    };
    expect((await server.ask('PUT', 'Task/forged', { as: 'scribe', body: forged })).status).toBe(403);
    // Even one that a steward wrote ends no refusal.
    expect((await server.ask('PUT', 'Task/forged', { as: 'writer', body: forged })).status).toBe(201);
    expect((await post('Task/forged/$withdraw-access', 'scribe')).status).toBe(200);
    expect((await server.ask('GET', 'Consent/refusal', { as: 'reader' })).body['status']).toBe('active');
    const plain = { resourceType: 'Task', id: 'plain', status: 'draft', intent: 'order' };
    expect((await server.ask('PUT', 'Task/plain', { as: 'scribe', body: plain })).status).toBe(201);
  });

  test('of two decisions at once one holds', async () => {
    const id = await request();
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, () => post(`Task/${id}/$decide-access`, 'dac', { decision: 'grant' })),
      ...Array.from({ length: 6 }, () =>
        post(`Task/${id}/$decide-access`, 'steward', { decision: 'refuse', reason: 'no' }),
      ),
    ]);
    expect(answers.filter((one) => one.status === 200)).toHaveLength(1);
    expect(answers.filter((one) => one.status === 409)).toHaveLength(11);
    const isGranted = stateOf(answers.find((one) => one.status === 200)!) === 'granted';
    expect(await sees('ada')).toBe(isGranted);
    if (isGranted) await post(`Task/${id}/$revoke-access`, 'dac');
  });

  test('explanations say which statement decided, to stewards alone', async () => {
    const id = await request();
    const { body } = await post(`Task/${id}/$decide-access`, 'dac', { decision: 'grant' });
    const grant = body['output'].find((one: any) => one.valueReference !== undefined).valueReference.reference;
    const as = JSON.stringify({ subject: { kind: 'person', issuer, id: 'ada' }, purposes: [research] });
    const explained = await post('$explain', 'reader', { url: 'Patient/datum', as });
    expect(explained.status).toBe(403);
    const told = await post('$explain', 'writer', { url: 'Patient?_id=datum,refuser', as });
    expect(told.text).toContain(grant);
    expect(told.text).toContain('consent of the person');
    expect((await post('$explain', 'ada', { url: 'Patient/datum' })).status).toBe(403);
    await post(`Task/${id}/$revoke-access`, 'dac');
  });
});

describe('the command line', () => {
  const folder = newFolder();
  let server: TestServer;
  beforeAll(async () => {
    now = start;
    server = await startServer({ now: () => now, ...withAskers(askers) });
    await server.load([library('set', [committee('urn:dac')]), person('datum', 'set')]);
  });
  afterAll(async () => {
    await server.close();
    await removeFolder(folder);
  });

  async function run(as: string, ...args: string[]): Promise<{ code: number; out: string }> {
    const ran = { code: -1, out: '' };
    const sink = new Writable({
      write(chunk, _, done) {
        ran.out += String(chunk);
        done();
      },
    });
    const stdin = new PassThrough();
    stdin.end();
    const environment: Environment = {
      variables: {},
      stdout: sink,
      stderr: sink,
      stdin,
      fetch: globalThis.fetch,
      now: () => now,
      ended: Promise.resolve(),
    };
    const server_ = ['--repository', server.base, ...(as === '' ? [] : ['--token', as])];
    const command = accessCommand(environment, (code) => (ran.code = code)).exitOverride();
    command.configureOutput({ writeErr: (text) => (ran.out += text), writeOut: (text) => (ran.out += text) });
    try {
      await command.parseAsync([...args, ...server_], { from: 'user' });
    } catch (error) {
      ran.out += (error as Error).message;
      ran.code = error instanceof UsageError || error instanceof CommanderError ? exit.usage : exit.failed;
    }
    return ran;
  }
  const seen = async (): Promise<number> => (await server.ask('GET', 'Patient/datum', { as: 'ada' })).status;

  test('walks from refusal to the data and back', async () => {
    writeFileSync(join(folder, 'vote.txt'), 'yes');
    expect(await seen()).toBe(404);
    const dry = await run('ada', 'request', 'set', '--purpose', 'HRESCH', '--dry-run');
    expect(dry.out).toContain('needs-person');
    expect((await run('dac', 'requests')).out).toContain('There are no requests');
    const asked = await run(
      'ada',
      'request',
      'set',
      '--purpose',
      'HRESCH',
      '--document',
      join(folder, 'vote.txt'),
      '--json',
    );
    expect(asked.code).toBe(exit.done);
    const { id } = JSON.parse(asked.out) as { id: string };
    expect((await run('stranger', 'requests')).out).not.toContain(id);
    expect((await run('dac', 'requests', '--state', 'requested')).out).toContain(id);
    expect((await run('dac', 'ask', id, '--reason', 'how long?')).out).toContain('asked-back');
    expect((await run('ada', 'answer', id, '--message', 'a year')).out).toContain('requested');
    expect((await run('stranger', 'grant', id)).code).toBe(exit.failed);
    expect((await run('', 'grant', id)).code).toBe(exit.failed);
    expect(await seen()).toBe(404);
    const granted = await run('dac', 'grant', id, '--until', '2026-04-01', '--obligation', 'DELAU;12');
    expect(granted.out).toContain('granted');
    expect(await seen()).toBe(200);
    writeFileSync(
      join(folder, 'ada.json'),
      JSON.stringify({ subject: { kind: 'person', issuer, id: 'ada' }, purposes: [research] }),
    );
    const why = await run('writer', 'explain', '--url', 'Patient/datum', '--as', join(folder, 'ada.json'));
    expect(why.out).toMatch(/Patient\/datum: record[\s\S]*Consent\/[\s\S]*grants record/);
    expect((await run('writer', 'explain', '--url', 'Patient/datum')).out).toContain('Patient/datum: none');
    expect((await run('stranger', 'explain', '--url', 'Patient/datum')).code).toBe(exit.failed);
    now = Date.parse('2026-04-02T00:00:00Z');
    expect(await seen()).toBe(404);
    now = start + 86_400_000;
    expect((await run('dac', 'revoke', id)).out).toContain('revoked');
    const second = JSON.parse((await run('ada', 'request', 'set', '--purpose', 'HRESCH', '--json')).out) as {
      id: string;
    };
    expect((await run('ada', 'withdraw', second.id)).out).toContain('withdrawn');
    const third = JSON.parse((await run('ada', 'request', 'set', '--purpose', 'HRESCH', '--json')).out) as {
      id: string;
    };
    expect((await run('dac', 'refuse', third.id)).code).toBe(exit.failed);
    expect((await run('dac', 'refuse', third.id, '--reason', 'no')).out).toContain('refused');
    expect((await run('ada', 'request', 'set')).code).toBe(exit.usage);
    expect((await run('ada', 'request', 'nowhere', '--purpose', 'HRESCH')).code).toBe(exit.usage);
    expect(await seen()).toBe(404);
  });
});
