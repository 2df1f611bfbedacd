/** The explorer: any FHIR server as pages, searches, versions and a console; hostile answers are shown safely. See docs/adr/0033-explaining-searches.md */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type ExploreServer, startExploreServer } from './explore-server.ts';
import { addressOf, becomes, expectAccessible, expectClean, screenshots, visitEach } from './page.ts';

let foreign: ExploreServer;
const at = visitEach(() => [foreign.origin]);

beforeAll(async () => {
  foreign = await startExploreServer();
});
afterAll(async () => {
  await foreign.close();
});

const elsewhere = (path: string, more: Record<string, string> = {}): string =>
  addressOf(`/explore/${path}?${new URLSearchParams({ at: foreign.base, ...more })}`);

/** Nothing of what a resource holds has run. */
async function expectUnharmed(): Promise<void> {
  expect(await at.page.evaluate('window.hacked')).toBeUndefined();
}

/** The browser's own line for an answer with such a status. */
const refused = (status: number): RegExp => new RegExp(`status of ${status}`);

describe('what a server can do', () => {
  test('is told of the server that serves the portal: types to search, operations to try', async () => {
    await at.page.goto(addressOf('/explore', 'cohort'));
    await at.page.getByRole('heading', { name: /resource types/ }).waitFor();
    await at.page.getByLabel('Find a type').fill('patien');
    await at.page.getByRole('link', { name: 'Patient', exact: true }).waitFor();
    expect(await at.page.getByRole('link', { name: 'Observation', exact: true }).count()).toBe(0);
    await at.page.getByLabel('Find a type').fill('');
    await screenshots(at, 'explore-overview');
    await expectAccessible(at);
    await at.page.getByRole('link', { name: 'Try $explain-search in the console' }).click();
    await at.page.getByRole('combobox', { name: 'Path or address' }).waitFor();
    expect(await at.page.getByRole('combobox', { name: 'Path or address' }).inputValue()).toBe('$explain-search');
    expectClean(at);
  });

  test('of another server, by an address that one pastes', async () => {
    await at.page.goto(addressOf('/explore'));
    await at.page.getByLabel('Open an address').fill('nonsense');
    await at.page.getByRole('button', { name: 'Open' }).click();
    await at.page.getByText('Write the address of a FHIR server').waitFor();
    await at.page.getByLabel('Open an address').fill(`${foreign.base}/Patient/hostile`);
    await at.page.getByRole('button', { name: 'Open' }).click();
    await at.page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
    await at.page.getByRole('link', { name: 'Overview' }).click();
    await at.page.getByText('Elsewhere 7').waitFor();
    expectClean(at);
  });
});

describe('a resource', () => {
  test('is a readable page, and nothing in it runs', async () => {
    await at.page.goto(elsewhere('Patient/hostile'));
    await at.page.getByRole('heading', { level: 1, name: 'Ada Lovelace' }).waitFor();
    const page = at.page.getByRole('tabpanel');
    await page.getByText('Good words').waitFor();
    await page.getByText('<img src=x onerror=').waitFor();
    await page.getByText('Dec 10, 1815', { exact: true }).waitFor();
    await page.getByText('Patient birth time').waitFor();
    await page.getByText('12 St James, London').waitFor();
    expect(await page.getByRole('link', { name: 'Dr Babbage' }).getAttribute('href')).toContain(
      '/explore/Practitioner/doctor',
    );
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('link', { name: 'مستشفى الأمل' }).click();
    expect(new URL(at.page.url()).hash).toBe('#contained-clinic');
    await screenshots(at, 'explore-resource');
    await expectAccessible(at);
    await expectUnharmed();
    expectClean(at);
  });

  test('is JSON as it was sent, that folds, with references as links', async () => {
    await at.page.goto(elsewhere('Patient/hostile'));
    await at.page.getByRole('tab', { name: 'JSON' }).click();
    const code = at.page.getByRole('region', { name: 'JSON' });
    await code.getByText('"1815-12-10"', { exact: true }).waitFor();
    await code.getByRole('button', { name: 'Members of name' }).click();
    expect(await code.getByText('"Lovelace"').count()).toBe(0);
    await code.getByRole('button', { name: 'Members of name' }).click();
    await code.getByText('"Lovelace"').waitFor();
    await code.getByRole('link', { name: 'Practitioner/doctor' }).waitFor();
    await at.page.getByRole('button', { name: 'Fold', exact: true }).click();
    await screenshots(at, 'explore-json');
    await expectAccessible(at);
    await expectUnharmed();
    expectClean(at);
  });

  test('is XML as the server sends it, and Turtle only where it is offered', async () => {
    await at.page.goto(elsewhere('Patient/hostile'));
    expect(await at.page.getByRole('tab', { name: 'Turtle' }).count()).toBe(0);
    await at.page.getByRole('tab', { name: 'XML' }).click();
    await at.page.getByRole('region', { name: 'XML' }).getByText('"female"').waitFor();
    await at.page.getByText('application/fhir+xml', { exact: false }).waitFor();
    await expectAccessible(at);
    await at.page.goto(addressOf('/explore/Library?q=_count%3D1', 'registry'));
    await at.page.getByRole('region', { name: 'Found: Library' }).getByRole('link').first().click();
    await at.page.getByRole('tab', { name: 'Turtle' }).click();
    await at.page.getByRole('region', { name: 'Turtle' }).getByText('fhir:Library', { exact: false }).first().waitFor();
    expectClean(at);
  });

  test('of a megabyte is drawn as far as it is seen, with every digit', async () => {
    await at.page.goto(elsewhere('Observation/large', { view: 'json' }));
    const code = at.page.getByRole('region', { name: 'JSON' });
    await code.getByText('1.50').first().waitFor();
    expect(await code.locator('[data-line]').count()).toBeLessThan(400);
    await code.evaluate((one) => one.scrollTo(0, one.scrollHeight));
    await code.getByText('"Component number 5999"').waitFor();
    await at.page.getByRole('tab', { name: 'Page' }).click();
    await at.page.getByText('25 of 6,000 are shown').waitFor();
    expect(await at.page.getByText('1.50 mg/dL').count()).toBe(25);
    expectClean(at);
  });

  test('with a title of 5,000 characters is cut, says so, and is shown whole when one asks', async () => {
    await at.page.goto(elsewhere('Library/long'));
    await at.page.getByRole('button', { name: 'Show all 5,000 characters' }).first().click();
    await at.page.getByRole('button', { name: 'Show less' }).first().waitFor();
    await screenshots(at, 'explore-long');
    await expectAccessible(at);
    expectClean(at);
  });

  test.each([
    ['Patient/secret', 401, 'Log in there'],
    ['Patient/forbidden', 403, 'You may not have this'],
    ['Patient/nobody', 404, 'It is not there'],
    ['Patient/gone', 410, 'It was deleted'],
  ])('that cannot be had: %s is said in plain words', async (path, status, words) => {
    await at.page.goto(elsewhere(path));
    await at.page.getByRole('alert').getByText(words).first().waitFor();
    await expectAccessible(at);
    expectClean(at, [refused(status)]);
  });

  test('that is a web page, or on a server that does not let pages ask', async () => {
    await at.page.goto(addressOf(`/explore/Patient/1?at=${encodeURIComponent(`${foreign.origin}/site`)}`));
    await at.page.getByText('The server answered with a web page').waitFor();
    await at.page.getByText('Welcome to the intranet').waitFor();
    await screenshots(at, 'explore-html');
    await expectUnharmed();
    await at.page.goto(addressOf(`/explore/Patient/1?at=${encodeURIComponent(`${foreign.origin}/closed`)}`));
    await at.page.getByText('it does not let pages of other sites ask it').waitFor();
    expectClean(at, [/CORS policy/, /ERR_FAILED/]);
  });
});

describe('a search', () => {
  test('is made with completion, and its results are a table with pages by the links of the server', async () => {
    await at.page.goto(addressOf('/explore/Patient', 'cohort'));
    await at.page.getByRole('heading', { level: 1, name: 'Search Patient' }).waitFor();
    const row = at.page.getByRole('group', { name: 'Criterion 1' });
    await row.getByRole('combobox', { name: 'Parameter' }).fill('gen');
    await at.page
      .getByRole('option', { name: /gender/ })
      .first()
      .click();
    await row.getByRole('combobox', { name: 'Value' }).click();
    await at.page.getByRole('option', { name: 'female' }).click();
    await at.page.getByRole('button', { name: 'Add a criterion' }).click();
    const second = at.page.getByRole('group', { name: 'Criterion 2' });
    await second.getByRole('combobox', { name: 'Parameter' }).fill('birthdate');
    await at.page.keyboard.press('Escape');
    await second.getByRole('combobox', { name: 'Comparator' }).click();
    await at.page.getByRole('option', { name: 'less than' }).click();
    await second.getByRole('combobox', { name: 'Value' }).fill('1990');
    await at.page.keyboard.press('Escape');
    expect(await at.page.getByLabel('As a query').inputValue()).toBe('gender=female&birthdate=lt1990');
    await at.page.getByRole('button', { name: 'Search', exact: true }).click();
    await at.page.waitForURL(/q=gender/);
    await expectAccessible(at);
    expectClean(at);
  });

  test('shows what came along apart, warnings, and no total where none is told', async () => {
    await at.page.goto(elsewhere('Observation', { q: 'code=718-7' }));
    await at.page.getByText('the parameter colour is not known here').waitFor();
    await at.page.getByText('20 on this page · the server does not say how many in all').waitFor();
    const found = at.page.getByRole('region', { name: 'Found: Observation' });
    expect(await found.getByRole('row').count()).toBe(21);
    await found.getByText('10 g/dL').waitFor();
    await at.page.getByRole('region', { name: 'What came along' }).getByText('Ada Lovelace').waitFor();
    await screenshots(at, 'explore-search');
    await expectAccessible(at);
    await at.page.getByRole('link', { name: 'Next page' }).click();
    await at.page.getByText('5 on this page').waitFor();
    await at.page.getByRole('button', { name: 'Explain this search' }).click();
    await at.page.getByText('This server does not explain searches').waitFor();
    expectClean(at);
  });

  test('that finds nothing says so', async () => {
    await at.page.goto(elsewhere('Library', { q: 'code=none' }));
    await at.page.getByRole('heading', { name: 'Nothing was found' }).waitFor();
    await expectAccessible(at);
    expectClean(at);
  });

  test('is refused or let pass, as one chooses', async () => {
    await at.page.goto(addressOf(`/explore/Patient?q=${encodeURIComponent('colour=red')}&handling=lenient`, 'cohort'));
    await at.page.getByText('Patient has no search parameter "colour"').waitFor();
    await at.page.getByRole('combobox', { name: 'What the server does not know' }).click();
    await at.page.getByRole('option', { name: 'refuse it' }).click();
    await at.page.getByRole('button', { name: 'Search', exact: true }).click();
    await at.page.getByText('The server refused the request').waitFor();
    expectClean(at, [refused(400), refused(405), refused(501)]);
  });

  test('is explained: how it is read, what it costs; the plan is for those who may read everything', async () => {
    const address = addressOf(
      `/explore/Observation?q=${encodeURIComponent('code=718-7&subject:Patient.gender=female')}`,
      'cohort',
    );
    await at.page.goto(address);
    await at.page.getByRole('button', { name: 'Explain this search' }).click();
    const explanation = at.page.getByRole('region', { name: 'Explanation' });
    await explanation.getByText('State the system too', { exact: false }).waitFor();
    await explanation.getByText('Observation.subject > Patient').waitFor();
    await explanation.getByText('Only what you may read takes part', { exact: false }).waitFor();
    expect(await explanation.getByRole('table').count()).toBe(0);
    await screenshots(at, 'explore-explained');
    await expectAccessible(at);
    await becomes(at.page, 'steward', 'cohort');
    await at.page.goto(address);
    await at.page.getByRole('button', { name: 'Explain this search' }).click();
    await explanation.getByRole('table').first().waitFor();
    await explanation.getByText('You may read everything here.').waitFor();
    await expectAccessible(at);
    expectClean(at);
  });
});

describe('versions', () => {
  test('are listed with what is told of them, and compared by their structure', async () => {
    await at.page.goto(elsewhere('Patient/versions/_history'));
    const list = at.page.getByRole('region', { name: 'Versions' });
    await list.getByText('deleted').waitFor();
    await list.getByText('urn:clinic').waitFor();
    await at.page.getByText('In one of the versions the resource was deleted').waitFor();
    await at.page.goto(elsewhere('Patient/versions/_history', { from: '1', to: '2' }));
    const differences = at.page.getByRole('region', { name: 'Differences' });
    await differences.getByRole('rowheader', { name: 'gender' }).waitFor();
    expect(await differences.getByRole('rowheader').allTextContents()).toEqual([
      'meta.source',
      'gender',
      'name[0]',
      'active',
    ]);
    await at.page.getByText('2 added').waitFor();
    await screenshots(at, 'explore-history');
    await expectAccessible(at);
    await at.page.getByText('In line').click();
    await at.page.locator('del').getByText('male', { exact: true }).waitFor();
    await expectAccessible(at);
    expectClean(at);
  });

  test('of a resource of ours', async () => {
    await at.page.goto(addressOf('/explore/Library?q=_count%3D1', 'registry'));
    await at.page.getByRole('region', { name: 'Found: Library' }).getByRole('link').first().click();
    await at.page.getByRole('link', { name: 'Versions' }).click();
    await at.page.getByRole('region', { name: 'Versions' }).getByRole('row').nth(1).waitFor();
    expectClean(at);
  });
});

describe('the console', () => {
  test('sends what one writes with the session, shows what came back, and never the token', async () => {
    await at.page.goto(addressOf('/explore/console', 'cohort'));
    await becomes(at.page, 'steward', 'cohort');
    await at.page.goto(addressOf('/explore/console?path=Patient%3F_count%3D1', 'cohort'));
    await at.page.getByRole('button', { name: 'Send', exact: true }).click();
    const answer = at.page.getByRole('region', { name: 'Answer' });
    await answer.getByText('200').first().waitFor();
    await answer.getByText('"Bundle"').waitFor();
    await answer.getByText('"match"').waitFor();
    await at.page.getByText('Bearer $TOKEN').waitFor();
    expect(await at.page.evaluate('document.body.innerText')).not.toContain(inject('portal').tokens.steward);
    await answer.getByText(/^\d+ headers?$/).click();
    await screenshots(at, 'explore-console');
    await expectAccessible(at);
    await at.page.getByRole('textbox', { name: 'Headers' }).fill('Authorization: Bearer x');
    await at.page.getByText('Leave out Authorization').waitFor();
    expect(await at.page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    expectClean(at);
  });

  test('asks before it sends what may change something, and says what is no JSON', async () => {
    await at.page.goto(elsewhere('console', { path: 'Patient/hostile' }));
    await at.page.getByRole('combobox', { name: 'Method' }).click();
    await at.page.getByRole('option', { name: 'PUT' }).click();
    await at.page.getByLabel('Body').fill('{"resourceType": ');
    await at.page.getByText('This is no JSON').waitFor();
    expect(await at.page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    await at.page.getByLabel('Body').fill('{"resourceType":"Patient"}');
    await at.page.getByText('This is valid JSON.').waitFor();
    await at.page.getByRole('button', { name: 'Format' }).click();
    expect(await at.page.getByLabel('Body').inputValue()).toBe('{\n  "resourceType": "Patient"\n}');
    await at.page.getByRole('button', { name: 'Send', exact: true }).click();
    const dialog = at.page.getByRole('dialog', { name: 'This may change data' });
    await dialog.waitFor();
    await expectAccessible(at);
    await dialog.getByRole('button', { name: 'Do not send' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(foreign.changes).toEqual([]);
    await at.page.getByRole('button', { name: 'Send', exact: true }).click();
    await dialog.getByRole('button', { name: 'Send PUT' }).click();
    await at.page.getByRole('region', { name: 'Answer' }).waitFor();
    expect(foreign.changes).toEqual(['PUT /r4/Patient/hostile']);
    await at.page.getByRole('button', { name: /^PUT .* into the form$/ }).waitFor();
    expectClean(at);
  });

  test('gives a token to no other server', async () => {
    await at.page.goto(addressOf('/explore', 'cohort'));
    await becomes(at.page, 'steward', 'cohort');
    foreign.tokens.length = 0;
    const url = `${foreign.base}/Patient/hostile`;
    await at.page.goto(addressOf(`/explore/console?path=${encodeURIComponent(url)}`, 'cohort'));
    expect(await at.page.getByText('Bearer $TOKEN').count()).toBe(0);
    await at.page.getByRole('button', { name: 'Send', exact: true }).click();
    await at.page.getByRole('region', { name: 'Answer' }).waitFor();
    expect(foreign.tokens).toEqual([undefined]);
    expectClean(at);
  });
});

test('all of it is there in German', async () => {
  await at.page.goto(elsewhere('Patient/hostile'));
  await at.page.evaluate("localStorage.setItem('fairway-language', 'de')");
  await at.page.goto(elsewhere('Observation', { q: 'code=718-7' }));
  await at.page.getByText('20 auf dieser Seite · der Server nennt keine Gesamtzahl').waitFor();
  await at.page.getByRole('button', { name: 'Diese Suche erklären' }).click();
  await at.page.getByText('Dieser Server erklärt keine Suchen').waitFor();
  await expectAccessible(at);
  expectClean(at);
});

test('a place that is not there is said so', async () => {
  await at.page.goto(addressOf('/explore/not/a/place/at/all'));
  await at.page.getByRole('heading', { name: 'There is no such place' }).waitFor();
  await expectAccessible(at);
  expectClean(at);
});
