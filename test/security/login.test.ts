/** The pages on which persons log in, give access, accept terms and log out, against those who would have them do it for others. https://owasp.org/www-project-web-security-testing-guide/ */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  authorizeUrl,
  Browser,
  backendToken,
  challenge,
  exchange,
  introspect,
  launchApp,
  logIn,
  password,
  redirectUri,
  type SmartServer,
  startSmartServer,
  startTwin,
  tokenRequest,
  unescaped,
  type Visited,
} from '../smart-app.ts';

let server: SmartServer;
let twin: Awaited<ReturnType<typeof startTwin>>;
beforeAll(async () => {
  server = await startSmartServer();
  twin = await startTwin(server);
});
afterAll(async () => {
  await twin.close();
  await server.close();
  expect(server.errors).toEqual([]);
});

const right = [
  ['account', 'ada'],
  ['password', password],
] as const;

const cookieOf = (browser: Browser, name: string): string | undefined =>
  [...browser.cookies].find(([key]) => key.startsWith(`${name} `))?.[1].value;

/** Browsers send cookies to all ports of a host, so that the name says which it is for. */
const sessionCookie = (): string => `fairway-${new URL(server.origin).port}`;
const sealOf = (page: Visited): string => unescaped(/name="seal" value="([^"]*)"/.exec(page.text)![1]!);
const actionOf = (page: Visited): string => unescaped(/<form method="post" action="([^"]*)"/.exec(page.text)![1]!);

describe('every page', () => {
  const pages: [string, (browser: Browser) => Promise<Visited>][] = [
    ['login', (browser) => browser.visit(authorizeUrl(server))],
    ['consent', async (browser) => (await logIn(server, { browser })).consent],
    ['an error', (browser) => browser.visit(authorizeUrl(server, { client_id: 'nobody' }))],
    ['a page that is over', (browser) => browser.visit('/auth/interaction/xxxxxxxxxxxxxxxx')],
    ['terms', (browser) => browser.visit('/auth/terms?url=https://terms.example/1')],
    [
      'logging out',
      async (browser) => {
        await logIn(server, { browser });
        return browser.visit('/auth/session/end');
      },
    ],
    ['logged out', (browser) => browser.visit('/auth/session/end/success')],
  ];
  test.each(pages)('%s runs nothing, loads nothing, and is not framed, kept or sniffed', async (_, visit) => {
    const { headers, text } = await visit(new Browser(server.origin));
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).toMatch(/script-src;/);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i);
    expect(text).not.toMatch(/<script|<img|<link|<iframe|\son[a-z]+=|javascript:/i);
    expect(text).toContain('<html lang="en">');
    expect(text.match(/<h1>/g)).toHaveLength(1);
    for (const [, id] of text.matchAll(/<input type="(?:text|password|checkbox|radio)"[^>]* id="([^"]*)"/g))
      expect(text).toContain(`<label for="${id}"`);
  });

  test('shows what others wrote as text', async () => {
    const browser = new Browser(server.origin);
    const evil = '"><script>alert(1)</script>';
    const login = await browser.visit(authorizeUrl(server, { login_hint: evil }));
    expect(login.text).not.toContain('<script');
    expect(login.text).toContain('value="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;"');
    const again = await browser.submit(login, '/login', [
      ['account', evil],
      ['password', 'x'],
    ]);
    expect([again.status, again.text.includes('<script')]).toEqual([403, false]);
    const consent = await browser.submit(login, '/login', right);
    expect(consent.text).toContain('An App &#60;script&#62;');
    expect(consent.text).toContain('Ada &#60;b&#62;Lovelace');
    for (const parameters of [
      { client_id: evil },
      { scope: `openid ${evil}` },
      { response_type: evil },
      { redirect_uri: evil },
    ]) {
      const answer = await browser.visit(authorizeUrl(server, parameters));
      expect(answer.text).not.toContain('<script');
    }
    const hostile = 'user/Patient.rs?name=<script>';
    const shown = await logIn(server, { browser, parameters: { scope: hostile } });
    expect(shown.consent.text).not.toContain('<script>');
  });
});

describe('logging in', () => {
  test('cookies are for this server only, and not for scripts', async () => {
    const response = await fetch(authorizeUrl(server), { redirect: 'manual' });
    const cookies = response.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; httponly/i);
      expect(cookie).toMatch(/; samesite=lax/i);
      expect(cookie).not.toMatch(/; domain=/i);
    }
  });

  test('under TLS they are sent over TLS only, by a name that other hosts cannot set', async () => {
    const secure = await startSmartServer({ settings: { issuer: 'https://fair.example' } });
    const answer = await fetch(authorizeUrl(secure, { aud: secure.base }), { redirect: 'manual' });
    expect(answer.headers.get('location')).toMatch(/^\/auth\/interaction\//);
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; secure/i);
    const page = await fetch(`${secure.origin}/auth/session/end`);
    expect(page.headers.getSetCookie().join()).toContain('__Host-fairway=');
    await secure.close();
  });

  test('a wrong password and an unknown account look the same', async () => {
    const tries: string[] = [];
    for (const account of ['adam', 'nobody', '__proto__']) {
      const browser = new Browser(server.origin);
      const page = await browser.submit(await browser.visit(authorizeUrl(server)), '/login', [
        ['account', account],
        ['password', 'wrong'],
      ]);
      expect(page.status).toBe(403);
      tries.push(
        page.text
          .replaceAll(account, 'x')
          .replace(/interaction\/[\w-]+/g, '')
          .replace(/value="[\w-]{43}"/g, ''),
      );
    }
    expect(new Set(tries).size).toBe(1);
  });

  test('a page of another site cannot send the form', async () => {
    const browser = new Browser(server.origin);
    const page = await browser.visit(authorizeUrl(server));
    const refused = async (fields: readonly (readonly [string, string])[], headers: Record<string, string>) => {
      const answer = await browser.post(`${actionOf(page)}`, fields, { headers });
      expect(answer.headers.get('location')).toBeNull();
      return answer.status;
    };
    const seal = ['seal', sealOf(page)] as const;
    expect(await refused(right, {})).toBe(403);
    expect(await refused([['seal', 'x'], ...right], {})).toBe(403);
    expect(await refused([seal, ...right], { origin: 'https://evil.example' })).toBe(403);
    expect(await refused([seal, ...right], { origin: 'null' })).toBe(403);
    expect(await refused([seal, ...right], { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await refused([seal, ...right], { 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await refused([seal, ...right], { 'content-type': 'text/plain' })).toBe(403);
    const other = new Browser(server.origin);
    const others = await other.visit(authorizeUrl(server));
    expect(await refused([['seal', sealOf(others)], ...right], {})).toBe(403);
    expect((await browser.submit(page, '/login', right)).text).toContain('Give access?');
  });

  test('only the browser that began can go on', async () => {
    const victim = new Browser(server.origin);
    const page = await victim.visit(authorizeUrl(server));
    const attacker = new Browser(server.origin);
    expect((await attacker.submit(page, '/login', right)).status).toBe(400);
    expect((await attacker.visit(page.url)).status).toBe(400);
    // With an interaction of its own, it does not get at that of another.
    await attacker.visit(authorizeUrl(server));
    expect((await attacker.visit(page.url)).status).toBe(400);
    const signed = [...victim.cookies].filter(([key]) => key.startsWith('fairway_at '));
    for (const [key, { value, path }] of signed) attacker.plant(key.split(' ')[0]!, `${value}x`, path);
    expect((await attacker.visit(page.url)).status).toBe(400);
  });

  test('takes no password from an address, and no step out of turn', async () => {
    const browser = new Browser(server.origin);
    const page = await browser.visit(authorizeUrl(server));
    const query = new URLSearchParams([['seal', sealOf(page)], ...right].map(([name, value]) => [name!, value!]));
    expect((await browser.visit(`${actionOf(page)}?${query}`)).status).toBe(405);
    expect((await browser.post(page.url, [['seal', sealOf(page)], ...right])).status).toBe(405);
    const consent = page.url.replace(/$/, '/consent');
    expect(
      (
        await browser.post(consent, [
          ['seal', sealOf(page)],
          ['scope', 'patient/*.rs'],
        ])
      ).status,
    ).toBe(400);
    const large = [['seal', sealOf(page)], ...right, ['more', 'x'.repeat(100_000)]] as const;
    await browser.post(actionOf(page), large).then(
      ({ status }) => expect(status).toBe(403),
      (error: Error) => expect(error.message).toMatch(/fetch failed|terminated/),
    );
  });

  test('a session that was planted does not become the person’s', async () => {
    const attacker = new Browser(server.origin);
    await attacker.visit('/auth/session/end');
    const planted = cookieOf(attacker, sessionCookie())!;
    const victim = new Browser(server.origin);
    for (const [key, { value, path }] of attacker.cookies) victim.plant(key.split(' ')[0]!, value, path);
    await logIn(server, { browser: victim });
    expect(cookieOf(victim, sessionCookie())).not.toBe(planted);
    expect((await attacker.visit(authorizeUrl(server))).text).toContain('name="password"');
    const forged = new Browser(server.origin);
    forged.plant(sessionCookie(), cookieOf(victim, sessionCookie())!);
    expect((await forged.visit(authorizeUrl(server))).text).toContain('name="password"');
  });

  test('can begin in one process and go on in another', async () => {
    const browser = new Browser(server.origin);
    const page = await browser.visit(authorizeUrl(server));
    browser.to = twin.origin;
    const consent = await browser.submit(page, '/login', right);
    browser.to = undefined;
    const done = await browser.submit(consent, '/consent', [
      ['scope', 'patient/*.rs'],
      ['patient', 'ada'],
    ]);
    const code = new URL(done.headers.get('location')!).searchParams.get('code')!;
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: 'app' };
    const { verifier } = await import('../smart-app.ts');
    const given = await tokenRequest(server, { ...fields, code_verifier: verifier }, {}, '/auth/token', twin.origin);
    expect(given.status).toBe(200);
    expect(challenge).not.toBe(verifier);
  });

  test('guessing is slowed down, in all processes together, and the right password does not help then', async () => {
    const browser = new Browser(server.origin);
    const page = await browser.visit(authorizeUrl(server));
    const attempt = (words: string, at: string | undefined) => {
      browser.to = at;
      return browser.submit(page, '/login', [
        ['account', 'rosa'],
        ['password', words],
      ]);
    };
    for (let at = 0; at < 5; at++)
      expect((await attempt('wrong', at % 2 === 0 ? undefined : twin.origin)).status).toBe(403);
    for (const at of [undefined, twin.origin]) {
      const { status, headers } = await attempt(password, at);
      expect(status).toBe(429);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(800);
    }
    browser.to = undefined;
    // Others at the same address are not held up by it.
    expect((await browser.submit(page, '/login', right)).text).toContain('Give access?');
  });

  test('prompt=login asks again; another person may log in then', async () => {
    const { browser } = await launchApp(server);
    expect((await browser.visit(authorizeUrl(server))).text).toContain('Give access?');
    const asked = await browser.visit(authorizeUrl(server, { prompt: 'login' }));
    expect(asked.text).toContain('name="password"');
    const consent = await browser.submit(asked, '/login', right);
    expect(consent.text).toContain('Give access?');
    const other = await browser.visit(authorizeUrl(server, { prompt: 'login' }));
    // The library ends the session of the first person by a form that submits itself.
    const page = await browser.submit(other, '/login', [
      ['account', 'adam'],
      ['password', password],
    ]);
    expect(page.text).toContain('name="logout"');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'/);
  });
});

describe('a launch from a record system', () => {
  const register = (body: unknown, as = 'reader', at = server.origin) =>
    server.ask('POST', `${at}/auth/launch`, { as, body, headers: { 'content-type': 'application/json' } });
  const scope = 'launch openid patient/*.rs';

  test('gives the app the patient that it was opened for, once', async () => {
    const { status, body } = await register({ patient: 'charles', encounter: 'e1', needPatientBanner: false });
    expect(status).toBe(201);
    const launch = body['launch'] as string;
    expect(Buffer.from(launch, 'base64url')).toHaveLength(32);
    const run = { account: 'adam', parameters: { scope, launch }, patient: 'charles' };
    const { body: given } = await launchApp(server, run);
    expect(given).toMatchObject({
      patient: 'charles',
      encounter: 'e1',
      need_patient_banner: false,
      scope: 'launch openid patient/*.rs',
    });
    const again = await new Browser(server.origin).visit(authorizeUrl(server, { scope, launch }));
    expect(new URL(again.headers.get('location')!).searchParams.get('error')).toBe('invalid_request');
  });

  test('shows no other patient, and takes none', async () => {
    const { body } = await register({ patient: 'charles' });
    const parameters = { scope, launch: body['launch'] as string };
    const browser = new Browser(server.origin);
    const page = await browser.submit(await browser.visit(authorizeUrl(server, parameters)), '/login', right);
    expect(page.text).toContain('charles');
    expect(page.text).not.toContain('byron');
    // Without its patient, nothing of a patient's is given.
    for (const patient of ['ada', 'byron', '']) {
      const answer = await browser.submit(page, '/consent', [
        ['scope', 'patient/*.rs'],
        ['patient', patient],
        ['other-patient', 'ada'],
      ]);
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    }
  });

  test('is used by one of two windows only', async () => {
    const { body } = await register({ patient: 'charles' });
    const parameters = { scope, launch: body['launch'] as string };
    const fields = [
      ['scope', 'patient/*.rs'],
      ['patient', 'charles'],
    ] as const;
    const windows = await Promise.all(
      [undefined, twin.origin].map(async (to) => {
        const browser = new Browser(server.origin);
        browser.to = to;
        const page = await browser.submit(await browser.visit(authorizeUrl(server, parameters)), '/login', right);
        return () => browser.submit(page, '/consent', fields);
      }),
    );
    const answers = await Promise.all(windows.map((submit) => submit()));
    const backs = answers.map(({ headers }) => new URL(headers.get('location')!).searchParams);
    expect(backs.filter((back) => back.has('code'))).toHaveLength(1);
    expect(backs.map((back) => back.get('error')).filter((error) => error !== null)).toEqual(['access_denied']);
  });

  test('is for the client and the account that it names', async () => {
    const forOther = await register({ patient: 'charles', client: 'other-app' });
    const answer = await new Browser(server.origin).visit(
      authorizeUrl(server, { scope, launch: forOther.body['launch'] as string }),
    );
    expect(new URL(answer.headers.get('location')!).searchParams.get('error')).toBe('invalid_request');
    const forAdam = await register({ patient: 'charles', account: 'adam' });
    const { back } = await logIn(server, { parameters: { scope, launch: forAdam.body['launch'] as string } });
    expect(back.searchParams.get('error')).toBe('access_denied');
  });

  test('is registered by those who may see any patient', async () => {
    const { body: backend } = await backendToken(server);
    expect((await register({ patient: '1' }, backend['access_token'])).status).toBe(201);
    const narrow = await backendToken(server, { scope: 'system/Observation.rs?category=laboratory' });
    expect((await register({ patient: '1' }, narrow.body['access_token'])).status).toBe(403);
    const { body } = await launchApp(server);
    expect((await register({ patient: '1' }, body['access_token'])).status).toBe(403);
    expect((await register({ patient: '1' }, '')).status).toBe(403);
    const unknown = await register({ patient: '1' }, 'nobody');
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect((await server.ask('GET', `${server.origin}/auth/launch`)).status).toBe(405);
  });

  test.each([
    undefined,
    '{',
    '[]',
    { patient: '' },
    { patient: '../1' },
    { patient: '1', patients: ['2'] },
    { patient: 1 },
    {},
  ])('is not registered by %j', async (body) => {
    expect((await register(body)).status).toBe(400);
  });
});

describe('terms', () => {
  const url = 'https://terms.example/data?a=1&b="><script>';
  const path = `/auth/terms?${new URLSearchParams({ url })}`;

  test('that are accepted are said by every token of the account from then on', async () => {
    const { body, browser } = await launchApp(server);
    const page = await browser.visit(path);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain('<script>');
    const form = /action="([^"]*)"/.exec(page.text)![1]!;
    expect((await browser.submit(page, unescaped(form), [])).status).toBe(400);
    const done = await browser.submit(page, unescaped(form), [['accept', 'yes']]);
    expect([done.status, done.text.includes('Accepted')]).toEqual([200, true]);
    expect((await browser.submit(page, unescaped(form), [['accept', 'yes']])).status).toBe(200);
    expect((await introspect(server, body['access_token'])).body['active']).toBe(true);
  });

  test('are accepted by who is logged in, on our page, and by their address', async () => {
    expect((await new Browser(server.origin).visit(path)).status).toBe(401);
    const { browser } = await launchApp(server);
    for (const other of [
      '',
      'javascript:alert(1)',
      'terms',
      'data:text/html,x',
      `https://x.example/${'x'.repeat(2000)}`,
    ])
      expect((await browser.visit(`/auth/terms?${new URLSearchParams({ url: other })}`)).status).toBe(400);
    const seal = sealOf(await browser.visit(path));
    const accept = [
      ['seal', seal],
      ['accept', 'yes'],
    ] as const;
    expect((await browser.post(path, [['accept', 'yes']])).status).toBe(403);
    expect((await browser.post('/auth/terms?url=https%3A%2F%2Fother.example', accept)).status).toBe(403);
    expect((await browser.post(path, accept, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await browser.visit(path, { method: 'PUT' })).status).toBe(405);
  });
});

describe('logging out', () => {
  test('ends what was granted in the session, but for what was to outlast it', async () => {
    const { body, browser } = await launchApp(server);
    const second = await launchApp(server, { browser });
    const lasting = await launchApp(server, { browser, parameters: { scope: 'patient/*.rs offline_access' } });
    const page = await browser.visit('/auth/session/end');
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)![1]!;
    expect((await browser.post('/auth/session/end/confirm', [['logout', 'yes']])).status).toBe(400);
    const done = await browser.post('/auth/session/end/confirm', [
      ['xsrf', xsrf],
      ['logout', 'yes'],
    ]);
    expect(done.text).toContain('Logged out');
    for (const [token, active] of [
      [body['access_token'], false],
      [second.body['access_token'], false],
      [lasting.body['access_token'], true],
    ] as const)
      expect((await introspect(server, token)).body['active']).toBe(active);
    expect((await browser.visit(authorizeUrl(server))).text).toContain('name="password"');
  });

  test('staying logged in ends nothing', async () => {
    const { body, browser } = await launchApp(server);
    const page = await browser.visit('/auth/session/end');
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)![1]!;
    await browser.post('/auth/session/end/confirm', [['xsrf', xsrf]]);
    expect((await introspect(server, body['access_token'])).body['active']).toBe(true);
  });

  test('leads back to addresses of the client only', async () => {
    const { browser } = await launchApp(server);
    const go = (to: string) =>
      browser.visit(`/auth/session/end?${new URLSearchParams({ client_id: 'app', post_logout_redirect_uri: to })}`);
    expect((await go('https://evil.example/')).status).toBe(400);
    const page = await go('http://127.0.0.1:9/bye');
    expect(page.headers.get('content-security-policy')).toContain('http://127.0.0.1:9');
    const xsrf = /name="xsrf" value="([^"]*)"/.exec(page.text)![1]!;
    const done = await browser.post('/auth/session/end/confirm', [
      ['xsrf', xsrf],
      ['logout', 'yes'],
    ]);
    expect(done.headers.get('location')).toBe('http://127.0.0.1:9/bye');
    const unnamed = await browser.visit('/auth/session/end?post_logout_redirect_uri=https%3A%2F%2Fevil.example');
    expect(unnamed.text).not.toContain('evil');
  });
});

test('the code comes with the state that was sent and the name of the issuer', async () => {
  const { back } = await logIn(server, { parameters: { state: '"><script>&x=1' } });
  expect(back.searchParams.get('state')).toBe('"><script>&x=1');
  expect(back.searchParams.get('iss')).toBe(server.origin);
  expect((await exchange(server, back.searchParams.get('code')!)).status).toBe(200);
});
