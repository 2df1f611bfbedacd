/** Effects are what is left of statements for a resource: few, equal where they say the same, and naming nobody. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../fhir/canonical.ts';
import { asksOfResources, effectFrom, effectsOf, effectText, type ResourceFacts } from './effect.ts';
import type { Directive, Effect, Provision, ResourceCriteria } from './model.ts';

const facts: ResourceFacts = {
  type: 'Observation',
  id: 'Observation/1',
  codes: ['urn:c|x'],
  labels: [],
  references: ['Patient/1'],
};
const permit: Provision = { effect: 'permit', exceptions: [] };
const deny: Provision = { effect: 'deny', exceptions: [] };
const directive = (more: Partial<Directive>): Directive => ({
  kind: 'consent',
  source: 'Consent/1',
  scope: 'research',
  categories: [],
  stated: 1000,
  patient: 'Patient/1',
  dataSets: [],
  provision: deny,
  ...more,
});
const policy = (provision: Provision, more: Partial<Directive> = {}): Directive => {
  const { patient: _, ...rest } = directive({ source: 'Consent/policy', provision, ...more });
  return rest;
};
const on = (types: string): ResourceCriteria => ({ types: [types] });
const provisions = (effects: readonly Effect[]) =>
  effects.map((one) => (one.kind === 'directive' ? one.provision.effect : one.codes));

describe('effects', () => {
  test('of equal consents of different persons are equal, and name nobody', () => {
    const of = (patient: string, provision: Provision, id: string) =>
      effectsOf({ ...facts, references: [patient] }, [directive({ patient, provision, source: `Consent/${id}` })]);
    const a: Provision = {
      effect: 'deny',
      purposes: ['b', 'a', 'a'],
      actions: ['y', 'x'],
      during: { to: 2, from: 1 },
      exceptions: [permit, { effect: 'permit', actors: ['q', 'p'], exceptions: [] }],
    };
    const b: Provision = {
      exceptions: [{ exceptions: [], actors: ['p', 'q', 'p'], effect: 'permit' }, permit, permit],
      during: { from: 1, to: 2 },
      actions: ['x', 'y'],
      purposes: ['a', 'b'],
      effect: 'deny',
    };
    const [one, two] = [of('Patient/1', a, '1'), of('Patient/2', b, '2')];
    expect(one.map(effectText)).toEqual(two.map(effectText));
    expect(one.map(effectText).join()).not.toMatch(/Patient\/|Consent\//);
  });

  test('a plain permit of a person is one; of a policy it is none', () => {
    expect(effectsOf(facts, [directive({ provision: permit })])).toEqual([
      { kind: 'directive', scope: 'research', isPatients: true, dataSets: [], provision: permit },
    ]);
    expect(effectsOf(facts, [policy({ ...permit, on: on('Observation') })])).toEqual([]);
  });

  test('of policies are those that ask something of resources and may deny or oblige', () => {
    const obligations = [{ code: 'urn:o|1' }];
    expect(effectsOf(facts, [policy(deny)])).toEqual([]);
    expect(effectsOf(facts, [policy({ ...deny, on: on('Condition') })])).toEqual([]);
    expect(provisions(effectsOf(facts, [policy({ ...deny, on: on('Observation') })]))).toEqual(['deny']);
    expect(provisions(effectsOf(facts, [policy({ ...permit, on: on('Observation'), obligations })]))).toEqual([
      'permit',
    ]);
    expect(
      effectsOf(facts, [policy({ ...deny, on: on('Observation') }, { dataSets: ['Library/a'], because: 'why' })]),
    ).toEqual([
      {
        kind: 'directive',
        scope: 'research',
        source: 'Consent/policy',
        isPatients: false,
        dataSets: ['Library/a'],
        provision: deny,
        because: 'why',
      },
    ]);
    expect(
      asksOfResources(policy({ ...permit, exceptions: [{ ...deny, exceptions: [{ ...permit, on: on('X') }] }] })),
    ).toBe(true);
    expect(asksOfResources(policy(permit))).toBe(false);
  });

  test('metadata answer to policies that name them', () => {
    const library: ResourceFacts = { ...facts, type: 'Library', id: 'Library/1', references: [] };
    const allButObservations = policy({ ...deny, exceptions: [{ ...permit, on: on('Observation') }] });
    expect(effectsOf(library, [allButObservations])).toEqual([]);
    expect(provisions(effectsOf({ ...library, isMetadata: false }, [allButObservations]))).toEqual(['deny']);
    expect(provisions(effectsOf(library, [policy({ ...deny, on: on('Library') })]))).toEqual(['deny']);
    expect(effectsOf({ ...facts, isMetadata: true }, [allButObservations])).toEqual([
      expect.objectContaining({ isPatients: false }),
    ]);
  });

  test('exceptions that say the same as their rule are gone', () => {
    const same: Provision = { ...deny, exceptions: [{ ...deny, purposes: ['x'], exceptions: [deny] }] };
    expect(effectsOf(facts, [directive({ provision: same })])).toEqual(effectsOf(facts, [directive({})]));
    const mixed: Provision = { ...deny, exceptions: [{ ...deny, purposes: ['x'], exceptions: [permit] }] };
    expect(effectsOf(facts, [directive({ provision: mixed })])).not.toEqual(effectsOf(facts, [directive({})]));
  });

  describe('newest', () => {
    const left = (...directives: Directive[]) => provisions(effectsOf(facts, directives));
    const older = directive({ provision: deny, stated: 1000 });
    const newer = (more: Partial<Directive> = {}) => directive({ provision: permit, stated: 2000, ...more });
    test.each<[string, Directive[], string[]]>([
      ['the newer of one scope stands', [older, newer()], ['permit']],
      ['whatever their order', [newer(), older], ['permit']],
      ['another scope stands beside it', [older, newer({ scope: 'treatment' })], ['deny', 'permit']],
      ['another category stands beside it', [older, newer({ categories: ['k'] })], ['deny', 'permit']],
      ['the same category replaces', [{ ...older, categories: ['k'] }, newer({ categories: ['k', 'l'] })], ['permit']],
      [
        'but not for a category that only the older has',
        [{ ...older, categories: ['k', 'm'] }, newer({ categories: ['k'] })],
        ['deny', 'permit'],
      ],
      ['at the same moment both stand', [older, newer({ stated: 1000 })], ['deny', 'permit']],
      ['on the same day both stand', [{ ...older, statedBefore: 86_400_000 }, newer()], ['deny', 'permit']],
      ['one without a date stands', [{ ...older, stated: 0 }, newer()], ['deny', 'permit']],
    ])('%s', (_, directives, expected) => {
      expect(left(...directives).sort()).toEqual(expected);
    });
  });

  describe('of several persons', () => {
    const both: ResourceFacts = { ...facts, references: ['Patient/1', 'Patient/2', 'Practitioner/1'] };
    const of = (...directives: Directive[]) =>
      effectsOf(both, directives).map((one) => (one.kind === 'directive' ? one.of : undefined));
    test('who state the same are one effect', () => {
      expect(of(directive({}), directive({ patient: 'Patient/2', source: 'Consent/2' }))).toEqual([undefined]);
    });
    test('who state different things, or one of whom states nothing, are told apart by number', () => {
      expect(of(directive({ provision: permit }))).toEqual([{ person: 1, persons: 2 }]);
      expect(of(directive({ provision: permit }), directive({ patient: 'Patient/2' }))).toEqual([
        { person: 0, persons: 2 },
        { person: 1, persons: 2 },
      ]);
    });
    test('are those of the compartment, where it is told', () => {
      expect(effectsOf({ ...both, patients: ['Patient/1'] }, [directive({})])).toEqual(
        effectsOf(facts, [directive({})]),
      );
      expect(effectsOf({ ...facts, type: 'Patient', id: 'Patient/1', references: [] }, [directive({})]).length).toBe(1);
      expect(effectsOf({ ...facts, references: [] }, [directive({})]).length).toBe(1);
    });
  });

  test('of labels are those that ask something', () => {
    const labels = [
      `${canonical.confidentiality}|N`,
      'urn:x|y',
      `${canonical.confidentiality}|R`,
      `${canonical.observationValue}|SUBSETTED`,
    ];
    expect(effectsOf({ ...facts, labels }, [])).toEqual([
      { kind: 'labels', codes: [`${canonical.confidentiality}|R`, 'urn:x|y'] },
    ]);
    expect(effectsOf({ ...facts, labels: [labels[0]!] }, [])).toEqual([]);
  });

  test('are the same after they were kept as text', () => {
    const codes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 });
    const provision = (depth: number): fc.Arbitrary<Provision> =>
      fc.record(
        {
          effect: fc.constantFrom('permit', 'deny'),
          actors: codes,
          purposes: codes,
          actions: codes,
          during: fc.record({ from: fc.nat(), to: fc.nat() }, { requiredKeys: [] }),
          obligations: fc.array(
            fc.record({ code: fc.constantFrom('a', 'b'), parameter: fc.constant('1') }, { requiredKeys: ['code'] }),
          ),
          exceptions: depth === 0 ? fc.constant([]) : fc.array(provision(depth - 1), { maxLength: 2 }),
        },
        { requiredKeys: ['effect', 'exceptions'] },
      ) as fc.Arbitrary<Provision>; // the keys as above
    fc.assert(
      fc.property(provision(2), (one) => {
        const [effect] = effectsOf(facts, [directive({ provision: one })]);
        if (effect === undefined) return;
        expect(effectFrom(effectText(effect))).toEqual(effect);
        expect(effectText(effectFrom(effectText(effect)))).toBe(effectText(effect));
      }),
    );
  });

  test('of a kind that this version does not know deny', () => {
    expect(effectFrom('{"kind":"moon","codes":[]}')).toMatchObject({
      kind: 'directive',
      dataSets: [],
      provision: { effect: 'deny' },
    });
  });

  test('an unfolded criterion denies', async () => {
    const { verdictOf } = await import('./evaluate.ts');
    const { evaluationOf } = await import('./evaluation.ts');
    const { anonymous } = await import('./access-context.ts');
    expect(verdictOf({ ...permit, on: on('X') }, evaluationOf(anonymous, 0))?.effect).toBe('deny');
  });
});
