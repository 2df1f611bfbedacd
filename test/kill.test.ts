/** A server that is killed while it writes loses nothing that it has acknowledged and shows nothing half-written. https://www.postgresql.org/docs/current/wal-reliability.html */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { newFolder, removeFolder, startProcess, streaming } from './process.ts';
import { askerOf } from './server.ts';

const pairs = 3;

test('ten kills at random moments during import, single writes and transactions', async () => {
  const folder = newFolder();
  const acknowledged = new Map<string, string>();
  try {
    for (let round = 0; round < 10; round++) {
      const { base, end } = await startProcess(folder);
      const ask = askerOf(() => base);
      const stop = { asked: false };
      const work = [
        singleWrites(ask, round, acknowledged, stop),
        transactions(ask, round, acknowledged, stop),
        importing(base, round, stop),
      ];
      await sleep(300 + Math.random() * 700);
      await end('SIGKILL');
      stop.asked = true;
      await Promise.all(work);

      const again = await startProcess(folder);
      const look = askerOf(() => again.base);
      for (const [path, text] of acknowledged) {
        const { status, body } = await look('GET', path);
        expect([path, status, body['name']?.[0].text]).toEqual([path, 200, text]);
      }
      await nothingHalf(look, round);
      await again.end('SIGKILL');
      // What was checked once stays, as the next round's database is the same; a sample is enough then.
      for (const path of [...acknowledged.keys()].slice(0, -200)) acknowledged.delete(path);
    }
  } finally {
    await removeFolder(folder);
  }
});

type Look = ReturnType<typeof askerOf>;

async function singleWrites(
  ask: Look,
  round: number,
  acknowledged: Map<string, string>,
  stop: { asked: boolean },
): Promise<void> {
  for (let at = 0; !stop.asked; at++) {
    const id = `s-${round}-${at % 20}`;
    const text = `${round} ${at}`;
    const answer = await ask('PUT', `Patient/${id}`, { body: { resourceType: 'Patient', id, name: [{ text }] } }).catch(
      () => undefined,
    );
    // A write without an answer may have happened or not: nothing is expected of it any more.
    if (answer === undefined) return void acknowledged.delete(`Patient/${id}`);
    acknowledged.set(`Patient/${id}`, text);
  }
}

async function transactions(
  ask: Look,
  round: number,
  acknowledged: Map<string, string>,
  stop: { asked: boolean },
): Promise<void> {
  for (let at = 0; !stop.asked; at++) {
    const entry = Array.from({ length: pairs }, (_, part) => {
      const id = `t-${round}-${at}-${part}`;
      const resource = {
        resourceType: 'Patient',
        id,
        name: [{ text: id }],
        identifier: [{ system: 'urn:t', value: `${round}-${at}` }],
      };
      return { request: { method: 'PUT', url: `Patient/${id}` }, resource };
    });
    const answer = await ask('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry } }).catch(
      () => undefined,
    );
    if (answer === undefined) return;
    for (const { resource } of entry) acknowledged.set(`Patient/${resource.id}`, resource.id);
  }
}

async function importing(base: string, round: number, stop: { asked: boolean }): Promise<void> {
  async function* lines() {
    for (let at = 0; !stop.asked && at < 200_000; at++) {
      yield Buffer.from(
        `{"resourceType":"Patient","id":"i-${round}-${at}","identifier":[{"system":"urn:i","value":"${round}"}],"gender":"female"}\n`,
      );
      if (at % 1000 === 0) await sleep(1);
    }
  }
  await fetch(`${base}/$import`, streaming(lines())).catch(() => undefined);
}

/** Index rows and resources agree, and of a transaction all is there or nothing. */
async function nothingHalf(look: Look, round: number): Promise<void> {
  const count = async (query: string) => (await look('GET', `${query}&_summary=count`)).body['total'] as number;
  expect(await count(`Patient?identifier=urn:i|${round}&gender:missing=true`)).toBe(0);
  expect(await count('Patient?gender=female&identifier:missing=true')).toBe(0);
  expect(await count('Patient?identifier:missing=false&_id:not=x')).toBe(
    (await count('Patient?identifier=urn:i|')) + (await count('Patient?identifier=urn:t|')),
  );
  expect((await count('Patient?identifier=urn:t|')) % pairs).toBe(0);
}
