/** How a server asks others: never its own network, never elsewhere than told, bounded. See src/federation/outbound.ts */
import type { LookupAddress } from 'node:dns';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, LookupFunction, Server } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createOutbound,
  isPublicAddress,
  type Outbound,
  type OutboundSettings,
  publicOnly,
} from '../../src/federation/outbound.ts';
import { expired, valid } from './certificates.ts';

const asked: string[] = [];
const servers: Server[] = [];
const outbounds: Outbound[] = [];
let port = 0;

const listener: RequestListener = (request, response) => {
  asked.push(`${request.method} ${request.url}`);
  const send = (status: number, headers: Record<string, string>, body: string | Buffer = ''): void => {
    response.writeHead(status, headers).end(body);
  };
  switch (request.url) {
    case '/near':
      return send(302, { location: '/there' });
    case '/far':
      return send(302, { location: `http://localhost:${port}/there` });
    case '/nowhere':
      return send(302, {});
    case '/circle':
      return send(302, { location: '/circle' });
    case '/long':
      return send(200, {}, Buffer.alloc(5000));
    case '/packed':
      return send(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(1_000_000)));
    case '/never':
      return;
    case '/half':
      response.writeHead(200, { 'content-length': '1000' }).write('some');
      return void setTimeout(() => response.destroy(), 20);
    case '/none':
      return send(204, {});
    default:
      return send(200, {}, 'here');
  }
};

beforeAll(async () => {
  port = await listen(createServer(listener));
});
afterAll(async () => {
  await Promise.all(outbounds.map((one) => one.close()));
  for (const one of servers) one.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

function outbound(settings: Partial<OutboundSettings> = {}): typeof fetch {
  const one = createOutbound({ allowPrivate: true, ...settings });
  outbounds.push(one);
  return one.fetch;
}

/** Names resolve to what each turn gives. */
function resolving(...turns: string[][]): LookupFunction {
  return (_, options, callback) => {
    const found: LookupAddress[] = (turns.length > 1 ? turns.shift()! : turns[0]!).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    if (options.all === true) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  };
}

const refusal = /is an address of a private network, which this server does not ask/;

describe('addresses of private networks', () => {
  test.each([
    'http://127.0.0.1',
    'http://0x7f.1',
    'http://2130706433',
    'http://0177.0.0.01',
    'http://[::1]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:a9fe:a9fe]',
    'http://169.254.169.254/latest/meta-data',
    'http://168.63.129.16',
    'http://100.100.100.200',
    'http://[fd00:ec2::254]',
    'http://[fe80::1]',
    'http://[ff02::1]',
    'http://[64:ff9b::7f00:1]',
    'http://[2002:7f00:1::]',
    'http://10.1.2.3',
    'http://172.31.0.1',
    'http://192.168.1.1',
    'http://0.0.0.0',
    'http://255.255.255.255',
  ])('%s is refused', async (address) => {
    await expect(outbound({ allowPrivate: false })(address)).rejects.toThrow(refusal);
  });

  test('no address outside of the public internet passes, and what is public does', () => {
    const octet = fc.nat(255);
    fc.assert(
      fc.property(octet, octet, octet, octet, (a, b, c, d) => {
        const isPrivate =
          [0, 10, 127].includes(a) ||
          a >= 224 ||
          (a === 169 && b === 254) ||
          (a === 192 && b === 168) ||
          (a === 172 && b >> 4 === 1) ||
          (a === 100 && b >> 6 === 1);
        const address = `${a}.${b}.${c}.${d}`;
        if (isPrivate && isPublicAddress(address)) return false;
        return !isPublicAddress(`::ffff:${address}`) && !isPublicAddress(`fd${a.toString(16).padStart(2, '0')}::${d}`);
      }),
    );
    expect(['8.8.8.8', '193.0.6.139', '2001:67c:2e8:22::c100:68b'].every(isPublicAddress)).toBe(true);
    expect(isPublicAddress('no address')).toBe(false);
  });

  test('are refused when a name stands for them', async () => {
    const fetch = outbound({ allowPrivate: false, lookup: resolving(['127.0.0.1', '::1']) });
    await expect(fetch(`http://inside.example:${port}/x`)).rejects.toThrow(refusal);
    expect(asked).not.toContain('GET /x');
  });

  test('are refused when a name begins to stand for them: each connection looks anew', async () => {
    const lookup = resolving(['198.51.100.7'], ['127.0.0.1']);
    const fetch = outbound({ allowPrivate: false, lookup });
    await expect(fetch(`http://rebound.example:${port}/y`)).rejects.toThrow(refusal);
    await expect(fetch(`http://rebound.example:${port}/y`)).rejects.toThrow(refusal);
    expect(asked).not.toContain('GET /y');
  });

  test('are left out where a name stands for public ones too, and names that nobody knows stay unknown', () => {
    const given: unknown[] = [];
    const guarded = publicOnly(resolving(['127.0.0.1', '8.8.8.8', '::1', '8.8.4.4']));
    guarded('mixed.example', { all: true }, (...all) => given.push(all));
    guarded('mixed.example', {}, (...all) => given.push(all));
    const unknown = new Error('ENOTFOUND');
    publicOnly((_, __, callback) => callback(unknown, '', 0))('none.example', {}, (error) => given.push(error));
    const four = (address: string) => ({ address, family: 4 });
    expect(given).toEqual([[null, [four('8.8.8.8'), four('8.8.4.4')]], [null, '8.8.8.8', 4], unknown]);
  });

  test('are asked where the operator allows it', async () => {
    expect(await (await outbound()(`http://127.0.0.1:${port}/`)).text()).toBe('here');
    const named = outbound({ lookup: resolving(['127.0.0.1']) });
    expect(await (await named(`http://demo.example:${port}/`)).text()).toBe('here');
  });
});

describe('redirects', () => {
  test('are followed within the server', async () => {
    const answer = await outbound()(`http://127.0.0.1:${port}/near`);
    expect([await answer.text(), answer.url]).toEqual(['here', `http://127.0.0.1:${port}/there`]);
  });
  test('to another server are not followed', async () => {
    await expect(outbound()(`http://127.0.0.1:${port}/far`)).rejects.toThrow(
      /redirects to another server: http:\/\/localhost/,
    );
  });
  test('of what is sent are not followed', async () => {
    await expect(outbound()(`http://127.0.0.1:${port}/near`, { method: 'POST', body: '{}' })).rejects.toThrow(
      /redirects what is sent to it/,
    );
  });
  test('that lead nowhere or in a circle end', async () => {
    await expect(outbound()(`http://127.0.0.1:${port}/nowhere`)).rejects.toThrow(/redirects to nowhere/);
    await expect(outbound()(`http://127.0.0.1:${port}/circle`)).rejects.toThrow(/have no end/);
  });
  test('are given back to who wants to see them', async () => {
    expect((await outbound()(`http://127.0.0.1:${port}/near`, { redirect: 'manual' })).status).toBe(302);
  });
});

describe('bounds', () => {
  test('an answer that is too long ends', async () => {
    const answer = await outbound({ bytes: 4000 })(`http://127.0.0.1:${port}/long`);
    await expect(answer.text()).rejects.toThrow(/has more than 4000 bytes/);
  });
  test('an answer is measured unpacked', async () => {
    const answer = await outbound({ bytes: 4000 })(`http://127.0.0.1:${port}/packed`);
    await expect(answer.text()).rejects.toThrow(/has more than 4000 bytes/);
  });
  test('a server that does not answer is given up', async () => {
    await expect(outbound({ milliseconds: 50 })(`http://127.0.0.1:${port}/never`)).rejects.toThrow(
      /did not answer within 0.05 s/,
    );
  });
  test('who gives up is told why', async () => {
    const signal = AbortSignal.abort(new Error('the job was taken over'));
    await expect(outbound()(`http://127.0.0.1:${port}/never`, { signal })).rejects.toThrow('the job was taken over');
  });
  test('half an answer is none', async () => {
    await expect((await outbound()(`http://127.0.0.1:${port}/half`)).text()).rejects.toThrow();
  });
  test('an answer without a body has none', async () => {
    expect(await (await outbound()(`http://127.0.0.1:${port}/none`)).text()).toBe('');
  });
  test('other protocols, passwords and nonsense are refused', async () => {
    const fetch = outbound();
    await expect(fetch('file:///etc/passwd')).rejects.toThrow(/only http and https/);
    await expect(fetch('http://u:p@example.org')).rejects.toThrow(/must not hold a password/);
    await expect(fetch('nonsense')).rejects.toThrow(/is no address/);
    await expect(fetch(new Request('http://example.org'))).rejects.toThrow(/by address and options/);
  });
});

describe('faults are told plainly', () => {
  test('nobody listens', async () => {
    const gone = createServer();
    const free = await listen(gone);
    await new Promise((done) => gone.close(done));
    await expect(outbound()(`http://127.0.0.1:${free}/`)).rejects.toThrow(`127.0.0.1:${free} takes no connection`);
  });
  test('certificates that have expired, are for another name or of nobody', async () => {
    const old = await listen(createSecureServer(expired, listener));
    const good = await listen(createSecureServer(valid, listener));
    const fetch = outbound({ lookup: resolving(['127.0.0.1']), ca: `${expired.cert}${valid.cert}` });
    await expect(fetch(`https://old.example:${old}/`)).rejects.toThrow(/has a certificate that has expired/);
    await expect(fetch(`https://other.example:${good}/`)).rejects.toThrow(/has a certificate for another name/);
    expect(await (await fetch(`https://good.example:${good}/`)).text()).toBe('here');
    const strict = outbound({ lookup: resolving(['127.0.0.1']) });
    await expect(strict(`https://good.example:${good}/`)).rejects.toThrow(/has a certificate that it signed itself/);
  });
});
