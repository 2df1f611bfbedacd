/** Opens pages of the portal in a real browser, and watches what they do: errors, requests, accessibility, looks. https://playwright.dev/docs/api/class-page */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, inject } from 'vitest';
import type { PersonName, SiteName } from '../../src/demo/index.ts';
import { type StartedBrowser, startBrowser } from '../browser/chromium.ts';

const axe = readFileSync(join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'), 'utf8');
const pictures = join(import.meta.dirname, '../../build/screenshots');

export interface Visit {
  page: Page;
  /** errors on the console, errors that nobody caught, what the policy stopped */
  complaints: string[];
  /** requests that went to no server of the demo */
  foreign: string[];
}

/** The address of a page of the portal at one of the demo's servers. */
export const addressOf = (path: string, site: SiteName = 'discovery'): string =>
  new URL(path, inject('portal').bases[site]).href;

/** A page in a tab of its own that remembers nothing of others. Requests to `allowed` (origins) are no foreign ones. */
export async function visit(browser: StartedBrowser, allowed: readonly string[] = []): Promise<Visit> {
  const context = await browser.newContext();
  const page = await context.newPage();
  // What is going away must not be there twice beside what has come.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  page.on('close', () => void context.close().catch(() => {}));
  const known = new Set([...Object.values(inject('portal').bases).map((base) => new URL(base).origin), ...allowed]);
  const found: Visit = { page, complaints: [], foreign: [] };
  page.on('console', (message) => {
    if (message.type() === 'error') found.complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => found.complaints.push(String(error.stack ?? error)));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (/^https?:$/.test(protocol) && !known.has(origin)) found.foreign.push(request.url());
  });
  return found;
}

/** Nothing went wrong that the page did not expect. `expected` are patterns of complaints that belong to the test, such as the browser's line for each status 4xx. */
export function expectClean({ complaints, foreign }: Visit, expected: readonly RegExp[] = []): void {
  expect(complaints.filter((one) => !expected.some((pattern) => pattern.test(one)))).toEqual([]);
  expect(foreign).toEqual([]);
}

interface Violation {
  id: string;
  help: string;
  nodes: { target: unknown; html: string; failureSummary?: string }[];
}

/** axe finds nothing against WCAG 2.2 AA, nor against good practice. https://github.com/dequelabs/axe-core */
export async function expectAccessible(visit: Visit): Promise<void> {
  await expectNoViolations(visit, 'axe.run(document, { resultTypes: ["violations"] })');
}

/** Of all that axe looks at, only the colours are others in the other colour scheme. */
const expectContrast = (visit: Visit): Promise<void> =>
  expectNoViolations(
    visit,
    'axe.run(document, { resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"] })',
  );

async function expectNoViolations({ page }: Visit, run: string): Promise<void> {
  await stands(page);
  await page.evaluate(axe);
  const violations = (await page.evaluate(`${run}.then(({ violations }) => violations)`)) as Violation[];
  expect(
    violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ target, html, failureSummary }) => ({ target, html: html.slice(0, 300), failureSummary })),
    })),
  ).toEqual([]);
}

/** Colours are measured while nothing moves, and a change of the colour scheme has come to its end. */
async function stands(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const wanted = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    const chosen = localStorage.getItem('mantine-color-scheme-value') ?? 'auto';
    const shown = document.documentElement.dataset['mantineColorScheme'];
    return shown === undefined || shown === (chosen === 'auto' ? wanted : chosen);
  });
  // What the change sets in motion begins with the next frame.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running'));
}

const widths = [360, 820, 1440];

/** Pictures of the page in both colour schemes and at three widths; no page is wider than its window, and all can be read in the dark. */
export async function screenshots(visited: Visit, name: string): Promise<void> {
  const { page } = visited;
  mkdirSync(pictures, { recursive: true });
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(pictures, `${name}-${scheme}-${width}.png`), fullPage: true });
      const excess = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(excess, `${name} at ${width}`).toBe(0);
    }
    if (scheme === 'dark') await expectContrast(visited);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await stands(page);
}

/** What a test visits; its page is a new one for each test. */
export interface EachVisit extends Readonly<Visit> {
  /** one more tab, which remembers nothing of the others */
  another(): Promise<Visit>;
}

/** Opens a browser for a test file, and a page before each of its tests. Requests to the origins are no foreign ones. */
export function visitEach(origins: () => readonly string[] = () => []): EachVisit {
  let browser: StartedBrowser;
  let now: Visit;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    now = await visit(browser, origins());
    return () => now.page.close();
  });
  return {
    get page() {
      return now.page;
    },
    get complaints() {
      return now.complaints;
    },
    get foreign() {
      return now.foreign;
    },
    another: () => visit(browser, origins()),
  };
}

/** A browser for one test file, ended by its `close`. */
export const openBrowser = (): Promise<StartedBrowser> => startBrowser();

/** Puts a token of the demo into the tab, as a login would. Call it after the first page is open, and open the next one after it. */
export async function becomes(page: Page, person: PersonName, site: SiteName, name: string = person): Promise<void> {
  const { bases, tokens } = inject('portal');
  await page.evaluate(
    ([base, token, who]) => {
      const known = JSON.parse(sessionStorage.getItem('fairway-sessions') ?? '[]') as unknown[];
      sessionStorage.setItem('fairway-sessions', JSON.stringify([...known, { base, token, name: who }]));
    },
    [bases[site], tokens[person], name] as const,
  );
}
