/** What patients and policies refuse is gone from the next request on, by every way and in every process. See docs/adr/0010-statements-and-effects.md */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canonical } from '../../src/fhir/canonical.ts';
import { idsOf, startServer, type TestServer } from '../server.ts';
import { human, research, treatment, withAskers } from './askers.ts';
import * as state from './statements.ts';
import { finding, library, licence, person } from './world.ts';

const { concept, confidential, consent, consentR5, loinc, tagged, value } = state;

const askers = {
  ada: human('ada', { purposes: [research], affiliations: [] }),
  doctor: human('doctor', { purposes: [treatment], affiliations: [] }),
  seller: human('seller', { purposes: [`${canonical.actReason}|HMARKT`], affiliations: [] }),
  acme: human('of-acme', { purposes: [research], affiliations: ['urn:org|acme'] }),
  unknown: human('unknown', { purposes: [research] }),
};
const other = { code: concept(`${loinc}|8867-4`) };
/** Of the patient p and of q beside; data of p by type, code, date and label. */
const world = [
  library('open', [licence('CC0-1.0')]),
  person('p', 'open', { gender: 'female', name: [{ family: 'Geheimrat' }] }),
  person('q', 'open', { gender: 'male' }),
  value('old', 'p', 'open', 5, { effectiveDateTime: '2024-03-03' }),
  value('new', 'p', 'open', 6),
  value('other', 'p', 'open', 70, other),
  { ...value('mild', 'p', 'open', 7), ...tagged('open', confidential('L')) },
  finding('cond', 'p', 'open', 'rare'),
  value('of-q', 'q', 'open', 5),
  { ...finding('cond-q', 'q', 'open', 'x'), evidence: [{ detail: [{ reference: 'Condition/cond' }] }] },
];
const ofP = ['cond', 'mild', 'new', 'old', 'other', 'p'];

describe.each(['R4B', 'R5'] as const)('in %s', (fhirVersion) => {
  const isR5 = fhirVersion === 'R5';
  let server: TestServer;
  /** the same database, as another process has it */
  let second: TestServer;
  beforeAll(async () => {
    server = await startServer({ fhirVersion, ...withAskers(askers) });
    second = await startServer({ fhirVersion, ...withAskers(askers), database: server.address, baseUrl: server.base });
    expect((await server.load(world.map(inVersion))).body['parameter'][2]).toEqual({
      name: 'refused',
      valueInteger: 0,
    });
  });
  afterAll(async () => {
    expect([...server.errors, ...second.errors]).toEqual([]);
    await second.close();
    await server.close();
  });
  beforeEach(async () => {
    const { body } = await server.ask('GET', 'Consent?_count=100');
    for (const one of body['entry'] ?? []) await server.ask('DELETE', `Consent/${one.resource.id}`);
  });

  /** R5 says it with `reference` in CodeableReferences, and asks for a clinical status. */
  const inVersion = (resource: any): object => {
    if (!isR5 || resource.resourceType !== 'Condition') return resource;
    const { evidence, ...rest } = resource;
    const clinicalStatus = concept('http://terminology.hl7.org/CodeSystem/condition-clinical|active');
    const stated = evidence?.[0].detail.map((reference: object) => ({ reference }));
    return { ...rest, clinicalStatus, ...(stated === undefined ? {} : { evidence: stated }) };
  };
  const put = async (resource: object, on = server) => {
    const { resourceType, id } = resource as { resourceType: string; id: string }; // all builders give both
    const answer = await on.ask('PUT', `${resourceType}/${id}`, { body: resource });
    expect([answer.status, answer.text.slice(0, 300)]).toEqual([expect.toBeOneOf([200, 201]), expect.anything()]);
    return answer;
  };
  const refusal = (more: { at?: string; status?: string } = {}) =>
    isR5
      ? consentR5('refusal', 'p', 'deny', more)
      : consent('refusal', 'p', { base: 'OPTOUT', provision: { type: 'deny' }, ...more });
  const seen = async (as: string, on = server): Promise<string[]> => {
    const answer = await on.ask('GET', '?_type=Patient,Observation,Condition&_count=100', { as });
    return idsOf(answer).sort();
  };

  const probes: [path: string, isAll?: boolean][] = [
    ['Patient/p'],
    ['Patient/p/_history'],
    ['Patient/p/_history/1'],
    ['Patient/p/$everything'],
    ['Observation/new'],
    ['Patient?name=Geheimrat'],
    ['Patient?gender=female&_summary=count'],
    ['Observation?subject=Patient/p'],
    ['Observation?subject.name=Geheimrat'],
    ['Condition?code=rare&_summary=count'],
    ['Condition?evidence-detail:Condition.code=rare'],
    ['Condition?_id=cond-q&_include=Condition:evidence-detail', true],
    ['Patient?_has:Observation:patient:value-quantity=gt65'],
    ['Patient/p/Observation'],
    ['Observation?code=4548-4&_sort=-value-quantity&_count=1', true],
    ['Patient/_history', true],
    ['Observation/$lastn?patient=Patient/p&code=4548-4'],
    ['?_type=Patient,Condition&_content=Geheimrat'],
  ];
  // R5 names the parameter of evidence differently.
  const usable = probes.filter(([path]) => !(isR5 && path.includes('evidence-detail')));

  test('a refusal holds from the next request on, a revoked one does no more, a new one does again', async () => {
    const tells = async (path: string, on: TestServer): Promise<boolean> => {
      const { status, body, text } = await on.ask('GET', path, { as: 'ada' });
      if (status === 404) return false;
      expect(status).toBe(200);
      return path.includes('_summary')
        ? body['total'] > 0
        : /"id":"(?:p|new|old|mild|other|cond|cond-q)"/.test(
            text.replace(/"id":"cond-q"/, path.includes('cond-q') ? '' : '"id":"cond-q"'),
          );
    };
    const all = async (on: TestServer) => Promise.all(usable.map(async ([path]) => [path, await tells(path, on)]));
    const expected = (value: boolean) => usable.map(([path]) => [path, value]);
    expect(await all(server)).toEqual(expected(true));
    const stranger = await server.ask('GET', 'Observation?_count=2', { as: 'ada' });
    const next = stranger.body['link'].find((one: any) => one.relation === 'next').url;
    await put(refusal());
    expect(await all(server)).toEqual(expected(false));
    expect(await all(second)).toEqual(expected(false));
    expect(idsOf(await server.ask('GET', next, { as: 'ada' })).filter((id) => id !== 'of-q')).toEqual([]);
    await put(refusal({ status: 'inactive' }), second);
    expect(await all(server)).toEqual(expected(true));
    expect(await all(second)).toEqual(expected(true));
    await put(refusal());
    expect(await all(second)).toEqual(expected(false));
    await server.ask('DELETE', 'Consent/refusal');
    expect(await all(second)).toEqual(expected(true));
  });

  /** A Consent of p: base rule, and what R4 nests below a root that says nothing. R5 alternates by itself. */
  const partly = (base: 'permit' | 'deny', nested: object) => {
    if (isR5) return consentR5('partly', 'p', base, { provision: [asR5(nested)] });
    const type = base === 'permit' ? 'deny' : 'permit';
    const typed = (one: any, effect: string): object => ({
      type: effect,
      ...one,
      ...(one.provision === undefined
        ? {}
        : { provision: one.provision.map((inner: object) => typed(inner, effect === 'deny' ? 'permit' : 'deny')) }),
    });
    return consent('partly', 'p', {
      base: base === 'permit' ? 'OPTIN' : 'OPTOUT',
      provision: { type: base, provision: [typed(nested, type)] },
    });
  };
  const asR5 = ({ class: types, provision, ...rest }: any): object => ({
    ...rest,
    ...(types === undefined ? {} : { resourceType: types }),
    ...(provision === undefined ? {} : { provision: provision.map(asR5) }),
  });
  const a1c = state.ofCode(`${loinc}|4548-4`);
  const of2024 = { dataPeriod: { start: '2024-01-01', end: '2024-12-31' } };

  test.each<[what: string, base: 'permit' | 'deny', nested: object, seen: Record<string, string[]>]>([
    ['a class', 'permit', state.ofType('Observation'), { ada: ['cond', 'p'] }],
    ['a code', 'permit', a1c, { ada: ['cond', 'other', 'p'] }],
    [
      'a time of the data',
      'permit',
      { ...state.ofType('Observation'), ...of2024 },
      { ada: ['cond', 'mild', 'new', 'other', 'p'] },
    ],
    ['a label', 'permit', state.ofLabel(confidential('L')), { ada: ['cond', 'new', 'old', 'other', 'p'] }],
    ['a purpose', 'permit', state.forPurpose(research), { ada: [], doctor: ofP, '': [] }],
    [
      'a purpose within it',
      'permit',
      state.forPurpose(`${canonical.actReason}|BIORCH`),
      { ada: [], doctor: ofP, seller: ofP },
    ],
    ['a recipient', 'permit', state.byActor('acme'), { ada: ofP, acme: [], unknown: [], '': [] }],
    ['a period that is over', 'permit', { period: { end: '2020-01-01' } }, { ada: ofP }],
    ['all but a class', 'deny', state.ofType('Condition'), { ada: ['cond'], '': ['cond'] }],
    ['all but a purpose', 'deny', state.forPurpose(treatment), { ada: [], doctor: ofP, '': [] }],
    ['all but a recipient', 'deny', state.byActor('acme'), { ada: [], acme: ofP, unknown: [], '': [] }],
    ['all but a time of the data', 'deny', of2024, { ada: ['old'] }],
    [
      'three deep: no observations, but this code, but not of that year',
      'permit',
      { ...state.ofType('Observation'), provision: [{ ...a1c, provision: [of2024] }] },
      { ada: ['cond', 'mild', 'new', 'p'] },
    ],
    [
      'three deep: nothing, but for research, but not for a recipient, but that class',
      'deny',
      {
        ...state.forPurpose(research),
        provision: [{ ...state.byActor('acme'), provision: [state.ofType('Condition')] }],
      },
      { ada: ofP, doctor: [], acme: ['cond'], unknown: ['cond'] },
    ],
  ])('refusing %s', async (_, base, nested, expected) => {
    await put(partly(base, nested));
    for (const [as, ids] of Object.entries(expected)) {
      expect([as, (await seen(as)).filter((id) => ofP.includes(id))]).toEqual([as, ids]);
      expect(await seen(as)).toEqual(expect.arrayContaining(['cond-q', 'of-q', 'q']));
    }
  });

  test('the newest of a kind wins; one of another kind stays', async () => {
    const permit = (at: string, category = `${canonical.consentScope}|research`) => ({
      ...(isR5 ? consentR5('permit', 'p', 'permit', { at }) : consent('permit', 'p', { base: 'OPTIN', at })),
      category: [concept(category)],
    });
    const deny = { ...refusal({ at: '2025-06-01' }), category: [concept(`${canonical.consentScope}|research`)] };
    await put(deny);
    await put(permit('2025-05-31'));
    expect(await seen('ada')).not.toContain('p');
    await put(permit('2025-06-02'));
    expect(await seen('ada')).toContain('p');
    await put({ ...deny, category: [concept('http://loinc.org|59284-0')] });
    if (!isR5) expect(await seen('ada')).not.toContain('p');
    await put({ ...permit('2025-06-02'), status: 'inactive' });
    expect(await seen('ada')).not.toContain('p');
  });

  test('a policy holds for its data sets or for the server', async () => {
    const policy = (more: object) =>
      isR5
        ? consentR5('house', undefined, 'permit', { provision: [state.forPurpose(research)], more })
        : consent('house', undefined, {
            base: 'OPTIN',
            provision: { type: 'deny', ...state.forPurpose(research) },
            more,
          });
    await put(policy(state.forDataSet('another')));
    expect(await seen('ada')).toContain('p');
    await put(policy(state.forDataSet('another', 'open')));
    expect(await seen('ada')).toEqual([]);
    expect(await seen('doctor')).toContain('p');
    await put(policy({}));
    expect(await seen('ada')).toEqual([]);
    expect((await second.ask('GET', 'Observation?_summary=count', { as: 'ada' })).body['total']).toBe(0);
    expect((await second.ask('GET', 'Library/open', { as: 'ada' })).status).toBe(200);
  });

  test('what is not understood closes what it is about, and whoever writes it is told', async () => {
    const odd = { ...refusal(), moon: undefined, verification: [{ verified: false }] };
    const answer = await put(odd);
    expect(answer.headers.get('warning')).toMatch(/^199 fairway "what it is about is closed/);
    const told = await server.ask('PUT', 'Consent/refusal', {
      body: odd,
      headers: { prefer: 'return=OperationOutcome' },
    });
    expect(told.body['issue'].map((one: any) => one.severity)).toEqual(['information', 'warning']);
    expect(await seen('doctor')).not.toContain('p');
    // No one else is told why.
    expect((await server.ask('GET', 'Patient/p', { as: 'ada' })).text).not.toContain('verified');
    const closed = library('open', [
      licence('CC0-1.0'),
      { url: `${canonical.structureDefinitions}moon-phase`, valueCode: 'full' },
    ]);
    expect((await put(closed)).headers.get('warning')).toContain('moon-phase');
    expect(await seen('ada')).toEqual([]);
    await put(library('open', [licence('CC0-1.0')]));
    expect(await seen('ada')).toContain('q');
  });

  test('data that need consent are seen of those who gave it, for research and not for treatment', async () => {
    await put(library('open', [licence('CC0-1.0'), state.consentRequired]));
    expect(await seen('ada')).toEqual([]);
    const given = isR5 ? consentR5('given', 'p', 'permit') : consent('given', 'p', { base: 'OPTIN' });
    await put(given);
    expect(await seen('ada')).toEqual(ofP);
    await put(
      isR5
        ? { ...given, category: [concept(`${canonical.consentScope}|treatment`)] }
        : { ...given, scope: concept(`${canonical.consentScope}|treatment`) },
    );
    expect(await seen('ada')).toEqual([]);
    await put(library('open', [licence('CC0-1.0')]));
  });

  test('a transaction that refuses and writes is refused to others at once, in both processes', async () => {
    const entry = [
      { request: { method: 'PUT', url: 'Consent/refusal' }, resource: refusal() },
      { request: { method: 'PUT', url: 'Observation/later' }, resource: value('later', 'p', 'open', 9) },
    ];
    const answer = await server.ask('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry } });
    expect(answer.status).toBe(200);
    for (const on of [second, server]) {
      expect((await on.ask('GET', 'Observation/later', { as: 'ada' })).status).toBe(404);
      expect(await seen('ada', on)).toEqual(['cond-q', 'of-q', 'q']);
    }
    await server.ask('DELETE', 'Observation/later');
    expect((await second.ask('GET', 'Observation/later/_history', { as: 'ada' })).status).toBe(404);
  });

  test('merged patients: the refusal stays with the data, and goes with them in one transaction', async () => {
    await put(refusal());
    await put({ ...person('p2', 'open'), link: [{ other: { reference: 'Patient/p' }, type: 'replaces' }] });
    expect(await seen('ada')).not.toContain('new');
    const moved = { ...refusal(), [isR5 ? 'subject' : 'patient']: { reference: 'Patient/p2' } };
    const entry = [
      { request: { method: 'PUT', url: 'Observation/new' }, resource: value('new', 'p2', 'open', 6) },
      { request: { method: 'PUT', url: 'Consent/refusal' }, resource: moved },
    ];
    expect(
      (await server.ask('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry } })).status,
    ).toBe(200);
    expect(await seen('ada', second)).not.toContain('new');
    expect(await seen('ada', second)).not.toContain('p2');
    await put(value('new', 'p', 'open', 6));
    await server.ask('DELETE', 'Patient/p2');
  });

  test('Groups that name each other end, and open nothing more than they name', async () => {
    const circle = (id: string, ...members: string[]) => {
      const { actual, ...rest } = state.group(id, ...members);
      return { ...rest, ...(isR5 ? { membership: 'enumerated' } : { actual }) };
    };
    await put(circle('one', 'Group/two'));
    await put(circle('two', 'Group/one', 'Patient/r'));
    await put({
      ...library('by-group', [licence('CC0-1.0'), state.composedOf('Group/one')]),
      content: undefined,
    });
    await put(person('r', undefined));
    expect((await server.ask('GET', 'Patient/r', { as: 'ada' })).status).toBe(404);
    await put(circle('one', 'Group/two', 'Patient/r'));
    expect((await server.ask('GET', 'Patient/r', { as: 'ada' })).status).toBe(200);
    for (const id of ['Library/by-group', 'Group/one', 'Group/two', 'Patient/r']) await server.ask('DELETE', id);
  });

  test.runIf(isR5)('a Permission of R5 rules its data set', async () => {
    const permission = (rule: object[], combining = 'deny-overrides') => ({
      resourceType: 'Permission',
      id: 'rule',
      status: 'active',
      combining,
      rule,
      ...state.forDataSet('open'),
    });
    const denied = {
      type: 'deny',
      activity: [{ purpose: [{ coding: [{ system: canonical.actReason, code: 'HMARKT' }] }] }],
    };
    await put(permission([denied]));
    expect(await seen('seller')).toEqual([]);
    expect(await seen('ada')).toContain('p');
    await put(
      permission([
        { type: 'permit', activity: [{ purpose: [{ coding: [{ system: canonical.actReason, code: 'TREAT' }] }] }] },
      ]),
    );
    expect(await seen('ada', second)).toEqual([]);
    expect(await seen('doctor', second)).toContain('p');
    const limit = [concept('urn:limits|by-the-moon')];
    const odd = await put(permission([{ type: 'permit', limit }]));
    expect(odd.headers.get('warning')).toContain('a limit is no code of v3-ActCode');
    expect(await seen('doctor')).toEqual([]);
    await server.ask('DELETE', 'Permission/rule');
    expect(await seen('seller')).toContain('p');
  });
});
