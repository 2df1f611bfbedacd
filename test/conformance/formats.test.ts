/** JSON -> XML -> JSON and JSON -> Turtle -> JSON give back what was there, digits included. https://hl7.org/fhir/R4B/formats.html */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from '../../src/fhir/definitions/model.ts';
import { digitsOf, parseLossless } from '../../src/fhir/format/lossless.ts';
import { type Part, partOf } from '../../src/fhir/format/part.ts';
import { fromTurtle, toTurtle } from '../../src/fhir/format/turtle.ts';
import { fromXml, toXml } from '../../src/fhir/format/xml.ts';
import type { Json } from '../../src/fhir/json.ts';

const examples = join(import.meta.dirname, '../../../shared/data/examples');

/** With members in one order; numbers as they are written. */
function normal(value: Json): unknown {
  const digits = digitsOf(value);
  if (digits !== undefined) return `number ${digits}`;
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [two]) => (one < two ? -1 : 1))
      .map(([key, inner]) => [key, normal(inner)]),
  );
}
const same = (one: string, two: string): void => expect(normal(parseLossless(two))).toEqual(normal(parseLossless(one)));

const there = (text: string, definitions: Definitions): void => {
  same(text, fromXml(toXml(text, definitions), definitions));
  same(text, fromTurtle(toTurtle(text, definitions, 'http://base.example/fhir'), definitions));
};

test.each<FhirVersion>(['R4', 'R4B', 'R5'])('hard cases in %s', async (version) => {
  const definitions = await loadDefinitions(version);
  for (const text of [
    '{"resourceType":"Basic","code":{"text":"x"}}',
    '{"resourceType":"Observation","status":"final","code":{"text":"1"},"valueQuantity":{"value":1.50},"component":[{"code":{"text":"a"},"valueQuantity":{"value":1E+3}},{"code":{"text":"b"},"valueQuantity":{"value":-0.0010}}]}',
    '{"resourceType":"Patient","id":"a","name":[{"given":["An",null,"Bo"],"_given":[null,{"extension":[{"url":"urn:x","valueString":"?"}]},{"id":"g"}]}],"_birthDate":{"extension":[{"url":"urn:y","valueBoolean":true}]},"multipleBirthInteger":2,"active":false}',
    '{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p class=\\"a\\">1 &lt; 2 &amp; <br/>é</p></div>"},"contained":[{"resourceType":"Organization","id":"o","name":"\\"Q\\" <&> \\\\ end"}],"managingOrganization":{"reference":"#o"}}',
    '{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:a","resource":{"resourceType":"Patient","extension":[{"url":"urn:z","extension":[{"url":"inner","valueDecimal":0.10}]}]}},{"resource":{"resourceType":"Binary","contentType":"text/plain","data":"aGk="}}]}',
    '{"resourceType":"Patient","address":[{"text":"line 1\\nline 2\\tend \\u00e9 \\ud83d\\ude00"}]}',
  ]) {
    there(text, definitions);
  }
});

test.each<[string, FhirVersion]>([
  ['r4', 'R4'],
  ['r4b', 'R4B'],
  ['r5', 'R5'],
])('every example of %s', async (folder, version) => {
  // The examples are larger than a project should carry; where they are not, the cases above remain.
  if (!existsSync(join(examples, folder))) return;
  const definitions = await loadDefinitions(version);
  for (const file of readdirSync(join(examples, folder))) {
    const lines = gunzipSync(readFileSync(join(examples, folder, file)))
      .toString()
      .split('\n');
    for (const line of lines) if (line !== '') there(line, definitions);
  }
});

test('pairs of XML and JSON say the same', async () => {
  const folder = join(examples, 'xml-json-pairs');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const definitions = await loadDefinitions(name === 'r5' ? 'R5' : 'R4B');
    for (const file of readdirSync(join(folder, name)).filter((one) => one.endsWith('.xml'))) {
      const xml = readFileSync(join(folder, name, file), 'utf8');
      const json = readFileSync(join(folder, name, file.replace('.xml', '.json')), 'utf8');
      const fromFile = fromXml(xml, definitions);
      there(json, definitions);
      there(fromFile, definitions);
      // The same number may be written 1.0 in one file and 1.0e0 in the other.
      const [read, stated] = [JSON.parse(fromFile), JSON.parse(json)].map(normal);
      // Narratives are markup: their white space differs between the two files.
      const plain = (one: unknown): string => JSON.stringify(one).replace(/"div":"(?:[^"\\]|\\.)*"/g, '"div":""');
      expect([file, plain(read)]).toEqual([file, plain(stated)]);
    }
  }
});

const document = (inner: string): string => `<Patient xmlns="http://hl7.org/fhir">${inner}</Patient>`;

test.each([
  ['', 'is not XML'],
  ['<Nobody xmlns="http://hl7.org/fhir"/>', 'must be a resource type'],
  ['<Patient/>', 'namespace'],
  [document('text'), 'text stands between'],
  [document('<id value="1"/><id value="2"/>'), 'may stand once'],
  [document('<name foo="1"/>'), 'the attribute foo'],
  [document('<contained/>'), 'must hold one resource'],
  [document('<name><b/></name>'), 'has no element b'],
  [document('<contained><Organization/>'), 'is not XML'],
  ['<div xmlns="http://www.w3.org/1999/xhtml"/>', 'no resource'],
  [document('<extension url="a">'.repeat(120)), 'nests deeper'],
])('XML %s: %s', async (text, message) => {
  const definitions = await loadDefinitions('R4B');
  expect(() => fromXml(text, definitions)).toThrow(message);
});

test('XML keeps what is wrong for validation to say, and writes no broken narrative', async () => {
  const definitions = await loadDefinitions('R4B');
  expect(
    JSON.parse(fromXml(document('<active value="yes"/><multipleBirthInteger value="x"/>'), definitions)),
  ).toMatchObject({
    active: 'yes',
    multipleBirthInteger: 'x',
  });
  const broken = JSON.stringify({ resourceType: 'Patient', text: { status: 'generated', div: '<div><p></div>' } });
  expect(() => toXml(broken, definitions)).toThrow('narrative is no XML');
  const bare = JSON.stringify({ resourceType: 'Patient', text: { status: 'generated', div: '<div>x&nbsp;y</div>' } });
  expect(toXml(bare, definitions)).toContain('<div xmlns="http://www.w3.org/1999/xhtml">x&nbsp;y</div>');
});

const root = (more: string): string =>
  `@prefix fhir: <http://hl7.org/fhir/> .\n<http://a/Patient/1> a fhir:Patient ; fhir:nodeRole fhir:treeRoot ${more} .`;

test.each([
  ['<a> <b>', 'is not Turtle'],
  ['<a> <b> <c> .', 'treeRoot, not 0'],
  [root('').replace('fhir:Patient ;', 'fhir:Nobody ;'), 'no type that is known'],
  [root('; fhir:Patient.colour [ fhir:value "red" ]'), 'has no element'],
  [root('; fhir:Patient.gender [ fhir:value "male" ], [ fhir:value "female" ]'), 'may stand once'],
  [root('; fhir:Patient.name "Ann"'), 'must be a node'],
])('Turtle %s: %s', async (text, message) => {
  const definitions = await loadDefinitions('R4B');
  expect(() => fromTurtle(text, definitions)).toThrow(message);
});

test('Turtle of R5 wants lists where elements repeat', async () => {
  const definitions = await loadDefinitions('R5');
  expect(() => fromTurtle(root('; fhir:name [ fhir:text [ fhir:v "x" ] ]'), definitions)).toThrow('must be a list');
});

test('parts keep what makes a resource, and nested elements of the summary only', async () => {
  const definitions = await loadDefinitions('R4B');
  const questionnaire = JSON.stringify({
    resourceType: 'Questionnaire',
    id: 'q',
    status: 'active',
    _title: { id: 't' },
    item: [{ linkId: '1', type: 'string' }],
    useContext: [{ code: { code: 'x' }, valueRange: { low: { value: 1.0 } } }],
    unknown: 1,
  });
  const of = (part: Part): any => JSON.parse(partOf(questionnaire, part, definitions));
  expect(Object.keys(of({ kind: 'elements', names: ['Questionnaire.title'] }))).toEqual([
    'resourceType',
    'id',
    'status',
    '_title',
    'meta',
  ]);
  expect(Object.keys(of({ kind: 'summary', of: 'true' }))).toEqual([
    'resourceType',
    'id',
    'status',
    '_title',
    'useContext',
    'meta',
  ]);
  expect(Object.keys(of({ kind: 'summary', of: 'data' }))).toEqual([
    'resourceType',
    'id',
    'status',
    '_title',
    'item',
    'useContext',
    'meta',
  ]);
  const capability = JSON.stringify({
    resourceType: 'CapabilityStatement',
    status: 'draft',
    date: '2020',
    kind: 'instance',
    fhirVersion: '4.3.0',
    format: ['json'],
    rest: [{ mode: 'server', documentation: 'long', resource: [{ type: 'Patient', documentation: 'long' }] }],
  });
  const summary = JSON.parse(partOf(capability, { kind: 'summary', of: 'true' }, definitions));
  expect(summary.rest).toEqual([{ mode: 'server', resource: [{ type: 'Patient' }] }]);
});
