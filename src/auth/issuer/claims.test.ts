/** What claims of checked tokens become, and that what is not understood satisfies nothing. https://www.rfc-editor.org/rfc/rfc9068#section-2.2 */
import { describe, expect, test } from 'vitest';
import { accessSettingsOf } from '../access-file.ts';
import { type Claims, contextOfClaims } from './claims.ts';

const mapping = {
  roles: { claim: ['realm_access', 'roles'], rights: { steward: ['steward'], loader: ['read', 'write'] } },
  name: 'name',
  purposes: 'purpose',
  project: 'project',
  affiliations: 'eduperson_scoped_affiliation',
  country: 'country',
  forProfit: 'for_profit',
  patient: 'patient',
  fhirUser: 'fhirUser',
  acceptedTerms: 'https://uni.example/terms',
};
const settings = (more: object = {}) =>
  accessSettingsOf(
    { issuers: [{ issuer: 'https://idp.example', audience: 'us', claims: mapping, ...more }] },
    'test',
    {},
  ).issuers[0]!;
const contextOf = (claims: Claims, more: object = {}) =>
  contextOfClaims({ sub: 'ann', ...claims }, settings(more), 'digest');
const treatment = 'http://terminology.hl7.org/CodeSystem/v3-ActReason|TREAT';

describe('claims', () => {
  test('become all that a context knows', () => {
    expect(
      contextOf({
        jti: 'j',
        client_id: 'app',
        exp: 1000,
        name: 'Ann',
        scope: 'openid patient/Observation.rs launch/patient',
        realm_access: { roles: ['steward', 'other'] },
        purpose: ['TREAT', 'not a purpose'],
        project: 'p',
        eduperson_scoped_affiliation: 'member@uni.example',
        country: 'FI',
        for_profit: true,
        patient: 'p1',
        fhirUser: 'Patient/p2',
        'https://uni.example/terms': ['https://terms.example'],
      }),
    ).toEqual({
      subject: { kind: 'person', issuer: 'https://idp.example', id: 'ann', name: 'Ann', patient: 'p2' },
      rights: { readAll: false, write: false, steward: true },
      client: 'app',
      tokenId: 'https://idp.example j',
      expires: 1_030_000,
      scopes: [{ level: 'patient', type: 'Observation', letters: ['r', 's'], query: [] }],
      patient: 'p1',
      purposes: [treatment],
      project: 'p',
      affiliations: ['member@uni.example'],
      country: 'FI',
      forProfit: true,
      acceptedTerms: ['https://terms.example'],
    });
  });

  test('that are not there are not known', () => {
    expect(contextOf({})).toEqual({
      subject: { kind: 'person', issuer: 'https://idp.example', id: 'ann' },
      rights: { readAll: false, write: false },
      tokenId: 'digest',
      scopes: [],
    });
    expect(contextOf({ purpose: 'TREAT', realm_access: { roles: ['loader'] } }, { claims: {} })).toEqual(contextOf({}));
  });

  test('of another form than expected satisfy nothing, and are not as if they were absent', () => {
    expect(
      contextOf({
        jti: 1,
        client_id: ['app'],
        realm_access: { roles: { loader: true } },
        purpose: { code: 'TREAT' },
        project: ['p'],
        eduperson_scoped_affiliation: [1, ''],
        country: 'Finland',
        for_profit: 'no',
        patient: 'Observation/1',
        fhirUser: 'Practitioner/1',
        'https://uni.example/terms': 7,
      }),
    ).toEqual({ ...contextOf({}), purposes: [], affiliations: [], acceptedTerms: [] });
  });

  test('of the prototype are nobody’s', () => {
    const { rights } = contextOf({}, { claims: { roles: { claim: 'constructor', rights: { Object: ['read'] } } } });
    expect(rights.readAll).toBe(false);
    expect(contextOf({ realm_access: { roles: ['constructor', '__proto__'] } }).rights.readAll).toBe(false);
  });
});

describe('a subject', () => {
  test('is a service when a client acts for itself, told apart from others of that name', () => {
    const service = { kind: 'service', name: 'app of https://idp.example' };
    expect(contextOf({ sub: 'app', client_id: 'app' }).subject).toEqual(service);
    expect(contextOf({ sub: undefined, azp: 'app' }).subject).toEqual(service);
    expect(() => contextOf({ sub: undefined })).toThrow('needs a subject');
  });

  test('who is a patient is in the context of that patient, unless the token says otherwise', () => {
    const own = { claims: { fhirUser: 'fhirUser' } };
    expect(contextOf({ fhirUser: 'Patient/p2' }, own)).toMatchObject({ patient: 'p2', subject: { patient: 'p2' } });
    expect(contextOf({ fhirUser: 'p2' }, own).patient).toBeUndefined();
    expect(contextOf({ fhirUser: 'Patient/../x' }, own).patient).toBeUndefined();
    // A clinician who looks at a patient is not that patient.
    expect(contextOf({ patient: 'p1' }).subject).not.toHaveProperty('patient');
  });
});

describe('scopes', () => {
  test.each<[unknown, number | undefined]>([
    [undefined, undefined],
    ['openid profile', undefined],
    ['', undefined],
    ['system/*.rs', 1],
    ['system/*.rs user/Patient.r', 2],
    ['system/Observation.sr', 0],
    ['SYSTEM/Observation.rs', 0],
    ['system/Observation.rs?_id:not=1', 0],
    ['patient/', 0],
    ['openid user/Patient.fly user/Patient.r', 1],
  ])('%j where tokens without any are unrestricted', (scope, count) => {
    expect(contextOf({ scope }, { withoutScopes: 'unrestricted' }).scopes?.length).toBe(count);
  });

  test('are those that the operator states where a token has none', () => {
    const more = { withoutScopes: ['user/Patient.rs'] };
    expect(contextOf({ scope: 'openid' }, more).scopes).toEqual([
      { level: 'user', type: 'Patient', letters: ['r', 's'], query: [] },
    ]);
    expect(contextOf({ scope: 'user/Patient.fly' }, more).scopes).toEqual([]);
    expect(contextOf({ scope: 'openid' }).scopes).toEqual([]);
    expect(() => contextOf({ scope: ['user/Patient.rs'] })).toThrow('claim scope');
  });
});
