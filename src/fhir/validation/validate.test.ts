/** What is refused as structurally wrong, and where the finding points. https://hl7.org/fhir/R4B/json.html */
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../definitions/load.ts';
import type { JsonObject } from '../json.ts';
import { validate } from './index.ts';

const definitions = { R4B: await loadDefinitions('R4B'), R5: await loadDefinitions('R5') };

interface Case {
  title: string;
  /** as text, so that keys such as __proto__ are members like any other */
  json: string;
  version?: 'R5';
  /** `code expression` of every finding; none when the resource is sound */
  found: string[];
}

const found = ({ json, version }: Case): string[] =>
  validate(JSON.parse(json) as JsonObject, definitions[version ?? 'R4B']).map(
    (issue) => `${issue.code} ${issue.expression}`,
  ); // every case is a JSON object

const patient = (members: object): string => JSON.stringify({ resourceType: 'Patient', ...members });
const observation = (members: object): string =>
  JSON.stringify({ resourceType: 'Observation', status: 'final', code: { text: 'weight' }, ...members });
const named = (...name: unknown[]): string => patient({ name });
const extended = (...extension: unknown[]): string => patient({ extension });
const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const condition = (clinicalStatus: object): string =>
  JSON.stringify({ resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus });
const narrative = (div: string): string => patient({ text: { status: 'generated', div } });

const groups: Record<string, Case[]> = {
  'resource type': [
    { title: 'is required', json: '{}', found: ['structure resourceType'] },
    { title: 'must be a text', json: '{"resourceType":3}', found: ['structure resourceType'] },
    { title: 'is not the name of a data type', json: '{"resourceType":"Period"}', found: ['structure resourceType'] },
    { title: 'is not an abstract type', json: '{"resourceType":"DomainResource"}', found: ['structure resourceType'] },
    {
      title: 'is not a name of a JavaScript prototype',
      json: '{"resourceType":"constructor"}',
      found: ['structure resourceType'],
    },
    { title: 'is not __proto__', json: '{"resourceType":"__proto__"}', found: ['structure resourceType'] },
    {
      title: 'is known by version',
      json: '{"resourceType":"DocumentManifest"}',
      version: 'R5',
      found: ['structure resourceType'],
    },
    { title: 'alone is a resource', json: patient({}), found: [] },
  ],
  'unknown elements': [
    { title: 'are refused', json: patient({ nickname: 'a' }), found: ['structure Patient.nickname'] },
    {
      title: 'are refused inside',
      json: named({ family: 'a', first: 'b' }),
      found: ['structure Patient.name[0].first'],
    },
    {
      title: 'include __proto__',
      json: '{"resourceType":"Patient","__proto__":{"a":1}}',
      found: ['structure Patient.__proto__'],
    },
    { title: 'include constructor', json: patient({ constructor: 1 }), found: ['structure Patient.constructor'] },
    { title: 'include prototype', json: patient({ prototype: 1 }), found: ['structure Patient.prototype'] },
    { title: 'include a lone underscore', json: patient({ _: { id: 'a' } }), found: ['structure Patient._'] },
    {
      title: 'include two underscores',
      json: patient({ __birthDate: { id: 'a' } }),
      found: ['structure Patient.__birthDate'],
    },
    {
      title: 'include a choice without its type',
      json: patient({ deceased: true }),
      found: ['structure Patient.deceased'],
    },
    {
      title: 'include comments of FHIR DSTU2',
      json: patient({ fhir_comments: ['a'] }),
      found: ['structure Patient.fhir_comments'],
    },
    {
      title: 'include resourceType inside a data type',
      json: named({ resourceType: 'HumanName', family: 'a' }),
      found: ['structure Patient.name[0].resourceType'],
    },
  ],
  cardinality: [
    { title: 'a list must be an array', json: patient({ name: { family: 'a' } }), found: ['structure Patient.name'] },
    {
      title: 'a single value must not be an array',
      json: patient({ maritalStatus: [{ text: 'a' }] }),
      found: ['structure Patient.maritalStatus'],
    },
    {
      title: 'a single primitive must not be an array',
      json: patient({ birthDate: ['2000'] }),
      found: ['structure Patient.birthDate'],
    },
    { title: 'an array must not be empty', json: patient({ name: [] }), found: ['structure Patient.name'] },
    { title: 'an object must not be empty', json: named({}), found: ['structure Patient.name[0]'] },
    {
      title: 'null is no value of a list of objects',
      json: named({ family: 'a' }, null),
      found: ['structure Patient.name[1]'],
    },
    { title: 'an array is no item of a list', json: named([]), found: ['structure Patient.name[0]'] },
    { title: 'null is no object', json: patient({ maritalStatus: null }), found: ['structure Patient.maritalStatus'] },
    {
      title: 'a required element must be there',
      json: '{"resourceType":"Observation","code":{"text":"a"}}',
      found: ['required Observation.status'],
    },
    {
      title: 'a required element may be there with extensions only',
      json: '{"resourceType":"Observation","code":{"text":"a"},"_status":{"extension":[{"url":"http://example.org/a","valueCode":"unknown"}]}}',
      found: [],
    },
    {
      title: 'a required choice must be there',
      json: '{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"}}',
      found: ['required MedicationRequest.medication[x]'],
    },
    {
      title: 'each missing element is named',
      json: '{"resourceType":"Observation"}',
      found: ['required Observation.status', 'required Observation.code'],
    },
  ],
  choices: [
    {
      title: 'have one member',
      json: patient({ deceasedBoolean: true, deceasedDateTime: '2020' }),
      found: ['structure Patient'],
    },
    {
      title: 'have one member, extensions of a second included',
      json: patient({ deceasedBoolean: true, _deceasedDateTime: { id: 'a' } }),
      found: ['structure Patient'],
    },
    {
      title: 'have one member with its own extensions',
      json: patient({ deceasedDateTime: '2020', _deceasedDateTime: { id: 'a' } }),
      found: [],
    },
    {
      title: 'allow the listed types only',
      json: patient({ deceasedString: 'yes' }),
      found: ['structure Patient.deceasedString'],
    },
  ],
  'extensions of primitives': [
    {
      title: 'need no value',
      json: patient({ _birthDate: { extension: [{ url: 'http://example.org/a', valueString: 'b' }] } }),
      found: [],
    },
    { title: 'must have content', json: patient({ _birthDate: {} }), found: ['structure Patient._birthDate'] },
    {
      title: 'have id and extension only',
      json: patient({ _birthDate: { value: '1' } }),
      found: ['structure Patient._birthDate.value'],
    },
    { title: 'belong to primitives only', json: patient({ _name: [{ id: 'a' }] }), found: ['structure Patient._name'] },
    {
      title: 'stand in an array beside an array',
      json: named({ given: ['a'], _given: { id: 'b' } }),
      found: ['structure Patient.name[0]._given'],
    },
    { title: 'fill the place of a null', json: named({ given: ['a', null], _given: [null, { id: 'b' }] }), found: [] },
    { title: 'may be fewer than the values', json: named({ given: ['a', 'b'], _given: [{ id: 'c' }] }), found: [] },
    {
      title: 'must not be more than the values',
      json: named({ given: ['a'], _given: [null, { id: 'b' }] }),
      found: ['structure Patient.name[0]._given'],
    },
  ],
  extensions: [
    {
      title: 'with url and value are sound',
      json: extended({ url: 'http://example.org/a', valueString: 'b' }),
      found: [],
    },
    { title: 'need a url', json: extended({ valueString: 'b' }), found: ['required Patient.extension[0].url'] },
    {
      title: 'need a value or extensions',
      json: extended({ url: 'http://example.org/a' }),
      found: ['structure Patient.extension[0]'],
    },
    {
      title: 'must not have both',
      json: extended({ url: 'http://example.org/a', valueString: 'b', extension: [{ url: 'c', valueString: 'd' }] }),
      found: ['structure Patient.extension[0]'],
    },
    {
      title: 'have one value',
      json: extended({ url: 'http://example.org/a', valueString: 'b', valueCode: 'c' }),
      found: ['structure Patient.extension[0]'],
    },
    {
      title: 'are checked inside extensions',
      json: extended({ url: 'http://example.org/a', extension: [{ valueString: 'b' }] }),
      found: ['required Patient.extension[0].extension[0].url'],
    },
    {
      title: 'may have a value that has extensions only',
      json: extended({ url: 'http://example.org/a', _valueString: { id: 'b' } }),
      found: [],
    },
  ],
  'resources within': [
    {
      title: 'are sound in contained',
      json: patient({ contained: [{ resourceType: 'Organization', id: 'o', name: 'a' }] }),
      found: [],
    },
    {
      title: 'are checked by their own type in contained',
      json: patient({ contained: [{ resourceType: 'Organization', birthDate: '2000' }] }),
      found: ['structure Patient.contained[0].birthDate'],
    },
    {
      title: 'need a type in contained',
      json: patient({ contained: [{ id: 'o' }] }),
      found: ['structure Patient.contained[0].resourceType'],
    },
    { title: 'are objects', json: patient({ contained: ['#o'] }), found: ['structure Patient.contained[0]'] },
    {
      title: 'are checked in Bundle entries',
      json: '{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","a":1}}]}',
      found: ['structure Bundle.entry[0].resource.a'],
    },
    {
      title: 'are checked in Parameters',
      json: '{"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Patient","a":1}}]}',
      found: ['structure Parameters.parameter[0].resource.a'],
    },
  ],
  'required bindings': [
    { title: 'refuse other codes', json: patient({ gender: 'm' }), found: ['code-invalid Patient.gender'] },
    {
      title: 'accept a concept of the value set',
      json: condition({ coding: [{ system: clinical, code: 'active' }] }),
      found: [],
    },
    {
      title: 'accept a concept whose second coding is in the value set',
      json: condition({
        coding: [
          { system: 'http://example.org', code: 'a' },
          { system: clinical, code: 'active' },
        ],
      }),
      found: [],
    },
    {
      title: 'refuse a concept of which no coding is in the value set',
      json: condition({ coding: [{ system: clinical, code: 'nope' }] }),
      found: ['code-invalid Condition.clinicalStatus'],
    },
    {
      title: 'refuse the right code of another system',
      json: condition({ coding: [{ system: 'http://example.org', code: 'active' }] }),
      found: ['code-invalid Condition.clinicalStatus'],
    },
    {
      title: 'leave example bindings alone',
      json: patient({ maritalStatus: { coding: [{ system: 'http://example.org', code: 'a' }] } }),
      found: [],
    },
  ],
  narrative: [
    { title: 'is a div', json: narrative('<div xmlns="http://www.w3.org/1999/xhtml">a</div>'), found: [] },
    { title: 'is not plain text', json: narrative('a'), found: ['value Patient.text.div'] },
  ],
  primitives: [
    { title: 'must not be empty', json: patient({ birthDate: '' }), found: ['value Patient.birthDate'] },
    { title: 'must not be blank', json: named({ family: ' \t' }), found: ['value Patient.name[0].family'] },
    { title: 'have the characters of an id', json: patient({ id: 'a_b' }), found: ['value Patient.id'] },
    { title: 'have at most the length of an id', json: patient({ id: 'a'.repeat(65) }), found: ['value Patient.id'] },
    { title: 'of an id end at its end', json: patient({ id: 'a\n' }), found: ['value Patient.id'] },
    {
      title: 'of type code have no double space',
      json: patient({ language: 'a  b' }),
      found: ['value Patient.language'],
    },
    {
      title: 'of type integer64 are texts',
      json: patient({ photo: [{ contentType: 'image/png', size: '9223372036854775807' }] }),
      version: 'R5',
      found: [],
    },
  ],
};

for (const [group, cases] of Object.entries(groups)) {
  describe(group, () => {
    test.each(cases)('$title', (one) => {
      expect(found(one)).toEqual(one.found);
    });
  });
}

describe('JSON types', () => {
  test.each([
    ['a boolean is no text', patient({ active: 'true' }), 'Patient.active'],
    ['a date is no number', patient({ birthDate: 2000 }), 'Patient.birthDate'],
    ['a date is no object', patient({ birthDate: {} }), 'Patient.birthDate'],
    ['a date is not null', patient({ birthDate: null }), 'Patient.birthDate'],
    ['null in a list needs an extension in its place', named({ given: ['a', null] }), 'Patient.name[0].given[1]'],
    [
      'null in a list needs an extension in just its place',
      named({ given: ['a', null], _given: [{ id: 'b' }] }),
      'Patient.name[0].given[1]',
    ],
    [
      'an integer is no text',
      observation({ component: [{ code: { text: 'a' }, valueInteger: '1' }] }),
      'Observation.component[0].valueInteger',
    ],
  ])('%s', (_title, json, expression) => {
    const issues = validate(JSON.parse(json) as JsonObject, definitions.R4B); // every case is a JSON object
    expect(issues.map((issue) => issue.expression)).toEqual([expression]);
  });
});

describe('findings', () => {
  test('are errors', () => {
    const issues = validate({ resourceType: 'Observation' }, definitions.R4B);
    expect(issues.map(({ severity }) => severity)).toEqual(['error', 'error']);
  });

  test('say which codes are allowed', () => {
    const [issue] = validate({ resourceType: 'Patient', gender: 'm' }, definitions.R4B);
    expect(issue?.diagnostics).toContain('"m"');
    for (const code of ['male', 'female', 'other', 'unknown']) expect(issue?.diagnostics).toContain(code);
  });

  test('end at one hundred', () => {
    const name = Array.from({ length: 500 }, () => ({ nickname: 'a' }));
    expect(validate({ resourceType: 'Patient', name }, definitions.R4B)).toHaveLength(100);
  });

  test('leave the resource as it was', () => {
    const text = named({ given: ['a', null], _given: [null, { id: 'b' }] }, { nickname: 'c' });
    const resource = JSON.parse(text) as JsonObject; // made of an object just above
    validate(resource, definitions.R4B);
    expect(JSON.stringify(resource)).toBe(text);
  });
});
