/** What data sets state, from their extensions to who sees what and what goes with it. See docs/adr/0010-statements-and-effects.md */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccessContext } from '../../src/conditions/access-context.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';
import { human, patient, research, treatment, withAskers } from './askers.ts';
import * as state from './statements.ts';
import { finding, library, licence, person } from './world.ts';

const { confidential, sensitive, tagged } = state;
const visaOf = (type: string, value: string, by: string, expires = Number.POSITIVE_INFINITY) => ({
  type,
  value,
  source: 'https://uni.example',
  by,
  asserted: 0,
  expires,
});
const day = 86_400_000;
const start = Date.parse('2026-03-01T12:00:00Z');

const mondo = 'http://purl.obolibrary.org/obo/mondo.owl|MONDO:0004992';
const with_ = (more: Partial<AccessContext>): AccessContext => human('ada', more);
const askers: Record<string, AccessContext> = {
  plain: with_({}),
  researcher: with_({ purposes: [research] }),
  doctor: with_({ purposes: [treatment] }),
  mixed: with_({ purposes: [research, treatment] }),
  german: with_({ country: 'DE' }),
  french: with_({ country: 'FR' }),
  member: with_({ affiliations: ['urn:org|uni'] }),
  accepted: with_({ acceptedTerms: ['urn:terms'] }),
  'accepted-by-visa': with_({ visas: [visaOf('AcceptedTermsAndPolicies', 'urn:terms', 'self')] }),
  'bona-fide': with_({ visas: [visaOf('ResearcherStatus', 'urn:bona-fide', 'so')] }),
  'self-styled': with_({ visas: [visaOf('ResearcherStatus', 'urn:bona-fide', 'self')] }),
  'soon-not': with_({ visas: [visaOf('ResearcherStatus', 'urn:bona-fide', 'so', start + day)] }),
  general: with_({ research: { kinds: ['general'], diseases: [] } }),
  health: with_({ research: { kinds: ['health'], diseases: [] } }),
  disease: with_({ research: { kinds: ['disease'], diseases: [mondo] } }),
  'other-disease': with_({ research: { kinds: ['disease'], diseases: ['urn:d|gout'] } }),
  'non-profit': with_({ research: { kinds: ['health'], diseases: [], commercial: false }, forProfit: false }),
  'for-profit': with_({ research: { kinds: ['health'], diseases: [], commercial: false }, forProfit: true }),
  granted: human('granted', { purposes: [research] }),
  self: patient('normal-0'),
};

let now = start;
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ now: () => now, ...withAskers(askers) });
  const labels = [confidential('R'), confidential('V'), sensitive('PSY'), 'urn:unknown|label', confidential('L')];
  await server.load([
    // 24 persons, so that they may be counted.
    ...Array.from({ length: 24 }, (_, at) => person(`normal-${at}`, 'set', { gender: 'female' })),
    ...labels.map((label) => ({ ...person(`labelled-${label.split('|')[1]}`, undefined), ...tagged('set', label) })),
    finding('cond', 'normal-0', 'set', 'x'),
  ]);
});
afterAll(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});
beforeEach(() => {
  now = start;
});

const put = async (...extension: object[]) => {
  const answer = await server.ask('PUT', 'Library/set', { body: library('set', extension) });
  expect([200, 201]).toContain(answer.status);
  return answer;
};
/** Whether the asker has the record, all ways agreeing. */
const has = async (as: string): Promise<boolean> => {
  const read = await server.ask('GET', 'Patient/normal-0', { as });
  const found = idsOf(await server.ask('GET', 'Patient?_id=normal-0', { as }));
  const chained = idsOf(await server.ask('GET', 'Condition?subject.gender=female', { as }));
  const history = await server.ask('GET', 'Patient/normal-0/_history/1', { as });
  const all = [read.status === 200, found.length === 1, chained.length === 1, history.status === 200];
  expect(new Set(all).size).toBe(1);
  return all[0]!;
};
const whoHas = async (names: readonly string[]): Promise<string[]> => {
  const have: string[] = [];
  for (const name of names) if (await has(name)) have.push(name);
  return have;
};
const strangers = ['', ...Object.keys(askers).filter((name) => name !== 'self' && name !== 'granted')];

describe('requirements', () => {
  const by = state.terms('urn:terms');
  test.each<[what: string, extension: object[], have: string[]]>([
    ['nothing but an open licence', [licence('CC0-1.0')], strangers],
    ['nothing at all', [], []],
    ['a licence that must be accepted', [licence('CC-BY-NC-4.0')], []],
    ['terms', [by], ['accepted', 'accepted-by-visa']],
    ['terms and an open licence', [licence('CC0-1.0'), by], ['accepted', 'accepted-by-visa']],
    ['a purpose', [licence('CC0-1.0'), state.purpose(research)], ['researcher']],
    [
      'one of two purposes',
      [licence('CC0-1.0'), state.purpose(research), state.purpose(treatment)],
      ['researcher', 'doctor', 'mixed'],
    ],
    ['a purpose within the one stated', [licence('CC0-1.0'), state.purpose(`${canonical.actReason}|BIORCH`)], []],
    ['a purpose without a gate', [state.purpose(research)], []],
    ['a country', [licence('CC0-1.0'), { url: canonical.recipientCountry, valueCode: 'DE' }], ['german']],
    [
      'a recipient',
      [licence('CC0-1.0'), { url: canonical.recipient, valueIdentifier: { system: 'urn:org', value: 'uni' } }],
      ['member'],
    ],
    ['a visa', [state.visa('ResearcherStatus')], ['bona-fide', 'self-styled', 'soon-not']],
    [
      'a visa by an authority',
      [state.visa('ResearcherStatus', { value: 'urn:bona-fide', by: 'so' })],
      ['bona-fide', 'soon-not'],
    ],
    ['a visa of another source', [state.visa('ResearcherStatus', { source: 'https://other.example' })], []],
    ['a committee', [state.committee('urn:dac')], []],
    ['a committee and an open licence', [licence('CC0-1.0'), state.committee('urn:dac')], []],
    [
      'general research',
      [state.dataUse('DUO_0000042')],
      ['general', 'health', 'disease', 'other-disease', 'non-profit', 'for-profit'],
    ],
    [
      'health research',
      [state.dataUse('DUO_0000006')],
      ['health', 'disease', 'other-disease', 'non-profit', 'for-profit'],
    ],
    [
      'research of a disease',
      [state.dataUse('DUO_0000007', { valueCoding: { system: mondo.split('|')[0], code: mondo.split('|')[1] } })],
      ['disease'],
    ],
    ['no profit', [state.dataUse('DUO_0000006'), state.dataUse('DUO_0000018')], ['non-profit']],
    ['an ethics vote', [state.dataUse('DUO_0000006'), state.dataUse('DUO_0000021')], []],
    ['a modifier without a permission', [licence('CC0-1.0'), state.dataUse('DUO_0000018')], []],
    ['a term that is not known', [licence('CC0-1.0'), state.dataUse('DUO_0009999')], []],
    [
      'a condition of ours that is not known',
      [licence('CC0-1.0'), { url: `${canonical.structureDefinitions}moon`, valueCode: 'full' }],
      [],
    ],
    [
      'a licence that only people can read',
      [licence('CC0-1.0'), { url: canonical.licenceAttachment, valueAttachment: { title: 'x' } }],
      [],
    ],
  ])('%s', async (_, extension, have) => {
    await put(...extension);
    expect(await whoHas(strangers)).toEqual(strangers.filter((name) => have.includes(name)));
    // The person's own stays theirs whatever the data set says.
    expect((await server.ask('GET', 'Patient/normal-0', { as: 'self' })).status).toBe(200);
  });
});

describe('time passes', () => {
  test('an embargo ends by itself, and holds until the end of its day', async () => {
    await put(licence('CC0-1.0'), { url: canonical.embargo, valueDate: '2026-03-02' });
    const count = async () => (await server.ask('GET', 'Patient?_summary=count', { as: '' })).body['total'];
    expect([await has('plain'), await count()]).toEqual([false, 0]);
    now = Date.parse('2026-03-02T23:59:59.999Z');
    expect([await has('plain'), await count()]).toEqual([false, 0]);
    now = Date.parse('2026-03-03T00:00:00Z');
    expect([await has('plain'), (await count()) >= 24]).toEqual([true, true]);
  });

  test('an expiry comes by itself, for pages under way too', async () => {
    await put(licence('CC0-1.0'), { url: canonical.expires, valueDate: '2026-03-02' });
    expect(await has('plain')).toBe(true);
    const { body } = await server.ask('GET', 'Patient?_count=5', { as: 'plain' });
    const next = body['link'].find((one: any) => one.relation === 'next').url;
    now = Date.parse('2026-03-03T00:00:00Z');
    expect(await has('plain')).toBe(false);
    expect(idsOf(await server.ask('GET', next, { as: 'plain' }))).toEqual([]);
  });

  test('a visa and a token end by themselves', async () => {
    await put(state.visa('ResearcherStatus', { by: 'so' }));
    expect(await whoHas(['bona-fide', 'soon-not'])).toEqual(['bona-fide', 'soon-not']);
    now = start + day;
    expect(await whoHas(['bona-fide', 'soon-not'])).toEqual(['bona-fide']);
  });

  test('a grant begins and ends by itself, and is for its purpose', async () => {
    await put(state.committee('urn:dac'));
    const grant = state.consent('grant', undefined, {
      provision: { period: { start: '2026-03-02', end: '2026-03-03' }, ...state.forPurpose(research) },
      more: {
        category: [state.concept(`${canonical.accessCode}|grant`)],
        extension: [
          {
            url: canonical.grant,
            extension: [
              { url: 'data-set', valueReference: { reference: 'Library/set' } },
              { url: 'grantee', valueString: 'person https://login.example.org granted' },
              { url: 'level', valueCode: 'record' },
            ],
          },
        ],
      },
    });
    expect((await server.ask('PUT', 'Consent/grant', { body: grant })).status).toBe(201);
    const over = async (time: string) => {
      now = Date.parse(time);
      return [await has('granted'), await has('researcher')];
    };
    expect(await over('2026-03-01T23:59:59Z')).toEqual([false, false]);
    expect(await over('2026-03-02T00:00:00Z')).toEqual([true, false]);
    // What is restricted or sensitive needs a grant, and nothing gives what is very restricted or not understood.
    const labelled = async (as: string) =>
      idsOf(await server.ask('GET', 'Patient?_count=100', { as }))
        .filter((id) => id.startsWith('labelled'))
        .sort();
    expect(await labelled('granted')).toEqual(['labelled-L', 'labelled-PSY', 'labelled-R']);
    expect(await over('2026-03-03T23:59:59Z')).toEqual([true, false]);
    expect(await over('2026-03-04T00:00:00Z')).toEqual([false, false]);
    await put(licence('CC0-1.0'));
    expect(await labelled('plain')).toEqual(['labelled-L']);
    expect((await server.ask('GET', 'Patient?_security=V,R', { as: 'plain' })).body['total']).toBe(0);
    await server.ask('DELETE', 'Consent/grant');
    expect(await labelled('granted')).toEqual(['labelled-L']);
  });
});

describe('levels by audience', () => {
  test('existence for everyone, counts for members, records for those who accepted', async () => {
    await put(
      licence('CC0-1.0'),
      state.level('exists'),
      state.level('count', { url: canonical.recipient, valueIdentifier: { system: 'urn:org', value: 'uni' } }),
      state.level('record', state.terms('urn:terms')),
    );
    const told = async (as: string) => {
      const { body } = await server.ask('GET', 'Patient?gender=female&_summary=count', { as });
      const parts = (body['_total']?.extension[0].extension ?? []).map((one: any) => [
        one.url,
        one.valueCode ?? one.valueBoolean,
      ]);
      const { granularity, exists } = Object.fromEntries(parts);
      return [body['total'], granularity, exists];
    };
    expect(await told('')).toEqual([0, 'exists', true]);
    expect(await told('member')).toEqual([20, 'count', undefined]);
    expect(await told('accepted')).toEqual([24, undefined, undefined]);
    expect(await whoHas(['', 'member', 'accepted'])).toEqual(['accepted']);
    const few = await server.ask('GET', 'Patient?_id=normal-0&_summary=count', { as: '' });
    expect(few.text).toContain('"exists","valueBoolean":false');
  });

  test('records that must be de-identified by a profile that nobody knows do not leave', async () => {
    const profile = { url: 'profile', valueCanonical: 'urn:no-such-profile' };
    await put(licence('CC0-1.0'), state.level('record-deidentified', profile));
    expect(await has('plain')).toBe(false);
    expect(idsOf(await server.ask('GET', 'Patient?_count=100', { as: 'plain' }))).toEqual([]);
  });
});

describe('what goes with data', () => {
  test('obligations and licence, in headers and in Bundles, of those data sets only that give the data', async () => {
    await put(licence('CC0-1.0'), state.obligation('NORELINK'), state.obligation('DELAU', '12'));
    const closed = {
      ...library('secret-cohort', [state.committee('urn:dac'), state.obligation('ENCRYPT')]),
      content: [{ url: 'Patient?_tag=urn:ds|set' }],
    };
    await server.ask('PUT', 'Library/secret-cohort', { body: closed });
    for (const path of [
      'Patient/normal-0',
      'Patient/normal-0/_history/1',
      'Patient?_id=normal-0',
      'Patient/normal-0/_history',
    ]) {
      const { headers, body, text } = await server.ask('GET', path, { as: 'plain' });
      expect(headers.get('fairway-obligations')).toBe('DELAU;12, NORELINK');
      expect(headers.get('link')).toBe(`<${server.base}/Library/set>; rel="license"`);
      if (body['resourceType'] === 'Bundle') {
        expect(body['meta'].security.map((one: any) => one.code)).toEqual(['DELAU', 'NORELINK']);
        expect(body['link']).toContainEqual({ relation: 'license', url: `${server.base}/Library/set` });
      }
      expect(text).not.toContain('secret-cohort');
      expect(text).not.toContain('ENCRYPT');
    }
    const whole = await server.ask('GET', 'Patient/normal-0', { as: 'reader' });
    expect(whole.headers.get('link')).toContain('secret-cohort');
    expect(whole.headers.get('fairway-obligations')).toContain('ENCRYPT');
    const nothing = await server.ask('GET', 'Patient/never-was', { as: 'plain' });
    expect([nothing.headers.get('link'), nothing.headers.get('fairway-obligations')]).toEqual([null, null]);
    await server.ask('DELETE', 'Library/secret-cohort');
  });

  test('two data sets that say the opposite of one patient: what denies holds, what merely does not give does not', async () => {
    const other = (...extension: object[]) =>
      server.ask('PUT', 'Library/opposite', {
        body: { ...library('opposite', extension), content: [{ url: 'Patient?_tag=urn:ds|set' }] },
      });
    await put(licence('CC0-1.0'));
    await other(licence('CC-BY-NC-4.0'));
    expect(await has('plain')).toBe(true);
    await other(licence('CC0-1.0'), { url: canonical.embargo, valueDate: '2099-01-01' });
    expect(await has('plain')).toBe(false);
    await server.ask('DELETE', 'Library/opposite');
    expect(await has('plain')).toBe(true);
  });
});
