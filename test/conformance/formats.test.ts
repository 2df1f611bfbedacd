/** JSON -> XML -> JSON and JSON -> Turtle -> JSON give back what was there, digits included. https://hl7.org/fhir/R4B/formats.html */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from '../../src/fhir/definitions/model.ts';
import { digitsOf, parseLossless } from '../../src/fhir/format/lossless.ts';
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
