/** The page of a data set in a real browser, with scripts and without. See docs/reference/landing-pages.md */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import type { StartedBrowser } from '../browser/chromium.ts';
import { readBibtex, texText } from './citation-readers.ts';
import { addressOf, becomes, expectAccessible, expectClean, openBrowser, screenshots, type Visit, visit } from './page.ts';
import { signpostingFaults } from './signposting-rules.ts';

let browser: StartedBrowser;
let at: Visit;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  at = await visit(browser);
  return () => at.page.close();
});

const open = async (path: string, site: Parameters<typeof addressOf>[1] = 'hospital'): Promise<void> => {
  await at.page.goto(addressOf(path, site));
  await at.page.getByRole('navigation').first().waitFor();
};

describe('a data set', () => {
  test('shows what it is, who gets what, what it holds', async () => {
    await open('/data-set/northshore-routine-care');
    const { page } = at;
    await page.getByRole('heading', { level: 1, name: 'Northshore routine care' }).waitFor();
    await page.getByText('Without logging in, anyone gets single records.').waitFor();
    await page.getByRole('region', { name: 'At a glance' }).getByText('Germany').waitFor();
    await page.getByRole('img', { name: 'Ages, as a chart; the table says the same' }).locator('svg').waitFor();
    await page.getByRole('radiogroup', { name: 'Form of Ages' }).getByText('Table').click();
    const ages = page.getByRole('table', { name: 'Ages' });
    expect(await ages.getByRole('row').count()).toBeGreaterThan(3);
    await page.getByRole('img', { name: /^Codes in .*, as a chart/ }).first().locator('svg').waitFor();
    await page.getByRole('img', { name: /^Completeness of .*, as a chart/ }).first().locator('svg').waitFor();
    await expectAccessible(at);
    await screenshots(at, 'data-set');
    expectClean(at);
  });
});
