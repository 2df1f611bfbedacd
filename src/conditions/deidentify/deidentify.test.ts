/** What leaves by a profile: rule by rule, place by place. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { base, keyOf, leaving, leavingText, means, profileOf } from '../../../test/conditions/deidentify.ts';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import type { Definitions } from '../../fhir/definitions/model.ts';
import type { Json, JsonObject } from '../../fhir/json.ts';
import { parseKeepingDigits } from './deidentify.ts';
import { createPseudonyms } from './index.ts';

let r4b: Definitions;
let r5: Definitions;
beforeAll(async () => {
  [r4b, r5] = await Promise.all([loadDefinitions('R4B'), loadDefinitions('R5')]);
});

interface Stated {
  default?: 'keep' | 'redact';
  ids?: 'keep' | 'pseudonymise';
}

/** What leaves of `resource` by rules written as `path method`, ids kept unless stated. */
function left(
  resource: JsonObject,
  rules: readonly (object | string)[],
  stated: Stated = {},
  definitions = r4b,
): JsonObject {
  const list = rules.map((rule) => {
    if (typeof rule === 'object') return rule;
    const at = rule.lastIndexOf(' ');
    return { path: rule.slice(0, at), method: rule.slice(at + 1) };
  });
  const content = { default: 'redact', ids: 'keep', ...stated, rules: list };
  const { resourceType: _, id: __, ...members } = leaving({ id: 'a', ...resource }, profileOf(content, definitions));
  return members;
}

const kept = { default: 'keep' } as const;
const patient = (more: JsonObject): JsonObject => ({ resourceType: 'Patient', ...more });

describe('rules', () => {
  const name = [
    { use: 'official', family: 'Smith', given: ['Ann', 'Bea'] },
    { use: 'nickname', given: ['Bee'] },
  ];

  test.each<[string, readonly (object | string)[], Json | undefined]>([
    ['a kept element leaves whole', ['Patient.name keep'], name],
    ['a part is kept alone', ['Patient.name.given keep'], [{ given: ['Ann', 'Bea'] }, { given: ['Bee'] }]],
    ['by type', ['HumanName.use keep'], [{ use: 'official' }, { use: 'nickname' }]],
    ['by primitive type', ['code keep'], [{ use: 'official' }, { use: 'nickname' }]],
    [
      'of any resource',
      ['Resource keep', 'HumanName.given redact'],
      [{ use: 'official', family: 'Smith' }, { use: 'nickname' }],
    ],
    ['with a condition', ["Patient.name.where(use = 'official').given keep"], [{ given: ['Ann', 'Bea'] }]],
    ['with a condition on the resource', ['Patient.where(active = true).name keep'], undefined],
    ['with a condition on values', ["Patient.name.given.where($this = 'Ann') keep"], [{ given: ['Ann'] }]],
    ['the first rule that selects decides', ['Patient.name redact', 'HumanName keep'], undefined],
    ['in either order', ['HumanName keep', 'Patient.name redact'], name],
    [
      'within a kept element other rules hold',
      ['HumanName.family redact', 'Patient.name keep'],
      [{ use: 'official', given: ['Ann', 'Bea'] }, name[1]!],
    ],
    [
      'within a kept element, whichever comes first',
      ['Patient.name keep', 'HumanName.family redact'],
      [{ use: 'official', given: ['Ann', 'Bea'] }, name[1]!],
    ],
    ['by position, as only the complete engine knows', ['Patient.name[0].given keep'], [{ given: ['Ann', 'Bea'] }]],
    ['whole, by position', ['Patient.name[1] keep'], [name[1]!]],
    [
      'a part of a list, by the complete engine',
      ['Patient.name.given.tail() keep'],
      [{ given: ['Bea'] }, { given: ['Bee'] }],
    ],
    [
      'a change by the complete engine',
      [{ path: 'Patient.name[0].family', method: 'substitute', with: 'X' }],
      [{ family: 'X' }],
    ],
    [
      'a change of another type by the complete engine',
      [{ path: 'Patient.name[0].family', method: 'round', step: 1 }],
      undefined,
    ],
    [
      'a part left over by the complete engine',
      ['Patient.name keep', 'Patient.name[0].given[0] redact'],
      [{ use: 'official', family: 'Smith', given: ['Bea'] }, name[1]!],
    ],
    ['the first of both engines decides', ['Patient.name[0] redact', 'Patient.name keep'], [name[1]!]],
    ['the first of both engines decides, the other way', ['Patient.name keep', 'Patient.name[0] redact'], name],
    [
      'all that lie below, by the complete engine',
      ["Patient.descendants().where($this = 'Bee') keep"],
      [{ given: ['Bee'] }],
    ],
    ['no rule', [], undefined],
  ])('%s', (_, rules, expected) => {
    expect(left(patient({ name }), rules)['name']).toEqual(expected);
  });

  test('a resource that a rule redacts leaves as its type, id and labels', () => {
    expect(left(patient({ active: true }), ['Patient redact'], kept)).toEqual({});
    expect(left(patient({ active: true }), ['Patient.where(active = true) redact'], kept)).toEqual({});
    expect(left(patient({ active: false }), ['Patient.where(active = true) redact'], kept)).toEqual({ active: false });
  });

  test('choices are named with and without their type', () => {
    const observation = { resourceType: 'Observation', valueQuantity: { value: 3 }, component: [{ valueString: 's' }] };
    for (const path of [
      'Observation.value',
      'Observation.valueQuantity',
      'Observation.value.ofType(Quantity)',
      'Quantity',
    ]) {
      expect(left(observation, [`${path} keep`])).toEqual({ valueQuantity: { value: 3 } });
    }
    expect(left(observation, ['Observation.value.ofType(string) keep'])).toEqual({});
    expect(left({ resourceType: 'Condition', onsetAge: { value: 3 } }, ['Quantity keep'])).toEqual({
      onsetAge: { value: 3 },
    });
    expect(left({ resourceType: 'Observation', valueQuantity: { value: 3 } }, ['Age keep'])).toEqual({});
  });

  test('conditions on numbers see them with whatever digits they have', () => {
    const text =
      '{"resourceType":"Observation","id":"a","component":[{"valueQuantity":{"value":3.0}},{"valueQuantity":{"value":4.0}}]}';
    const profile = profileOf(
      {
        default: 'redact',
        rules: [{ path: 'Observation.component.value.ofType(Quantity).where(value = 3).value', method: 'keep' }],
      },
      r4b,
    );
    expect(leavingText(text, profile)).toContain('"component":[{"valueQuantity":{"value":3.0}}]');
  });

  test('elements that contain themselves are reached at every depth', () => {
    const item = [
      {
        linkId: 'a',
        answer: [{ valueString: 's', item: [{ linkId: 'b', answer: [{ valueString: 't' }] }] }],
        item: [{ linkId: 'c', text: 'x' }],
      },
    ];
    const answered = { resourceType: 'QuestionnaireResponse', item };
    expect(left(answered, ['QuestionnaireResponse.item.linkId keep'])).toEqual({
      item: [{ linkId: 'a', answer: [{ item: [{ linkId: 'b' }] }], item: [{ linkId: 'c' }] }],
    });
    const without = left(answered, ['QuestionnaireResponse.item.answer redact'], kept);
    expect(without).toEqual({ item: [{ linkId: 'a', item: [{ linkId: 'c', text: 'x' }] }] });
    // What keeps on a condition keeps nothing that was not asked for it.
    const conditional = "QuestionnaireResponse.where(status = 'completed').item.linkId";
    expect(left(answered, [`${conditional} keep`])).toEqual({});
    expect(left(answered, [`${conditional} redact`], kept)['item']).toMatchObject([{ item: [{ text: 'x' }] }]);
    expect(JSON.stringify(left(answered, [`${conditional} redact`], kept))).not.toContain('"c"');
  });

  test('what the complete engine cannot evaluate leaves nothing', () => {
    const name = [{ family: 'Smith' }, { family: 'Miller' }];
    expect(
      left(patient({ name, active: true }), [
        'Patient.active keep',
        'Patient.where(name.single().exists()).active redact',
      ]),
    ).toEqual({});
  });
});

describe('what stands beside values', () => {
  const extension = [{ url: 'urn:x', valueString: 'secret' }];

  test('extensions of a kept primitive need a rule of their own', () => {
    const resource = patient({ birthDate: '1980-01-01', _birthDate: { id: 'i', extension } });
    expect(left(resource, ['Patient.birthDate keep'])).toEqual({ birthDate: '1980-01-01' });
    expect(left(resource, ['Patient.birthDate keep', 'Patient.birthDate.id keep'])).toMatchObject({
      _birthDate: { id: 'i' },
    });
    const both = ['Patient.birthDate keep', "Patient.birthDate.extension('urn:x') keep"];
    expect(left(resource, both)).toMatchObject({ _birthDate: { extension } });
    expect(left(resource, ["Patient.birthDate.extension('urn:x') keep"])).toEqual({ _birthDate: { extension } });
    expect(left(resource, ["Extension.where(url = 'urn:y') keep"])).toEqual({});
    expect(left(resource, [], kept)).toEqual({ birthDate: '1980-01-01', _birthDate: { id: 'i', extension } });
  });

  test('extensions of a changed or redacted primitive go with it', () => {
    const resource = patient({ birthDate: '1980-01-01', _birthDate: { extension } });
    const keepAll = "Extension.where(url = 'urn:x') keep";
    expect(left(resource, ['Patient.birthDate redact', keepAll], kept)).toEqual({});
    expect(left(resource, [{ path: 'Patient.birthDate', method: 'generalise', to: 'year' }, keepAll], kept)).toEqual({
      birthDate: '1980',
    });
    expect(
      left(patient({ gender: 'secret', _gender: { extension } }), [
        { path: 'Patient.gender', method: 'keep', bound: true },
        keepAll,
      ]),
    ).toEqual({});
  });

  test('values and extensions in lists stay beside each other', () => {
    const given = { given: ['Ann', null, 'Bea'], _given: [null, { extension }, { extension }] };
    const left_ = left(patient({ name: [given] }), ['HumanName.given keep', 'Extension keep']);
    expect(left_).toEqual({ name: [given] });
    const one = left(patient({ name: [given] }), ["HumanName.given.where($this = 'Bea') keep"]);
    expect(one).toEqual({ name: [{ given: ['Bea'] }] });
    expect(left(patient({ name: [{ _given: [{ extension }] }] }), ['HumanName.given keep', 'Extension keep'])).toEqual({
      name: [{ _given: [{ extension }] }],
    });
  });

  test('extensions are parts of kept ones, and stay out otherwise', () => {
    const outer = [
      {
        url: 'urn:o',
        extension: [
          { url: 'in', valueCode: 'c' },
          { url: 'other', valueDate: '2020-01-01' },
        ],
      },
    ];
    expect(left(patient({ extension: outer }), ["Patient.extension('urn:o') keep"])).toEqual({ extension: outer });
    expect(left(patient({ extension: outer }), ['code keep', 'date keep'])).toEqual({});
    expect(left(patient({ extension: outer }), ['Patient keep'])).toEqual({});
    const part = left(patient({ extension: outer }), ["Patient.extension('urn:o').extension('in').value keep"]);
    expect(part).toEqual({ extension: [{ url: 'urn:o', extension: [{ url: 'in', valueCode: 'c' }] }] });
    const shorter = left(patient({ extension: outer }), [
      "Patient.extension('urn:o') keep",
      'date redact',
      'uri redact',
    ]);
    expect(shorter).toEqual({ extension: [{ url: 'urn:o', extension: [{ url: 'in', valueCode: 'c' }] }] });
    expect(left(patient({ extension: [{ url: 'urn:o' }] }), ['Extension keep'])).toEqual({});
    expect(left(patient({ extension: [{ valueCode: 'c' }] }), ['Extension keep'])).toEqual({
      extension: [{ url: '', valueCode: 'c' }],
    });
    expect(
      left(patient({ extension: outer }), ["Patient.extension.where(url = 'urn:o').extension[0].value keep"]),
    ).toMatchObject({
      extension: [{ url: 'urn:o', extension: [{ url: 'in', valueCode: 'c' }] }],
    });
  });

  test('a modifier that does not leave is replaced by one that nobody knows', () => {
    const modifierExtension = [{ url: 'urn:not', valueBoolean: true }];
    const unknown = { url: 'https://fairway.health/fhir/StructureDefinition/redacted-modifier', valueBoolean: true };
    const contact = [{ gender: 'male', modifierExtension }, { gender: 'female' }, { modifierExtension }];
    expect(left(patient({ contact }), ['code keep'])).toEqual({
      contact: [{ gender: 'male', modifierExtension: [unknown] }, { gender: 'female' }],
    });
    expect(left(patient({ contact }), ['code keep', "Extension.where(url = 'urn:not') keep"])).toEqual({ contact });
    const two = [...modifierExtension, { url: 'urn:other', valueBoolean: true }];
    const partly = left(patient({ gender: 'male', modifierExtension: two }), [
      'code keep',
      "Extension.where(url = 'urn:not') keep",
    ]);
    expect(partly).toEqual({ gender: 'male', modifierExtension: [...modifierExtension, unknown] });
    expect(left(patient({ gender: 'male', modifierExtension }), [], kept)).toEqual({
      gender: 'male',
      modifierExtension,
    });
  });

  test('narratives leave only by a rule that names them', () => {
    const text = { status: 'generated', div: '<div>Smith</div>' };
    expect(left(patient({ text }), [], kept)).toEqual({});
    expect(left(patient({ text }), ['Patient keep', 'code keep', 'xhtml keep'])).toEqual({});
    for (const path of ['Patient.text', 'DomainResource.text', 'Narrative'])
      expect(left(patient({ text }), [`${path} keep`])).toEqual({ text });
  });

  test('elements that no version of FHIR has never leave', () => {
    expect(
      left(patient({ nme: 'Smith', _nme: { extension }, constructor: 'x', name: [{ fmily: 'x' }] }), [], kept),
    ).toEqual({});
    expect(left(patient({ birthDate: { family: 'x' }, name: 'Smith', gender: ['male', ['x']] }), [], kept)).toEqual({
      gender: ['male'],
    });
  });
});

describe('resources within resources', () => {
  test('have their own rules, contained ones are numbered', () => {
    const resource = {
      resourceType: 'Observation',
      status: 'final',
      contained: [
        patient({ id: 'Smith', name: [{ family: 'Smith' }], gender: 'male' }),
        { resourceType: 'Device', id: 'd' },
      ],
      subject: { reference: '#Smith' },
      device: { reference: '#unknown' },
      focus: [{ reference: '#' }],
    };
    expect(left(resource, ['code keep', 'Reference keep'], { ids: 'pseudonymise' })).toEqual({
      status: 'final',
      contained: [
        { resourceType: 'Patient', id: 'c1', gender: 'male' },
        { resourceType: 'Device', id: 'c2' },
      ],
      subject: { reference: '#c1' },
      focus: [{ reference: '#' }],
    });
    expect(left(resource, ['Reference keep', 'Patient redact'])).toMatchObject({
      contained: [{ resourceType: 'Device', id: 'd' }],
      subject: { reference: '#Smith' },
    });
    expect(left(resource, ['Observation.contained redact'], kept)['contained']).toBeUndefined();
    expect(left(resource, ['Observation.contained.ofType(Patient) redact'], kept)['contained']).toHaveLength(1);
    expect(left(resource, ['Observation.contained[0] redact'], kept)['contained']).toHaveLength(1);
    expect(left(resource, ['Patient.name[0].family keep'])['contained']).toMatchObject([
      { name: [{ family: 'Smith' }] },
      {},
    ]);
    expect(
      left({ resourceType: 'Observation', contained: [{ id: 'x' }, 'y', { resourceType: 'Alien' }] }, [], kept),
    ).toEqual({});
  });

  test('entries of a Bundle leave with pseudonyms and labels, and what they contain is theirs', () => {
    const entry = [
      {
        fullUrl: `${base}/Patient/1`,
        resource: patient({
          id: '1',
          birthDate: '1980-01-01',
          contained: [patient({ id: 'k' })],
          link: [{ other: { reference: '#k' } }],
        }),
      },
      {
        fullUrl: 'urn:uuid:0',
        resource: {
          resourceType: 'Observation',
          id: '2',
          subject: { reference: 'Patient/1' },
          hasMember: [{ reference: 'urn:uuid:0' }],
        },
      },
      { resource: patient({}) },
    ];
    const rules = ['Bundle.entry.fullUrl keep', 'Reference keep', { path: 'date', method: 'generalise', to: 'year' }];
    const bundle = left({ resourceType: 'Bundle', type: 'collection', entry }, rules, { ids: 'pseudonymise' });
    const [first, second, third] = bundle['entry'] as JsonObject[];
    const id = createPseudonyms(means()).pseudonymOf(keyOf('Patient', '1'), 'Patient');
    expect(first).toMatchObject({
      fullUrl: `${base}/Patient/${id}`,
      resource: { id, birthDate: '1980', contained: [{ id: 'c1' }], link: [{ other: { reference: '#c1' } }] },
    });
    expect(first).toHaveProperty('resource.meta.security');
    expect(second).toMatchObject({
      resource: { subject: { reference: `Patient/${id}` }, hasMember: [{ reference: second!['fullUrl'] }] },
    });
    expect(second!['fullUrl']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(third).toEqual({ resource: { resourceType: 'Patient', meta: expect.anything() } });
  });

  test('rules of the complete engine reach into entries', () => {
    const entry = [{ resource: patient({ id: '1', name: [{ family: 'Smith', given: ['Ann'] }] }) }];
    const bundle = left({ resourceType: 'Bundle', entry }, [
      "Bundle.descendants().where($this = 'Ann') keep",
      'Patient.name[0].family keep',
    ]);
    expect(bundle['entry']).toMatchObject([{ resource: { name: [{ family: 'Smith', given: ['Ann'] }] } }]);
    const first = left({ resourceType: 'Bundle', entry }, [
      "Bundle.descendants().where($this = 'Ann') redact",
      'Patient.name[0].given keep',
    ]);
    expect(JSON.stringify(first)).not.toContain('Ann');
  });

  test('in R5, references with concepts are followed too', () => {
    const resource = {
      resourceType: 'MedicationRequest',
      medication: { reference: { reference: 'Medication/1', display: 'x' }, concept: { text: 'x' } },
    };
    const id = createPseudonyms(means()).pseudonymOf(keyOf('Medication', '1'), 'Medication');
    expect(left(resource, ['Reference.reference keep'], { ids: 'pseudonymise' }, r5)).toEqual({
      medication: { reference: { reference: `Medication/${id}` } },
    });
  });
});

describe('ids and references', () => {
  const ids = { ids: 'pseudonymise' } as const;
  const pseudonym = (type: string, id: string): string => createPseudonyms(means()).pseudonymOf(keyOf(type, id), type);
  const referred = (reference: string): unknown => {
    const subject = left({ resourceType: 'Observation', subject: { reference } }, ['Reference.reference keep'], ids)[
      'subject'
    ];
    return (subject as JsonObject | undefined)?.['reference'];
  };

  test('references to resources of this server lead to their pseudonyms', () => {
    const id = pseudonym('Patient', '1');
    expect(referred('Patient/1')).toBe(`Patient/${id}`);
    expect(referred('Patient/1/_history/4')).toBe(`Patient/${id}/_history/4`);
    expect(referred('Patient/1/_history/Smith')).toBe(`Patient/${id}`);
    expect(referred(`${base}/Patient/1`)).toBe(`${base}/Patient/${id}`);
    expect(referred('Patient/1#part')).toBe(`Patient/${id}`);
    expect(leaving(patient({ id: '1' }), profileOf({ default: 'redact', rules: [] }, r4b))['id']).toBe(id);
  });

  test('others become the same unknown name everywhere', () => {
    for (const text of [
      'http://other.example/fhir/Patient/1',
      'urn:uuid:7',
      'Patient?identifier=1',
      'Smith',
      'Alien/1',
    ]) {
      expect(referred(text)).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
      expect(referred(text)).toBe(referred(text));
    }
    expect(referred('urn:uuid:7')).not.toBe(referred('urn:uuid:8'));
  });

  test.each([
    ['Binary/7', (id: string) => `Binary/${id}`],
    [`${base}/Binary/7`, (id: string) => `${base}/Binary/${id}`],
    ['http://other.example/x', () => 'http://other.example/x'],
    [base, () => base],
    ['Patient?name=Smith', () => undefined],
    [`${base}/Patient?name=Smith`, () => undefined],
    [`${base}/Patient/1/$everything`, () => undefined],
  ])('the address %s, if kept', (url, expected) => {
    const found = left(
      { resourceType: 'DocumentReference', content: [{ attachment: { url } }] },
      ['Attachment.url keep'],
      ids,
    );
    const leaves = expected(pseudonym('Binary', '7'));
    expect(found).toEqual(leaves === undefined ? {} : { content: [{ attachment: { url: leaves } }] });
  });

  test('names of systems are no addresses', () => {
    const identifier = [{ system: 'Patient/1', value: '1' }];
    expect(left(patient({ identifier }), ['Identifier keep'], ids)).toEqual({ identifier });
  });

  test('kept where the profile says so', () => {
    const profile = profileOf({ default: 'keep', ids: 'keep', rules: [] }, r4b);
    const resource = patient({ id: '1', link: [{ other: { reference: 'Patient/2' } }], photo: [{ url: 'Binary/1' }] });
    expect(leaving(resource, profile)).toEqual(resource);
  });

  test('projects have no id, reference or hash in common', () => {
    const profile = profileOf(
      {
        default: 'redact',
        rules: [
          { path: 'Reference', method: 'pseudonymise' },
          { path: 'Identifier', method: 'pseudonymise' },
        ],
      },
      r4b,
    );
    const word = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/);
    fc.assert(
      fc.property(word, word, (id, value) => {
        const resource = patient({
          id,
          identifier: [{ value }],
          managingOrganization: { reference: `Organization/${value}` },
        });
        const texts = ['one', 'two'].map((project) => leavingText(JSON.stringify(resource), profile, { project }));
        const [one, two] = texts.map((text) => new Set(text.match(/[0-9a-f]{32}/g)));
        expect(one!.size).toBe(3);
        expect([...one!].filter((text) => two!.has(text))).toEqual([]);
        expect(leavingText(JSON.stringify(resource), profile, { project: 'one' })).toBe(texts[0]);
      }),
    );
  });
});

describe('dates of a person', () => {
  const shift = (days = 50) => ['date', 'dateTime', 'instant'].map((path) => ({ path, method: 'shift-dates', days }));
  const encounter = (start: string): JsonObject => ({
    resourceType: 'Encounter',
    id: start.slice(0, 4),
    period: { start },
  });

  test('intervals stay between resources of one person, and are other ones for other projects', () => {
    const profile = profileOf({ default: 'redact', rules: shift() }, r4b);
    const day = fc.date({ min: new Date('1950-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    const moved = (start: string, person: string): number => {
      const { period } = leaving(encounter(start), profile, { persons: [person] });
      return Date.parse((period as JsonObject)['start'] as string);
    };
    fc.assert(
      fc.property(day, day, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (one, two, person) => {
        const [first, second] = [one, two].map((date) => moved(date.toISOString(), String(person)));
        expect(second! - first!).toBe(two.getTime() - one.getTime());
        expect(first).not.toBe(one.getTime());
        expect(Math.abs(first! - one.getTime())).toBeLessThanOrEqual(50 * 86_400_000);
      }),
    );
  });

  test('a Patient moves as its records do', () => {
    const profile = profileOf({ default: 'redact', rules: shift(365) }, r4b);
    const born = leaving(patient({ id: '1', birthDate: '2000-01-01' }), profile, { persons: [] })[
      'birthDate'
    ] as string;
    const seen = leaving(encounter('2000-01-01'), profile, { persons: [keyOf('Patient', '1')] })['period'];
    expect((seen as JsonObject)['start']).toBe(born);
    expect(born).not.toBe('2000-01-01');
  });

  test('of nobody or of several they do not leave', () => {
    const profile = profileOf({ default: 'keep', rules: shift() }, r4b);
    for (const persons of [[], ['1', '2']])
      expect(leaving(encounter('2000-01-01'), profile, { persons })).not.toHaveProperty('period');
    expect(leaving(encounter('2000-01-01'), profile, { persons: ['1', '1'] })).toHaveProperty('period.start');
  });
});

describe('meta', () => {
  const meta = {
    source: 'urn:secret',
    profile: ['urn:profile'],
    tag: [{ system: 'urn:t', code: 'secret', display: 'secret' }],
    security: [
      { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R', display: 'secret' },
      { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'NORELINK' },
      { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' },
      { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED', display: 'x' },
      { code: 'R' },
    ],
    extension: [{ url: 'urn:x', valueString: 'secret' }],
  };
  const metaOf = (content: object, updated?: number): JsonObject => {
    const text = leavingText(
      JSON.stringify(patient({ id: '1', meta })),
      profileOf(content, r4b),
      updated === undefined ? {} : { updated },
    );
    return (JSON.parse(text) as JsonObject)['meta'] as JsonObject;
  };
  const codes = (found: JsonObject): unknown[] => (found['security'] as JsonObject[]).map(({ code }) => code);

  test('tags and sources leave only by rules that name them', () => {
    const found = metaOf({
      default: 'redact',
      rules: [
        { path: 'Coding', method: 'keep' },
        { path: 'uri', method: 'keep' },
      ],
    });
    expect(Object.keys(found).toSorted()).toEqual(['lastUpdated', 'security', 'versionId']);
    expect(metaOf({ default: 'keep', rules: [] })).not.toHaveProperty('tag');
    expect(metaOf({ default: 'keep', rules: [] })).not.toHaveProperty('source');
    expect(metaOf({ default: 'keep', rules: [] })).toHaveProperty('profile');
    expect(
      metaOf({
        default: 'redact',
        rules: [
          { path: 'Resource.meta.tag', method: 'keep' },
          { path: 'Meta.source', method: 'keep' },
        ],
      }),
    ).toMatchObject({ tag: meta.tag, source: meta.source });
  });

  test('labels that say how to handle stay, those that say what it is about do not', () => {
    const found = metaOf({ default: 'redact', rules: [] });
    expect(codes(found)).toEqual(['R', 'NORELINK', 'REDACTED', 'PSEUDED']);
    expect(JSON.stringify(found)).not.toContain('display');
    expect(codes(metaOf({ default: 'redact', rules: [{ path: 'Meta.security', method: 'keep' }] }))).toContain('HIV');
  });

  test('labels say what the profile does to the type, whatever stands in the resource, each once', () => {
    const rules = [
      { path: 'date', method: 'generalise', to: 'year' },
      { path: 'Observation.effective', method: 'redact' },
      { path: 'Observation.status', method: 'substitute', with: 'final' },
    ];
    expect(codes(metaOf({ default: 'keep', ids: 'keep', rules }))).toEqual([
      'R',
      'NORELINK',
      'HIV',
      'REDACTED',
      'R',
      'ABSTRED',
    ]);
    const profile = profileOf({ default: 'keep', ids: 'keep', rules }, r4b);
    const labels = (resource: JsonObject): unknown[] =>
      codes((JSON.parse(leavingText(JSON.stringify(resource), profile)) as JsonObject)['meta'] as JsonObject);
    expect(labels(patient({ id: '1' }))).toEqual(['ABSTRED', 'REDACTED']);
    expect(labels(patient({ id: '1', birthDate: '1980-01-01' }))).toEqual(['ABSTRED', 'REDACTED']);
    expect(labels({ resourceType: 'Observation', id: '1' })).toEqual(['ABSTRED', 'MASKED', 'REDACTED']);
    expect(labels(patient({ id: '1', contained: [] }))).toEqual(['ABSTRED', 'MASKED', 'REDACTED']);
  });

  test('going out twice adds no label', () => {
    const profile = profileOf(
      { default: 'redact', ids: 'keep', rules: [{ path: 'date', method: 'generalise', to: 'year' }] },
      r4b,
    );
    const once = leavingText(JSON.stringify(patient({ id: '1', meta, birthDate: '1980-05-05' })), profile);
    expect(leavingText(once, profile)).toBe(once);
  });

  test('when it was written leaves as the year, unless a rule names it', () => {
    const updated = Date.UTC(2025, 4, 5, 10, 20, 30, 123);
    const when = (rule?: object): unknown =>
      metaOf({ default: 'keep', rules: rule === undefined ? [] : [rule] }, updated)['lastUpdated'];
    expect(when()).toBe('2025-01-01T00:00:00.000Z');
    expect(when({ path: 'instant', method: 'keep' })).toBe('2025-01-01T00:00:00.000Z');
    expect(when({ path: 'instant', method: 'shift-dates' })).toBe('2025-01-01T00:00:00.000Z');
    expect(when({ path: 'Patient.meta', method: 'keep' })).toBe('2025-01-01T00:00:00.000Z');
    expect(when({ path: 'Patient.meta.first().lastUpdated', method: 'shift-dates' })).toBe('2025-01-01T00:00:00.000Z');
    expect(when({ path: 'Meta.lastUpdated', method: 'keep' })).toBe('2025-05-05T10:20:30.123Z');
    expect(when({ path: 'Patient.meta.lastUpdated', method: 'generalise', to: 'day' })).toBe(
      '2025-05-05T00:00:00.000Z',
    );
  });
});

describe('text', () => {
  test('numbers keep their digits', () => {
    const profile = profileOf({ default: 'keep', rules: [] }, r4b);
    for (const digits of ['1.50', '0.0', '1e2', '1E-7', '12345678901234567890', '0.1', '-0', '3']) {
      const text = `{"resourceType":"Observation","id":"a","valueQuantity":{"value":${digits}}}`;
      expect(leavingText(text, profile)).toContain(`"value":${digits}}`);
    }
  });

  test('numbers that JavaScript would write otherwise are found in any text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom('1.0', '2', '1e5', '-7.250'), (json, digits) => {
        const text = `{"a":${json},"b":[ ${digits}, ${digits}]}`;
        const plain = JSON.stringify(JSON.parse(json));
        expect(JSON.stringify(parseKeepingDigits(`{"a":${plain},"b":[${digits},${digits}]}`))).toBe(
          `{"a":${plain},"b":[${digits},${digits}]}`,
        );
        expect(JSON.stringify(parseKeepingDigits(text))).toContain(`[${digits},${digits}]`);
      }),
    );
  });

  test('a resource with nothing left is still one', () => {
    const profile = profileOf({ default: 'redact', ids: 'keep', rules: [] }, r4b);
    expect(leavingText('{"resourceType":"Patient","id":"1","active":true}', profile)).toBe(
      '{"resourceType":"Patient","id":"1","meta":{"versionId":"3","lastUpdated":"2025-01-01T00:00:00.000Z","security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"REDACTED"}]}}',
    );
  });
});
