/** Decisions start from deny: offers and grants give, denies override, and each decision says how long it holds. */
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import { type AccessContext, anonymous, type Visa } from './access-context.ts';
import { decide, explain } from './decision.ts';
import type {
  ClassStatements,
  DataSetStatement,
  Directive,
  Effect,
  Grant,
  Offer,
  Provision,
  Requirement,
  StatementsInForce,
} from './model.ts';

const now = 1_000_000;
const ada: AccessContext = { ...anonymous, subject: { kind: 'person', issuer: 'i', id: 'ada' } };
const offer = (level: Offer['level'], more: Partial<Offer> = {}): Offer => ({
  level,
  threshold: 10,
  rounding: 10,
  audience: [],
  ...more,
});
const dataSet = (id: string, more: Partial<DataSetStatement> = {}): DataSetStatement => ({
  source: `Library/${id}`,
  offers: [offer('record')],
  requirements: [],
  dataUse: [],
  obligations: [],
  consentRequired: false,
  closed: [],
  ...more,
});
const grant = (more: Partial<Grant> = {}): Grant => ({
  source: 'Consent/g',
  dataSet: 'Library/a',
  grantees: ['person i ada'],
  level: 'record',
  purposes: [],
  obligations: [],
  ...more,
});
const permit: Provision = { effect: 'permit', exceptions: [] };
const deny: Provision = { effect: 'deny', exceptions: [] };
const personal = (provision: Provision, more: object = {}): Effect => ({
  kind: 'directive',
  scope: 'research',
  isPatients: true,
  dataSets: [],
  provision,
  ...more,
});
const labels = (...codes: string[]): Effect => ({ kind: 'labels', codes });
const confidentiality = (code: string) => `${canonical.confidentiality}|${code}`;
const act = (code: string) => `${canonical.actCode}|${code}`;
const policy = (provision: Provision, dataSets: string[] = []): Directive => ({
  kind: 'consent',
  source: 'Consent/policy',
  scope: 'research',
  categories: [],
  stated: 0,
  dataSets,
  provision,
});
const isIn = (number: number, dataSets: string[], ...effects: Effect[]): ClassStatements => ({
  class: number,
  isMetadata: false,
  dataSets,
  effects,
});
const metadata = (...effects: Effect[]): ClassStatements => ({ class: 1, isMetadata: true, dataSets: [], effects });
const inForce = (
  classes: ClassStatements[],
  sets: DataSetStatement[] = [dataSet('a')],
  more: Partial<StatementsInForce> = {},
): StatementsInForce => ({
  dataSets: new Map(sets.map((one) => [one.source.slice('Library/'.length), one])),
  classes,
  policies: [],
  grants: [],
  revoked: new Set(),
  ...more,
});
/** What a class of the data set `a` with these effects gives. */
function given(
  context: AccessContext,
  set: Partial<DataSetStatement>,
  effects: Effect[] = [],
  more: Partial<StatementsInForce> = {},
): string {
  const decision = decide(context, inForce([isIn(16, ['a'], ...effects)], [dataSet('a', set)], more), now);
  if (decision.deidentified.has(16)) return `record-deidentified ${decision.deidentified.get(16)}`;
  if (decision.records === 'all' || decision.records.includes(16)) return 'record';
  return decision.counts.has(16) ? 'count' : decision.exists.has(16) ? 'exists' : 'none';
}

describe('decision', () => {
  test('every class is closed until some data set that contains it gives something', () => {
    const sets = [
      dataSet('a'),
      dataSet('b', { offers: [offer('count', { threshold: 20, rounding: 5 })] }),
      dataSet('c', { offers: [offer('aggregate', { threshold: 5, rounding: 50 }), offer('exists')] }),
      dataSet('d', { offers: [offer('exists', { threshold: 3 })] }),
      dataSet('e', { offers: [] }),
      dataSet('f', { closed: ['why'] }),
      dataSet('h', { offers: [offer('record-deidentified', { profile: 'urn:p' })] }),
    ];
    const classes = [
      metadata(),
      ...['a', 'b', 'bc', 'd', 'e', 'f', '', 'ef', 'abd', 'h', 'ah', 'x'].map((keys, at) => isIn(16 + at, [...keys])),
    ];
    const { records, counts, exists, deidentified, givenBy, ...rest } = decide(anonymous, inForce(classes, sets), now);
    expect(records).toEqual([1, 16, 24, 25, 26]);
    expect(deidentified).toEqual(new Map([[25, 'urn:p']]));
    // Where several let it be counted, as the strictest of them says.
    expect(counts).toEqual(
      new Map([
        [17, { threshold: 20, rounding: 5 }],
        [18, { threshold: 20, rounding: 50 }],
      ]),
    );
    expect(exists).toEqual(new Map([[19, { threshold: 3, rounding: 10 }]]));
    // Only what gives is named: where records are open, not who would let them be counted.
    expect(givenBy).toEqual(
      new Map([
        [16, ['Library/a']],
        [17, ['Library/b']],
        [18, ['Library/b', 'Library/c']],
        [19, ['Library/d']],
        [24, ['Library/a']],
        [25, ['Library/h']],
        [26, ['Library/a']],
      ]),
    );
    expect(rest).toEqual({ write: false, steward: false, obligations: new Map(), until: Number.POSITIVE_INFINITY });
  });

  test('rights to read everything, and to break the glass for a reason', () => {
    const statements = inForce([isIn(16, [], personal(deny))]);
    const of = (rights: Partial<AccessContext['rights']>, more: Partial<AccessContext> = {}) =>
      decide({ ...ada, rights: { readAll: false, write: false, ...rights }, ...more }, statements, now);
    expect(of({ readAll: true, write: true })).toMatchObject({ records: 'all', write: true, steward: true });
    expect(of({ breakGlass: true }, { breakGlass: { reason: 'an emergency' } }).records).toBe('all');
    expect(of({ breakGlass: true }, { breakGlass: { reason: ' ' } }).records).toEqual([]);
    expect(of({ breakGlass: true }).records).toEqual([]);
    expect(of({}, { breakGlass: { reason: 'an emergency' } }).records).toEqual([]);
  });

  test('a token that was revoked or has expired gives nothing, not even metadata', () => {
    const context = { ...ada, rights: { readAll: true, write: true }, tokenId: 't' };
    const revoked = inForce([metadata()], [], { revoked: new Set(['t']) });
    expect(decide(context, revoked, now)).toMatchObject({ records: [], write: false, steward: false });
    expect(decide({ ...context, tokenId: 'u' }, revoked, now)).toMatchObject({ records: 'all' });
    expect(decide({ ...context, tokenId: 'u', expires: now }, revoked, now)).toMatchObject({
      records: [],
      write: false,
    });
    expect(explain(context, revoked, 1, now)).toEqual([
      { source: 'token', outcome: 'deny', text: expect.any(String), kind: 'token' },
    ]);
  });

  test('requirements hold from aggregates on; exists and count ask only for what their own offer states', () => {
    const requirements: Requirement[] = [{ kind: 'country', codes: ['DE'] }];
    expect(given(anonymous, { requirements, offers: [offer('record'), offer('aggregate'), offer('exists')] })).toBe(
      'exists',
    );
    expect(given(anonymous, { requirements, offers: [offer('count')] })).toBe('count');
    expect(given(anonymous, { requirements, offers: [offer('aggregate')] })).toBe('none');
    expect(given({ ...anonymous, country: 'de' }, { requirements, offers: [offer('aggregate')] })).toBe('count');
    expect(given(anonymous, { offers: [offer('count', { audience: requirements }), offer('exists')] })).toBe('exists');
    expect(given(anonymous, { dataUse: [{ id: 'DUO:0000042' }], offers: [offer('record'), offer('count')] })).toBe(
      'count',
    );
    expect(
      given({ ...anonymous, research: { kinds: ['health'], diseases: [] } }, { dataUse: [{ id: 'DUO:0000042' }] }),
    ).toBe('record');
    const disease = (ancestor: string) =>
      decide(
        { ...anonymous, research: { kinds: [], diseases: ['d|lung'] } },
        inForce([isIn(16, ['a'])], [dataSet('a', { dataUse: [{ id: 'DUO:0000007', parameter: ancestor }] })]),
        now,
        { isBelow: (code, above) => code === 'd|lung' && above === 'd|cancer' },
      ).records;
    expect([disease('d|cancer'), disease('d|gout')]).toEqual([[16], []]);
  });

  const visa: Visa = {
    type: 'ControlledAccessGrants',
    value: 'https://d',
    source: 'https://s',
    by: 'dac',
    asserted: 0,
    expires: now + 5,
  };
  test.each<[string, Requirement, Partial<AccessContext>, boolean]>([
    ['no visa', { kind: 'visa', type: visa.type }, {}, false],
    ['a visa of the type', { kind: 'visa', type: visa.type }, { visas: [visa] }, true],
    ['a visa of another type', { kind: 'visa', type: 'ResearcherStatus' }, { visas: [visa] }, false],
    [
      'a visa exactly',
      { kind: 'visa', type: visa.type, value: 'https://d', source: 'https://s', by: 'dac' },
      { visas: [visa] },
      true,
    ],
    ['a visa in capitals', { kind: 'visa', type: visa.type, value: 'HTTPS://d' }, { visas: [visa] }, false],
    ['a visa of a longer value', { kind: 'visa', type: visa.type, value: 'https://d/' }, { visas: [visa] }, false],
    ['a visa of another source', { kind: 'visa', type: visa.type, source: 'https://x' }, { visas: [visa] }, false],
    ['a visa by another', { kind: 'visa', type: visa.type, by: 'self' }, { visas: [visa] }, false],
    ['an expired visa', { kind: 'visa', type: visa.type }, { visas: [{ ...visa, expires: now }] }, false],
    ['terms accepted', { kind: 'terms', url: 'urn:t' }, { acceptedTerms: ['urn:t'] }, true],
    [
      'terms accepted by visa',
      { kind: 'terms', url: 'https://d' },
      { visas: [{ ...visa, type: 'AcceptedTermsAndPolicies' }] },
      true,
    ],
    ['other terms', { kind: 'terms', url: 'urn:t' }, { acceptedTerms: ['urn:u'] }, false],
    ['country not known', { kind: 'country', codes: ['DE'] }, {}, false],
    ['recipient by affiliation', { kind: 'recipient', identifiers: ['urn:o|1'] }, { affiliations: ['urn:o|1'] }, true],
    ['recipient as a person', { kind: 'recipient', identifiers: ['i|ada'] }, {}, true],
    ['another recipient', { kind: 'recipient', identifiers: ['i|bob'] }, {}, false],
    [
      'purpose',
      { kind: 'purpose', codes: [`${canonical.actReason}|HRESCH`] },
      { purposes: [`${canonical.actReason}|BIORCH`] },
      true,
    ],
    ['no purpose', { kind: 'purpose', codes: [`${canonical.actReason}|HRESCH`] }, { purposes: [] }, false],
    ['a committee', { kind: 'committee', committee: 'Organization/dac' }, {}, false],
  ])('%s', (_, requirement, more, holds) => {
    expect(given({ ...ada, ...more }, { requirements: [requirement] })).toBe(holds ? 'record' : 'none');
    const [reason] = explain(
      { ...ada, ...more },
      inForce([isIn(16, ['a'])], [dataSet('a', { requirements: [requirement] })]),
      16,
      now,
    );
    expect(reason).toMatchObject({
      source: 'Library/a',
      outcome: holds ? 'permit' : requirement.kind === 'committee' ? 'needs-person' : 'deny',
    });
    expect(reason?.text).not.toBe('');
  });

  test('a grant gives what requirements do not, to those and for what it names', () => {
    const set: Partial<DataSetStatement> = { requirements: [{ kind: 'committee', committee: 'x' }] };
    const granted = (more: Partial<Grant>, context = ada, effects: Effect[] = []) =>
      given(context, set, effects, { grants: [grant(more)] });
    expect(granted({})).toBe('record');
    expect(granted({}, anonymous)).toBe('none');
    expect(granted({ dataSet: 'Library/b' })).toBe('none');
    expect(granted({ grantees: ['project p'] })).toBe('none');
    expect(granted({ grantees: ['project p'] }, { ...ada, project: 'p' })).toBe('record');
    expect(granted({ from: now + 1 })).toBe('none');
    expect(granted({ to: now - 1 })).toBe('none');
    expect(granted({ from: now, to: now })).toBe('record');
    expect(granted({ purposes: [`${canonical.actReason}|HRESCH`] })).toBe('none');
    expect(
      granted({ purposes: [`${canonical.actReason}|HRESCH`] }, { ...ada, purposes: [`${canonical.actReason}|HRESCH`] }),
    ).toBe('record');
    expect(granted({ level: 'record-deidentified', profile: 'urn:p' })).toBe('record-deidentified urn:p');
    expect(granted({}, ada, [personal(deny)])).toBe('none');
    expect(given(ada, { closed: ['not understood'] }, [], { grants: [grant()] })).toBe('none');
    const counting = inForce(
      [isIn(16, ['a'])],
      [dataSet('a', { offers: [offer('exists', { threshold: 50, rounding: 1 })] })],
      { grants: [grant({ level: 'count' })] },
    );
    expect(decide(ada, counting, now).counts.get(16)).toEqual({ threshold: 50, rounding: 1 });
    expect(
      decide(
        ada,
        inForce([isIn(16, ['a'])], [dataSet('a', { offers: [] })], { grants: [grant({ level: 'count' })] }),
        now,
      ).counts.get(16),
    ).toEqual({ threshold: 10, rounding: 10 });
  });

  test('denies override: embargo, expiry, policies, consents, labels', () => {
    const open = dataSet('b');
    const both = (set: Partial<DataSetStatement>, effects: Effect[] = [], more: Partial<StatementsInForce> = {}) =>
      decide(ada, inForce([isIn(16, ['a', 'b'], ...effects)], [dataSet('a', set), open], more), now).records;
    expect(both({})).toEqual([16]);
    expect(both({ closed: ['x'] })).toEqual([16]);
    expect(both({ requirements: [{ kind: 'committee', committee: 'x' }] })).toEqual([16]);
    expect(both({ requirements: [{ kind: 'not-before', at: now + 1 }] })).toEqual([]);
    expect(both({ requirements: [{ kind: 'not-before', at: now }] })).toEqual([16]);
    expect(both({ requirements: [{ kind: 'not-after', at: now - 1 }] })).toEqual([]);
    expect(both({ requirements: [{ kind: 'not-after', at: now }] })).toEqual([16]);
    expect(both({}, [], { policies: [policy(deny)] })).toEqual([]);
    expect(both({}, [], { policies: [policy(permit)] })).toEqual([16]);
    expect(both({}, [], { policies: [policy(deny, ['Library/a'])] })).toEqual([]);
    expect(both({}, [], { policies: [policy(deny, ['Library/c'])] })).toEqual([16]);
    expect(both({}, [personal(permit), personal(deny)])).toEqual([]);
    expect(
      both({}, [{ ...personal(deny), isPatients: false, source: 'Consent/p', dataSets: ['Library/c'] } as Effect]),
    ).toEqual([16]);
    expect(
      both({}, [{ ...personal(deny), isPatients: false, source: 'Consent/p', dataSets: ['Library/b'] } as Effect]),
    ).toEqual([]);
  });

  test('consent that is required must be there, of every person, and be about data', () => {
    const set = { consentRequired: true };
    const of = (person: number, provision = permit) => personal(provision, { of: { person, persons: 2 } });
    expect(given(ada, set)).toBe('none');
    expect(given(ada, set, [personal(permit)])).toBe('record');
    expect(given(ada, set, [personal({ ...permit, purposes: [`${canonical.actReason}|HRESCH`] })])).toBe('none');
    expect(given(ada, set, [personal(permit, { scope: 'treatment' })])).toBe('none');
    expect(given(ada, set, [personal(permit, { isPatients: false })])).toBe('none');
    expect(given(ada, set, [of(1)])).toBe('none');
    expect(given(ada, set, [of(1), of(1)])).toBe('none');
    expect(given(ada, set, [of(0), of(1)])).toBe('record');
    expect(given(ada, set, [], { grants: [grant()] })).toBe('none');
    expect(given(ada, { offers: [offer('exists')], ...set })).toBe('none');
  });

  test('labels: clearance up to N, a grant for R and what is sensitive, nobody for V', () => {
    const of = (code: string, more: Partial<StatementsInForce> = {}, context = ada) =>
      given(context, {}, [labels(code)], more);
    const granted = { grants: [grant()] };
    expect([of(confidentiality('R')), of(confidentiality('R'), granted)]).toEqual(['none', 'record']);
    expect([of(act('HIV')), of(act('HIV'), granted)]).toEqual(['none', 'record']);
    expect([of(act('ORCON')), of(act('ORCON'), granted)]).toEqual(['none', 'record']);
    expect([of(confidentiality('V')), of(confidentiality('V'), granted)]).toEqual(['none', 'none']);
    expect([of('urn:x|y'), of('urn:x|y', granted)]).toEqual(['none', 'none']);
    expect(given(ada, {}, [labels(act('NODSCLCD'))])).toBe('none');
    expect(given(ada, {}, [labels(act('NODSCLCD')), personal(permit)])).toBe('record');
    const research = `${canonical.actReason}|HRESCH`;
    expect([of(research), of(research, {}, { ...ada, purposes: [research] })]).toEqual(['none', 'record']);
    expect(given(ada, {}, [labels(act('DEID'))])).toBe('count');
    expect(
      given(ada, { offers: [offer('record'), offer('record-deidentified', { profile: 'urn:p' })] }, [
        labels(act('DEID')),
      ]),
    ).toBe('record-deidentified urn:p');
  });

  test('metadata are open unless something that they bear denies', () => {
    const of = (effects: Effect[], more: Partial<StatementsInForce> = {}, context = anonymous) =>
      decide(context, inForce([metadata(...effects)], [], more), now).records;
    expect(of([])).toEqual([1]);
    expect(of([], { policies: [policy(deny)] })).toEqual([1]);
    expect(of([{ ...personal(deny), isPatients: false } as Effect])).toEqual([]);
    expect(of([labels(confidentiality('R'))])).toEqual([]);
    expect(of([labels(act('MASK'))])).toEqual([]);
    expect(of([labels(act('NORELINK'))])).toEqual([1]);
  });

  test('obligations of data sets, data use, grants, policies and labels go together', () => {
    const set = dataSet('a', {
      obligations: [{ code: 'x|data-set' }],
      dataUse: [{ id: 'DUO:0000042' }, { id: 'DUO:0000025', parameter: '6' }],
    });
    const obliging = { ...permit, obligations: [{ code: 'x|policy' }] };
    const statements = inForce(
      [
        isIn(16, ['a', 'b'], labels(act('NORELINK')), personal({ ...permit, obligations: [{ code: 'x|person' }] })),
        isIn(17, []),
      ],
      [set, dataSet('b', { obligations: [{ code: 'x|data-set' }] })],
      {
        grants: [grant({ obligations: [{ code: 'x|grant', parameter: '1' }] })],
        policies: [policy(obliging), policy(obliging, ['Library/c'])],
      },
    );
    const codes = (context: AccessContext) =>
      decide(context, statements, now)
        .obligations.get(16)
        ?.map((one) => one.code);
    const expected = [act('DELAU'), act('NORELINK'), 'x|data-set', 'x|grant', 'x|person', 'x|policy'];
    expect(codes(ada)?.sort()).toEqual([...expected].sort());
    expect(codes({ ...ada, rights: { readAll: true, write: false } })?.length).toBe(expected.length);
    expect(decide(ada, statements, now).obligations.has(17)).toBe(false);
  });

  test('holds until the next thing that was looked at changes', () => {
    const until = (
      context: AccessContext,
      set: Partial<DataSetStatement> = {},
      more: Partial<StatementsInForce> = {},
      effects: Effect[] = [],
    ) => decide(context, inForce([isIn(16, ['a'], ...effects)], [dataSet('a', set)], more), now).until;
    expect(until(ada)).toBe(Number.POSITIVE_INFINITY);
    expect(until({ ...ada, expires: now + 9 })).toBe(now + 9);
    expect(until({ ...ada, expires: now + 9, rights: { readAll: true, write: false } })).toBe(now + 9);
    expect(until(ada, { requirements: [{ kind: 'not-before', at: now + 7 }] })).toBe(now + 7);
    expect(until(ada, { requirements: [{ kind: 'not-after', at: now + 7 }] })).toBe(now + 8);
    expect(until({ ...ada, visas: [visa] }, { requirements: [{ kind: 'visa', type: visa.type }] })).toBe(now + 5);
    expect(until({ ...ada, visas: [visa] })).toBe(Number.POSITIVE_INFINITY);
    expect(until(ada, {}, { grants: [grant({ from: now + 3, to: now + 8 })] })).toBe(now + 3);
    expect(until(ada, {}, { grants: [grant({ from: now - 3, to: now + 8 })] })).toBe(now + 9);
    expect(until(anonymous, {}, { grants: [grant({ from: now + 3 })] })).toBe(Number.POSITIVE_INFINITY);
    expect(until(ada, {}, { policies: [policy({ ...deny, during: { from: now + 4 } })] })).toBe(now + 4);
    expect(until(ada, {}, {}, [personal({ ...deny, exceptions: [{ ...permit, during: { to: now + 4 } }] })])).toBe(
      now + 5,
    );
  });

  test('a person who is served by rights still has reasons told', () => {
    const all = { ...ada, rights: { readAll: true, write: false } };
    expect(explain(all, inForce([isIn(16, ['a'])]), 16, now)[0]).toMatchObject({ source: 'rights', outcome: 'permit' });
    const glass = { ...ada, rights: { readAll: false, write: false, breakGlass: true }, breakGlass: { reason: 'x' } };
    expect(explain(glass, inForce([isIn(16, ['a'])]), 16, now)[0]?.text).toMatch(/glass/);
    expect(explain(ada, inForce([]), 16, now)).toEqual([
      { source: 'classes', outcome: 'deny', text: 'no such class', kind: 'decision' },
    ]);
  });

  test('reasons say which statement did what', () => {
    const set = dataSet('a', {
      requirements: [{ kind: 'country', codes: ['DE'] }],
      dataUse: [{ id: 'DUO:0000042' }],
      closed: [],
    });
    const effects = [
      labels(confidentiality('R')),
      personal({ ...deny, purposes: [`${canonical.actReason}|TREAT`] }),
      personal(deny, { because: 'not understood' }),
    ];
    const statements = inForce(
      [isIn(16, ['a', 'b'], ...effects)],
      [set, dataSet('b', { closed: ['the data set is not active'] })],
      {
        policies: [policy(deny), policy({ ...deny, during: { to: 0 } })],
        grants: [grant({ purposes: [`${canonical.actReason}|HRESCH`] }), grant({ to: 0 }), grant()],
      },
    );
    const purposes = [`${canonical.actReason}|HMARKT`];
    expect(
      explain({ ...ada, purposes }, statements, 16, now).map((one) => `${one.outcome} ${one.source}: ${one.text}`),
    ).toEqual([
      'deny Consent/policy: policy',
      'not-applicable Consent/policy: policy',
      'deny Library/a: recipient in DE',
      'deny Library/a: data use: no research purpose is stated',
      'deny Library/a: data use: GRU',
      'deny Library/a: offers record',
      'not-applicable Consent/g: grants record for another purpose',
      'not-applicable Consent/g: its period is not now',
      'permit Consent/g: grants record',
      'deny Library/b: the data set is not active',
      'not-applicable consent of the person (research): directive',
      'deny consent of the person (research): not understood',
      'needs-person meta.security: needs a grant',
      'deny decision: nothing is given',
    ]);
    const labelled = (...codes: string[]) =>
      explain(ada, inForce([isIn(16, ['a'], labels(...codes))]), 16, now).filter(
        (one) => one.source === 'meta.security',
      );
    expect(labelled(confidentiality('V'))[0]?.text).toBe('very restricted');
    expect(labelled('urn:x|y')[0]?.text).toBe('urn:x|y is not understood');
    expect(labelled(purposes[0]!)[0]?.text).toMatch(/only for/);
    expect(labelled(act('NODSCLCD'))[0]?.text).toMatch(/consent of the person/);
    expect(labelled(act('NORELINK'))[0]).toMatchObject({ outcome: 'permit', text: 'labels' });
  });

  test('reasons say what they are about, for which offer it is asked, and what the asker has', () => {
    const visa = { kind: 'visa', type: 'ResearcherStatus' } as const;
    const set = dataSet('a', {
      requirements: [
        { kind: 'country', codes: ['DE'] },
        { kind: 'committee', committee: 'urn:dac' },
      ],
      dataUse: [{ id: 'DUO:0000042' }],
      offers: [{ level: 'record', threshold: 1, rounding: 1, audience: [visa] }],
    });
    const held = { type: 'ResearcherStatus', value: 'v', source: 's', asserted: 0, expires: now - 1 };
    const asker = { ...anonymous, country: 'FR', visas: [held] };
    const reasons = explain(asker, inForce([isIn(16, ['a'])], [set]), 16, now);
    expect(reasons.map(({ kind, offer, has }) => ({ kind, offer, has }))).toEqual([
      { kind: 'country', offer: undefined, has: ['FR'] },
      { kind: 'committee', offer: undefined, has: undefined },
      ...reasons.filter(({ kind }) => kind === 'data-use').map(() => ({ kind: 'data-use', offer: undefined, has: [] })),
      { kind: 'visa', offer: 'record', has: [expect.stringMatching(/^ResearcherStatus v s, expired /)] },
      { kind: 'offer', offer: 'record', has: undefined },
      { kind: 'decision', offer: undefined, has: undefined },
    ]);
  });

  test('reasons end in what was decided', () => {
    const last = (set: Partial<DataSetStatement>) =>
      explain(anonymous, inForce([isIn(16, ['a'])], [dataSet('a', set)]), 16, now).at(-1);
    expect(last({})).toMatchObject({
      source: 'decision',
      outcome: 'permit',
      text: 'record is given',
      kind: 'decision',
    });
    expect(last({ offers: [] })).toMatchObject({ source: 'decision', outcome: 'deny', text: 'nothing is given' });
  });

  test('thousands of classes are decided in one pass over few statements', () => {
    let evaluated = 0;
    const set = dataSet('a');
    const counted = {
      ...set,
      get offers() {
        evaluated += 1;
        return set.offers;
      },
    };
    const classes = Array.from({ length: 5000 }, (_, at) => isIn(16 + at, ['a']));
    expect(decide(anonymous, { ...inForce(classes), dataSets: new Map([['a', counted]]) }, now).records.length).toBe(
      5000,
    );
    expect(evaluated).toBeLessThan(5);
  });
});
