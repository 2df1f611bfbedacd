/** A profile is understood whole or refused with every reason. */
import { beforeAll, describe, expect, test } from 'vitest';
import { library, profileOf } from '../../../test/conditions/deidentify.ts';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import { type Definitions, fhirVersions } from '../../fhir/definitions/model.ts';
import type { Json, Resource } from '../../fhir/json.ts';
import { deidentificationProfileOf, limitedData, profileLibrary, safeHarborLike } from './index.ts';

let definitions: Definitions;
beforeAll(async () => {
  definitions = await loadDefinitions('R4B');
});

function because(library: Resource): readonly string[] {
  const read = deidentificationProfileOf(library, definitions);
  return 'because' in read ? read.because : [];
}

const withRule = (rule: Json): Resource => library({ default: 'redact', rules: [rule] });

describe('the Library', () => {
  const sound = library({ default: 'redact', rules: [] });

  test.each<[string, Resource, RegExp]>([
    ['another resource', { resourceType: 'Basic' }, /is a Library/],
    ['a modifier', { ...sound, modifierExtension: [{ url: 'x' }] }, /modifier/],
    ['a retired one', { ...sound, status: 'retired' }, /retired/],
    ['no content', { resourceType: 'Library' }, /exactly one/],
    [
      'two contents',
      { ...sound, content: [...(sound['content'] as Json[]), ...(sound['content'] as Json[])] },
      /exactly one/,
    ],
    ['no JSON', library('{'), /no JSON/],
    ['a list', library([]), /JSON object/],
    ['an unknown member', library({ default: 'redact', rules: [], key: 'x' }), /"key"/],
    ['no default', library({ rules: [] }), /default/],
    ['other ids', library({ default: 'redact', rules: [], ids: 'hash' }), /ids/],
    ['no rules', library({ default: 'redact' }), /list/],
  ])('%s is none', (_, stated, reason) => {
    expect(because(stated).join()).toMatch(reason);
  });

  test('every reason is told', () => {
    const rules = [{ path: 'Patient.nme', method: 'keep' }, { path: 'Patient.name', method: 'hide' }, 7];
    expect(because(library({ rules, ids: 1 }))).toHaveLength(5);
  });
});

test.each<[object, RegExp]>([
  [{ path: 'Patient.name' }, /a path and a method/],
  [{ path: 'Patient.name', method: 'hide' }, /no method "hide"/],
  [{ path: 'Patient.name', method: 'redact', optional: 'yes' }, /optional/],
  [{ path: 'Patient.name', method: 'redact', key: 'x' }, /no setting "key"/],
  [{ path: 'Patient.name', method: 'redact', toString: 'x' }, /no setting/],
  [{ path: 'Patient.birthDate', method: 'shift-dates', days: 1000 }, /365/],
  [{ path: 'Pateint.name', method: 'redact' }, /no type "Pateint"/],
  [{ path: '', method: 'redact' }, /no type/],
  [{ path: 'Patient.nme', method: 'redact' }, /Patient has no element "nme"/],
  [{ path: 'Patient.name.given.x', method: 'redact' }, /string has no element "x"/],
  [{ path: 'HumanName.nme', method: 'redact' }, /no element/],
  [{ path: 'Resource.name', method: 'redact' }, /no element/],
  [{ path: "Patient.telecom.where(sytem = 'phone')", method: 'redact' }, /no element "sytem"/],
  [{ path: 'Observation.value.ofType(Money)', method: 'redact' }, /of the type Money/],
  [{ path: 'Bundle.entry.resource.ofType(Quantity)', method: 'redact' }, /of the type Quantity/],
  [{ path: 'Patient.deceased', method: 'shift-dates' }, /cannot be applied to boolean; say which/],
  [{ path: 'Patient.gender', method: 'round', step: 1 }, /cannot be applied to code/],
  [{ path: 'Patient.id', method: 'keep' }, /member ids/],
  [{ path: 'Resource.id', method: 'redact' }, /member ids/],
  [{ path: 'Bundle.entry.resource.id', method: 'redact' }, /member ids/],
  [{ path: 'Reference.reference', method: 'substitute', with: 'x' }, /kept, redacted or pseudonymised/],
  [{ path: 'Observation.subject.reference', method: 'substitute', with: 'x' }, /kept, redacted/],
  [{ path: 'Meta.lastUpdated', method: 'shift-dates' }, /of no person/],
  [{ path: 'Patient.birthDate', method: 'generalise' }, /needs one of/],
  [{ path: 'Patient.name[0', method: 'redact' }, /no FHIRPath/],
  [{ path: 'Patient.name.tail().fmily', method: 'redact' }, /"fmily"/],
  [{ path: 'Patient.name.where(', method: 'redact' }, /no FHIRPath/],
  [{ path: 'HumanName.given.first()', method: 'redact' }, /must begin with a resource type/],
  [{ path: 'Patient.where(name.first(', method: 'redact' }, /no FHIRPath/],
])('the rule %j is refused', (rule, reason) => {
  expect(because(withRule(rule as Json)).join()).toMatch(reason);
});

test.each([
  'Patient',
  'Patient.name',
  'Patient.name.given',
  'Resource.meta.tag',
  'DomainResource.text',
  'Observation.value',
  'Observation.value[x]',
  'Observation.valueQuantity',
  'Observation.value.ofType(Quantity).value',
  'Observation.value.as(FHIR.Quantity)',
  "Patient.telecom.where(system = 'phone' and use != 'work').value",
  "Patient.extension('urn:x').value",
  "Extension.where(url = 'urn:x')",
  'Patient.birthDate.extension',
  "Bundle.entry.resource.ofType(Patient).name.where(use = 'official')",
  'QuestionnaireResponse.item.answer.value',
  'dateTime',
  'Age',
  'Patient.name[0]',
  'Patient.name.given.first()',
  'Patient.descendants().where($this is FHIR.HumanName)',
  "Patient.contact.where(relationship.exists(coding.code = 'N')).name",
  "Observation.where(code.coding.where(code = '8302-2').exists()).value",
  'Observation.where(component.count() > 1).component',
  "Patient.name.where(family.extension('urn:x').exists())",
])('the path %s is understood', (path) => {
  expect(because(withRule({ path, method: 'redact' }))).toEqual([]);
});

test('optional rules are left out where the version has no such path, and no other way', () => {
  const optional = { path: 'Encounter.actualPeriod', method: 'redact', optional: true };
  expect(profileOf({ default: 'redact', rules: [optional] }, definitions).rules).toHaveLength(0);
  expect(because(withRule({ ...optional, method: 'hide' })).join()).toMatch(/no method/);
  expect(because(withRule({ path: 'Encounter.actualPeriod', method: 'redact' })).join()).toMatch(/R4B/);
});

test('dates are shifted by one number of days, and the time of writing stays out of it', () => {
  const shift = (days: number) => ({ path: 'Patient.birthDate', method: 'shift-dates', days });
  expect(because(library({ default: 'redact', rules: [shift(3), shift(4)] })).join()).toMatch(/same days/);
  expect(because(library({ default: 'redact', rules: [shift(3), shift(3)] }))).toEqual([]);
  const updated = (rest: object) => ({ path: 'Resource.meta.lastUpdated', ...rest });
  const both = (rest: object) => because(library({ default: 'redact', rules: [shift(3), updated(rest) as Json] }));
  expect(both({ method: 'keep' }).join()).toMatch(/lastUpdated/);
  expect(both({ method: 'generalise', to: 'day' }).join()).toMatch(/lastUpdated/);
  expect(both({ method: 'generalise', to: 'year' })).toEqual([]);
  expect(both({ method: 'redact' })).toEqual([]);
  expect(because(withRule(updated({ method: 'keep' })))).toEqual([]);
});

test.each(fhirVersions)('the shipped profiles are understood in %s', async (version) => {
  const loaded = await loadDefinitions(version);
  for (const shipped of [safeHarborLike, limitedData]) {
    const read = deidentificationProfileOf(profileLibrary(shipped), loaded);
    expect(read).toHaveProperty('profile.url', shipped.url);
  }
});
