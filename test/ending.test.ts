/** A server that is asked to end finishes what is in hand, and waits for nobody who only holds a connection. See docs/reference/command-line.md */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { streaming } from './process.ts';
import { startServer } from './server.ts';

test('connections without a request do not hold it up', async () => {
  const server = await startServer();
  const { port } = new URL(server.base);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
  await new Promise((done) => socket.once('connect', done));
  const half = connect(Number(port), '127.0.0.1', () => half.write('GET /fhir/metadata HTTP/1.1\r\nHost:')).on(
    'error',
    () => {},
  );
  await server.ask('GET', 'metadata');
  const cut = Promise.all([once(socket, 'close'), once(half, 'close')]);
  await server.close();
  await cut;
});

test('an import in hand is finished and answered', async () => {
  const server = await startServer();
  async function* lines() {
    for (let at = 0; at < 5; at++) {
      yield Buffer.from(`{"resourceType":"Patient","id":"p${at}"}\n`);
      await sleep(100);
    }
  }
  const request = streaming(lines());
  const headers = { ...(request.headers as Record<string, string>), authorization: 'Bearer writer' };
  const answer = fetch(`${server.base}/$import`, { ...request, headers });
  await sleep(200);
  const closed = server.close();
  const body = (await (await answer).json()) as { parameter: { valueInteger: number }[] };
  expect(body.parameter[0]!.valueInteger).toBe(5);
  await closed;
});
