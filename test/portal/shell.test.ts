/** The frame of the portal: its policy, navigation, languages, colours, and what is there without scripts. See docs/adr/0027-portal.md */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addressOf, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

const at = visitEach();

describe('a page of the portal', () => {
  test('comes with a policy under which nothing foreign runs, and a nonce of its own', async () => {
    const [one, other] = await Promise.all([fetch(addressOf('/ask')), fetch(addressOf('/ask'))]);
    const policy = one.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self';/);
    expect(policy).not.toContain('unsafe');
    expect(other.headers.get('content-security-policy')).not.toBe(policy);
    const nonce = /'nonce-([^']+)'/.exec(policy)![1]!;
    const text = await one.text();
    expect(text).toContain(`nonce="${nonce}"`);
    expect(text).not.toContain('__');
  });

  test('names the FHIR base of its server', async () => {
    const text = await (await fetch(addressOf('/ask'))).text();
    expect(text).toContain(`name="fairway-base" content="${addressOf('/fhir')}"`);
  });

  test('says what it is where no scripts run', async () => {
    const text = await (await fetch(addressOf('/'))).text();
    expect(text).toContain('/sitemap.xml');
  });

  test('that is not there is said so, to people as a page and to programs as an outcome', async () => {
    const person = await fetch(addressOf('/nowhere'), { headers: { accept: 'text/html' } });
    expect([person.status, person.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    const program = await fetch(addressOf('/nowhere'));
    expect([program.status, (await program.json()) as object]).toMatchObject([
      404,
      { resourceType: 'OperationOutcome' },
    ]);
    await at.page.goto(addressOf('/nowhere'));
    await at.page.getByText('There is no such page').waitFor();
    await expectAccessible(at);
  });
});

test('the first load is less than 250 kB as it is sent', async () => {
  const sent: Promise<number>[] = [];
  at.page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/fhir')) return;
    sent.push(
      response
        .request()
        .sizes()
        .then(({ responseBodySize }) => responseBodySize),
    );
  });
  await at.page.goto(addressOf('/'));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await at.page.waitForLoadState('networkidle');
  const sizes = await Promise.all(sent);
  expect(sizes.length).toBeGreaterThan(5);
  const sum = sizes.reduce((all, one) => all + one, 0);
  console.log(`first load: ${sizes.length} files, ${sum} bytes`);
  expect(sum).toBeLessThan(250_000);
  expectClean(at);
});

test('what is loaded is kept for a year, and is there without compression, too', async () => {
  const index = await (await fetch(addressOf('/'))).text();
  const path = /src="(\/assets\/[^"]+\.js)"/.exec(index)![1]!;
  const plain = await fetch(addressOf(path), { headers: { 'accept-encoding': 'identity' } });
  const small = await fetch(addressOf(path), { headers: { 'accept-encoding': 'br' } });
  expect(small.headers.get('content-encoding')).toBe('br');
  expect(plain.headers.get('content-encoding')).toBe(null);
  expect(plain.headers.get('cache-control')).toContain('immutable');
  expect(await plain.text()).toBe(await small.text());
  expect((await fetch(addressOf(`${path}.br`))).status).toBe(404);
});

test('one goes from page to page by keyboard, past the navigation, and hears where one is', async () => {
  await at.page.setViewportSize({ width: 1280, height: 900 });
  await at.page.goto(addressOf('/catalogue'));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await at.page.keyboard.press('Tab');
  expect(await at.page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await at.page.keyboard.press('Enter');
  expect(await at.page.evaluate('document.activeElement.id')).toBe('main');
  await at.page.getByRole('navigation').getByRole('link', { name: 'Network' }).focus();
  await at.page.keyboard.press('Enter');
  await at.page.waitForURL('**/network');
  await at.page.waitForFunction('document.activeElement.id === "main"');
  expect(await at.page.getByRole('link', { name: 'Network' }).getAttribute('aria-current')).toBe('page');
  await at.page.waitForFunction('document.title.endsWith("· fairway")');
  expectClean(at);
});

test('the language is chosen, kept, and told to screen readers', async () => {
  await at.page.goto(addressOf('/network'));
  await at.page.getByRole('button', { name: 'Language' }).click();
  await at.page.getByRole('menuitem', { name: 'Deutsch' }).click();
  await at.page.getByRole('link', { name: 'Anmelden' }).waitFor();
  expect(await at.page.evaluate('document.documentElement.lang')).toBe('de');
  await at.page.reload();
  await at.page.getByRole('link', { name: 'Anmelden' }).waitFor();
  expectClean(at);
});

test('colours follow the system unless one chooses', async () => {
  await at.page.emulateMedia({ colorScheme: 'dark' });
  await at.page.goto(addressOf('/network'));
  const scheme = () => at.page.evaluate('document.documentElement.dataset.mantineColorScheme');
  await at.page.getByRole('button', { name: 'Colours' }).click();
  expect(await scheme()).toBe('dark');
  await at.page.getByRole('menuitem', { name: 'Light' }).click();
  expect(await scheme()).toBe('light');
  expectClean(at);
});

test('on a phone the pages are in a menu', async () => {
  await at.page.setViewportSize({ width: 360, height: 800 });
  await at.page.goto(addressOf('/catalogue'));
  await at.page.getByRole('button', { name: 'Menu' }).click();
  const menu = at.page.getByRole('dialog');
  await menu.getByRole('link', { name: 'Explore' }).waitFor();
  await expectAccessible(at);
  await menu.getByRole('link', { name: 'Explore' }).click();
  await at.page.waitForURL('**/explore');
  expectClean(at);
});

test('both languages have the same texts, and each page has them', () => {
  const texts = join(import.meta.dirname, '../../portal/src/text');
  const english = readdirSync(join(texts, 'en')).sort();
  expect(readdirSync(join(texts, 'de')).sort()).toEqual(english);
  const keysOf = (value: unknown, at = ''): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => keysOf(one, `${at}.${key}`))
      : [at];
  for (const name of english) {
    const [en, de] = ['en', 'de'].map(
      (language) => JSON.parse(readFileSync(join(texts, language, name), 'utf8')) as object,
    );
    expect(keysOf(de), name).toEqual(keysOf(en));
  }
  expect(existsSync(join(texts, 'de', 'shell.json'))).toBe(true);
});

test('the frame looks right', async () => {
  await at.page.goto(addressOf('/'));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await screenshots(at, 'welcome');
  await expectAccessible(at);
});
