/** Patches do what they say or are refused with the place where they do not fit. https://hl7.org/fhir/R4B/http.html#patch */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../definitions/load.ts';
import type { Definitions } from '../definitions/model.ts';
import type { JsonObject } from '../json.ts';
import { applyFhirPathPatch } from './fhirpath-patch.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyXmlPatch } from './xml-patch.ts';

let definitions: Definitions;
beforeAll(async () => {
  definitions = await loadDefinitions('R4B');
});

describe('JSON Patch', () => {
  const apply = (doc: unknown, ...patch: unknown[]): unknown =>
    JSON.parse(applyJsonPatch(JSON.stringify(doc), JSON.stringify(patch)));

  test.each<[unknown, unknown, unknown]>([
    [{ a: 1 }, { op: 'replace', path: '', value: { b: 2 } }, { b: 2 }],
    [{ 'a/b': 1, 'm~n': 2 }, { op: 'remove', path: '/a~1b' }, { 'm~n': 2 }],
    [{ 'm~n': 2 }, { op: 'replace', path: '/m~0n', value: 3 }, { 'm~n': 3 }],
    [[1, 2], { op: 'add', path: '/2', value: 3 }, [1, 2, 3]],
    [[1, 2], { op: 'replace', path: '/0', value: [9] }, [[9], 2]],
    [{ a: { b: 1 } }, { op: 'move', from: '/a/b', path: '/c' }, { a: {}, c: 1 }],
    [{ a: [1, { x: null }] }, { op: 'copy', from: '/a', path: '/b' }, { a: [1, { x: null }], b: [1, { x: null }] }],
    [
      { a: [1.0, { b: 'x', c: [true] }] },
      { op: 'test', path: '/a', value: [1, { c: [true], b: 'x' }] },
      { a: [1, { b: 'x', c: [true] }] },
    ],
    [{ a: null }, { op: 'test', path: '/a', value: null }, { a: null }],
  ])('%j %j', (doc, patch, expected) => expect(apply(doc, patch)).toEqual(expected));

  test.each<[unknown, unknown]>([
    [{ a: 1 }, { op: 'add', path: 'a', value: 1 }],
    [{ a: 1 }, { op: 'add', path: '/b' }],
    [{ a: 1 }, { op: 'add', path: '/a/b', value: 1 }],
    [{ a: 1 }, { op: 'add', path: '/__proto__', value: 1 }],
    [{ a: [1] }, { op: 'add', path: '/a/5', value: 1 }],
    [{ a: [1] }, { op: 'add', path: '/a/x', value: 1 }],
    [{ a: [1] }, { op: 'remove', path: '/a/01' }],
    [{ a: { b: 1 } }, { op: 'move', from: '/a', path: '/a/b' }],
    [{ a: 1 }, { op: 'move', path: '/b' }],
    [{ a: 1 }, { op: 'test', path: '/a', value: '1' }],
    [{ a: [1] }, { op: 'test', path: '/a', value: [1, 2] }],
    [{ a: [1] }, { op: 'test', path: '/a', value: { 0: 1 } }],
    [{ a: { b: 1 } }, { op: 'test', path: '/a', value: { b: 1, c: 2 } }],
    [{ a: 1 }, { op: 'test', path: '/a', value: 2 }],
    [{ a: 1 }, { path: '/a' }],
    [{ a: 1 }, null],
    [{ a: 1 }, 'x'],
  ])('%j does not take %j', (doc, patch) => expect(() => apply(doc, patch)).toThrow('patch operation 0'));

  test('what is no patch is refused', () => {
    expect(() => applyJsonPatch('{}', '{')).toThrow('not JSON');
    expect(() => applyJsonPatch('{}', '{}')).toThrow('list of operations');
    expect(() => applyJsonPatch('{}', JSON.stringify(Array(1001).fill({})))).toThrow('1000');
  });
});

const patient = {
  resourceType: 'Patient',
  name: [{ family: 'A', given: ['x', 'y'] }, { family: 'B' }],
  _birthDate: { id: 'b' },
  birthDate: '1950',
  contact: [{ name: { text: 'c' } }],
  deceasedBoolean: false,
};

describe('FHIRPath Patch', () => {
  const part = (name: string, value: object): object => ({ name, ...value });
  const operation = (type: string, path: string | undefined, ...more: object[]): JsonObject =>
    ({
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            part('type', { valueCode: type }),
            ...(path === undefined ? [] : [part('path', { valueString: path })]),
            ...more,
          ],
        },
      ],
    }) as JsonObject;
  const apply = (patch: JsonObject): any => JSON.parse(applyFhirPathPatch(JSON.stringify(patient), patch, definitions));
  const value = (one: object): object => part('value', one);

  test.each<[string, JsonObject, (after: any) => unknown, unknown]>([
    [
      'add to a list',
      operation('add', 'Patient.name[1]', part('name', { valueString: 'given' }), value({ valueString: 'z' })),
      (after) => after.name[1].given,
      ['z'],
    ],
    [
      'add a backbone element',
      operation(
        'add',
        'Patient',
        part('name', { valueString: 'contact' }),
        value({
          part: [
            part('gender', { valueCode: 'male' }),
            part('relationship', { valueCodeableConcept: { text: 'r' } }),
            part('name', { valueHumanName: { text: 'n' } }),
          ],
        }),
      ),
      (after) => after.contact[1],
      { gender: 'male', relationship: [{ text: 'r' }], name: { text: 'n' } },
    ],
    [
      'add a choice',
      operation('add', 'Patient', part('name', { valueString: 'multipleBirth' }), value({ valueInteger: 2 })),
      (after) => after.multipleBirthInteger,
      2,
    ],
    [
      'replace a choice by another type',
      operation('replace', 'Patient.deceased', value({ valueDateTime: '2020' })),
      (after) => [after.deceasedBoolean, after.deceasedDateTime],
      [undefined, '2020'],
    ],
    [
      'replace an item',
      operation('replace', "Patient.name.where(family = 'B')", value({ valueHumanName: { text: 'C' } })),
      (after) => after.name[1],
      { text: 'C' },
    ],
    ['delete a choice', operation('delete', 'Patient.deceased'), (after) => after.deceasedBoolean, undefined],
    [
      'delete a primitive with its extensions',
      operation('delete', 'Patient.birthDate'),
      (after) => [after.birthDate, after._birthDate],
      [undefined, undefined],
    ],
    [
      'delete what is then empty',
      operation('delete', 'Patient.contact.name.text'),
      (after) => after.contact,
      undefined,
    ],
    ['delete the last of a list', operation('delete', 'Patient.contact[0]'), (after) => after.contact, undefined],
    [
      'insert',
      operation(
        'insert',
        'Patient.name',
        part('index', { valueInteger: 0 }),
        value({ valueHumanName: { family: 'Z' } }),
      ),
      (after) => after.name.map((one: any) => one.family),
      ['Z', 'A', 'B'],
    ],
    [
      'move',
      operation('move', 'Patient.name', part('source', { valueInteger: 0 }), part('destination', { valueInteger: 1 })),
      (after) => after.name.map((one: any) => one.family),
      ['B', 'A'],
    ],
  ])('%s', (_, patch, read, expected) => expect(read(apply(patch))).toEqual(expected));

  test.each<[string, JsonObject]>([
    ['is a Parameters resource', { resourceType: 'Patient' }],
    ['needs a path', operation('delete', undefined)],
    ['there is no type', operation('shake', 'Patient')],
    ['needs the name', operation('add', 'Patient', value({ valueString: 'x' }))],
    ['needs a value', operation('add', 'Patient', part('name', { valueString: 'gender' }))],
    [
      'has no element',
      operation('add', 'Patient', part('name', { valueString: 'colour' }), value({ valueString: 'x' })),
    ],
    ['has no element', operation('add', 'Patient', part('name', { valueString: 'colour' }), value({ part: [] }))],
    [
      'has no element',
      operation(
        'add',
        'Patient',
        part('name', { valueString: 'contact' }),
        value({ part: [part('colour', { valueString: 'x' })] }),
      ),
    ],
    [
      'may stand once',
      operation('add', 'Patient', part('name', { valueString: 'birthDate' }), value({ valueDate: '2000' })),
    ],
    [
      'cannot be added to',
      operation('add', 'Patient.birthDate', part('name', { valueString: 'x' }), value({ valueDate: '2000' })),
    ],
    ['one element', operation('delete', 'Patient.name')],
    ['cannot be deleted', operation('delete', 'Patient')],
    ['cannot be replaced', operation('replace', 'Patient', value({ valueString: 'x' }))],
    [
      'must lead to a list',
      operation('insert', 'Patient.birthDate', part('index', { valueInteger: 0 }), value({ valueString: 'x' })),
    ],
    [
      'several lists',
      operation(
        'insert',
        'Patient.name | Patient.contact',
        part('index', { valueInteger: 0 }),
        value({ valueString: 'x' }),
      ),
    ],
    ['needs index', operation('insert', 'Patient.name', value({ valueHumanName: {} }))],
    [
      'outside the list',
      operation('insert', 'Patient.name', part('index', { valueInteger: 9 }), value({ valueHumanName: {} })),
    ],
    [
      'must lie in the list',
      operation('move', 'Patient.name', part('source', { valueInteger: 0 }), part('destination', { valueInteger: 2 })),
    ],
  ])('%s', (message, patch) => expect(() => apply(patch)).toThrow(message));
});

describe('XML Patch', () => {
  const apply = (operations: string): any =>
    JSON.parse(
      applyXmlPatch(JSON.stringify(patient), `<diff xmlns:f="http://hl7.org/fhir">${operations}</diff>`, definitions),
    );
  const gender = '<gender xmlns="http://hl7.org/fhir" value="male"/>';
  const name = (family: string): string => `<name xmlns="http://hl7.org/fhir"><family value="${family}"/></name>`;

  test.each<[string, (after: any) => unknown, unknown]>([
    [`<add sel="f:Patient/f:birthDate" pos="before">${gender}</add>`, (after) => after.gender, 'male'],
    [
      `<add sel="f:Patient/f:name[2]" pos="after">${name('C')}${name('D')}</add>`,
      (after) => after.name.map((one: any) => one.family),
      ['A', 'B', 'C', 'D'],
    ],
    [
      `<add sel="Patient/name[1]" pos="prepend"><use xmlns="http://hl7.org/fhir" value="old"/></add>`,
      (after) => after.name[0].use,
      'old',
    ],
    ['<add sel="f:Patient/f:name[1]" type="@id">n1</add>', (after) => after.name[0].id, 'n1'],
    ['<remove sel="f:Patient/f:birthDate/@id"/>', (after) => after._birthDate, undefined],
    [
      `<replace sel="f:Patient/f:name[f:family/@value='B']">${name('E')}</replace>`,
      (after) => after.name[1].family,
      'E',
    ],
  ])('%s', (operations, read, expected) => expect(read(apply(operations))).toEqual(expected));

  test.each([
    ['', 'no operations'],
    ['<add>x</add>', 'needs a selector'],
    ['<remove sel="f:Patient/f:photo"/>', 'must select one node, not 0'],
    ['<remove sel="f:Patient/f:name"/>', 'not 2'],
    ['<remove sel="///"/>', 'no selector'],
    ['<remove sel="f:Patient"/>', 'cannot be removed'],
    ['<shake sel="f:Patient"/>', 'no operation'],
    ['<add sel="f:Patient"></add>', 'needs the element'],
    [`<add sel="f:Patient/f:name[1]" pos="inside">${gender}</add>`, 'must be before'],
    ['<add sel="f:Patient" type="namespace::x">y</add>', 'not supported'],
    ['<add sel="f:Patient/f:birthDate/@value" type="@id">y</add>', 'added to an element'],
    ['<replace sel="f:Patient/f:birthDate"></replace>', 'needs one element'],
  ])('%s: %s', (operations, message) => expect(() => apply(operations)).toThrow(message));

  test('what is no patch is refused', () => {
    const text = JSON.stringify(patient);
    expect(() => applyXmlPatch(text, '<other/>', definitions)).toThrow('<diff>');
    expect(() => applyXmlPatch(text, '<diff>', definitions)).toThrow('is not XML');
    expect(() => applyXmlPatch(text, '', definitions)).toThrow('is not XML');
  });
});
