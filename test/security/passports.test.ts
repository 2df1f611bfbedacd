/** Tries to get visas that are not one's own or not to be believed, with real brokers and issuers over HTTP. https://ga4gh.github.io/data-security/ga4gh-passport */
import { exportJWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessSettingsOf } from '../../src/auth/access-file.ts';
import type { TokenSource } from '../../src/auth/token-source.ts';
import { createTokenSources } from '../../src/auth/token-sources.ts';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { startServer, tokens } from '../server.ts';
import { type Issuer, newKey, startIssuer } from './issuer.ts';

let broker: Issuer;
let visas: Issuer;
let committee: Issuer;
/** Somewhere that must never be asked. */
let foreign: Issuer;
let ahead = 0;
let source: TokenSource;
/** why visas were passed over */
const reasons: string[] = [];
let settings: ReturnType<typeof settingsOf>;
const clock = (): number => Date.now() + ahead;
const seconds = (): number => Math.floor(clock() / 1000);
const audience = 'https://fairway.example/fhir';
const university = 'https://university.example';
const dac = 'https://dac.example';
const bonaFide = 'https://doi.org/10.1038/s41431-018-0219-y';

function settingsOf(broking: object = {}) {
  return accessSettingsOf(
    {
      issuers: [
        { issuer: broker.url, audience },
        { issuer: visas.url, audience },
      ],
      passports: {
        brokers: [{ issuer: broker.url, ...broking }],
        issuers: [
          { issuer: visas.url, jku: `${visas.url}/jwks` },
          { issuer: broker.url, jku: `${broker.url}/jwks`, types: ['LinkedIdentities', 'AffiliationAndRole'] },
          { issuer: committee.url, jwks: { keys: [committee.key.publicJwk] }, types: ['ControlledAccessGrants'] },
        ],
        sources: [university, { source: dac, types: ['ControlledAccessGrants'] }, broker.url],
        maxAgeSeconds: 86_400,
      },
    },
    'test',
    { SECRET: 'secret' },
  );
}

beforeAll(async () => {
  [broker, visas, committee, foreign] = await Promise.all([
    startIssuer('RS256', clock),
    startIssuer('ES256', clock),
    startIssuer('ES256', clock),
    startIssuer('ES256', clock),
  ]);
  settings = settingsOf();
});
afterAll(async () => {
  await Promise.all([broker, visas, committee, foreign].map((one) => one.close()));
});
beforeEach(() => {
  source = sourceOf(settings);
  foreign.asked.length = 0;
  reasons.length = 0;
});

function sourceOf(of: ReturnType<typeof settingsOf>): TokenSource {
  return createTokenSources(of, {
    fetch,
    now: clock,
    log: (_, __, details) => reasons.push(String(details?.['reason'])),
  })[0]!;
}

const said = { type: 'ResearcherStatus', value: bonaFide, source: university, by: 'so' };
interface Signing {
  by?: Issuer;
  header?: object;
  claims?: object;
  key?: Issuer['key'];
}
/** A visa about ann that says `said`, but for what is stated. */
function visa(fields: object = {}, { by = visas, header = {}, claims = {}, key }: Signing = {}): Promise<string> {
  return by.sign(
    { sub: 'ann', jti: 'v', ga4gh_visa_v1: { asserted: seconds() - 60, ...said, ...fields }, ...claims },
    { typ: 'vnd.ga4gh.visa+jwt', jku: `${by.url}/jwks`, ...header },
    key ?? by.key,
  );
}
const link = (by: Issuer, sub: string, ...others: [sub: string, issuer: Issuer][]): Promise<string> =>
  visa(
    {
      type: 'LinkedIdentities',
      source: broker.url,
      value: others.map(([one, { url }]) => `${encodeURIComponent(one)},${encodeURIComponent(url)}`).join(';'),
    },
    { by, claims: { sub } },
  );

const accessToken = (more: object = {}): Promise<string> =>
  broker.sign({ sub: 'ann', aud: audience, scope: 'openid ga4gh_passport_v1', jti: Math.random().toString(), ...more });

/** The context of ann when her broker has these visas. The link of her identities is there unless stated. */
async function contextWith(texts: unknown, linked = true): Promise<AccessContext> {
  const all =
    linked && Array.isArray(texts) ? [...texts, await link(broker, 'ann', ['ann', visas], ['ann', committee])] : texts;
  broker.answers.set('/userinfo', () => ({ sub: 'ann', ga4gh_passport_v1: all }));
  return (await source.contextOf(await accessToken()))!;
}
/** What the visas say beside the link. */
const valuesOf = ({ visas: held = [] }: AccessContext): string[] =>
  held.filter(({ type }) => type !== 'LinkedIdentities').map(({ value }) => value);

describe('a passport', () => {
  test('gives its visas, terms and affiliations, until the first of them ends', async () => {
    const asserted = seconds() - 60;
    const context = await contextWith([
      await visa({ asserted }, { claims: { exp: seconds() + 300 } }),
      await visa({ type: 'AcceptedTermsAndPolicies', value: 'https://terms.example/1' }),
      await visa({ type: 'AffiliationAndRole', value: 'faculty@uni.example@x' }),
      await visa({ type: 'AffiliationAndRole', value: 'public.citizen@no.organization' }),
      await visa(
        { type: 'ControlledAccessGrants', value: 'https://data.example/1', source: dac, by: 'dac' },
        { by: committee },
      ),
    ]);
    expect(context.visas![0]).toEqual({ ...said, asserted: asserted * 1000, expires: expect.any(Number) });
    expect(valuesOf(context)).toHaveLength(5);
    expect(context.acceptedTerms).toEqual(['https://terms.example/1']);
    expect(context.affiliations).toEqual(['uni.example@x', 'faculty@uni.example@x', 'public.citizen@no.organization']);
    expect(context.expires).toBe(context.visas![0]!.expires);
    expect(Object.isFrozen(context.visas![0])).toBe(true);
  });

  test('is asked for with the token, at most once an hour, and what it says then counts', async () => {
    const exp = seconds() + 9000;
    const fields = { type: 'AffiliationAndRole', value: 'member@u.example' };
    const own = await visa(fields, { by: broker, claims: { exp } });
    broker.answers.set('/userinfo', () => ({ sub: 'ann', ga4gh_passport_v1: [own] }));
    const token = await accessToken({ exp });
    const before = broker.timesAsked('/userinfo');
    expect(valuesOf((await source.contextOf(token))!)).toEqual(['member@u.example']);
    broker.answers.set('/userinfo', () => ({ sub: 'ann', ga4gh_passport_v1: [] }));
    for (let minutes = 0; minutes < 60; minutes += 6) {
      expect(valuesOf((await source.contextOf(token))!)).toEqual(['member@u.example']);
      ahead += 6 * 60_000;
    }
    expect(broker.timesAsked('/userinfo')).toBe(before + 1);
    expect(valuesOf((await source.contextOf(token))!)).toEqual([]);
    expect(broker.timesAsked('/userinfo')).toBe(before + 2);
    expect(broker.asked.findLast(({ path }) => path === '/userinfo')!.headers.authorization).toBe(`Bearer ${token}`);
  });

  test('that ends takes its visas with it, without asking again', async () => {
    const soon = await visa({}, { claims: { exp: seconds() + 60 } });
    const later = await visa({ value: 'https://later.example' });
    broker.answers.set('/userinfo', async () => ({ sub: 'ann', ga4gh_passport_v1: [soon, later, own] }));
    const own = await link(broker, 'ann', ['ann', visas]);
    const token = await accessToken();
    expect(valuesOf((await source.contextOf(token))!)).toEqual([bonaFide, 'https://later.example']);
    const before = broker.timesAsked('/userinfo');
    ahead += 61_000;
    expect(valuesOf((await source.contextOf(token))!)).toEqual(['https://later.example']);
    expect(broker.timesAsked('/userinfo')).toBe(before);
  });

  test('is not asked for without the scope, nor of an issuer that is no broker', async () => {
    const before = broker.timesAsked('/userinfo') + visas.timesAsked('/userinfo');
    for (const scope of ['openid', 'ga4gh_passport_v1', 'openid ga4gh_passport_v1x']) {
      expect((await source.contextOf(await accessToken({ scope })))!.visas).toBeUndefined();
    }
    const other = await visas.sign({ sub: 'ann', aud: audience, scope: 'openid ga4gh_passport_v1' });
    expect((await source.contextOf(other))!.visas).toBeUndefined();
    expect(broker.timesAsked('/userinfo') + visas.timesAsked('/userinfo')).toBe(before);
  });

  test.each<[string, unknown, string]>([
    ['of another person', { sub: 'eve', ga4gh_passport_v1: [] }, 'login'],
    ['of nobody', { ga4gh_passport_v1: [] }, 'login'],
    ['that is no list', { sub: 'ann', ga4gh_passport_v1: 'x' }, 'login'],
    ['of too many visas', { sub: 'ann', ga4gh_passport_v1: Array.from({ length: 501 }, () => 'x') }, 'login'],
    ['that is no object', ['x'], 'transient'],
  ])('%s refuses the request', async (_, answer, code) => {
    broker.answers.set('/userinfo', () => answer);
    await expect(source.contextOf(await accessToken())).rejects.toMatchObject({ code });
  });

  test.each([
    [401, 'login'],
    [403, 'transient'],
    [302, 'transient'],
    [500, 'transient'],
  ])('a broker that answers with status %i: %s, and it is let alone for a minute', async (status, code) => {
    broker.answers.set(
      '/userinfo',
      (_, response) => void response.writeHead(status, { location: `${foreign.url}/jwks` }).end(),
    );
    const token = await accessToken();
    const before = broker.timesAsked('/userinfo');
    for (let at = 0; at < 3; at++) await expect(source.contextOf(token)).rejects.toMatchObject({ code });
    expect(broker.timesAsked('/userinfo')).toBe(before + 1);
    expect(foreign.asked).toEqual([]);
    broker.answers.set('/userinfo', () => ({ sub: 'ann' }));
    ahead += 61_000;
    expect((await source.contextOf(token))!.visas).toEqual([]);
  });
});

describe('a visa is passed over', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['that is no text', async () => ({})],
    ['that is no JWT', async () => 'abc'],
    ['that is huge', async () => `${await visa()}${'A'.repeat(2 ** 16)}`],
    ['of an issuer that is not trusted', () => visa({}, { by: foreign })],
    ['of an issuer that is not trusted for its type', () => visa({}, { by: committee })],
    ['from a source that is not trusted', () => visa({ source: 'https://elsewhere.example' })],
    ['from a source that begins alike', () => visa({ source: `${university}.evil.example` })],
    ['from a source that is not trusted for its type', () => visa({ source: dac })],
    ['whose keys are elsewhere', () => visa({}, { header: { jku: `${foreign.url}/jwks` }, key: foreign.key })],
    [
      'whose keys are at an address that begins alike',
      () => visa({}, { header: { jku: `${visas.url}/jwks@${foreign.url.slice(7)}` } }),
    ],
    [
      'whose keys are elsewhere for another reader',
      () => visa({}, { header: { jku: `${visas.url.replace('://', '://user@')}/jwks` } }),
    ],
    ['whose keys are on another port', () => visa({}, { header: { jku: `${visas.url}1/jwks` } })],
    ['whose keys are at the same place, written otherwise', () => visa({}, { header: { jku: `${visas.url}/./jwks` } })],
    ['whose keys are on a host with a trailing dot', () => visa({}, { header: { jku: 'http://127.0.0.1./jwks' } })],
    ['without an address of keys', () => visa({}, { header: { jku: undefined } })],
    ['that brings its key along', async () => visa({}, { header: { jwk: foreign.key.publicJwk }, key: foreign.key })],
    ['signed with another key', () => visa({}, { key: foreign.key })],
    ['signed by an algorithm that visas must not have', async () => visa({}, { key: await newKey('one', 'ES384') })],
    ['that has expired', () => visa({}, { claims: { exp: seconds() - 1 } })],
    ['without an end', () => visa({}, { claims: { exp: undefined } })],
    ['not valid yet', () => visa({}, { claims: { nbf: seconds() + 60 } })],
    ['from the future', () => visa({}, { claims: { iat: seconds() + 60 } })],
    ['without a time', () => visa({}, { claims: { iat: undefined } })],
    ['without a subject', () => visa({}, { claims: { sub: undefined } })],
    ['asserted too long ago', () => visa({ asserted: seconds() - 86_401 })],
    ['asserted in the future', () => visa({ asserted: seconds() + 60 })],
    ['asserted in words', () => visa({ asserted: String(seconds()) })],
    ['that is an access token', () => visa({}, { claims: { scope: 'profile openid' } })],
    ['that is a Passport', () => visa({}, { header: { typ: 'vnd.ga4gh.passport+jwt' } })],
    ['that says nothing', () => visa({}, { claims: { ga4gh_visa_v1: undefined } })],
    ['of a custom type', () => visa({ type: 'https://custom.example/type' })],
    ['of a type in other letters', () => visa({ type: 'researcherstatus' })],
    ['of a type that every object has', () => visa({ type: 'constructor' })],
    ['whose value is no URL', () => visa({ value: 'anything' })],
    ['whose value is too long', () => visa({ value: `https://x.example/${'x'.repeat(255)}` })],
    ['by an authority that there is not', () => visa({ by: 'me' })],
    ['of terms, without saying by whom', () => visa({ type: 'AcceptedTermsAndPolicies', by: undefined })],
    ['of an affiliation without an institution', () => visa({ type: 'AffiliationAndRole', value: 'faculty' })],
    ['of an affiliation with an empty institution', () => visa({ type: 'AffiliationAndRole', value: 'faculty@' })],
    ['of another person at its issuer', () => visa({}, { claims: { sub: 'eve' } })],
    [
      'of another person at another issuer',
      () =>
        visa(
          { type: 'ControlledAccessGrants', by: 'dac', value: 'https://d.example' },
          { by: committee, claims: { sub: 'bob' } },
        ),
    ],
    ['with conditions that are no list', () => visa({ conditions: 'x' })],
    ['with conditions that are null', () => visa({ conditions: null })],
    ['with no condition in its list', () => visa({ conditions: [] })],
    ['with an alternative without conditions', () => visa({ conditions: [[]] })],
  ])('%s', async (_, text) => {
    expect(valuesOf(await contextWith([await text(), await visa({ value: 'https://good.example' })]))).toEqual([
      'https://good.example',
    ]);
    expect(foreign.asked).toEqual([]);
  });

  test('while the keys of its issuer cannot be had, and counts a minute later', async () => {
    const keys = visas.answers.get('/jwks')!;
    visas.answers.set(
      '/jwks',
      (_, response) => void response.writeHead(302, { location: `${foreign.url}/jwks` }).end(),
    );
    const own = await link(broker, 'ann', ['ann', visas]);
    const status = await visa();
    broker.answers.set('/userinfo', () => ({ sub: 'ann', ga4gh_passport_v1: [status, own] }));
    const token = await accessToken();
    expect(valuesOf((await source.contextOf(token))!)).toEqual([]);
    expect(foreign.asked).toEqual([]);
    visas.answers.set('/jwks', keys);
    ahead += 61_000;
    expect(valuesOf((await source.contextOf(token))!)).toEqual([bonaFide]);
  });

  test('whose issuer publishes its private key', async () => {
    const keys = visas.answers.get('/jwks')!;
    const leaked = { ...(await exportJWK(visas.key.privateKey)), kid: 'one', alg: 'ES256' };
    visas.answers.set('/jwks', () => ({ keys: [leaked] }));
    expect(valuesOf(await contextWith([await visa()]))).toEqual([]);
    visas.answers.set('/jwks', keys);
  });
});

describe('the same person', () => {
  const elsewhere = () => visa({}, { claims: { sub: 'other' } });

  test('is the one whom the token names; others are linked', async () => {
    expect(valuesOf(await contextWith([await visa()], false))).toEqual([]);
    const own = await visa({ type: 'AffiliationAndRole', value: 'member@u.example' }, { by: broker });
    expect(valuesOf(await contextWith([own], false))).toEqual(['member@u.example']);
  });

  test.each<[string, () => Promise<string>[], boolean]>([
    ['by a link from the one to the other', () => [link(broker, 'ann', ['other', visas])], true],
    ['by a link from the other to the one', () => [link(visas, 'other', ['ann', broker])], true],
    ['by a link of a third to both', () => [link(visas, 'third', ['ann', broker], ['other', visas])], true],
    ['over a chain', () => [link(visas, 'middle', ['other', visas]), link(broker, 'ann', ['middle', visas])], true],
    ['not by a link that leads elsewhere', () => [link(broker, 'ann', ['another', visas])], false],
    ['not by a link of others', () => [link(visas, 'eve', ['other', visas])], false],
    [
      'not by a link that has ended',
      () => [
        visa(
          { type: 'LinkedIdentities', value: `other,${encodeURIComponent(visas.url)}`, source: broker.url },
          { by: broker, claims: { exp: seconds() - 1 } },
        ),
      ],
      false,
    ],
    [
      'not by a link that its source may not assert',
      () => [
        visa(
          { type: 'LinkedIdentities', value: `other,${encodeURIComponent(visas.url)}`, source: dac },
          { by: broker },
        ),
      ],
      false,
    ],
    [
      'not by a link with conditions',
      () => [
        visa(
          {
            type: 'LinkedIdentities',
            value: `other,${encodeURIComponent(visas.url)}`,
            source: broker.url,
            conditions: [[{ type: 'AffiliationAndRole', value: 'pattern:*' }]],
          },
          { by: broker },
        ),
        visa({ type: 'AffiliationAndRole', value: 'a@b' }, { by: broker }),
      ],
      false,
    ],
    [
      'not by a malformed link',
      () => [
        visa(
          { type: 'LinkedIdentities', value: `other,${encodeURIComponent(visas.url)};x`, source: broker.url },
          { by: broker },
        ),
      ],
      false,
    ],
    [
      'not by a link that is not encoded',
      () => [visa({ type: 'LinkedIdentities', value: `%zz,${visas.url}`, source: broker.url }, { by: broker })],
      false,
    ],
    ['not by two names that only together are the other', () => [link(broker, 'ann', ['ot","her', visas])], false],
  ])('%s', async (_, links, isLinked) => {
    const values = valuesOf(await contextWith([await elsewhere(), ...(await Promise.all(links()))], false));
    expect(values.includes(bonaFide)).toBe(isLinked);
  });
});

describe('conditions', () => {
  const affiliation = { type: 'AffiliationAndRole', value: 'faculty@uni.example', by: 'system' };
  const conditioned = (conditions: unknown) => visa({ value: 'https://conditioned.example', conditions });
  const faculty = [[{ type: 'AffiliationAndRole', value: 'pattern:faculty@*' }]];

  test.each<[string, unknown, (() => Promise<string>)[], boolean]>([
    ['are met by another visa', faculty, [() => visa(affiliation)], true],
    ['are not met by nothing', faculty, [], false],
    [
      'are not met by a visa that has expired',
      faculty,
      [() => visa(affiliation, { claims: { exp: seconds() - 1 } })],
      false,
    ],
    [
      'are not met by a visa of an issuer that is not trusted',
      faculty,
      [() => visa(affiliation, { by: foreign })],
      false,
    ],
    ['are not met by a visa of another person', faculty, [() => visa(affiliation, { claims: { sub: 'eve' } })], false],
    [
      'are not met by a visa that has conditions',
      faculty,
      [() => visa({ ...affiliation, conditions: [[{ type: 'ResearcherStatus', value: 'pattern:*' }]] }), () => visa()],
      false,
    ],
    ['are not met by the visa itself', [[{ type: 'ResearcherStatus', value: 'pattern:*' }]], [], false],
  ])('%s', async (_, conditions, others, isMet) => {
    const texts = [await conditioned(conditions), ...(await Promise.all(others.map((one) => one())))];
    expect(valuesOf(await contextWith(texts)).includes('https://conditioned.example')).toBe(isMet);
  });
});

describe('a token that is exchanged for a Passport', () => {
  const exchanging = (): TokenSource =>
    sourceOf(
      settingsOf({ exchange: { endpoint: `${broker.url}/token`, clientId: 'fairway', clientSecretEnv: 'SECRET' } }),
    );
  const passport = (more: object = {}, header: object = {}, key = broker.key): Promise<string> =>
    broker.sign({ sub: 'ann', ga4gh_passport_v1: [], ...more }, { typ: 'vnd.ga4gh.passport+jwt', ...header }, key);

  test('gives its visas', async () => {
    const own = [await visa({ type: 'AffiliationAndRole', value: 'member@u.example' }, { by: broker })];
    const text = await passport({ ga4gh_passport_v1: own });
    broker.answers.set('/token', () => ({ access_token: text, token_type: 'N_A' }));
    const token = await accessToken();
    expect(valuesOf((await exchanging().contextOf(token))!)).toEqual(['member@u.example']);
    const { body, headers } = broker.asked.findLast(({ path }) => path === '/token')!;
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: 'urn:ga4gh:params:oauth:token-type:passport',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    expect(headers.authorization).toBe(`Basic ${btoa('fairway:secret')}`);
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['for another server', () => passport({ aud: 'https://other.example' }), 'login'],
    ['of another person', () => passport({ sub: 'eve' }), 'login'],
    ['of another issuer', () => passport({ iss: visas.url }), 'login'],
    ['that has expired', () => passport({ exp: seconds() - 31 }), 'login'],
    ['without a time', () => passport({ iat: undefined }), 'login'],
    ['without a list', () => passport({ ga4gh_passport_v1: undefined }), 'login'],
    ['that is an access token', () => passport({}, { typ: 'at+jwt' }), 'login'],
    ['that is forged', async () => passport({}, {}, await newKey('one', 'RS256')), 'login'],
    ['that is no JWT', async () => 'abc', 'login'],
    ['that is not there', async () => undefined, 'transient'],
  ])('%s: the request is refused', async (_, text, code) => {
    const made = await text();
    broker.answers.set('/token', () => ({ access_token: made }));
    await expect(exchanging().contextOf(await accessToken())).rejects.toMatchObject({ code });
  });

  test('is refused when the broker refuses it', async () => {
    broker.answers.set('/token', (_, response) => void response.writeHead(400).end('{"error":"invalid_request"}'));
    await expect(exchanging().contextOf(await accessToken())).rejects.toMatchObject({ code: 'login' });
  });
});

test('over HTTP, a visa or a Passport is no bearer token, and a broker that is away is no anonymous asker', async () => {
  const server = await startServer({ access: { ...settings, tokens }, now: clock });
  const ask = async (as: string): Promise<number> => (await server.ask('GET', 'Patient?_summary=count', { as })).status;
  broker.answers.set('/userinfo', () => ({ sub: 'ann', ga4gh_passport_v1: [] }));
  expect(await ask(await accessToken())).toBe(200);
  expect(await ask(await visa())).toBe(401);
  expect(await ask(await broker.sign({ sub: 'ann', ga4gh_passport_v1: [] }, { typ: 'vnd.ga4gh.passport+jwt' }))).toBe(
    401,
  );
  broker.answers.set('/userinfo', (_, response) => void response.writeHead(503).end());
  expect(await ask(await accessToken())).toBe(503);
  await server.close();
  expect(server.errors).toEqual([]);
});
