/** Expressions of search parameters select what FHIRPath says, on FHIR's own types. https://hl7.org/fhirpath/N1/ */
import { beforeAll, describe, expect, test } from 'vitest';
import { loadDefinitions } from '../definitions/load.ts';
import type { Definitions } from '../definitions/model.ts';
import type { Resource } from '../json.ts';
import { compileExpression } from './index.ts';

let definitions: Definitions;
beforeAll(async () => {
  definitions = await loadDefinitions('R4B');
});

const patient = {
  resourceType: 'Patient',
  active: true,
  name: [{ family: 'A', given: ['B', 'C'], use: 'official' }, { family: 'D' }],
  telecom: [
    { system: 'phone', value: '1' },
    { system: 'email', value: '2' },
  ],
  deceasedBoolean: false,
  extension: [{ url: 'urn:e', valueCode: 'x' }],
  contained: [{ resourceType: 'Organization', id: 'o' }],
  managingOrganization: { reference: '#o' },
  generalPractitioner: [
    { reference: 'Practitioner/1' },
    { type: 'Organization', identifier: { value: 'x' } },
    { display: 'nobody' },
  ],
  maritalStatus: { coding: [{ code: 'M' }] },
} as unknown as Resource;

const select = (expression: string, resource = patient): unknown[] =>
  compileExpression(expression, { type: resource.resourceType, definitions })(resource).map((node) => node.value);

describe('selects', () => {
  test.each<[string, unknown[]]>([
    ['Patient.name.family', ['A', 'D']],
    ['Patient.name.given', ['B', 'C']],
    ['Patient.name[1].family', ['D']],
    ['Patient.name.family | Patient.name.given', ['A', 'D', 'B', 'C']],
    ['Patient.nothing | Patient.active', [true]],
    ['Observation.code | Patient.active', [true]],
    ['Patient.active | Observation.code', [true]],
    ["Patient.telecom.where(system='email').value", ['2']],
    ["Patient.telecom.where(system != 'email').value", ['1']],
    ["Patient.telecom.where(system='email' or system='phone').value", ['1', '2']],
    ["Patient.telecom.where(system='email' and value='2').value", ['2']],
    ["Patient.telecom.where(system='email' and value='1').value", []],
    ['Patient.deceased.exists() and Patient.deceased != false', [false]],
    ['Patient.name.exists()', [true]],
    ["Patient.name.exists(use='old')", [false]],
    ["(Patient.name.family | Patient.name.given).where($this = 'B')", ['B']],
    ["Patient.maritalStatus = 'M'", [true]],
    ["Patient.maritalStatus = 'S'", [false]],
    ['(Patient.deceased as boolean)', [false]],
    ['Patient.deceased.ofType(dateTime)', []],
    ['Patient.deceased is boolean', [true]],
    ['Patient.multipleBirth is boolean', []],
    ["Patient.extension('urn:e').value", ['x']],
    ["Patient.hasExtension('urn:e')", [true]],
    ["Patient.name.hasExtension('urn:e')", [false]],
    ["%resource.name.where(family = 'D').family", ['D']],
    ['Patient.name.where(family = 7).family', []],
    ['Patient.nothing = Patient.nothing', []],
    ['Patient.active = true', [true]],
  ])('%s', (expression, expected) => expect(select(expression)).toEqual(expected));

  test('references by the type of their target, as far as they tell it', () => {
    expect(select('Patient.generalPractitioner.where(resolve() is Practitioner)')).toHaveLength(1);
    expect(select('Patient.generalPractitioner.where(resolve() is Organization)')).toHaveLength(1);
    expect(select('Patient.managingOrganization.where(resolve() is Organization)')).toHaveLength(1);
    expect(select('Patient.managingOrganization.where(resolve() is Patient)')).toHaveLength(0);
  });

  test('nulls in lists and elements of other types give nothing', () => {
    const odd = {
      resourceType: 'Patient',
      name: [{ given: [null, 'X'], _given: [{ id: 'a' }, null] }],
    } as unknown as Resource;
    expect(select('Patient.name.given', odd)).toEqual(['X']);
    expect(select('Patient.birthDate.nothing', { resourceType: 'Patient', birthDate: '2000' })).toEqual([]);
  });
});

describe('refuses at once what it cannot compile', () => {
  test.each([
    ['Patient.name.', 'ends too early'],
    ['Patient.name)', 'unexpected )'],
    ['(Patient.name', 'ends too early'],
    ['Patient.name[0', 'ends too early'],
    ['Patient.name[0)', 'expected ]'],
    ['Patient.name.where(', 'ends too early'],
    ['Patient.name ~ 1', 'cannot read'],
    ['= 1', 'unexpected ='],
    ['Patient.name.where()', 'needs an argument'],
    ['Patient.name.as(1)', 'needs the name of a type'],
    ['Patient.extension(url)', 'needs a text'],
    ['Patient.name.frobnicate()', 'is not supported'],
    ['%context.name', 'is not supported'],
  ])('%s', (expression, message) => {
    expect(() => select(expression)).toThrow(message);
  });
});
