/** `fairway assess` as its users meet it. See docs/reference/assessment.md */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exit } from '../../src/cli/environment.ts';
import { goodWorld, refusal } from '../federation/assess-world.ts';
import { startServer, type TestServer } from '../server.ts';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'fairway-assess-'));
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('assess', () => {
  test('finds the data set by its title, and shows scores, indicators and nothing to do', async () => {
    const { registry } = await goodWorld();
    const { code, out, err } = await run('assess', 'Good data set', '--registry', registry.base);
    expect([code, err]).toEqual([exit.done, '']);
    expect(out).toMatch(/Good data set\n {2}http:.*\/Library\/good\n {2}100 % FAIR/);
    expect(out).toMatch(/Findable +100 % +5 of 5 +7 of 7 +7 of 7/);
    expect(out.match(/^ {2}RDA-/gm)).toHaveLength(41);
    expect(out).not.toMatch(/What to do/);
  });

  test('says what to do, the most important first, with what was seen', async () => {
    const { registry, record } = await goodWorld();
    record['extension'].shift();
    delete record['meta'];
    const { code, out } = await run('assess', `${registry.base}/Library/good`);
    expect(code).toBe(exit.done);
    const [, what] = out.split('What to do\n');
    expect(what).toMatch(/^ {2}State the licence in the extension licenceCodeable/);
    expect(what).toMatch(/ {4}RDA-R1\.1-01M \(essential\): the copyright names no licence: Clinic\n/);
    expect(what).toMatch(/ {2}Name the profile in meta\.profile.*\n {4}RDA-R1\.3-01M .*\n {4}RDA-R1\.3-02M /);
  });

  test('prints JSON, and writes FHIR that a server finds nothing wrong with', async () => {
    const { registry, repository } = await goodWorld();
    repository.instead = ({ path }) => (/^(?:Group|Patient|Condition)/.test(path) ? refusal(403) : undefined);
    const file = join(folder, 'assessment.json');
    const { out } = await run('assess', `${registry.base}/Library/good`, '--json', '--out', file);
    const { score, letters, indicators } = JSON.parse(out);
    expect([score > 80, letters.length, indicators.length]).toEqual([true, 4, 41]);
    const written = JSON.parse(readFileSync(file, 'utf8'));
    expect(written.parameter.map(({ name }: { name: string }) => name)).toEqual(['report', 'outcome']);
    for (const { resource } of written.parameter) {
      const checked = await server.ask('POST', '$validate', { body: resource });
      expect(checked.body['issue']).toEqual([expect.objectContaining({ severity: 'information' })]);
    }
    const unmeasured = written.parameter[1].resource.issue.find(
      (one: any) => one.details.coding[0].code === 'RDA-I3-01D',
    );
    expect(unmeasured).toMatchObject({ severity: 'information', code: 'incomplete' });
  });

  test('a token goes along to its server', async () => {
    const { registry, repository } = await goodWorld();
    const { code } = await run('assess', `${registry.base}/Library/good`, '--token', `${repository.base}=secret`);
    expect(code).toBe(exit.done);
    expect(repository.asked.some(({ token }) => token === 'secret')).toBe(true);
    expect(registry.asked.some(({ token }) => token === 'secret')).toBe(false);
  });

  test('tells plainly what it cannot assess', async () => {
    const { registry, record } = await goodWorld();
    const unknown = await run('assess', 'Better data set', '--registry', registry.base);
    expect([unknown.code, unknown.err]).toEqual([
      exit.usage,
      expect.stringMatching(/^no data set is called Better data set; there are: http/),
    ]);
    registry.resources.push({ ...record, id: 'copy', identifier: [{ system: 'https://x.org', value: '2' }] });
    const two = await run('assess', 'Good data set', '--registry', registry.base);
    expect([two.code, two.err]).toEqual([
      exit.usage,
      expect.stringMatching(/more than one.*Library\/good, .*Library\/copy/),
    ]);
    expect((await run('assess', 'x')).err).toMatch(/say where to begin/);
    const dead = await run('assess', 'http://127.0.0.1:1/fhir/Library/x');
    expect([dead.code, dead.err]).toEqual([exit.failed, expect.stringMatching(/cannot be read: it cannot be reached/)]);
    const silent = await run('assess', 'x', '--registry', 'http://127.0.0.1:1/fhir', '--timeout', '1');
    expect(silent.err).toMatch(/there are: none; http:\/\/127\.0\.0\.1:1\/fhir: it cannot be reached/);
  });
});
