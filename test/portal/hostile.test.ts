/** What others wrote is shown as what they wrote, and does nothing: on every page, from our server and from strangers. See docs/adr/0027-portal.md */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { portalFolder } from '../../src/rest/portal.ts';
import { startServer, type TestServer } from '../server.ts';
import { expectAccessible, expectClean, visitEach } from './page.ts';

const attack = `"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>{{constructor.constructor('window.pwned=1')()}}`;
const longTitle = `Endless ${'title '.repeat(830)}of all`.slice(0, 5000);
const arabic = 'سجل مرضى القلب في المغرب';

const narrative = {
  status: 'generated',
  div:
    '<div xmlns="http://www.w3.org/1999/xhtml"><script>window.pwned=1</script><p onclick="window.pwned=1" style="position:fixed;inset:0">A quiet word</p>' +
    '<a href="javascript:window.pwned=1">press</a><img src="https://tracker.example/x.png" onerror="window.pwned=1"/><iframe src="https://evil.example/"></iframe>' +
    '<form action="https://evil.example/"><input name="password"/></form><svg><animate onbegin="window.pwned=1"/></svg></div>',
};

const dataSet = (id: string, title: string, more: object = {}): object => ({
  resourceType: 'Library',
  id,
  status: 'active',
  type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
  identifier: [
    { system: canonical.uri, value: `urn:uuid:0000000${id.length}-0000-4000-8000-00000000000${id.length % 10}` },
  ],
  title,
  publisher: title.slice(0, 200),
  description: title,
  extension: [
    {
      url: canonical.licenceCodeable,
      valueCodeableConcept: { coding: [{ system: canonical.spdx, code: 'CC0-1.0' }], text: title.slice(0, 300) },
    },
    { url: canonical.granularity, valueCode: 'record' },
  ],
  content: [{ contentType: 'application/fhir+json', url: 'Patient' }],
  ...more,
});

let server: TestServer;
let stranger: Server;
const at = visitEach(() => [new URL(server.base).origin, strangerOrigin()]);

beforeAll(async () => {
  stranger = createServer((_, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' })
      .end(`<!doctype html><title>Log in</title>${attack}`),
  ).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  server = await startServer({ portal: portalFolder });
  await server.load([
    dataSet('attack', attack, { text: narrative }),
    dataSet('long', longTitle),
    dataSet('arabic', arabic),
    { resourceType: 'Patient', id: 'hostile', text: narrative, name: [{ family: attack }, { text: arabic }] },
  ]);
});
afterAll(async () => {
  await server.close();
  stranger.close();
});
afterEach(async () => {
  expect(await at.page.evaluate('window.pwned')).toBe(undefined);
});

const strangerOrigin = (): string => `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
const open = async (path: string): Promise<void> => {
  await at.page.goto(new URL(path, server.base).href);
  await at.page.getByRole('heading', { level: 1 }).first().waitFor();
  await at.page.waitForLoadState('networkidle');
};

const pages = [
  '/catalogue',
  '/ask',
  '/network',
  '/desk',
  '/data-set/attack',
  '/data-set/long',
  '/data-set/arabic',
  '/explore/Library/attack',
  '/explore/Library/long',
  '/explore/Library',
];

test.each(pages)('%s shows hostile, endless and right-to-left text safely, on a phone, too', async (path) => {
  await open(path);
  await expectAccessible(at);
  await at.page.setViewportSize({ width: 360, height: 800 });
  await at.page.waitForTimeout(100);
  expect(await at.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  expectClean(at);
});

test('a narrative is shown as text, without what runs, loads or leads astray', async () => {
  await open('/explore/Library/attack');
  await at.page.getByText('A quiet word').first().waitFor();
  expect(
    await at.page.evaluate(
      'document.querySelectorAll("main iframe, main form input[name=password], main script").length',
    ),
  ).toBe(0);
  expect(
    await at.page.evaluate(
      '[...document.querySelectorAll("main a")].filter((a) => a.protocol === "javascript:").length',
    ),
  ).toBe(0);
  expectClean(at);
});

test.each(['/explore/Patient/x', '/data-set/x', '/network', '/explore/'])(
  'a server that answers HTML is said to be no FHIR server: %s',
  async (path) => {
    await open(`${path}?at=${encodeURIComponent(`${strangerOrigin()}/fhir`)}`);
    await expectAccessible(at);
    expectClean(at);
  },
);
