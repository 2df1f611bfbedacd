/** From refusal over a request and a grant to the data, by the commands that the demo prints, in R4, R4B and R5. See README.md */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoAccess } from '../../src/cli/demo-access.ts';
import { accessSteps, accessVariables } from '../../src/cli/demo-guide.ts';
import type { DemoTokens } from '../../src/cli/demo-secrets.ts';
import { exit } from '../../src/cli/environment.ts';
import { sendLines } from '../../src/cli/import.ts';
import {
  type Addresses,
  metadataLines,
  recordLines,
  type SiteName,
  siteNames,
  sites,
  truthOf,
} from '../../src/demo/index.ts';
import type { Answer } from '../../src/federation/client/index.ts';
import { type Ran, run } from '../cli/run.ts';
import { newFolder, removeFolder } from '../process.ts';
import { startServer, type TestServer } from '../server.ts';

const plan = { seed: 'fairway', patients: 600 };
const tokens: DemoTokens = { researcher: 'the-researcher', committee: 'the-committee', steward: 'the-steward' };
const folder = newFolder();
const servers = new Map<SiteName, TestServer>();
let at: Addresses;

beforeAll(async () => {
  for (const name of siteNames) {
    const { fhirVersion, roles } = sites[name];
    servers.set(name, await startServer({ fhirVersion, roles, access: demoAccess(tokens, 'loader') }));
  }
  at = Object.fromEntries([...servers].map(([name, { base }]) => [name, base])) as Addresses;
  for (const name of siteNames) {
    for (const lines of [metadataLines(name, plan, at), recordLines(name, plan)]) {
      expect((await sendLines(at[name], 'loader', Readable.from(lines, { objectMode: false }))).faults).toEqual([]);
    }
  }
}, 240_000);
afterAll(async () => {
  for (const server of servers.values()) await server.close();
  await removeFolder(folder);
});

const dataSetOf = (name: SiteName, id: string) => sites[name].dataSets.find((one) => one.id === id)!;
const today = (): string => new Date().toISOString().slice(0, 10);
const truth = (name: SiteName, id: string): number =>
  truthOf(sites[name], dataSetOf(name, id), plan, 'willing', 'beta-blocker-with-verapamil', today()).length;

/** The words of a command, as a shell makes them of a line. */
function wordsOf(line: string, variables: ReadonlyMap<string, string>): string[] {
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\$(\w+)/g, (_, quoted?: string, name?: string) => quoted ?? variables.get(name!)!),
  );
}

const variablesOf = (): ReadonlyMap<string, string> =>
  new Map(
    accessVariables(at, tokens)
      .flatMap((line) => line.slice('export '.length).split(' '))
      .map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );

/** What `find` answers about one data set, as JSON and as people see it. */
async function found(id: string, find: readonly string[]): Promise<{ answer: unknown; text: string }> {
  const [json, shown] = [await run(...find, '--json'), await run(...find)];
  expect([json.code, shown.code]).toEqual([exit.done, exit.done]);
  const { datasets } = JSON.parse(json.out) as Answer;
  return { answer: datasets.find(({ identifier }) => identifier.endsWith(id))?.answer, text: shown.out };
}

const succeeded = (ran: Ran): string => {
  expect([ran.code, ran.err]).toEqual([exit.done, '']);
  return ran.out;
};

describe('the five commands of the README', () => {
  test('lead from the refusal over the grant to the data', async () => {
    const variables = variablesOf();
    const [find, request, grant, again, get] = accessSteps('fairway').map(([line]) =>
      wordsOf(line, variables).slice(1),
    );
    const count = truth('cohort', 'lowlands-pilot');

    const before = await found('lowlands-pilot', find!);
    expect(before.answer).toMatchObject({ state: 'exists', granularity: 'exists' });
    expect(before.text).toContain(`--repository ${at.cohort} --token TOKEN --purpose HRESCH`);
    expect(before.text).toContain('fairway access request https://fairway.health/demo/data-set/lowlands-pilot');
    const out = join(folder, 'lowlands-pilot');
    const early = succeeded(await run(...get!, '--out', out));
    expect(early).toContain('no records may be read');
    expect(early).toContain('fairway access request');
    // A token alone changes nothing for this data set.
    expect((await found('lowlands-pilot', again!)).answer).toMatchObject({ state: 'exists' });

    const asked = succeeded(await run(...request!));
    expect(asked).toMatch(/state +requested/);
    expect(asked).toMatch(/rules say +needs-person/);
    expect(asked).toMatch(/until +2039-12-31/);

    const granted = succeeded(await run(...grant!));
    expect(granted).toMatch(/state +granted/);
    expect(granted).toContain('Good luck.');

    const after = await found('lowlands-pilot', again!);
    expect(after.answer).toEqual({ state: 'counted', patients: count });
    expect(after.text).not.toContain('fairway access request https://fairway.health/demo/data-set/lowlands-pilot');
    expect((await found('lowlands-pilot', find!)).answer).toEqual(before.answer);

    expect(succeeded(await run(...get!, '--out', out))).toContain('NORELINK');
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['Patient.ndjson', 'terms.txt', 'terms.jsonld']));
    const patients = readFileSync(join(out, 'Patient.ndjson'), 'utf8').trim().split('\n');
    const ids = patients.map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids.sort()).toEqual(truthOf(sites.cohort, dataSetOf('cohort', 'lowlands-pilot'), plan, 'willing').sort());
    const terms = readFileSync(join(out, 'terms.txt'), 'utf8');
    for (const part of [
      '(NORELINK)',
      'within 12 months (DELAU)',
      'healthcare research (HRESCH)',
      'be used until',
      '2039',
    ])
      expect(terms).toContain(part);
  });

  test('give a registered researcher the records of the main phase without anybody’s decision, for research only', async () => {
    const find = (...more: string[]) => ['find', '--discovery', at.discovery, '--sex', 'female', ...more];
    const token = ['--token', `${at.cohort}=${tokens.researcher}`];
    const { answer: exact } = await found('lowlands-main', find(...token, '--purpose', 'HRESCH'));
    const { answer: rounded } = await found('lowlands-main', find());
    expect(exact).not.toHaveProperty('rounding');
    expect(rounded).toMatchObject({ state: 'counted', rounding: 10, granularity: 'count' });
    expect((await found('lowlands-main', find(...token))).answer).toEqual(rounded);
    expect((await found('lowlands-main', find(...token, '--purpose', 'HMARKT'))).answer).toEqual(rounded);
  });
});

/** What anyone gets, who decides, and what is asked of. */
const cases: [SiteName, string, 'committee' | 'steward', object][] = [
  ['cohort', 'lowlands-pilot', 'committee', { state: 'exists' }],
  // Counted all the same; what is granted are records as they are.
  ['hospital', 'northshore-biosamples', 'steward', { state: 'counted' }],
  ['cancer', 'southern-cancer-registry', 'steward', { state: 'counted', rounding: 10, granularity: 'count' }],
];

describe.each(cases)('at the %s, for %s', (name, id, decider, refused) => {
  const find = (...more: string[]): string[] => [
    ...['find', '--discovery', at.discovery, '--age', '65..'],
    ...['--medication', 'http://www.whocc.no/atc|C07', '--medication', 'http://www.whocc.no/atc|C08DA01', ...more],
  ];
  const as = (who: keyof DemoTokens): string[] => ['--repository', at[name], '--token', tokens[who]];
  const asResearcher = (): string[] => ['--token', `${at[name]}=${tokens.researcher}`, '--purpose', 'HRESCH'];
  const request = (...more: string[]) =>
    run('access', 'request', id, ...as('researcher'), '--purpose', 'HRESCH', '--research', 'health', ...more);

  /** The ids of the patients whose records `get` brings. */
  async function patientsGot(): Promise<string[]> {
    const out = join(folder, id, 'by-request');
    succeeded(await run('get', id, '--repository', at[name], ...asResearcher(), '--out', out));
    const path = join(out, 'Patient.ndjson');
    if (!existsSync(path)) return [];
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    return lines.map((line) => (JSON.parse(line) as { id: string }).id).sort();
  }

  test(`what is granted by the ${decider} holds at once, for its purpose, and until it is revoked`, async () => {
    // Another test of this file may have left its own.
    for (const state of ['granted', 'requested']) {
      const listed = JSON.parse(
        succeeded(await run('access', 'requests', '--state', state, '--json', ...as('researcher'))),
      );
      for (const { resource } of listed.entry ?? []) {
        succeeded(await run('access', 'withdraw', resource.id, ...as('researcher')));
      }
    }
    expect((await found(id, find(...asResearcher()))).answer).toMatchObject(refused);

    succeeded(await request('--message', 'Please.'));
    expect((await found(id, find(...asResearcher()))).answer).toMatchObject(refused);
    expect(await patientsGot()).not.toEqual(expect.arrayContaining([expect.stringMatching(/^[a-z]-\d+$/)]));
    const own = await run('access', 'grant', id, ...as('researcher'));
    expect([own.code, own.err]).toEqual([exit.failed, expect.stringContaining('404')]);
    expect(succeeded(await run('access', 'requests', ...as(decider)))).toContain('requested');

    succeeded(await run('access', 'ask', id, '--reason', 'For how long?', ...as(decider)));
    succeeded(await run('access', 'answer', id, '--message', 'A year.', ...as('researcher')));
    const granted = succeeded(
      await run('access', 'grant', id, ...as(decider), '--until', '2039-12-31', '--obligation', 'DELAU;12'),
    );
    expect(granted).toMatch(/state +granted/);

    expect((await found(id, find(...asResearcher()))).answer).toEqual({
      state: 'counted',
      patients: truth(name, id),
    });
    const withoutPurpose = find('--token', `${at[name]}=${tokens.researcher}`);
    expect((await found(id, withoutPurpose)).answer).toMatchObject(refused);
    expect((await found(id, find())).answer).toMatchObject(refused);

    const willing = truthOf(sites[name], dataSetOf(name, id), plan, 'willing');
    expect(await patientsGot()).toEqual(willing.sort());
    expect(readFileSync(join(folder, id, 'by-request', 'terms.txt'), 'utf8')).toContain('(DELAU)');

    succeeded(await run('access', 'revoke', id, '--reason', 'Over.', ...as(decider)));
    expect((await found(id, find(...asResearcher()))).answer).toMatchObject(refused);
  });

  test('a request can be refused and withdrawn, and the name of a data set means one request only', async () => {
    const message = async (...args: string[]) => (await run('access', ...args)).err;
    const [first, second] = [await request('--json'), await request('--json')].map(
      (ran) => (JSON.parse(succeeded(ran)) as { id: string }).id,
    );
    expect(await message('grant', id, ...as(decider))).toContain('give the number of one');
    expect(succeeded(await run('access', 'refuse', first!, '--reason', 'No.', ...as(decider)))).toMatch(
      /state +refused/,
    );
    expect(succeeded(await run('access', 'withdraw', second!, ...as('researcher')))).toMatch(/state +withdrawn/);
    expect(await message('grant', id, ...as(decider))).toContain('there is no request');
    expect(await message('grant', first!, ...as(decider))).toContain('cannot be decided');
  });

  test('a token of another server is not sent', async () => {
    const other = `https://elsewhere.example/fhir=${tokens.researcher}`;
    const ran = await run('access', 'requests', '--repository', at[name], '--token', other);
    expect([ran.code, ran.err]).toEqual([exit.failed, expect.stringContaining('401')]);
    const both = `${other} ${at[name]}=${tokens.researcher}`;
    succeeded(await run('access', 'requests', '--repository', at[name], '--token', both));
  });
});

describe('the commands of access', () => {
  const asAt = (who: keyof DemoTokens): string[] => ['--repository', at.cohort, '--token', tokens[who]];
  const pilot = 'https://fairway.health/demo/data-set/lowlands-pilot';
  const request = (...more: string[]) => run('access', 'request', ...more, ...asAt('researcher'));

  test('a dry run says what the rules make of a request, and keeps nothing', async () => {
    const fits = succeeded(
      await request(
        pilot,
        '--purpose',
        'HRESCH',
        '--research',
        'disease',
        '--disease',
        'http://snomed.info/sct|56265001',
        '--dry-run',
      ),
    );
    expect(fits).toMatch(/rules say +needs-person/);
    const other = await request(pilot, '--purpose', 'HRESCH', '--research', 'ancestry', '--commercial', '--dry-run');
    expect(succeeded(other)).toMatch(/rules say +deny/);
    expect(other.out).toMatch(/commercial +true/);
    expect(succeeded(await run('access', 'requests', '--state', 'requested', ...asAt('steward')))).toBe(
      'There are no requests.\n',
    );
  });

  test('documents and the project go with a request', async () => {
    const vote = join(folder, 'vote.txt');
    writeFileSync(vote, 'yes');
    const asked = succeeded(
      await request(pilot, '--purpose', 'HRESCH', '--project', 'P-17', '--title', 'Hearts', '--document', vote),
    );
    for (const part of [/project +P-17/, /title +Hearts/, /document +vote.txt/]) expect(asked).toMatch(part);
    succeeded(await run('access', 'withdraw', 'lowlands-pilot', '--reason', 'Later.', ...asAt('researcher')));
    const missing = await request(pilot, '--purpose', 'HRESCH', '--document', `${vote}.none`);
    expect([missing.code, missing.err]).toEqual([exit.usage, expect.stringContaining('cannot read the document')]);
  });

  test('explain tells a steward which statement decides, and nobody else', async () => {
    const url = `Patient?_tag=https://fairway.health/fhir/CodeSystem/data-set|lowlands-pilot&_count=1`;
    const explain = (...more: string[]) => run('access', 'explain', '--url', url, ...more);
    const anyone = succeeded(await explain(...asAt('steward')));
    expect(anyone).toMatch(/^Patient\/l-\d+.*: exists$/m);
    expect(anyone).toContain('a grant by Organization/lowlands-committee');
    const asker = join(folder, 'asker.json');
    writeFileSync(asker, JSON.stringify({ rights: { readAll: true, write: false } }));
    expect(succeeded(await explain('--as', asker, ...asAt('steward')))).toContain('reads everything');
    expect(JSON.parse(succeeded(await explain('--json', ...asAt('steward')))).resourceType).toBe('Parameters');
    expect(succeeded(await explain(...asAt('researcher')))).toBe('Nothing is found there.\n');
    const readable = await run('access', 'explain', '--url', 'Library/lowlands-pilot', ...asAt('researcher'));
    expect([readable.code, readable.err]).toEqual([exit.failed, expect.stringContaining('403')]);
    writeFileSync(asker, 'not JSON');
    expect((await explain('--as', asker, ...asAt('steward'))).err).toContain('is not JSON');
    expect((await explain('--as', `${asker}.none`, ...asAt('steward'))).err).toContain('cannot read');
  });

  test.each([
    [['request', 'lowlands-pilot'], exit.usage, 'say what for'],
    [['request', 'nothing', '--purpose', 'HRESCH'], exit.usage, 'has no data set nothing'],
    [['request', 'urn:nothing', '--purpose', 'HRESCH'], exit.usage, 'has no data set urn:nothing'],
    [['request', 'lowlands-pilot', '--purpose', 'HRESCH', '--level', 'all'], exit.failed, 'level must be one of'],
    [['answer', 'lowlands-pilot'], exit.usage, '--message'],
    [['grant', 'lowlands-pilot'], exit.usage, 'there is no request lowlands-pilot'],
  ])('%j is refused', async (args, code, message) => {
    const ran = await run('access', ...args, ...asAt('researcher'));
    expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(message)]);
  });

  test('an address that is none is a wrong usage', async () => {
    const ran = await run('access', 'requests', '--repository', 'cohort');
    expect([ran.code, ran.err]).toEqual([exit.usage, expect.stringContaining('must be a FHIR base address')]);
  });
});
