/** Data by a download in the browser: for whom they are, on which terms, whole or said not to be. See docs/reference/portal.md */
import { mkdirSync, mkdtempSync, openAsBlob, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Download } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { portalFolder } from '../../src/rest/portal.ts';
import { run } from '../cli/run.ts';
import { human, research, withAskers } from '../security/askers.ts';
import { committee, level } from '../security/statements.ts';
import { finding, library, licence, person } from '../security/world.ts';
import { startServer, type TestServer } from '../server.ts';
import { unpacked } from '../unpacked.ts';
import { expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

/** More than a page of them. */
const size = 620;
const folder = mkdtempSync(join(tmpdir(), 'fairway-downloads-'));
let server: TestServer;
const at = visitEach(() => [new URL(server.base).origin]);

beforeAll(async () => {
  const askers = {
    ada: human('ada', { purposes: [research] }),
    stranger: human('stranger', { purposes: [research] }),
    dac: human('chair', { rights: { readAll: false, write: false, committees: ['urn:dac'] } }),
  };
  server = await startServer({ portal: portalFolder, ...withAskers(askers) });
  const norelink = {
    url: canonical.obligation,
    extension: [{ url: 'code', valueCoding: { system: canonical.actCode, code: 'NORELINK' } }],
  };
  const persons = Array.from({ length: size }, (_, each) => each);
  const { body } = await server.load([
    library('set', [committee('urn:dac'), norelink], { title: 'A set of records' }),
    library('counted', [licence('CC-BY-4.0'), level('count')], { title: 'A set of numbers' }),
    ...persons.map((each) => person(`p${each}`, 'set', { name: [{ family: `Ångström ${each}` }] })),
    ...persons.map((each) => finding(`c${each}`, `p${each}`, 'set', 'x')),
  ]);
  expect(body['parameter'][2]).toEqual({ name: 'refused', valueInteger: 0 });
  const asked = await act('Library/set/$request-access', 'ada', { purpose: research, title: 'Downloads' });
  await act(`Task/${asked}/$decide-access`, 'dac', { decision: 'grant', obligation: `${canonical.actCode}|DELAU;12` });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function act(path: string, as: string, values: Record<string, string>): Promise<string> {
  const parameter = Object.entries(values).map(([name, valueString]) => ({ name, valueString }));
  const { status, body, text } = await server.ask('POST', path, {
    as,
    body: { resourceType: 'Parameters', parameter },
  });
  expect(status, text).toBe(200);
  return body['id'];
}

async function open(path: string, as?: string): Promise<void> {
  await at.page.goto(new URL(path, server.base).href);
  if (as !== undefined) {
    await at.page.evaluate(
      ([base, token]) => sessionStorage.setItem('fairway-sessions', JSON.stringify([{ base, token, name: token }])),
      [server.base, as] as const,
    );
    await at.page.goto(new URL(path, server.base).href);
  }
  await at.page.getByRole('heading', { level: 1 }).waitFor();
}
const dialog = () => at.page.getByRole('dialog');
const accept = () =>
  dialog()
    .getByRole('checkbox', { name: /I have read this/ })
    .check();
const inDialog = (name: string) => dialog().getByRole('button', { name, exact: true });
const opened = async (): Promise<void> => {
  await at.page.getByRole('button', { name: 'Download', exact: true }).click();
  await dialog().getByText('A set of').waitFor();
};

/** A folder with the files of the archive that the browser saved. */
async function unpackedTo(download: Download): Promise<string> {
  const to = mkdtempSync(join(folder, 'archive-'));
  const files = await unpacked(await openAsBlob(await download.path()));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  }
  return to;
}
const filesIn = (path: string): string[] => readdirSync(path).sort();
const lines = (...path: string[]): string[] =>
  readFileSync(join(...path), 'utf8')
    .trimEnd()
    .split('\n')
    .sort();

test('a grant holder sees the terms, agrees, and gets from the browser what the command gets', async () => {
  await open('/access?tab=mine', 'ada');
  await opened();
  const duties = dialog().getByRole('region', { name: 'What you must and must not do' });
  await duties.getByText('do not link the data back to persons').waitFor();
  await duties.getByText('delete the data after use, within 12 months').waitFor();
  expect(await inDialog('Download as one file').isDisabled()).toBe(true);
  await expectAccessible(at);
  await screenshots(at, 'download-before');
  await accept();
  const saved = at.page.waitForEvent('download');
  await inDialog('Download as one file').click();
  await dialog().getByText('All of it has come').waitFor();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('set.zip');
  await dialog().getByText(`Patient.ndjson: ${size} records`).waitFor();
  await expectAccessible(at);
  await screenshots(at, 'download-whole');
  const here = await unpackedTo(download);

  const there = join(folder, 'by-command');
  const got = await run(
    ...['get', 'set', '--repository', server.base, '--token', `${server.base}=ada`],
    ...['--purpose', 'HRESCH', '--out', there],
  );
  expect([got.err, got.code]).toEqual([expect.any(String), 0]);
  const records = filesIn(there).filter((name) => name.endsWith('.ndjson'));
  expect(records).toEqual(['Condition.ndjson', 'Patient.ndjson']);
  expect(filesIn(here)).toEqual([...records, 'terms.jsonld', 'terms.txt']);
  for (const name of records) expect(lines(here, name)).toEqual(lines(there, name));
  expect(readFileSync(join(here, 'terms.txt'), 'utf8')).toContain('delete the data after use, within 12 months');
  expectClean(at);
});

test('what the server names only with the data is asked before anything is saved', async () => {
  await open('/data-set/set', 'ada');
  await opened();
  await accept();
  await inDialog('Download as one file').click();
  const more = dialog().getByRole('alert').filter({ hasText: 'names more that you must keep to' });
  await more.getByText('within 12 months').waitFor();
  await expectAccessible(at);
  await inDialog('Do not go on').click();
  await dialog().getByText('Nothing was saved').waitFor();
  await inDialog('Try again').click();
  await accept();
  await inDialog('Download as one file').click();
  const saved = at.page.waitForEvent('download');
  await inDialog('Agree and go on').click();
  expect((await saved).suggestedFilename()).toBe('set.zip');
  await dialog().getByText('All of it has come').waitFor();
  expectClean(at);
});

test('into a folder, where the browser can write there: nothing there is written over', async () => {
  // The folders of the site itself stand for those of a person, who would have to choose one by hand.
  await at.page.addInitScript(
    'window.showDirectoryPicker = () => navigator.storage.getDirectory().then((root) => root.getDirectoryHandle("mine", { create: true }))',
  );
  await open('/access?tab=mine', 'ada');
  for (const name of ['set', 'set-2']) {
    await opened();
    await accept();
    await inDialog('Download into a folder').click();
    await dialog()
      .getByText(new RegExp(`saved as ${name}\\.`))
      .waitFor();
    await inDialog('Close').last().click();
  }
  const found = (await at.page.evaluate(`(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle('mine')).getDirectoryHandle('set-2');
    const files = {};
    for await (const [name, handle] of folder.entries()) files[name] = await (await handle.getFile()).text();
    return files;
  })()`)) as Record<string, string>;
  expect(Object.keys(found).sort()).toEqual(['Condition.ndjson', 'Patient.ndjson', 'terms.jsonld', 'terms.txt']);
  expect(found['Patient.ndjson']!.trimEnd().split('\n')).toHaveLength(size);
  expectClean(at);
});

test('a failure in the middle leaves parts that are called so, and says what failed', async () => {
  await open('/access?tab=mine', 'ada');
  await opened();
  await accept();
  const pages = /\/Condition\?.*_page=/;
  await at.page.route(pages, (route) => route.fulfill({ status: 500, body: 'out of order' }));
  const saved = at.page.waitForEvent('download');
  await inDialog('Download as one file').click();
  const alert = dialog().getByRole('alert').filter({ hasText: 'This is not all of it' });
  await alert.getByText('Condition.ndjson.part: 500 records (not all that there are)').waitFor();
  await alert.getByText(`Patient.ndjson: ${size} records`).waitFor();
  await dialog()
    .getByText(/it answered 500/)
    .waitFor();
  await dialog().getByText('fairway get set').waitFor();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('set-partial.zip');
  const here = await unpackedTo(download);
  expect(filesIn(here)).toEqual([
    'Condition.ndjson.part',
    'PARTIAL.txt',
    'Patient.ndjson',
    'terms.jsonld',
    'terms.txt',
  ]);
  await expectAccessible(at);
  await screenshots(at, 'download-partial');
  expectClean(at, [/status of 500/]);
});

test('one can stop, and has what came as a part', async () => {
  await open('/access?tab=mine', 'ada');
  await opened();
  await accept();
  // Whatever comes after the first pages does not come.
  await at.page.route(/_page=/, () => {});
  const saved = at.page.waitForEvent('download');
  await inDialog('Download as one file').click();
  await dialog()
    .getByRole('status')
    .filter({ hasText: /[1-9][\d,]* records so far/ })
    .waitFor();
  await screenshots(at, 'download-running');
  await inDialog('Stop').click();
  await dialog().getByText('You stopped it.').waitFor();
  expect((await saved).suggestedFilename()).toBe('set-partial.zip');
  expectClean(at);
});

test('whoever has no grant gets no records, and is told what they can do', async () => {
  let saved = 0;
  at.page.on('download', () => saved++);
  for (const as of ['stranger', undefined]) {
    await at.page.context().clearCookies();
    await open('/data-set/set', as);
    await opened();
    if (as === undefined) await dialog().getByText('You are not logged in at the server of these data').waitFor();
    await accept();
    await inDialog('Download as one file').click();
    await dialog().getByText('There are no records to download').waitFor();
    await dialog().getByRole('link', { name: 'Ask for access' }).waitFor();
    await expectAccessible(at);
    await at.page.evaluate(() => sessionStorage.clear());
  }
  expect(saved).toBe(0);
  await open('/data-set/counted');
  await opened();
  await dialog().getByText('At most this can be had: counts.').waitFor();
  expect(
    await dialog()
      .getByRole('button', { name: /^Download/ })
      .count(),
  ).toBe(0);
  await screenshots(at, 'download-none');
  await expectAccessible(at);
  expectClean(at);
});

test('in German everything is German', async () => {
  await open('/data-set/set');
  await at.page.evaluate('localStorage.setItem("fairway-language", "de")');
  await open('/data-set/set');
  await at.page.getByRole('button', { name: 'Herunterladen', exact: true }).click();
  await dialog().getByText('Sie sind am Server dieser Daten nicht angemeldet').waitFor();
  await dialog().getByRole('checkbox', { name: 'Ich habe das gelesen und halte mich daran.' }).check();
  await expectAccessible(at);
  expectClean(at);
});
