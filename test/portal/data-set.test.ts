/** The page of a data set in a real browser, with scripts and without. See docs/reference/landing-pages.md */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { fairIndicators } from '../../src/fhir/specification/fair-indicator.ts';
import { readBibtex, texText } from './citation-readers.ts';
import { addressOf, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';
import { signpostingFaults } from './signposting-rules.ts';

let stranger: Server;
const at = visitEach(() => [new URL(strangersBase()).origin]);

/** A FHIR server that is not ours: it knows one record, and neither searches nor operations. */
const strangersRecord = {
  resourceType: 'Library',
  id: 'far',
  status: 'active',
  title: 'مجموعة بيانات بعيدة',
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  text: {
    status: 'generated',
    div: '<div xmlns="http://www.w3.org/1999/xhtml"><script>window.pwned = 1</script><p>Written far away</p></div>',
  },
};
const strangersBase = (): string => `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/r4`;

beforeAll(async () => {
  stranger = createServer((request, response) => {
    const isRecord = request.url === '/r4/Library/far';
    const found = isRecord
      ? strangersRecord
      : {
          resourceType: 'OperationOutcome',
          issue: [{ severity: 'error', code: 'not-supported', diagnostics: 'only one record here' }],
        };
    response
      .writeHead(isRecord || request.method === 'OPTIONS' ? 200 : 404, {
        'content-type': 'application/fhir+json',
        'access-control-allow-origin': '*',
        'access-control-allow-headers': '*',
      })
      .end(request.method === 'OPTIONS' ? '' : JSON.stringify(found));
  }).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
});
afterAll(async () => {
  stranger.close();
});

type Site = Parameters<typeof addressOf>[1];

const open = async (id: string, site: Site = 'hospital', title?: string): Promise<void> => {
  await at.page.goto(addressOf(`/data-set/${id}`, site));
  await at.page.getByRole('heading', { level: 1, ...(title === undefined ? {} : { name: title }) }).waitFor();
  await at.page.getByRole('navigation').first().waitFor();
};

describe('a data set', () => {
  test('shows what it is, who gets what, what it holds, as charts and as tables', async () => {
    await open('northshore-routine-care', 'hospital', 'Northshore routine care');
    const { page } = at;
    await page.getByText('Without logging in, anyone gets single records.').waitFor();
    await page.getByRole('region', { name: 'At a glance' }).getByText('Germany').waitFor();
    const chart = page.getByRole('img', { name: 'Ages, as a chart; the table says the same' });
    await chart.locator('svg').waitFor();
    await page
      .getByRole('img', { name: /^Codes in .*, as a chart/ })
      .first()
      .locator('svg')
      .waitFor();
    await page
      .getByRole('img', { name: /^Completeness of .*, as a chart/ })
      .first()
      .locator('svg')
      .waitFor();
    await expectAccessible(at);
    await screenshots(at, 'data-set');
    await page.getByRole('radiogroup', { name: 'Form of Ages' }).getByText('Table').click();
    expect(await page.getByRole('table', { name: 'Ages' }).getByRole('row').count()).toBeGreaterThan(3);
    await page.getByRole('button', { name: /^Encounter/ }).click();
    await page.getByRole('img', { name: 'Completeness of Encounter, as a chart; the table says the same' }).waitFor();
    await expectAccessible(at);
    expectClean(at);
  });

  test('says what researchers may get beyond what anyone gets, and for what', async () => {
    await open('lowlands-main', 'cohort');
    await at.page.getByText('Without logging in, anyone gets counts of patients.').waitFor();
    const rows = at.page.getByRole('table', { name: 'What is offered, and what is asked for it' }).getByRole('row');
    expect(await rows.nth(1).textContent()).toContain('nothing: anyone gets it');
    const records = await rows.nth(2).textContent();
    for (const asked of [
      'single records',
      'ResearcherStatus',
      'health or medical or biomedical research',
      'accept the terms',
    ])
      expect(records).toContain(asked);
    await at.page
      .getByText(/^about \d/)
      .first()
      .waitFor();
    expectClean(at);
  });

  test('whose summary is missing says why, and one under embargo that nobody gets anything', async () => {
    await open('southern-audited', 'cancer');
    await at.page.getByText('The data set is under embargo: nobody gets anything of its data yet.').waitFor();
    await at.page.getByText('No summary of its content is published').waitFor();
    await expectAccessible(at);
    await screenshots(at, 'data-set-without-summary');
    expectClean(at);
  });

  test('of which only whether there are any may be told names codes without numbers', async () => {
    await open('lowlands-pilot', 'cohort');
    await at.page.getByText('Only what there is may be told, no numbers.').waitFor();
    await at.page.getByText('Without logging in, anyone gets whether there are matching patients.').waitFor();
    expect(await at.page.getByRole('img', { name: /as a chart/ }).count()).toBe(0);
    await at.page.getByText('85–89').waitFor();
    await at.page.getByText('told from 10 patients on').waitFor();
    await expectAccessible(at);
    expectClean(at);
  });

  test('leads to a request for access, to a question, to the explorer', async () => {
    await open('lowlands-main', 'cohort');
    const target = async (name: string): Promise<URL> =>
      new URL((await at.page.getByRole('link', { name, exact: true }).getAttribute('href'))!, at.page.url());
    const record = `${inject('portal').bases.cohort}/Library/lowlands-main`;
    expect((await target('Ask for access')).searchParams.get('request')).toBe(record);
    expect((await target('Ask a question of this data set')).search).toBe('?data-set=lowlands-main');
    expect((await target('Explore the record')).pathname).toBe('/explore/Library/lowlands-main');
    expectClean(at);
  });

  test('is cited in each form, copied and saved', async () => {
    await open('northshore-routine-care');
    const { page } = at;
    const cite = page.getByRole('region', { name: 'Cite' });
    await cite
      .getByText('University Hospital Northshore (2025): Northshore routine care. Version 1.0.0. Data set.')
      .waitFor();
    await cite.getByText('BibTeX', { exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      cite.getByRole('button', { name: 'Download BibTeX' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('northshore-routine-care.bib');
    const saved = await readFile(await download.path(), 'utf8');
    expect(texText(readBibtex(saved).fields['title']!)).toBe('Northshore routine care');
    const served = await fetch(addressOf('/data-set/northshore-routine-care.bib', 'hospital'));
    expect(saved).toBe(await served.text());
    await cite.getByText('CSL', { exact: true }).click();
    await cite.getByText('"dataset"').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: /^Copy https:\/\/fairway/ }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'https://fairway.health/demo/data-set/northshore-routine-care',
    );
    await expectAccessible(at);
    expectClean(at);
  });

  test('is assessed: a radar, scores, and what to do', async () => {
    await open('northshore-routine-care');
    const { page } = at;
    await page.getByRole('button', { name: 'Assess now' }).click();
    const scores = page.getByRole('table', { name: 'Scores' });
    await scores.getByRole('row', { name: /^Findable .* of 5/ }).waitFor();
    await page
      .getByRole('img', { name: /^Radar/ })
      .locator('svg')
      .waitFor();
    await page
      .getByRole('button', { name: /Met in part|Not met/ })
      .first()
      .click();
    await page
      .getByText(/^RDA-|^[FAIR]\d/)
      .first()
      .waitFor();
    await expectAccessible(at);
    await screenshots(at, 'data-set-assessed');
    expectClean(at);
  });

  test('speaks German', async () => {
    await at.page.addInitScript("localStorage.setItem('fairway-language', 'de')");
    await open('lowlands-main', 'cohort');
    await at.page.getByRole('heading', { name: 'Wer was bekommt' }).waitFor();
    await at.page.getByText('Ohne Anmeldung bekommen alle Anzahlen von Personen.').waitFor();
    await at.page.getByRole('region', { name: 'Auf einen Blick' }).getByText('Niederlande').waitFor();
    await at.page.getByRole('button', { name: 'Jetzt bewerten' }).click();
    await at.page
      .getByRole('button', { name: /^\S* ?(Nicht erfüllt|Teilweise erfüllt)/ })
      .first()
      .click();
    await at.page.getByText('Der Server schreibt:').first().waitFor();
    const text = (await at.page.locator('main').textContent()) ?? '';
    expect(fairIndicators.filter(({ wording }) => text.includes(wording))).toEqual([]);
    await expectAccessible(at);
    expectClean(at);
  });
});

describe('a data set that cannot be shown', () => {
  const statuses = [/Failed to load resource: the server responded with a status of 4\d\d/];

  test('is said to be not here', async () => {
    await open('nothing', 'hospital', 'There is no such data set here');
    await at.page.getByRole('link', { name: 'All data sets' }).waitFor();
    await expectAccessible(at);
    await screenshots(at, 'data-set-missing');
    expectClean(at, statuses);
  });

  test('lies on a server that does not answer: so it is said, and can be tried again', async () => {
    await at.page.goto(addressOf('/data-set/x?at=http://127.0.0.1:1/fhir', 'hospital'));
    await at.page.getByRole('alert').getByText('it does not answer').waitFor();
    await at.page.getByRole('button', { name: 'Try again' }).waitFor();
    await expectAccessible(at);
  });
});

describe('a data set of another server', () => {
  test('is shown from there', async () => {
    const base = inject('portal').bases.cancer;
    await open(`southern-cancer-registry?at=${encodeURIComponent(base)}`, 'hospital', 'Southern Cancer Registry');
    await at.page.getByText(`on ${new URL(base).host}`).waitFor();
    await at.page.getByRole('img', { name: /^Ages/ }).locator('svg').waitFor();
    const explore = at.page.getByRole('link', { name: 'Explore the record' });
    expect(await explore.getAttribute('href')).toContain(encodeURIComponent(base));
    expectClean(at);
  });

  test('that knows no searches and no operations is shown as far as it goes, right to left, without its scripts', async () => {
    await open(`far?at=${encodeURIComponent(strangersBase())}`, 'hospital', strangersRecord.title);
    const { page } = at;
    await page.getByRole('alert').getByText('only one record here').waitFor();
    await page.getByText('Narrative of the record').click();
    await page.getByText('Written far away').waitFor();
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    await page.getByText('Nothing is stated of who may have the data').waitFor();
    expect(await page.getByRole('heading', { level: 1 }).getAttribute('dir')).toBe('auto');
    await page.getByRole('button', { name: 'Assess now' }).click();
    await page.getByText('so this page did').waitFor();
    await page.getByRole('table', { name: 'Scores' }).waitFor();
    await expectAccessible(at);
    await screenshots(at, 'data-set-elsewhere');
    expectClean(at, [/Failed to load resource: the server responded with a status of 404/]);
  });
});

describe('without scripts', () => {
  test('the page is there, readable, and its links lead on', async () => {
    const context = await at.page.context().browser()!.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    try {
      await page.goto(addressOf('/data-set/northshore-routine-care', 'hospital'));
      expect(await page.title()).toContain('Northshore routine care');
      await page.getByRole('heading', { level: 1, name: 'Northshore routine care' }).waitFor();
      await page.getByText('Without logging in, anyone gets single records.').waitFor();
      await page.getByRole('table', { name: 'Ages' }).waitFor();
      await page.screenshot({ path: 'build/screenshots/data-set-without-scripts.png', fullPage: true });
      await page.getByRole('link', { name: 'BibTeX' }).waitFor();
      await page.getByRole('link', { name: 'JSON-LD' }).waitFor();
    } finally {
      await context.close();
    }
  });

  test('it is accessible while scripts have not come', async () => {
    await at.page.route('**/assets/*.js', (route) => route.abort());
    await at.page.goto(addressOf('/data-set/lowlands-main', 'cohort'));
    await at.page.getByText('Without logging in, anyone gets counts of patients.').waitFor();
    await expectAccessible(at);
    await at.page.setViewportSize({ width: 360, height: 800 });
    expect(await at.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(
      0,
    );
  });

  test('it is signposted and holds JSON-LD also within the portal', async () => {
    const address = addressOf('/data-set/northshore-routine-care', 'hospital');
    expect(await signpostingFaults(address)).toEqual([]);
    const answer = await fetch(address, { headers: { accept: 'text/html' } });
    const text = await answer.text();
    const [, block] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(text)!;
    expect(JSON.parse(block!)).toMatchObject({ '@type': 'Dataset', name: 'Northshore routine care' });
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self';");
    const again = await fetch(address, {
      headers: { accept: 'text/html', 'if-none-match': answer.headers.get('etag')! },
    });
    expect([again.status, again.headers.get('content-security-policy')]).toEqual([304, null]);
  });

  test('one that is not there is answered with 404 as a page', async () => {
    const answer = await fetch(addressOf('/data-set/nothing', 'hospital'), { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await answer.text()).toContain('There is no such data set here');
  });
});
