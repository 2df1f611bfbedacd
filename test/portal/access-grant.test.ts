/** What a request for access shows on its way: documents, obligations, how long a grant holds, and nothing to those it is not for. See docs/adr/0014-access-requests.md */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { accountsAt, type PersonName } from '../../src/demo/index.ts';
import { logInAt } from './log-in.ts';
import { addressOf, becomes, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

let foreign: Server;
let elsewhere: string;
const at = visitEach(() => [elsewhere]);

/** A server of somebody else: it holds a data set, and takes no requests. */
const foreignAnswers: Readonly<Record<string, object>> = {
  '/fhir/metadata': { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', rest: [{ mode: 'server' }] },
  '/fhir/Library/waves': {
    resourceType: 'Library',
    id: 'waves',
    title: 'Waves of <b>health</b>',
    status: 'active',
    publisher: 'Institute of Waves',
    contact: [
      { name: 'Office for data', telecom: [{ system: 'email', value: 'data@waves.example' }] },
      { name: 'Trap', telecom: [{ system: 'url', value: 'javascript:alert(1)' }] },
    ],
  },
};

beforeAll(async () => {
  foreign = createServer(({ url = '' }, response) => {
    const found = foreignAnswers[url.split('?')[0]!];
    response.writeHead(found === undefined ? 404 : 200, {
      'content-type': 'application/fhir+json',
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
    });
    response.end(JSON.stringify(found ?? { resourceType: 'OperationOutcome', issue: [] }));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => foreign.once('listening', ready));
  elsewhere = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
});
afterAll(async () => {
  foreign.close();
});

const cohort = (): string => inject('portal').bases.cohort;
const names = {
  researcher: 'Robin Example, researcher',
  committee: 'Kim Example, for the committee',
  steward: 'Sam Example, data steward',
};
async function open(path: string, person?: PersonName): Promise<void> {
  await at.page.goto(addressOf('/access'));
  await at.page.evaluate(() => sessionStorage.removeItem('fairway-sessions'));
  if (person !== undefined) await becomes(at.page, person, 'cohort', names[person]);
  await at.page.goto(addressOf(path));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
}

async function post(path: string, person: PersonName, values: Record<string, string>): Promise<string> {
  const purpose = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HRESCH' };
  const parameter = Object.entries(values).map(([name, valueString]) => ({ name, valueString }));
  const answer = await fetch(`${cohort()}/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${inject('portal').tokens[person]}`,
      'content-type': 'application/fhir+json',
    },
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: path.startsWith('Library') ? [{ name: 'purpose', valueCoding: purpose }, ...parameter] : parameter,
    }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}
const requested = (title: string, person: PersonName = 'researcher'): Promise<string> =>
  post('Library/lowlands-pilot/$request-access', person, { title });
const card = (title: string) => at.page.getByRole('article').filter({ hasText: title });

test('from the request with a document over the grant with its limits to the data', async () => {
  const title = `Limits ${Date.now()}`;
  await open(`/access?request=${encodeURIComponent(`${cohort()}/Library/lowlands-pilot`)}`, 'researcher');
  await at.page.getByLabel('Title of the project').fill(title);
  await at.page.getByRole('button', { name: 'Next' }).click();
  await at.page.getByRole('button', { name: 'Next' }).click();
  const chooser = at.page.waitForEvent('filechooser');
  await at.page.getByLabel('Documents').click();
  await (await chooser).setFiles({
    name: 'vote <img src=x onerror=alert(1)>.html',
    mimeType: 'text/html',
    buffer: Buffer.from('<script>alert(1)</script>'),
  });
  await expectAccessible(at);
  await at.page.getByRole('button', { name: 'Send', exact: true }).click();
  await at.page.getByText('The request was sent').waitFor();

  await open('/access?tab=inbox', 'committee');
  const download = at.page.waitForEvent('download');
  await card(title).getByRole('link', { name: /^vote/ }).click();
  expect((await download).suggestedFilename()).toMatch(/^vote/);
  await card(title).getByRole('button', { name: 'Grant' }).click();
  const dialog = at.page.getByRole('dialog');
  await dialog.getByLabel('Until').fill('2038-05-31');
  await dialog.getByLabel('How closely to look').selectOption('count');
  await dialog.getByRole('checkbox', { name: 'Do not link the data back to persons' }).check();
  await dialog.getByRole('checkbox', { name: 'Delete the data after use' }).check();
  await dialog.getByLabel('Within how many months').fill('12');
  await screenshots(at, 'access-decide');
  await expectAccessible(at);
  await dialog.getByRole('button', { name: 'Grant' }).click();
  await at.page.getByText('Granted to Robin Example, researcher.').first().waitFor();

  await open('/access?tab=mine', 'researcher');
  const grant = card(title)
    .locator('section')
    .filter({ has: at.page.getByRole('heading', { name: /^Grant/ }) });
  await grant.getByText('Grant: holds').waitFor();
  for (const text of [
    'counts',
    /May 31, 2038|31 May 2038/,
    /in \d+ years/,
    /delete the data after use, within 12 months/,
  ])
    await grant.getByText(text).first().waitFor();
  const history = card(title)
    .locator('section')
    .filter({ has: at.page.getByRole('heading', { name: 'What was done and said' }) });
  expect(await history.locator('strong').allTextContents()).toEqual(['Asked for', 'Granted']);
  await history.getByText('Kim Example').waitFor();
  await screenshots(at, 'access-grant');
  await expectAccessible(at);
  expect(await card(title).getByRole('link', { name: 'To the data set' }).getAttribute('href')).toContain(
    '/data-set/lowlands-pilot?at=',
  );
  await card(title).getByRole('button', { name: 'Withdraw' }).click();
  await at.page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
  await grant.getByText('Grant: does not hold any more').waitFor();
  expectClean(at);
});

test('who decides on what has changed meanwhile is told so, and nothing is decided', async () => {
  const title = `Changed ${Date.now()}`;
  const id = await requested(title);
  await open('/access?tab=inbox', 'committee');
  await card(title).getByRole('button', { name: 'Grant' }).click();
  await post(`Task/${id}/$answer-access`, 'researcher', { message: 'By the way, it is commercial.' });
  const dialog = at.page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Grant' }).click();
  await dialog.getByText('Somebody was there before you').waitFor();
  await expectAccessible(at);
  await at.page.keyboard.press('Escape');
  await card(title).getByText('By the way, it is commercial.').waitFor();
  await card(title).getByText('waiting', { exact: true }).waitFor();
  await post(`Task/${id}/$withdraw-access`, 'researcher', {});
  expectClean(at, [/status of 412/]);
});

test('a researcher is told nothing of requests of others, whatever the address', async () => {
  const title = `Secret ${Date.now()}`;
  const id = await requested(title, 'steward');
  const told: string[] = [];
  at.page.on('response', (response) => {
    if (response.url().includes('/fhir/'))
      void response.text().then(
        (text) => told.push(text),
        () => {},
      );
  });
  const base = encodeURIComponent(cohort());
  for (const path of [
    '/access?tab=mine',
    '/access?tab=inbox',
    `/access?tab=inbox&at=${base}&party=decider`,
    `/access?request=${encodeURIComponent(`${cohort()}/Task/${id}`)}&at=${base}`,
    `/access?tab=audit&at=${base}&entity=Task/${id}`,
    `/access?tab=explain&at=${base}&url=Task/${id}&as=${encodeURIComponent('{}')}`,
    `/explore/Task/${id}?at=${base}`,
    `/explore/Task?at=${base}`,
  ]) {
    await open(path, 'researcher');
    await at.page.waitForLoadState('networkidle');
    expect(await at.page.locator('body').textContent(), path).not.toContain(title);
  }
  expect(told.length).toBeGreaterThan(8);
  expect(told.filter((text) => text.includes(title))).toEqual([]);
  await post(`Task/${id}/$withdraw-access`, 'steward', {});
  expectClean(at, [/status of 4\d\d/]);
});

test('for a server that takes no requests it is said whom to write to', async () => {
  await open(`/access?request=${encodeURIComponent(`${elsewhere}/fhir/Library/waves`)}`);
  await at.page.getByRole('heading', { name: 'Waves of <b>health</b>' }).waitFor();
  await at.page.getByText('Institute of Waves').waitFor();
  expect(await at.page.getByRole('link', { name: 'data@waves.example' }).getAttribute('href')).toBe(
    'mailto:data@waves.example',
  );
  expect(await at.page.getByRole('link', { name: 'javascript' }).count()).toBe(0);
  await screenshots(at, 'access-contact');
  await expectAccessible(at);
  expectClean(at);
});

test('a patient who logs in sees who saw their data, and nobody else’s', async () => {
  const { bases } = inject('portal');
  const { patient } = accountsAt('hospital', 600).find(({ id }) => id === 'patient')!;
  const seen = await fetch(`${bases.hospital}/Patient/${patient}`, {
    headers: { authorization: `Bearer ${inject('portal').tokens.steward}` },
  });
  expect(seen.status).toBe(200);
  await at.page.goto(addressOf(`/login?at=${encodeURIComponent(bases.hospital)}`));
  await logInAt(at.page, 'hospital', 'patient');
  await at.page.getByRole('button', { name: 'Logged in as A patient of the hospital' }).waitFor();
  const audit = `/access?tab=audit&at=${encodeURIComponent(bases.hospital)}`;
  await at.page.goto(addressOf(audit));
  await at.page.getByRole('heading', { name: 'Who saw your data' }).waitFor();
  await at.page.getByRole('cell', { name: 'Sam Example, data steward' }).first().waitFor();
  await screenshots(at, 'access-disclosures');
  await expectAccessible(at);
  expectClean(at);
  await at.page.goto(addressOf(`${audit}&patient=h-599`));
  await at.page.getByRole('alert').waitFor();
  expect(await at.page.getByRole('table').count()).toBe(0);
});

test('a login at such a server is no failure', async () => {
  await open('/access?tab=mine', 'researcher');
  await at.page.evaluate((base) => {
    const known = JSON.parse(sessionStorage.getItem('fairway-sessions')!) as object[];
    sessionStorage.setItem('fairway-sessions', JSON.stringify([...known, { base, token: 'some-token' }]));
  }, `${elsewhere}/fhir`);
  await at.page.reload();
  await at.page.getByText(`${elsewhere}/fhir takes no requests over FHIR.`).waitFor();
  expect(await at.page.getByRole('alert').count()).toBe(0);
  expectClean(at);
});
