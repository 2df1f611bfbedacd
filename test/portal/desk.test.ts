/** The steward's desk in a real browser: from a file with data to a published data set whose conditions hold. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import type { SiteName } from '../../src/demo/index.ts';
import { addressOf, becomes, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

const at = visitEach();
const folder = mkdtempSync(join(tmpdir(), 'fairway-desk-'));
const site: SiteName = 'hospital';

/** Opens the desk as the steward of the demo. */
async function openDesk(search = ''): Promise<void> {
  await at.page.goto(addressOf('/desk', site));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await becomes(at.page, 'steward', site);
  await at.page.goto(addressOf(`/desk${search}`, site));
  await at.page.getByRole('heading', { level: 2 }).first().waitFor();
}

const ask = async (path: string, asked: { method?: string; body?: unknown; as?: 'steward' } = {}): Promise<any> => {
  const { bases, tokens } = inject('portal');
  const response = await fetch(`${bases[site]}/${path}`, {
    method: asked.method ?? 'GET',
    headers: {
      'content-type': 'application/fhir+json',
      ...(asked.as === undefined ? {} : { authorization: `Bearer ${tokens[asked.as]}` }),
    },
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
  });
  return { status: response.status, ...((await response.json().catch(() => ({}))) as object) };
};

const patients = (prefix: string, count: number): string =>
  Array.from({ length: count }, (_, index) =>
    JSON.stringify({ resourceType: 'Patient', id: `${prefix}-${index}`, gender: index % 2 === 0 ? 'female' : 'male' }),
  ).join('\n');

function fileWith(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const step = (name: RegExp) => at.page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name });
const card = (name: RegExp) =>
  at.page.getByRole('region', { name: 'Who would see what' }).getByRole('region', { name });

describe('who is not a steward', () => {
  test('reads what the desk is for, and how to log in', async () => {
    await at.page.goto(addressOf('/desk', site));
    await at.page.getByRole('heading', { name: 'Log in as a data steward' }).waitFor();
    await at.page.getByRole('main').getByRole('link', { name: 'Log in' }).waitFor();
    await screenshots(at, 'desk-welcome');
    await expectAccessible(at);
    expectClean(at);
  });

  test('is told so when logged in as someone else', async () => {
    await at.page.goto(addressOf('/desk', site));
    await at.page.getByRole('heading', { level: 1 }).waitFor();
    await becomes(at.page, 'researcher', site);
    await at.page.goto(addressOf('/desk', site));
    await at.page.getByRole('heading', { name: 'You are logged in, but not as a steward' }).waitFor();
    expectClean(at, [/403/]);
  });
});

test('the overview shows data sets with what they lack, and jobs with how they go', async () => {
  await openDesk();
  const one = at.page.getByRole('article', { name: 'Northshore routine care' });
  await one.getByText('Anyone: Sees single records as they are.').waitFor();
  await at.page.getByRole('row', { name: /Content summaries/ }).waitFor();
  await screenshots(at, 'desk-overview');
  await expectAccessible(at);
  expectClean(at);
});

test('from a file with data to a published data set whose conditions hold', async () => {
  await openDesk('?set=new&step=what');
  await at.page.getByLabel('Title').fill('Heart <b>cohort</b>');
  await at.page.getByLabel('Description').fill('Patients with heart failure.');
  await step(/Who/).click();
  await at.page.getByLabel('Publisher').fill('University Hospital Northshore');
  await at.page.getByLabel('Name', { exact: true }).fill('Data office');
  await at.page.getByLabel('Page or mail address').fill('data@hospital.example.org');
  await at.page.getByRole('button', { name: 'Add a contact' }).click();
  await step(/Data$/).click();
  await at.page
    .getByRole('combobox', { name: 'Data on this server' })
    .or(at.page.getByLabel('Data on this server'))
    .first()
    .click();
  await at.page.getByRole('option', { name: 'What carries its tag on this server' }).click();
  const tag = at.page.getByLabel('Tag', { exact: true });
  await tag.fill('heart-cohort');

  // What is not stored survives a reload.
  await at.page.reload();
  await at.page.getByLabel('Tag', { exact: true }).waitFor();
  expect(await at.page.getByLabel('Tag', { exact: true }).inputValue()).toBe('heart-cohort');
  await screenshots(at, 'desk-data');

  await step(/Conditions/).click();
  await card(/Anyone/)
    .getByText('Sees no data.')
    .waitFor();
  await at.page.getByText('nothing is stated of who may have the data').first().waitFor();
  await at.page.getByRole('button', { name: 'Add a level' }).click();
  await card(/Anyone/)
    .getByText('Sees counts: below 10 withheld, others rounded to 10.')
    .waitFor();
  await at.page.getByLabel('Withhold counts below').fill('5');
  await at.page.getByLabel('Round counts to').fill('5');
  await card(/Anyone/)
    .getByText('below 5 withheld')
    .waitFor();
  await at.page.getByRole('button', { name: 'Add a level' }).click();
  const second = at.page.getByRole('region', { name: 'Level 2' });
  await second.getByLabel('Level 2').first().click();
  await at.page.getByRole('option', { name: 'records', exact: true }).click();
  await at.page.getByRole('button', { name: 'Add a term' }).click();
  await card(/Registered researcher, non-profit/)
    .getByText('Sees single records as they are.')
    .waitFor();
  await card(/Clinician/)
    .getByText('a stated purpose of research')
    .waitFor();
  await screenshots(at, 'desk-conditions');
  await expectAccessible(at);

  await step(/Check/).click();
  await at.page.getByText('The server finds no fault in it.').waitFor();
  await at.page.getByRole('button', { name: 'Publish', exact: true }).click();
  await at.page.getByText('Its conditions hold from now on.').waitFor();
  const id = new URL(at.page.url()).searchParams.get('set')!;
  await at.page.getByRole('link', { name: 'See its page' }).waitFor();
  await screenshots(at, 'desk-published');
  await expectAccessible(at);

  // The data come last: the tag ties them to the data set, whose conditions hold for them at once.
  await at.page.goto(addressOf(`/desk?data=${id}`, site));
  await at.page.getByText('by which it belongs to the data set').waitFor();
  await at.page.locator('input[type=file]').setInputFiles(fileWith('heart.ndjson', patients('heart', 12)));
  await at.page.getByRole('button', { name: 'Send', exact: true }).click();
  await at.page.getByText('12 created, 0 replaced, 0 refused').waitFor();
  await expectAccessible(at);

  const search = `Patient?_tag=${encodeURIComponent('https://fairway.health/fhir/CodeSystem/data-set|heart-cohort')}`;
  const counted = await ask(`${search}&_summary=count`);
  expect(counted.total).toBe(10);
  expect((await ask(search)).entry ?? []).toEqual([]);
  expect((await ask('Patient/heart-1')).status).toBe(404);
  expect((await ask(search, { as: 'steward' })).entry).toHaveLength(12);
  const record = await ask(`Library/${id}`);
  expect([record.status, record.title, record.description]).toMatchObject([
    'active',
    'Heart <b>cohort</b>',
    'Patients with heart failure.',
  ]);
  expect((await ask(`Library/${id}/$validate`, { method: 'POST', body: record })).issue[0].severity).toBe(
    'information',
  );
  expectClean(at);
});

describe('taking in data', () => {
  test('names each fault by its line, and gives them as a table', async () => {
    await openDesk('?data=');
    const lines = `${patients('faulty', 2)}\n\n{"resourceType":"Patient","gender":7}\nno json\n${patients('fine', 1)}`;
    await at.page.locator('input[type=file]').setInputFiles(fileWith('faulty.ndjson', lines));
    await at.page.getByRole('button', { name: 'Send', exact: true }).click();
    await at.page.getByText('3 created, 0 replaced, 2 refused').waitFor();
    await at.page.getByRole('row', { name: /faulty.ndjson, line 4/ }).waitFor();
    await at.page.getByRole('row', { name: /faulty.ndjson, line 5/ }).waitFor();
    await screenshots(at, 'desk-faults');
    await expectAccessible(at);
    const download = at.page.waitForEvent('download');
    await at.page.getByRole('button', { name: 'Save as a table' }).click();
    const table = readFileSync(await (await download).path(), 'utf8');
    expect(table.split('\r\n')).toHaveLength(4);
    expect(table).toContain('"faulty.ndjson",5,refused,');
    expectClean(at);
  });

  test('takes Bundles by entry', async () => {
    await openDesk('?data=');
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: { resourceType: 'Patient', id: 'bundled' } }, { resource: { resourceType: 'Moon' } }],
    };
    await at.page.locator('input[type=file]').setInputFiles(fileWith('all.json', JSON.stringify(bundle)));
    await at.page.getByRole('button', { name: 'Send', exact: true }).click();
    await at.page.getByRole('row', { name: /all.json, entry 2/ }).waitFor();
    expect((await ask('Patient/bundled', { as: 'steward' })).id).toBe('bundled');
    expectClean(at);
  });

  test('can be stopped: what was sent stays, the rest is not sent', async () => {
    await openDesk('?data=');
    const long = JSON.stringify({ resourceType: 'Patient', name: [{ text: 'x'.repeat(2000) }] });
    await at.page.locator('input[type=file]').setInputFiles(fileWith('long.ndjson', `${long}\n`.repeat(4000)));
    let chunks = 0;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await at.page.route('**/$import', async (route) => {
      if (++chunks > 1) await held;
      await route.continue().catch(() => {});
    });
    await at.page.getByRole('button', { name: 'Send', exact: true }).click();
    await at.page.getByText(/^[1-9][\d,]* created/).waitFor();
    await at.page.getByRole('button', { name: 'Stop' }).click();
    await at.page.getByText('What was taken in before stays.').waitFor();
    release();
    expect(chunks).toBe(2);
    expectClean(at);
  });
});

test('a conflict is said, and nothing is overwritten', async () => {
  const base = await ask('Library/northshore-biosamples', { as: 'steward' });
  const mine = {
    ...base,
    id: undefined,
    url: 'urn:test:conflict',
    identifier: [{ value: 'conflict' }],
    title: 'Conflict',
  };
  const { id } = await ask('Library', { method: 'POST', body: { ...mine, status: 'draft' }, as: 'steward' });
  await openDesk(`?set=${id}&step=what`);
  await at.page.getByLabel('Title').fill('Mine');
  const theirs = await ask(`Library/${id}`, { as: 'steward' });
  await ask(`Library/${id}`, { method: 'PUT', body: { ...theirs, status: 'draft', title: 'Theirs' }, as: 'steward' });
  await step(/Check/).click();
  await at.page.getByRole('button', { name: 'Store as a draft' }).click();
  await at.page.getByText('Someone else stored another version meanwhile').waitFor();
  await expectAccessible(at);
  expect((await ask(`Library/${id}`, { as: 'steward' })).title).toBe('Theirs');
  await at.page.getByRole('button', { name: 'Discard mine and take the stored version' }).click();
  await at.page.getByText('Theirs').first().waitFor();
  expectClean(at, [/412/]);
});

test('a published data set is sent to a registry, withdrawn, and retired', async () => {
  // A data set of its own, since others ask that of the demo meanwhile.
  const routine = JSON.stringify(await ask('Library/northshore-routine-care', { as: 'steward' }));
  const { meta: _, ...copy } = JSON.parse(routine.replaceAll('northshore-routine-care', 'desk-shared'));
  await ask('Library/desk-shared', { method: 'PUT', body: { ...copy, title: 'Shared at the desk' }, as: 'steward' });
  const tag = { system: 'https://fairway.health/fhir/CodeSystem/data-set', code: 'desk-shared' };
  const person = { resourceType: 'Patient', id: 'desk-shared', meta: { tag: [tag] } };
  await ask('Patient/desk-shared', { method: 'PUT', body: person, as: 'steward' });
  const theirs = await ask('Library/desk-shared', { as: 'steward' });
  const one = `Patient?_tag=${encodeURIComponent(`${tag.system}|${tag.code}`)}&_count=1`;
  await openDesk('?set=desk-shared&step=check');
  await becomes(at.page, 'steward', 'discovery');
  await at.page.reload();
  await at.page.getByLabel('Address of the registry').fill(inject('portal').bases.discovery);
  await at.page.getByRole('button', { name: 'Send', exact: true }).click();
  await at.page.getByText(/The registry (took it|had it already)/).waitFor();
  await at.page.getByRole('button', { name: 'Assess' }).click();
  await at.page.getByText('Findable').waitFor();
  await expectAccessible(at);

  await at.page.getByRole('button', { name: 'Unpublish' }).click();
  await at.page.getByText('Stored as a draft').waitFor();
  expect((await ask(one)).entry ?? []).toEqual([]);
  await at.page.getByRole('button', { name: 'Publish', exact: true }).click();
  await at.page.getByText('Its conditions hold from now on.').waitFor();
  expect((await ask(one)).entry).toHaveLength(1);
  await at.page.getByRole('button', { name: 'Retire' }).click();
  await at.page.getByText('Retired', { exact: true }).waitFor();
  const { status, meta, ...rest } = await ask('Library/desk-shared', { as: 'steward' });
  expect(status).toBe('retired');
  // Nothing else of the record changed on the way.
  expect({ ...rest, meta: undefined, status: undefined }).toEqual({ ...theirs, meta: undefined, status: undefined });
  expectClean(at);
});

test('faults stand beside the field that they belong to', async () => {
  await openDesk('?set=new&step=where');
  await at.page.getByLabel('Data from').fill('someday');
  await at.page.getByText(/effectivePeriod.start/).waitFor();
  await step(/Where and when \(faults\)/).waitFor();
  expectClean(at);
});

test('by keyboard alone', async () => {
  await openDesk();
  await at.page.getByRole('main').getByRole('link', { name: 'Describe a new data set' }).focus();
  await at.page.keyboard.press('Enter');
  await at.page.getByLabel('Title').focus();
  await at.page.keyboard.type('By keyboard');
  await at.page.keyboard.press('Tab');
  await at.page.keyboard.type('Typed.');
  await step(/Conditions/).focus();
  await at.page.keyboard.press('Enter');
  await at.page.getByRole('button', { name: 'Add a level' }).focus();
  await at.page.keyboard.press('Enter');
  await card(/Anyone/)
    .getByText('Sees counts')
    .waitFor();
  await step(/Check/).focus();
  await at.page.keyboard.press('Enter');
  await at.page.getByRole('button', { name: 'Store as a draft' }).focus();
  await at.page.keyboard.press('Enter');
  await at.page.getByText('Stored as a draft').waitFor();
  const id = new URL(at.page.url()).searchParams.get('set')!;
  const record = await ask(`Library/${id}`, { as: 'steward' });
  expect([record.status, record.title]).toMatchObject(['draft', 'By keyboard']);
  expectClean(at);
});
