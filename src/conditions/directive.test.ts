/** Consents and Permissions say what they say of a resource and an asker; what is not understood denies. */
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import type { Resource } from '../fhir/json.ts';
import { type AccessContext, anonymous } from './access-context.ts';
import { directiveOf } from './directive.ts';
import { effectsOf, type ResourceFacts } from './effect.ts';
import { verdictOf } from './evaluate.ts';
import { evaluationOf } from './evaluation.ts';

const now = Date.UTC(2026, 5, 15);
const day = 86_400_000;
const coding = (system: string, code: string) => ({ system, code });
const concept = (system: string, ...codes: string[]) => ({ coding: codes.map((code) => coding(system, code)) });
const scope = (code = 'patient-privacy') => concept(canonical.consentScope, code);
const purpose = (...codes: string[]) => codes.map((code) => coding(canonical.actReason, code));
const types = (...codes: string[]) => codes.map((code) => coding('http://hl7.org/fhir/resource-types', code));
const action = (...codes: string[]) =>
  codes.map((code) => concept('http://terminology.hl7.org/CodeSystem/consentaction', code));
const policyRule = (code: string) => ({ policyRule: concept(canonical.actCode, code) });
const participation = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const actor = (reference: object, role = 'PRCP') => ({ role: concept(participation, role), reference });
const org = (value: string) => ({ identifier: { system: 'urn:org', value } });

const consent = (more: object): Resource =>
  ({
    resourceType: 'Consent',
    id: 'c',
    status: 'active',
    scope: scope(),
    patient: { reference: 'Patient/1' },
    ...more,
  }) as Resource;
const r4 = (provision: object | undefined, more: object = {}): Resource =>
  consent({ ...(provision === undefined ? {} : { provision }), ...more });
const r5 = (more: object): Resource =>
  ({ resourceType: 'Consent', id: 'c', status: 'active', subject: { reference: 'Patient/1' }, ...more }) as Resource;
const permission = (more: object): Resource =>
  ({ resourceType: 'Permission', id: 'p', status: 'active', combining: 'deny-unless-permit', ...more }) as Resource;

const observation: ResourceFacts = {
  type: 'Observation',
  id: 'Observation/1',
  codes: ['urn:c|x'],
  labels: [],
  from: now - 10 * day,
  to: now - 9 * day,
  references: ['Patient/1', 'Practitioner/1'],
};
const person = (more: Partial<AccessContext> = {}): AccessContext => ({
  ...anonymous,
  subject: { kind: 'person', issuer: 'i', id: 'ada' },
  affiliations: ['urn:org|a'],
  purposes: [`${canonical.actReason}|BIORCH`],
  ...more,
});

/** What a statement says of a resource to an asker. */
function says(resource: Resource, facts: Partial<ResourceFacts> = {}, context = person(), at = now): string {
  const directive = directiveOf(resource);
  if (directive === undefined) return 'nothing stated';
  const whole = { ...directive, patient: 'Patient/1' };
  const [effect] = effectsOf({ ...observation, ...facts }, [whole]).filter((one) => one.kind === 'directive');
  return effect === undefined ? 'silent' : (verdictOf(effect.provision, evaluationOf(context, at))?.effect ?? 'silent');
}
const because = (resource: Resource): string | undefined => directiveOf(resource)?.because;

describe('consent in R4 and R4B', () => {
  test.each<[string, Resource, string]>([
    ['no policy and no provision', r4(undefined), 'deny'],
    ['an unknown policy', r4(undefined, { policy: [{ uri: 'https://example.org/policy' }] }), 'deny'],
    [
      'an unknown policy, root without a type',
      r4({ period: { start: '2020' } }, { policy: [{ uri: 'urn:x' }] }),
      'deny',
    ],
    ['an unknown policy in words', r4(undefined, { policyRule: { text: 'all' } }), 'deny'],
    ['opting in', r4(undefined, policyRule('OPTIN')), 'permit'],
    ['opting out', r4(undefined, policyRule('OPTOUT')), 'deny'],
    [
      'our policy that permits',
      r4(undefined, { policy: [{ uri: `${canonical.ours}/policy/permit-unless-denied` }] }),
      'permit',
    ],
    ['two policies, one unknown', r4(undefined, { ...policyRule('OPTIN'), policy: [{ uri: 'urn:x' }] }), 'deny'],
    ['no policy, root type permit', r4({ type: 'permit' }), 'permit'],
    ['no policy, root type deny', r4({ type: 'deny' }), 'deny'],
    ['an unknown policy, root type permit', r4({ type: 'permit' }, { policy: [{ uri: 'urn:x' }] }), 'permit'],
    ['opting in for a time that is now', r4({ period: { start: '2026', end: '2026' } }, policyRule('OPTIN')), 'permit'],
    ['opting in for a time that is over', r4({ period: { end: '2025' } }, policyRule('OPTIN')), 'silent'],
    [
      'opting out, a permit whose time is over',
      r4({ type: 'permit', period: { end: '2025' } }, policyRule('OPTOUT')),
      'deny',
    ],
    ['opting in, root without a type names data', r4({ class: types('Observation') }, policyRule('OPTIN')), 'deny'],
    [
      'opting in, root without a type names other data',
      r4({ class: types('Condition') }, policyRule('OPTIN')),
      'permit',
    ],
    [
      'opting in to nothing but what is nested',
      r4({ provision: [{ type: 'permit', class: types('Condition') }] }, policyRule('OPTIN')),
      'deny',
    ],
    [
      'opting in to what is nested',
      r4({ provision: [{ type: 'permit', class: types('Observation') }] }, policyRule('OPTIN')),
      'permit',
    ],
    ['a nested permit without criteria', r4({ type: 'deny', provision: [{ type: 'permit' }] }), 'permit'],
    [
      'a nested permit that only seems empty',
      r4({ type: 'deny', provision: [{ type: 'permit', purpose: [] }] }),
      'deny',
    ],
    [
      'deny three deep',
      r4({
        type: 'deny',
        provision: [{ type: 'permit', provision: [{ type: 'deny', code: [concept('urn:c', 'x')] }] }],
      }),
      'deny',
    ],
    [
      'deny three deep, of another code',
      r4({
        type: 'deny',
        provision: [{ type: 'permit', provision: [{ type: 'deny', code: [concept('urn:c', 'y')] }] }],
      }),
      'permit',
    ],
    [
      'four deep',
      r4({
        type: 'deny',
        provision: [
          {
            type: 'permit',
            provision: [
              {
                type: 'deny',
                class: types('Observation'),
                provision: [{ type: 'permit', code: [concept('urn:c', 'x')] }],
              },
            ],
          },
        ],
      }),
      'permit',
    ],
    [
      'deny among equals',
      r4({ type: 'deny', provision: [{ type: 'permit' }, { type: 'deny', class: types('Observation') }] }),
      'deny',
    ],
    [
      'a deep permit of one branch against a deny of another',
      r4({ type: 'permit', provision: [{ type: 'deny', provision: [{ type: 'permit' }] }, { type: 'deny' }] }),
      'deny',
    ],
    [
      'several codes are alternatives',
      r4({ type: 'permit', code: [concept('urn:c', 'y'), concept('urn:c', 'x')] }),
      'permit',
    ],
    [
      'elements must all hold',
      r4({ type: 'permit', code: [concept('urn:c', 'x')], class: types('Condition') }),
      'silent',
    ],
    ['nested without a type', r4({ type: 'deny', provision: [{}] }), 'deny'],
  ])('%s', (_, resource, expected) => {
    expect(says(resource)).toBe(expected);
  });

  test('period is when the rule holds, dataPeriod when the data were made', () => {
    const period = { start: '2026-06-01', end: '2026-06-15' };
    expect(says(r4({ type: 'permit', period }))).toBe('permit');
    expect(says(r4({ type: 'permit', period }), {}, person(), now + day)).toBe('silent');
    expect(says(r4({ type: 'permit', period }), {}, person(), now + day - 1)).toBe('permit');
    expect(says(r4({ type: 'permit', dataPeriod: period }), {}, person(), now + 900 * day)).toBe('permit');
    const { from: _, to: __, ...undated } = observation;
    const dated = (effect: string, start: string, facts: object = {}) =>
      says(r4({ type: effect, dataPeriod: { start } }), facts);
    // Data on the edge of the period are denied and not permitted; so are data without a date.
    expect([dated('permit', '2026-06-06'), dated('deny', '2026-06-06')]).toEqual(['silent', 'deny']);
    expect([dated('permit', '2026-07'), dated('deny', '2026-07')]).toEqual(['silent', 'silent']);
    const directive = directiveOf(r4({ type: 'deny', dataPeriod: { start: '2026' } }))!;
    expect(effectsOf(undated, [directive]).length).toBe(1);
    const permit = directiveOf(r4({ type: 'permit', dataPeriod: { start: '2026' } }))!;
    expect(effectsOf(undated, [permit]).length).toBe(0);
  });

  test('purposes: a permit needs each stated one, a deny one of them or none', () => {
    const rule = (type: string, code: string, ...stated: string[]) =>
      says(
        r4({ type, purpose: purpose(code) }),
        {},
        person({ purposes: stated.map((one) => `${canonical.actReason}|${one}`) }),
      );
    expect([
      rule('permit', 'HRESCH', 'BIORCH'),
      rule('permit', 'HRESCH', 'BIORCH', 'TREAT'),
      rule('permit', 'HRESCH'),
    ]).toEqual(['permit', 'silent', 'silent']);
    expect([
      rule('deny', 'HRESCH', 'BIORCH'),
      rule('deny', 'HRESCH', 'TREAT', 'BIORCH'),
      rule('deny', 'HRESCH'),
    ]).toEqual(['deny', 'deny', 'deny']);
    expect([
      rule('deny', 'HRESCH', 'TREAT'),
      rule('deny', 'BIORCH', 'HRESCH'),
      rule('deny', 'HRESCH', 'RSRCH'),
    ]).toEqual(['silent', 'deny', 'deny']);
    // Ancestry research stands below research, but is permitted by name only; breaking the glass likewise.
    expect([
      rule('permit', 'HRESCH', 'POARCH'),
      rule('permit', 'POARCH', 'POARCH'),
      rule('deny', 'HRESCH', 'POARCH'),
    ]).toEqual(['silent', 'permit', 'deny']);
    expect([rule('permit', 'TREAT', 'BTG'), rule('permit', 'TREAT', 'ERTREAT')]).toEqual(['silent', 'permit']);
    expect(says(r4({ type: 'permit', purpose: purpose('HRESCH') }), {}, anonymous)).toBe('silent');
    expect(says(r4({ type: 'deny', purpose: purpose('HRESCH') }), {}, anonymous)).toBe('deny');
  });

  test('actions: routes are reads', () => {
    const rule = (type: string, ...codes: string[]) => says(r4({ type, action: action(...codes) }));
    expect([rule('permit', 'access'), rule('permit', 'correct'), rule('permit', 'collect')]).toEqual([
      'permit',
      'silent',
      'silent',
    ]);
    expect([rule('deny', 'disclose', 'correct'), rule('deny', 'correct'), rule('deny', 'collect')]).toEqual([
      'deny',
      'silent',
      'deny',
    ]);
  });

  test('actors: who is not known to be someone else is denied, who is not known to be meant is not permitted', () => {
    const rule = (type: string, reference: object, context: AccessContext, role = 'PRCP') =>
      says(r4({ type, actor: [actor(reference, role)] }), {}, context);
    const both = (reference: object, context: AccessContext, role?: string) => [
      rule('permit', reference, context, role),
      rule('deny', reference, context, role),
    ];
    expect(both(org('a'), person())).toEqual(['permit', 'deny']);
    expect(both(org('b'), person())).toEqual(['silent', 'silent']);
    expect(both(org('b'), person({ affiliations: [] }))).toEqual(['silent', 'silent']);
    expect(both(org('b'), anonymous)).toEqual(['silent', 'deny']);
    const { affiliations: _, ...unknown } = person();
    expect(both(org('b'), unknown)).toEqual(['silent', 'deny']);
    expect(both({ reference: 'Organization/9' }, person())).toEqual(['silent', 'deny']);
    expect(both({ reference: 'Organization/9' }, person({ affiliations: ['Organization/8'] }))).toEqual([
      'silent',
      'silent',
    ]);
    expect(both({ reference: 'Organization/9' }, person({ affiliations: ['Organization/9'] }))).toEqual([
      'permit',
      'deny',
    ]);
    expect(both({ reference: 'Organization/9', ...org('b') }, person())).toEqual(['silent', 'silent']);
    expect(both({ reference: 'Practitioner/9' }, person())).toEqual(['silent', 'deny']);
    expect(both({ identifier: { system: 'i', value: 'ada' } }, person())).toEqual(['permit', 'deny']);
    expect(
      both(
        { identifier: { system: canonical.uri, value: 'robot' } },
        person({ subject: { kind: 'service', name: 'robot' } }),
      ),
    ).toEqual(['permit', 'deny']);
    expect(both(org('b'), person(), 'CST')).toEqual(['silent', 'deny']);
    // One of several who cannot be told apart from the asker is enough.
    const several = (type: string) =>
      says(r4({ type, actor: [actor(org('b')), actor({ reference: 'Organization/9' })] }));
    expect([several('permit'), several('deny')]).toEqual(['silent', 'deny']);
  });

  test('a patient as actor is not named: permits lapse, denies are for all patients', () => {
    const own = person({ subject: { kind: 'person', issuer: 'i', id: 'x', patient: '2' } });
    const rule = (type: string, context: AccessContext) =>
      says(r4({ type, actor: [actor({ reference: 'Patient/2' })] }), {}, context);
    expect([rule('permit', own), rule('deny', own), rule('deny', person()), rule('deny', anonymous)]).toEqual([
      'silent',
      'deny',
      'silent',
      'deny',
    ]);
    const directive = directiveOf(
      r4({
        type: 'deny',
        provision: [{ type: 'permit', actor: [actor({ reference: 'Patient/2' }), actor(org('a'))] }],
      }),
    )!;
    const [effect] = effectsOf(observation, [directive]);
    expect(JSON.stringify(effect)).not.toMatch(/Patient\/\d/);
    expect(
      says(
        r4({
          type: 'deny',
          provision: [{ type: 'permit', actor: [actor({ reference: 'Patient/2' }), actor(org('a'))] }],
        }),
      ),
    ).toBe('permit');
  });

  test('labels: confidentiality is a high-water mark, others stand for what is below', () => {
    const rule = (type: string, criterion: object, ...labels: string[]) =>
      says(r4({ type, securityLabel: [criterion] }), { labels });
    const mark = (code: string) => coding(canonical.confidentiality, code);
    const label = (code: string) => `${canonical.confidentiality}|${code}`;
    expect([rule('permit', mark('N')), rule('permit', mark('L')), rule('permit', mark('R'), label('N'))]).toEqual([
      'permit',
      'silent',
      'permit',
    ]);
    expect([rule('deny', mark('N'), label('R')), rule('deny', mark('R'), label('R'))]).toEqual(['silent', 'deny']);
    const sensitive = coding(canonical.actCode, 'SPI');
    expect([
      rule('deny', sensitive, `${canonical.actCode}|OPIOIDUD`),
      rule('deny', sensitive, `${canonical.actCode}|HIV`),
    ]).toEqual(['deny', 'silent']);
    expect(rule('deny', purpose('HRESCH')[0]!, `${canonical.actReason}|BIORCH`)).toBe('deny');
  });

  test('data by reference: doubt counts for a deny and against a permit', () => {
    const rule = (meaning: string, reference: string, facts: object = {}) =>
      ['permit', 'deny'].map((type) => says(r4({ type, data: [{ meaning, reference: { reference } }] }), facts));
    expect(rule('instance', 'Observation/1')).toEqual(['permit', 'deny']);
    expect(rule('instance', 'Observation/2')).toEqual(['silent', 'silent']);
    expect(rule('instance', 'https://elsewhere.example.org/fhir/Observation/1')).toEqual(['silent', 'deny']);
    expect(rule('dependents', 'Practitioner/1')).toEqual(['permit', 'deny']);
    expect(rule('authoredby', 'Practitioner/1')).toEqual(['silent', 'deny']);
    expect(rule('related', 'Observation/1')).toEqual(['permit', 'deny']);
    expect(rule('related', 'Encounter/1')).toEqual(['silent', 'deny']);
    const bases = ['https://here.example.org/fhir'];
    const absolute = r4({
      type: 'permit',
      data: [{ meaning: 'instance', reference: { reference: `${bases[0]}/Observation/1` } }],
    });
    expect(effectsOf(observation, [directiveOf(absolute, bases)!]).length).toBe(1);
  });

  test.each<[string, object, RegExp]>([
    ['a modifier extension', { modifierExtension: [{ url: 'x' }] }, /modifierExtension/],
    [
      'a modifier extension of a provision',
      { provision: { type: 'permit', modifierExtension: [{ url: 'x' }] } },
      /provision.modifierExtension/,
    ],
    ['an extension of ours', { extension: [{ url: `${canonical.structureDefinitions}moon` }] }, /moon/],
    [
      'an extension of ours in a provision',
      { provision: { type: 'permit', extension: [{ url: `${canonical.structureDefinitions}moon` }] } },
      /moon/,
    ],
    ['an unknown element', { moon: 'full' }, /Consent.moon/],
    ['implicit rules', { implicitRules: 'urn:x' }, /implicit/],
    ['a scope that is another', { scope: scope('adr') }, /scope/],
    ['a scope in words', { scope: { text: 'research' } }, /no coding/],
    ['an unverified consent', { verification: [{ verified: true }, { verified: false }] }, /verified/],
    ['an expression', { provision: { type: 'permit', expression: {} } }, /expression/],
    ['a provision that is a list', { provision: [{ type: 'permit' }] }, /no object/],
    ['a type that is none', { provision: { type: 'maybe' } }, /neither permit nor deny/],
    ['a period without ends', { provision: { type: 'permit', period: {} } }, /neither start nor end/],
    ['a period of words', { provision: { type: 'permit', period: { start: 'now' } } }, /valid date/],
    ['a purpose that is none', { provision: { type: 'permit', purpose: purpose('RSRCH') } }, /no purpose of use/],
    ['an unknown action', { provision: { type: 'permit', action: action('sell') } }, /action/],
    ['an action of another system', { provision: { type: 'permit', action: [concept('urn:x', 'access')] } }, /action/],
    [
      'a class that is no type',
      { provision: { type: 'permit', class: [coding('urn:ietf:bcp:13', 'text/plain')] } },
      /no resource type/,
    ],
    ['a code in words', { provision: { type: 'permit', code: [{ text: 'x' }] } }, /provision.code/],
    ['a label without a system', { provision: { type: 'permit', securityLabel: [{ code: 'R' }] } }, /securityLabel/],
    [
      'data by an unknown meaning',
      { provision: { type: 'deny', data: [{ meaning: 'x', reference: { reference: 'Observation/1' } }] } },
      /data are named/,
    ],
    [
      'data by identifier',
      { provision: { type: 'deny', data: [{ meaning: 'instance', reference: { identifier: { value: 'x' } } }] } },
      /data are named/,
    ],
    ['an actor by name only', { provision: { type: 'permit', actor: [actor({ display: 'x' })] } }, /actor/],
    ['an actor that is contained', { provision: { type: 'permit', actor: [actor({ reference: '#x' })] } }, /actor/],
    ['an actor of an unknown role', { provision: { type: 'permit', actor: [actor(org('a'), 'MOON')] } }, /role MOON/],
    ['a list that is none', { provision: { type: 'permit', code: 'x' } }, /no list/],
    ['a policy with an unknown part', { policy: [{ uri: 'x', moon: 1 }] }, /policy.moon/],
  ])('%s is a plain deny', (_, more, text) => {
    const resource = consent({ policyRule: concept(canonical.actCode, 'OPTIN'), ...more });
    expect(because(resource)).toMatch(text);
    expect([says(resource), says(resource, { type: 'Condition', id: 'Condition/1' })]).toEqual(['deny', 'deny']);
  });

  test('only what is active states anything', () => {
    for (const status of ['draft', 'proposed', 'rejected', 'inactive', 'entered-in-error', undefined]) {
      expect(directiveOf(consent({ status }))).toBe(undefined);
    }
    expect(directiveOf({ resourceType: 'Observation', status: 'active' })).toBe(undefined);
    expect(directiveOf(permission({ status: 'draft' }))).toBe(undefined);
  });

  test('whose and when, scope and categories', () => {
    const directive = directiveOf(
      consent({
        scope: scope('research'),
        category: [concept('urn:k', 'a', 'b'), { text: 'x' }],
        dateTime: '2026-01-02',
        extension: [{ url: 'urn:other' }],
      }),
    );
    expect(directive).toMatchObject({
      kind: 'consent',
      source: 'Consent/c',
      patient: 'Patient/1',
      scope: 'research',
      categories: ['urn:k|a', 'urn:k|b'],
      stated: Date.UTC(2026, 0, 2),
      statedBefore: Date.UTC(2026, 0, 3),
    });
    expect(directiveOf(consent({ dateTime: '2026-01-02T03:04:05.678Z' }))).toMatchObject({
      stated: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    });
    expect(directiveOf(consent({ dateTime: '2026-01' }))).toMatchObject({ stated: 0 });
    expect(directiveOf(consent({ dateTime: '2026-99-99' }))).toMatchObject({ stated: 0 });
    expect(directiveOf(consent({ meta: { lastUpdated: '2026-01-02T00:00:00.000Z' } }))).toMatchObject({
      stated: Date.UTC(2026, 0, 2),
    });
    const bases = ['https://here.example.org/fhir'];
    const absolute = consent({ patient: { reference: `${bases[0]}/Patient/1` } });
    expect([directiveOf(absolute, bases)?.patient, directiveOf(absolute)?.patient]).toEqual([
      'Patient/1',
      `${bases[0]}/Patient/1`,
    ]);
    expect(because(consent({ patient: { display: 'x' } }))).toMatch(/no Patient on this server/);
    expect(directiveOf(consent({ patient: { display: 'x' } }))?.patient).toBe('unknown');
  });

  test('a policy is for data sets, or for the server', () => {
    const policy = (...references: string[]) => {
      const { patient: _, ...rest } = consent({
        policyRule: concept(canonical.actCode, 'OPTIN'),
        extension: references.map((reference) => ({ url: canonical.dataSet, valueReference: { reference } })),
      });
      return directiveOf(rest as Resource);
    };
    expect(policy('Library/a', 'Library/b')).toMatchObject({
      dataSets: ['Library/a', 'Library/b'],
      provision: { effect: 'permit' },
    });
    expect(policy('Group/a')).toMatchObject({
      dataSets: [],
      provision: { effect: 'deny' },
      because: expect.stringMatching(/no Library/),
    });
  });
});

describe('consent in R5', () => {
  test.each<[string, Resource, string]>([
    ['permits', r5({ decision: 'permit' }), 'permit'],
    ['denies', r5({ decision: 'deny' }), 'deny'],
    ['decides nothing', r5({ provision: [{}] }), 'deny'],
    ['decides by its policy', r5({ policyBasis: { url: `${canonical.ours}/policy/permit-unless-denied` } }), 'permit'],
    [
      'provisions are exceptions',
      r5({ decision: 'deny', provision: [{ resourceType: types('Observation') }] }),
      'permit',
    ],
    ['provisions of other data', r5({ decision: 'deny', provision: [{ resourceType: types('Condition') }] }), 'deny'],
    [
      'exceptions to exceptions',
      r5({ decision: 'deny', provision: [{ provision: [{ code: [concept('urn:c', 'x')] }] }] }),
      'deny',
    ],
    ['exceptions to those', r5({ decision: 'permit', provision: [{ provision: [{ provision: [{}] }] }] }), 'deny'],
    [
      'one of several exceptions',
      r5({ decision: 'permit', provision: [{ code: [concept('urn:c', 'y')] }, { code: [concept('urn:c', 'x')] }] }),
      'deny',
    ],
    ['its period is over', r5({ decision: 'permit', period: { end: '2025' } }), 'silent'],
    ['a type, which R5 does not know', r5({ decision: 'deny', provision: [{ type: 'permit' }] }), 'deny'],
    ['a document type', r5({ decision: 'permit', provision: [{ documentType: [coding('urn:x', 'y')] }] }), 'deny'],
    [
      'an actor by role only',
      r5({ decision: 'deny', provision: [{ actor: [{ role: concept(participation, 'PRCP') }] }] }),
      'deny',
    ],
    ['an actor without a role', r5({ decision: 'deny', provision: [{ actor: [{ reference: org('a') }] }] }), 'permit'],
    [
      'mixed with R4',
      r5({ decision: 'permit', scope: scope(), policyRule: concept(canonical.actCode, 'OPTIN') }),
      'deny',
    ],
  ])('%s', (_, resource, expected) => {
    expect(says(resource)).toBe(expected);
  });

  test('its scope is a category', () => {
    const of = (...category: object[]) => directiveOf(r5({ decision: 'permit', category }));
    expect(of()?.scope).toBe('patient-privacy');
    expect(of(concept('urn:k', 'research'))?.scope).toBe('research');
    expect(of(scope('treatment'))?.scope).toBe('treatment');
    expect(of(scope('adr'))).toMatchObject({ provision: { effect: 'deny' }, because: expect.stringMatching(/scope/) });
    expect(directiveOf(r5({ decision: 'permit', date: '2026-01-02' }))?.stated).toBe(Date.UTC(2026, 0, 2));
    expect(directiveOf(r5({ decision: 'permit', subject: { reference: 'Group/1' } }))).toMatchObject({
      patient: 'Group/1',
      because: expect.anything(),
    });
  });
});

describe('permission', () => {
  const permit = (more: object = {}) => ({ type: 'permit', ...more });
  const deny = (more: object = {}) => ({ type: 'deny', ...more });
  const research = { activity: [{ purpose: [{ coding: purpose('HRESCH') }] }] };
  const treatment = { activity: [{ purpose: [{ coding: purpose('TREAT') }] }] };
  test.each<[string, string, object[], string]>([
    ['a permit that applies', 'deny-unless-permit', [permit(research)], 'permit'],
    ['a permit that does not', 'deny-unless-permit', [permit(treatment)], 'deny'],
    ['a permit beside a deny', 'deny-unless-permit', [permit(research), deny(research)], 'permit'],
    ['a deny that applies', 'permit-unless-deny', [deny(research)], 'deny'],
    ['a deny that does not', 'permit-unless-deny', [deny(treatment), permit(treatment)], 'permit'],
    ['both apply', 'deny-overrides', [permit(research), deny(research)], 'deny'],
    ['only the permit applies', 'deny-overrides', [permit(research), deny(treatment)], 'permit'],
    ['neither applies', 'deny-overrides', [permit(treatment), deny(treatment)], 'deny'],
    ['only denies, none applies', 'deny-overrides', [deny(treatment)], 'permit'],
    ['only denies, one applies', 'ordered-deny-overrides', [deny(treatment), deny(research)], 'deny'],
    ['both apply', 'permit-overrides', [deny(research), permit(research)], 'permit'],
    ['only denies, one applies', 'permit-overrides', [deny(research)], 'deny'],
    ['only denies, none applies', 'ordered-permit-overrides', [deny(treatment)], 'permit'],
    ['neither applies', 'permit-overrides', [permit(treatment)], 'deny'],
    ['an unknown way', 'majority', [permit(research)], 'deny'],
    ['no rule', 'permit-unless-deny', [], 'deny'],
    ['a rule without a type', 'permit-unless-deny', [{}], 'deny'],
    ['an expression', 'deny-unless-permit', [permit({ data: [{ expression: {} }] })], 'deny'],
    [
      'a limit on a deny',
      'permit-unless-deny',
      [deny({ ...treatment, limit: [concept(canonical.actCode, 'NORELINK')] })],
      'deny',
    ],
    ['a limit that is unknown', 'deny-unless-permit', [permit({ limit: [concept('urn:x', 'y')] })], 'deny'],
    ['a purpose in words', 'deny-unless-permit', [permit({ activity: [{ purpose: [{ text: 'x' }] }] })], 'deny'],
    [
      'an actor',
      'deny-unless-permit',
      [permit({ activity: [{ actor: [org('a')], action: action('access') }] })],
      'permit',
    ],
    ['another actor', 'deny-unless-permit', [permit({ activity: [{ actor: [org('b')] }] })], 'deny'],
    [
      'data by reference',
      'deny-unless-permit',
      [permit({ data: [{ resource: [{ meaning: 'instance', reference: { reference: 'Observation/1' } }] }] })],
      'permit',
    ],
    [
      'other data',
      'deny-unless-permit',
      [permit({ data: [{ resource: [{ meaning: 'instance', reference: { reference: 'Observation/2' } }] }] })],
      'deny',
    ],
    [
      'one of two data',
      'deny-unless-permit',
      [
        permit({
          data: [
            { security: [coding(canonical.actCode, 'HIV')] },
            { security: [coding(canonical.confidentiality, 'N')] },
          ],
        }),
      ],
      'permit',
    ],
    [
      'one of two periods',
      'deny-unless-permit',
      [permit({ data: [{ period: [{ end: '2020' }, { start: '2026' }] }] })],
      'permit',
    ],
    ['neither period', 'deny-unless-permit', [permit({ data: [{ period: [{ end: '2020' }] }] })], 'deny'],
  ])('%s, %s', (_, combining, rule, expected) => {
    expect(says(permission({ combining, rule }))).toBe(expected);
  });

  test('is silent outside its validity', () => {
    expect(says(permission({ rule: [deny()], combining: 'permit-unless-deny', validity: { end: '2025' } }))).toBe(
      'silent',
    );
  });

  test.each(['deny-unless-permit', 'permit-unless-deny', 'deny-overrides', 'permit-overrides'])(
    'limits go with what is permitted, %s',
    (combining) => {
      const rule = [permit({ ...research, limit: [concept(canonical.actCode, 'NORELINK')] }), deny(treatment)];
      const directive = directiveOf(permission({ rule, combining }))!;
      expect(verdictOf(directive.provision, evaluationOf(person(), now))?.obligations).toEqual([
        { code: `${canonical.actCode}|NORELINK` },
      ]);
    },
  );

  test('limits go with what is permitted', () => {
    const display = 'no relinking';
    const rule = [
      permit({ ...research, limit: [{ coding: [{ ...coding(canonical.actCode, 'NORELINK'), display }] }] }),
      permit(treatment),
    ];
    const directive = directiveOf(
      permission({
        rule,
        date: ['2025-01-01', '2026-01-01'],
        extension: [{ url: canonical.dataSet, valueReference: { reference: 'Library/a' } }],
      }),
    )!;
    expect(directive).toMatchObject({
      kind: 'permission',
      dataSets: ['Library/a'],
      stated: Date.UTC(2026, 0, 1),
      scope: 'policy',
    });
    expect(verdictOf(directive.provision, evaluationOf(person(), now))).toEqual({
      effect: 'permit',
      obligations: [{ code: `${canonical.actCode}|NORELINK`, display }],
    });
  });
});
