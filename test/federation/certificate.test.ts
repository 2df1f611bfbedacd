/** Discovery servers look at the certificates of their members. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5 */
import { lookup } from 'node:dns';
import { createServer } from 'node:http';
import { createServer as createTls } from 'node:https';
import { type AddressInfo, createServer as createNet } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { certificateEnd } from '../../src/federation/member/certificate.ts';
import { idsOf, startServer } from '../server.ts';
import { expired, valid } from './certificates.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('when a certificate ends is seen, accepted or not', async () => {
  for (const [pair, end] of [
    [expired, '2020-01-01T00:00:00.000Z'],
    [valid, '2090-01-01T00:00:00.000Z'],
  ] as const) {
    const port = await listening(createTls(pair));
    const until = await certificateEnd(`https://localhost:${port}/fhir`, lookup);
    expect(new Date(until!).toISOString()).toBe(end);
  }
});

test('what shows no certificate has none', async () => {
  const plain = await listening(createServer());
  expect(await certificateEnd(`http://127.0.0.1:${plain}/fhir`, lookup)).toBeUndefined();
  expect(await certificateEnd(`https://127.0.0.1:${plain}/fhir`, lookup)).toBeUndefined();
  const hangingUp = createNet((socket) => socket.destroy());
  await new Promise<void>((done) => hangingUp.listen(0, '127.0.0.1', done));
  closing.push(() => hangingUp.close());
  const { port } = hangingUp.address() as AddressInfo;
  expect(await certificateEnd(`https://127.0.0.1:${port}/fhir`, lookup)).toBeUndefined();
});

test('a member whose certificate has expired has that problem, and when it ended is kept', async () => {
  const port = await listening(createTls(expired, (_, response) => response.end('{}')));
  const server = await startServer({ roles: ['discovery'], checkSeconds: 86_400 });
  const endpoint = {
    resourceType: 'Endpoint',
    id: 'old',
    status: 'active',
    connectionType: { system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type', code: 'hl7-fhir-rest' },
    payloadType: [{ text: 'any' }],
    address: `https://127.0.0.1:${port}/fhir`,
  };
  await server.ask('PUT', 'Endpoint/old', { body: endpoint });
  await server.app.jobs.soon('check members');
  for (let found: string[] = []; found.length === 0; ) {
    found = idsOf(await server.ask('GET', 'Endpoint?problem=certificate&certificate-until=2020-01-01'));
  }
  expect(idsOf(await server.ask('GET', 'Endpoint?certificate-until=lt2020'))).toEqual([]);
  await server.close();
});
