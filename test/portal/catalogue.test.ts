/** The catalogue against the demo community: facets, words, order, comparison, and what is said where nothing is found or known. See docs/reference/facets.md */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

const at = visitEach(() => [new URL(plainBase()).origin]);
let plain: Server;

/** A FHIR server of others: it has data sets, and no facets. */
const plainBase = (): string => `http://127.0.0.1:${(plain.address() as AddressInfo).port}/fhir`;
const answers: Record<string, object> = {
  '/fhir/metadata': {
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    rest: [{ mode: 'server', resource: [{ type: 'Library', searchParam: [{ name: 'title', type: 'string' }] }] }],
  },
  '/fhir/Library': {
    resourceType: 'Bundle',
    type: 'searchset',
    entry: [{ resource: { resourceType: 'Library', id: 'other', title: 'Of another make', status: 'active' } }],
  },
};

beforeAll(async () => {
  plain = createServer((request, response) => {
    const body = answers[new URL(request.url!, 'http://x').pathname];
    response
      .writeHead(body === undefined ? 404 : 200, {
        'content-type': 'application/fhir+json',
        'access-control-allow-origin': '*',
        'access-control-allow-headers': '*',
      })
      .end(JSON.stringify(body ?? { resourceType: 'OperationOutcome', issue: [{ diagnostics: 'no such thing' }] }));
  }).listen(0, '127.0.0.1');
  await once(plain, 'listening');
});
afterAll(async () => {
  plain.close();
});

const open = async (path: string, site: Parameters<typeof addressOf>[1] = 'registry'): Promise<void> => {
  await at.page.goto(addressOf(path, site));
  await at.page.getByRole('heading', { level: 1 }).waitFor();
  await at.page.waitForLoadState('networkidle');
};
const titles = () => at.page.getByRole('article').getByRole('heading').allTextContents();
const facet = (name: RegExp) => at.page.getByRole('group', { name });

describe('facets', () => {
  test('tell how many data sets have what, and choosing brings as many', async () => {
    await open('/catalogue');
    const all = await titles();
    expect(all.length).toBeGreaterThan(2);
    const box = facet(/^Country or region/).getByRole('checkbox', { name: /^Netherlands,/ });
    const said = Number(/, (\d+) data set/.exec((await box.getAttribute('aria-label'))!)![1]);
    await box.click();
    await at.page.getByText(new RegExp(`of ${said} data set`)).waitFor();
    expect(await titles()).toHaveLength(said);
    expect(new URL(at.page.url()).searchParams.get('jurisdiction')).toContain('NL');
    // What was not chosen there is still told.
    expect(
      await facet(/^Country or region/)
        .getByRole('checkbox')
        .count(),
    ).toBeGreaterThan(1);
    await at.page.getByRole('button', { name: 'Take back Country or region: Netherlands' }).click();
    await at.page.getByText(new RegExp(`of ${all.length} data set`)).waitFor();
    await at.page.goBack();
    await at.page.getByText(new RegExp(`of ${said} data set`)).waitFor();
    expectClean(at);
  });

  test('of content are chosen by size, years and codes', async () => {
    await open('/catalogue', 'hospital');
    await facet(/^Patients/)
      .getByRole('radio', { name: /^100 or more/ })
      .click();
    await at.page.getByRole('button', { name: 'Take back Patients: 100 or more' }).waitFor();
    await facet(/^Years/)
      .getByRole('combobox', { name: 'From' })
      .selectOption('2020');
    await at.page.waitForURL(/year=2020-/);
    await at.page.getByRole('button', { name: /^Codes that are held/ }).click();
    await facet(/^Codes/)
      .getByRole('checkbox')
      .first()
      .waitFor();
    await at.page.waitForLoadState('networkidle');
    await expectAccessible(at);
    expectClean(at);
  });

  test('come up from below on a phone', async () => {
    await at.page.setViewportSize({ width: 360, height: 800 });
    await open('/catalogue');
    await at.page.getByRole('button', { name: 'Narrow down' }).click();
    const drawer = at.page.getByRole('dialog');
    await drawer.getByRole('checkbox', { name: /^Netherlands,/ }).click();
    await expectAccessible(at);
    await drawer.getByRole('button', { name: 'Show the data sets' }).click();
    await at.page.getByRole('button', { name: 'Narrow down (1 chosen)' }).waitFor();
    expectClean(at);
  });
});

test('words narrow while one types, are in the address, and can be taken back', async () => {
  await open('/catalogue');
  const all = await titles();
  await at.page.getByRole('textbox', { name: 'Search' }).pressSequentially('pilot', { delay: 30 });
  await at.page.waitForURL(/q=pilot/);
  await at.page.getByText('1 of 1 data set').waitFor();
  expect(await titles()).toEqual(['Lowlands Ageing Cohort, pilot phase']);
  await at.page.getByRole('button', { name: 'Clear the search' }).click();
  await at.page.getByText(new RegExp(`of ${all.length} data set`)).waitFor();
  expectClean(at);
});

test('where nothing matches, it is said what to take back and what that brings', async () => {
  await open('/catalogue?q=pilot&jurisdiction=urn%3Aiso%3Astd%3Aiso%3A3166%7CIT');
  await at.page.getByText('No data set meets all of this').waitFor();
  await at.page.getByRole('button', { name: 'Without Country or region: 1 data set' }).waitFor();
  await screenshots(at, 'catalogue-nothing');
  await expectAccessible(at);
  await at.page.getByRole('button', { name: 'Without Country or region: 1 data set' }).click();
  await at.page.getByText('1 of 1 data set').waitFor();
  expectClean(at);
});

test('data sets are compared side by side, by an address that can be shared', async () => {
  await open('/catalogue', 'cohort');
  await at.page.getByRole('checkbox', { name: 'Compare Lowlands Ageing Cohort, main phase' }).click();
  await at.page.getByRole('checkbox', { name: 'Compare Lowlands Ageing Cohort, pilot phase' }).click();
  await at.page.getByText('2 of 4 data sets picked').waitFor();
  await at.page.getByRole('link', { name: 'Compare them' }).click();
  const table = at.page.getByRole('table');
  await table.getByRole('rowheader', { name: 'Condition', exact: true }).waitFor();
  await at.page.reload();
  await table.getByText(/clinicalStatus: 100/).waitFor();
  await table
    .getByText(/only of patients|approval|decides on requests/)
    .first()
    .waitFor();
  expect(await at.page.getByRole('link', { name: 'Ask a question on these data sets' }).getAttribute('href')).toContain(
    'data-set=lowlands-main&data-set=lowlands-pilot',
  );
  await screenshots(at, 'catalogue-compare');
  await expectAccessible(at);
  await at.page.getByRole('button', { name: /^Remove .*pilot phase/ }).click();
  await at.page.waitForURL((url) => url.searchParams.getAll('compare').length === 1);
  expectClean(at);
});

test('a discovery server shows the catalogues of the registries that it knows', async () => {
  await open('/catalogue', 'discovery');
  const choice = at.page.getByRole('combobox', { name: 'Catalogue of' });
  const names = await choice.getByRole('option').allTextContents();
  expect(names.length).toBeGreaterThan(1);
  expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other)));
  expect(await choice.locator('option:checked').textContent()).toBe('Cardiology Research Community');
  await choice.selectOption({ label: 'University Hospital Northshore' });
  await at.page.getByText('Northshore routine care', { exact: true }).waitFor();
  const link = at.page.getByRole('link', { name: 'Northshore routine care', exact: true });
  expect(await link.getAttribute('href')).toContain('at=http');
  expectClean(at);
});

test('a server without facets is searched, and it is said that it cannot count', async () => {
  await open(`/catalogue?at=${encodeURIComponent(plainBase())}`);
  await at.page.getByText('Of another make').waitFor();
  await at.page.getByText('This server cannot count').waitFor();
  await expectAccessible(at);
  expectClean(at);
});

test('a server that is down is said to be, with a way to try again', async () => {
  const gone = 'http://127.0.0.1:9/fhir';
  await open(`/catalogue?at=${encodeURIComponent(gone)}`);
  await at.page.getByRole('alert').getByText(gone).waitFor();
  await at.page.getByRole('button', { name: 'Try again' }).waitFor();
  await expectAccessible(at);
});

test('where the facets fail, the data sets are there all the same', async () => {
  await at.page.route(/\$facets/, (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/fhir+json',
      body: JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ diagnostics: 'too busy to count' }] }),
    }),
  );
  await open('/catalogue');
  await at.page.getByText('too busy to count').waitFor();
  expect((await titles()).length).toBeGreaterThan(2);
  await expectAccessible(at);
  expectClean(at, [/503/]);
});

test('it speaks German', async () => {
  await open('/catalogue');
  await at.page.getByRole('button', { name: 'Language' }).click();
  await at.page.getByRole('menuitem', { name: 'Deutsch' }).click();
  await at.page
    .getByRole('group', { name: /^Land oder Region/ })
    .getByRole('checkbox', { name: /^Niederlande,/ })
    .waitFor();
  await at.page.getByText(/von \d+ Datensätzen/).waitFor();
  await expectAccessible(at);
  expectClean(at);
});

test('it looks right', async () => {
  await open('/catalogue', 'hospital');
  await at.page
    .getByRole('checkbox', { name: /^Compare/ })
    .first()
    .click();
  await screenshots(at, 'catalogue');
  await expectAccessible(at);
  expectClean(at);
});
