/** The Network page: servers on the map and in the table, narrowed down, looked at, admitted and harvested. See docs/reference/discovery.md */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { noAccess } from '../../src/auth/access-file.ts';
import { tokenDigest } from '../../src/auth/static-token.ts';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { portalFolder } from '../../src/rest/portal.ts';
import type { StartedBrowser } from '../browser/chromium.ts';
import { startServer, type TestServer, tokens } from '../server.ts';
import {
  addressOf,
  becomes,
  expectAccessible,
  expectClean,
  openBrowser,
  screenshots,
  type Visit,
  visit,
} from './page.ts';

let browser: StartedBrowser;
let at: Visit;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const main = () => at.page.getByRole('main');
const rows = () => main().getByRole('table', { name: 'Table' }).locator('tbody tr');
const hasRows = (count: number) =>
  at.page.waitForFunction(
    (wanted) => document.querySelectorAll('main table[aria-label="Table"] tbody tr').length === wanted,
    count,
  );

describe('of the demo', () => {
  beforeAll(async () => {
    const { bases, tokens: known } = inject('portal');
    for (const site of ['registry', 'discovery'] as const) {
      const headers = { authorization: `Bearer ${known.steward}`, 'content-type': 'application/fhir+json' };
      const body = JSON.stringify({ resourceType: 'Parameters' });
      expect((await fetch(`${bases[site]}/$harvest`, { method: 'POST', headers, body })).status).toBe(200);
    }
  });
  beforeEach(async () => {
    at = await visit(browser);
    return () => at.page.close();
  });
  const open = async (query = ''): Promise<void> => {
    await at.page.goto(addressOf(`/network${query}`));
    await rows().first().waitFor();
    await at.page.waitForLoadState('networkidle');
  };

  test('all servers are in the graph and in the table, with who leads to whom', async () => {
    await open('?view=graph');
    expect(await rows().count()).toBe(5);
    const map = main().getByRole('region', { name: 'Who leads to whom' });
    const cohort = map.getByRole('link', { name: /Lowlands Ageing Cohort/ });
    expect(await cohort.textContent()).toContain('not checked from here');
    expect(await cohort.textContent()).toContain('known from Cardiology Research Community');
    const registry = rows().filter({ hasText: '/fhir' }).filter({ hasText: 'Cardiology' }).first();
    expect(await registry.textContent()).toMatch(/R4B\s*fairway/);
    expect(await registry.textContent()).toContain('answers');
    const hospital = rows().filter({ hasText: 'University Hospital Northshore' });
    await hospital.getByText('newest of').waitFor();
    await screenshots(at, 'network-graph');
    await expectAccessible(at);
    expectClean(at);
  });

  test('it is narrowed down, and the address keeps it', async () => {
    await open();
    await main().getByRole('combobox', { name: 'Role' }).selectOption('registry');
    await at.page.waitForURL(/role=registry/);
    await hasRows(2);
    await main().getByRole('combobox', { name: 'Country' }).selectOption('NL');
    await hasRows(1);
    await at.page.reload();
    await hasRows(1);
    await main().getByLabel('Name, address or place').fill('nobody is called so');
    await main().getByRole('heading', { name: 'No server is like that' }).waitFor();
    await expectAccessible(at);
    await main().getByRole('button', { name: 'Show all' }).first().click();
    await hasRows(5);
    expectClean(at);
  });

  test('servers are on a map of the world, by country, in the reader’s language', async () => {
    await open();
    const map = main().getByRole('region', { name: 'Map of the world with servers' });
    const germany = map.getByRole('link', { name: /^Germany/ });
    await germany.waitFor();
    expect(await germany.textContent()).toMatch(/Germany: \d servers?/);
    await screenshots(at, 'network');
    await expectAccessible(at);
    await germany.focus();
    await at.page.keyboard.press('Enter');
    await at.page.waitForURL(/country=DE/);
    await main().getByRole('heading', { name: 'Germany' }).waitFor();
    expect(await germany.textContent()).toContain('Chosen');
    expect(await germany.evaluate((element) => element === document.activeElement)).toBe(true);
    // The others stay on the map, and are no more in the table.
    await map.getByRole('link', { name: /^Netherlands/ }).waitFor();
    expect(await rows().filter({ hasText: 'Netherlands' }).count()).toBe(0);
    await screenshots(at, 'network-country');
    await expectAccessible(at);
    await germany.click();
    await at.page.waitForURL((url) => !url.search.includes('country'));
    await hasRows(5);
    await at.page.getByRole('button', { name: 'Language' }).click();
    await at.page.getByRole('menuitem', { name: 'Deutsch' }).click();
    await main()
      .getByRole('link', { name: /^Deutschland/ })
      .waitFor();
    expectClean(at);
  });

  test('map, graph or the table alone: the address keeps which', async () => {
    await open();
    await main().getByText('Table alone', { exact: true }).click();
    await at.page.waitForURL(/view=table/);
    await main().getByRole('region', { name: 'Map of the world with servers' }).waitFor({ state: 'detached' });
    await at.page.reload();
    await hasRows(5);
    expect(await main().getByRole('radio', { name: 'Table alone' }).isChecked()).toBe(true);
    await expectAccessible(at);
    expectClean(at);
  });

  test('a server is looked at by keyboard, asked right now, and left again', async () => {
    await open('?view=graph');
    const graph = main().getByRole('region', { name: 'Who leads to whom' });
    await graph.getByRole('link', { name: /University Hospital Northshore/ }).focus();
    await at.page.keyboard.press('Enter');
    const dialog = at.page.getByRole('dialog', { name: 'University Hospital Northshore' });
    await dialog.getByText('answers your browser as FHIR R4B').waitFor();
    expect(await dialog.textContent()).toContain('Germany');
    const explore = await dialog.getByRole('link', { name: 'Explore this server' }).getAttribute('href');
    expect(explore).toBe(`/explore?at=${encodeURIComponent(inject('portal').bases.hospital)}`);
    const catalogue = await dialog.getByRole('link', { name: 'Its data sets' }).getAttribute('href');
    expect(catalogue).toBe(`/catalogue?at=${encodeURIComponent(inject('portal').bases.hospital)}`);
    await screenshots(at, 'network-server');
    await expectAccessible(at);
    await at.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(at.page.url()).not.toContain('server=');
    expectClean(at);
  });

  test('a server that is not known is said so', async () => {
    await open('?server=https://nobody.example/fhir');
    await at.page.getByRole('dialog', { name: 'This server is not known here' }).waitFor();
    await expectAccessible(at);
    expectClean(at);
  });

  test('stewards take metadata and see how members answered', async () => {
    await open();
    await becomes(at.page, 'steward', 'discovery');
    await open(`?server=${encodeURIComponent(inject('portal').bases.hospital)}`);
    const dialog = at.page.getByRole('dialog', { name: 'University Hospital Northshore' });
    await dialog.getByRole('button', { name: 'Take its metadata now' }).click();
    await dialog.getByText(/\d+ taken, \d+ unchanged/).waitFor();
    await dialog.getByRole('button', { name: 'How it answered' }).click();
    await dialog.getByRole('cell', { name: '200' }).first().waitFor();
    await expectAccessible(at);
    expectClean(at);
  });
});

describe('of another server', () => {
  let server: TestServer | undefined;
  beforeEach(() => async () => {
    await at.page.close();
    await server?.close();
    server = undefined;
  });
  const start = async (settings: Parameters<typeof startServer>[0], resources: object[] = []): Promise<TestServer> => {
    server = await startServer({ portal: portalFolder, ...settings });
    if (resources.length > 0) await server.load(resources);
    at = await visit(browser, [new URL(server.base).origin]);
    return server;
  };
  const open = async ({ base }: TestServer, query = ''): Promise<void> => {
    await at.page.goto(new URL(`/network${query}`, base).href);
    await at.page.waitForLoadState('networkidle');
  };

  test('a lone repository says what is here and how to join a community', async () => {
    await open(await start({ roles: ['repository'] }));
    await main().getByRole('heading', { name: 'This server stands alone' }).waitFor();
    expect(await main().textContent()).toContain('fairway join --at DISCOVERY');
    await screenshots(at, 'network-alone');
    await expectAccessible(at);
    expectClean(at);
  });

  test('a discovery server without members says how they come', async () => {
    const { base } = await start({ roles: ['discovery'] });
    await open(server!);
    await main().getByRole('heading', { name: 'This community has no members yet' }).waitFor();
    expect(await main().textContent()).toContain(`fairway join --at ${base}`);
    expectClean(at);
  });

  test('a server that fails is said so, and asked again', async () => {
    await start({ roles: ['discovery'] });
    let fails = true;
    await at.page.route('**/fhir/Endpoint**', (route) =>
      fails ? route.fulfill({ status: 500, contentType: 'text/html', body: '<h1>no</h1>' }) : route.continue(),
    );
    await open(server!);
    await main().getByRole('alert').waitFor();
    await expectAccessible(at);
    fails = false;
    await main().getByRole('button', { name: 'Try again' }).click();
    await main().getByRole('heading', { name: 'This community has no members yet' }).waitFor();
    expectClean(at, [/status of 500/]);
  });

  test('without CapabilityStatements the servers are shown all the same', async () => {
    await start({ roles: ['discovery'] }, [endpoint(0), endpoint(1)]);
    await at.page.route('**/fhir/CapabilityStatement**', (route) => route.fulfill({ status: 400, body: '{}' }));
    await open(server!);
    await main().getByText('FHIR versions and software are missing').waitFor();
    expect(await rows().count()).toBe(3);
    await expectAccessible(at);
    expectClean(at, [/status of 400/]);
  });

  test('of 300 servers many alike are one box, and the table has pages', async () => {
    const many = Array.from({ length: 300 }, (_, number) => [endpoint(number), organisation(number)]).flat();
    await start({ roles: ['discovery'] }, many);
    await open(server!, '?view=graph');
    await main().getByText('301 servers').first().waitFor();
    const map = main().getByRole('region', { name: 'Who leads to whom' });
    expect(await map.getByRole('link').count()).toBeLessThan(60);
    expect(await rows().count()).toBe(25);
    await screenshots(at, 'network-300');
    await expectAccessible(at);
    await main().getByRole('button', { name: 'Page 2', exact: true }).click();
    await at.page.waitForURL(/page=2/);
    await map
      .getByRole('link', { name: /Germany/ })
      .first()
      .click();
    await at.page.waitForURL(/country=DE/);
    await main().getByText('60 servers').first().waitFor();
    await main().getByRole('combobox', { name: 'Health' }).selectOption('failing');
    await rows().first().getByText('does not answer').waitFor();
    expectClean(at);
  });

  test('of 300 servers in 40 countries neighbours share a symbol until one comes near', async () => {
    const many = Array.from({ length: 300 }, (_, number) => [endpoint(number), organisation(number, world)]).flat();
    await start({ roles: ['discovery'] }, many);
    await open(server!);
    const map = main().getByRole('region', { name: 'Map of the world with servers' });
    const symbols = () => map.getByRole('listitem');
    await symbols().first().waitFor();
    const isApart = async (): Promise<boolean> => {
      const boxes = await symbols().evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
      return boxes.every((one, at) =>
        boxes.slice(at + 1).every((other) => {
          const [x, y] = [Math.abs(one.x + one.width / 2 - other.x - other.width / 2), Math.abs(one.y - other.y)];
          return x >= (one.width + other.width) / 2 || y >= (one.height + other.height) / 2;
        }),
      );
    };
    expect(await isApart()).toBe(true);
    await screenshots(at, 'network-world');
    await expectAccessible(at);
    await main().getByRole('button', { name: 'Whole world' }).click();
    const from = await symbols().count();
    expect(await isApart()).toBe(true);
    const several = map.getByRole('button', { name: /Opens this part of the map/ }).first();
    await several.focus();
    await at.page.keyboard.press('Enter');
    await at.page.waitForFunction(
      (count) => document.querySelectorAll('main section[aria-label^="Map of"] li').length > count,
      from,
    );
    // The focus stays with the largest of those that parted.
    await at.page.waitForFunction(() => /^[A-Z]{2}$/.test(document.activeElement?.getAttribute('data-country') ?? ''));
    await screenshots(at, 'network-world-near');
    await at.page.keyboard.press('Enter');
    await at.page.waitForURL(/country=[A-Z]{2}/);
    await main()
      .getByText(/^[78] servers$/)
      .first()
      .waitFor();
    // All are reached from where one is, by keyboard and however near.
    await main().getByRole('button', { name: 'Nearer' }).click();
    const australia = map.getByRole('link', { name: /^Australia/ });
    await australia.focus();
    await at.page.keyboard.press('Enter');
    await at.page.waitForURL(/country=AU/);
    await expectAccessible(at);
    await main()
      .getByRole('link', { name: /^Atlantis: 7 servers/ })
      .click();
    await at.page.waitForURL(/country=Atlantis/);
    expectClean(at);
  });

  test('hostile, endless and right-to-left names are names', async () => {
    const attack = '"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
    const names = [attack, 'x'.repeat(5000), 'سجل مرضى القلب في المغرب'];
    const all = names.flatMap((name, number) => [
      { ...endpoint(number), name },
      { ...organisation(number), name, address: [{ country: name.slice(0, 300), city: name.slice(0, 300) }] },
    ]);
    await start({ roles: ['discovery'] }, all);
    for (const query of [
      '',
      '?view=graph',
      '?view=map&country=unknown',
      `?server=${encodeURIComponent('https://s1.example/fhir')}`,
    ]) {
      await open(server!, query);
      await rows().first().waitFor();
      await at.page.setViewportSize({ width: 360, height: 800 });
      await at.page.waitForTimeout(100);
      expect(
        await at.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
        query,
      ).toBe(0);
      await expectAccessible(at);
      await at.page.setViewportSize({ width: 1280, height: 900 });
      expect(
        await at.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
        query,
      ).toBe(0);
    }
    expect(await at.page.evaluate('window.pwned')).toBe(undefined);
    // Details ask the server itself, which is not there.
    expectClean({ ...at, foreign: at.foreign.filter((one) => !one.startsWith('https://s1.example/')) }, [
      /ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_TUNNEL|ERR_FAILED|ERR_PROXY/,
    ]);
  });

  test('stewards admit who waits, and refuse with a reason; others do not see them', async () => {
    const joining = [10, 11].map((number) => ({
      ...endpoint(number),
      status: 'off',
      meta: { security: [{ system: canonical.confidentiality, code: 'R' }] },
      extension: [{ url: canonical.membership, valueCode: 'pending' }],
    }));
    const rights = { readAll: true, write: true, steward: true };
    const steward: AccessContext = { subject: { kind: 'service', name: 'steward' }, rights };
    const access = { ...noAccess, tokens: new Map([...tokens, [tokenDigest('steward'), steward]]) };
    const { base } = await start({ roles: ['discovery'], access }, [endpoint(0), ...joining]);
    await open(server!);
    await rows().first().waitFor();
    expect(await rows().count()).toBe(2);
    await at.page.evaluate(
      (of) => sessionStorage.setItem('fairway-sessions', JSON.stringify([{ base: of, token: 'steward', name: 's' }])),
      base,
    );
    await open(server!);
    const waiting = main().getByRole('region', { name: 'Wait to be admitted' });
    await waiting.waitFor();
    await screenshots(at, 'network-waiting');
    await expectAccessible(at);
    const first = waiting.getByRole('listitem').filter({ hasText: 'Server 10' });
    await first.getByRole('button', { name: 'Admit' }).click();
    await first.waitFor({ state: 'detached' });
    const second = waiting.getByRole('listitem').filter({ hasText: 'Server 11' });
    await second.getByRole('button', { name: 'Refuse' }).click();
    await second.getByLabel('Reason').fill('it is not of this community');
    await expectAccessible(at);
    await second.getByRole('button', { name: 'Refuse' }).click();
    await waiting.waitFor({ state: 'detached' });
    const found = await server!.ask('GET', 'Endpoint?_elements=extension,status', { as: 'steward' });
    const of = (id: string) => found.body['entry'].find((one: any) => one.resource.id === id).resource;
    expect(JSON.stringify(of('s10'))).toContain('approved');
    expect(JSON.stringify(of('s11'))).toContain('it is not of this community');
    expectClean(at);
  });
});

const countries = ['DE', 'NL', 'FR', 'IT', 'PL'];

/** 38 on the map, one that is none, and one that is not stated. */
const world =
  'DE NL FR IT PL ES PT GB IE BE LU CH AT CZ SK HU RO BG GR HR SI DK SE NO FI EE LV LT MT CY US CA BR ZA KE IN JP AU'
    .split(' ')
    .concat('Atlantis', '');

const endpoint = (number: number) => ({
  resourceType: 'Endpoint',
  id: `s${number}`,
  status: number % 7 === 6 ? 'error' : 'active',
  connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
  payloadType: [
    {
      coding: [{ system: canonical.endpointRole, code: number % 50 === 49 ? 'metadata-registry' : 'repository' }],
    },
  ],
  name: `Server ${number}`,
  managingOrganization: { reference: `Organization/o${number}` },
  address: `https://s${number}.example/fhir`,
  extension: [
    { url: canonical.membership, valueCode: 'approved' },
    { url: canonical.lastSeen, valueInstant: '2026-11-25T12:00:00Z' },
  ],
});

const organisation = (number: number, of = countries) => {
  const country = of[number % of.length]!;
  return {
    resourceType: 'Organization',
    id: `o${number}`,
    name: `Organisation ${number}`,
    address: [{ city: 'Somewhere', ...(country === '' ? {} : { country }) }],
  };
};
