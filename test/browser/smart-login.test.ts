/** SMART's own JavaScript client logs in through the embedded authorization server, in a real browser. https://github.com/smart-on-fhir/client-js */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cheapHash, password, type SmartServer, startSmartServer } from '../smart-app.ts';
import { type StartedBrowser, startBrowser } from './chromium.ts';

const library = readFileSync(join(import.meta.dirname, '../../node_modules/fhirclient/build/fhir-client.js'), 'utf8');
const scope = 'openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs offline_access';

/** What an app of SMART's tutorials does: one page that starts, one that comes back and reads. */
const startPage = (iss: string) => `<!doctype html><script src="fhir-client.js"></script><script>
const launch = new URLSearchParams(location.search).get('launch');
FHIR.oauth2.authorize({
  clientId: 'browser-app',
  redirectUri: 'callback.html',
  pkceMode: 'required',
  ...(launch === null ? { iss: ${JSON.stringify(iss)}, scope: ${JSON.stringify(scope)} }
    : { scope: 'openid launch patient/Patient.rs' }),
});
</script>`;
const backPage = `<!doctype html><main></main><script src="fhir-client.js"></script><script>
FHIR.oauth2.ready().then(async (client) => {
  window.client = client;
  const patient = await client.patient.read();
  return { patient, id: client.patient.id, user: client.user.fhirUser, banner: client.state.tokenResponse.need_patient_banner, scope: client.state.tokenResponse.scope };
}).then((read) => { document.querySelector('main').textContent = JSON.stringify(read); },
  (error) => { document.querySelector('main').textContent = JSON.stringify({ error: String(error) }); });
</script>`;

let app: Server;
let appAt: string;
let server: SmartServer;
let browser: StartedBrowser;
let page: Page;
const complaints: string[] = [];
const foreign: string[] = [];

beforeAll(async () => {
  app = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://app').pathname;
    if (path === '/fhir-client.js') return response.setHeader('content-type', 'text/javascript').end(library);
    const text = { '/launch.html': startPage(server.base), '/callback.html': backPage, '/bye.html': 'bye' }[path];
    return response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'text/html' }).end(text);
  }).listen(0, '127.0.0.1');
  await new Promise((done) => app.once('listening', done));
  appAt = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  server = await startSmartServer({
    accounts: [
      { id: 'anna', name: 'Anna', password: cheapHash(password), patient: 'anna', actsFor: ['child'], may: ['read'] },
    ],
    clients: [
      {
        id: 'browser-app',
        name: 'Browser App',
        authentication: 'none',
        redirectUris: [`${appAt}/callback.html`],
        scopes: ['patient/*.rs'],
      },
    ],
  });
  await server.load([
    { resourceType: 'Patient', id: 'anna', name: [{ family: 'Annason' }] },
    { resourceType: 'Patient', id: 'child', name: [{ family: 'Childson' }] },
  ]);
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.close();
  app.close();
});
beforeEach(async () => {
  await browser.context.clearCookies();
  page = await browser.context.newPage();
  complaints.length = 0;
  foreign.length = 0;
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') foreign.push(request.url());
  });
  return () => page.close();
});

async function logIn(): Promise<void> {
  await page.getByLabel('Account').fill('anna');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Give access?' }).waitFor();
}

async function read(): Promise<Record<string, any>> {
  const main = page.locator('main:not(:empty)');
  await page.waitForURL(`${appAt}/callback.html**`);
  await main.waitFor();
  return JSON.parse((await main.textContent())!);
}

test('a standalone launch: login, choice of patient, consent, and the patient is read', async () => {
  await page.goto(`${appAt}/launch.html`);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  expect(await page.title()).toBe('Log in');
  expect(await page.evaluate('document.activeElement.id')).toBe('account');
  await logIn();
  expect(await page.getByLabel('Read and search Patient records of the patient').isChecked()).toBe(true);
  await page.getByLabel('Read and search Observation records of the patient').uncheck();
  await page.getByLabel('Patient child, whom you represent').check();
  await page.getByRole('button', { name: 'Give access' }).click();
  expect(await read()).toEqual({
    patient: expect.objectContaining({ resourceType: 'Patient', id: 'child', name: [{ family: 'Childson' }] }),
    id: 'child',
    user: 'Patient/anna',
    banner: true,
    scope: 'launch/patient openid fhirUser patient/Patient.rs offline_access',
  });
  const refreshed = (await page.evaluate(
    'client.refresh().then(async (state) => [state.tokenResponse.patient, (await client.patient.read()).id])',
  )) as string[];
  expect(refreshed).toEqual(['child', 'child']);
  expect([complaints, foreign]).toEqual([[], []]);
});

test('a launch from a record system', async () => {
  const registered = await server.ask('POST', `${server.origin}/auth/launch`, {
    as: 'reader',
    body: { patient: 'child', needPatientBanner: false },
    headers: { 'content-type': 'application/json' },
  });
  const query = new URLSearchParams({ iss: server.base, launch: registered.body['launch'] as string });
  await page.goto(`${appAt}/launch.html?${query}`);
  await logIn();
  expect(await page.getByRole('radio').count()).toBe(1);
  await page.getByRole('button', { name: 'Give access' }).click();
  expect(await read()).toMatchObject({ id: 'child', banner: false, scope: 'launch openid patient/Patient.rs' });
  expect([complaints, foreign]).toEqual([[], []]);
});

test('who refuses is sent back, and the app is told', async () => {
  await page.goto(`${appAt}/launch.html`);
  await logIn();
  await page.getByRole('button', { name: 'Refuse' }).click();
  expect((await read())['error']).toContain('the person refused');
});

test('the pages work by keyboard alone, and a wrong password is said aloud', async () => {
  await page.goto(`${appAt}/launch.html`);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.keyboard.type('anna');
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('wrong');
  expect(await page.evaluate('document.activeElement.id')).toBe('password');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Give access?' }).waitFor();
  await page.getByLabel('Know who you are').focus();
  await page.keyboard.press('Enter');
  expect((await read())['id']).toBe('anna');
});

test('one person ends the session of another before their own begins', async () => {
  await page.goto(`${appAt}/launch.html`);
  await logIn();
  await page.getByRole('button', { name: 'Give access' }).click();
  await read();
  // The same request once more, asking for a login.
  const again = page.waitForRequest((request) => request.url().startsWith(`${server.origin}/auth/authorize?`));
  await page.goto(`${appAt}/launch.html`);
  const url = new URL((await again).url());
  url.searchParams.set('prompt', 'login');
  await page.goto(url.href);
  await page.getByLabel('Account').fill('ada');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Give access?' }).waitFor();
  expect(await page.textContent('main')).toContain('Ada <b>Lovelace</b>');
});
