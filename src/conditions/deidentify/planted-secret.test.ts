/** No text planted into any element of real data leaves by the profile that redacts: not as a value, an id, a name or a part of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { leavingText, profileOf } from '../../../test/conditions/deidentify.ts';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from '../../fhir/definitions/model.ts';
import type { Json, JsonObject } from '../../fhir/json.ts';
import { safeHarborLike } from './index.ts';
import { elementsOf } from './rule-path.ts';

/** No word, no hexadecimal and no base64 of anything else. */
const secret = 'zqSecretqz';
const textTypes = new Set([
  'string',
  'markdown',
  'uri',
  'url',
  'canonical',
  'base64Binary',
  'oid',
  'uuid',
  'id',
  'code',
]);
/** Codes of code systems are what the profile lets leave. */
const coded: Readonly<Record<string, readonly string[]>> = {
  Coding: ['system', 'code'],
  Age: ['system', 'code'],
  Count: ['system', 'code'],
  Distance: ['system', 'code'],
  Duration: ['system', 'code'],
  Quantity: ['system', 'code'],
};

let planted = 0;

const plantText = (value: string): string => {
  planted++;
  return `${value}${secret}`;
};

function plantPrimitive(value: Json, type: string, parent: string, name: string): Json {
  if (typeof value !== 'string' || coded[parent]?.includes(name) === true) return value;
  if (parent === 'Reference' && name === 'reference') return plantText(value);
  if (type === 'xhtml') return value.replace('</div>', `${plantText('')}</div>`);
  return textTypes.has(type) ? plantText(value) : value;
}

/** The value with the secret at the end of every text, beside every text, and in elements that do not exist. */
function plant(value: JsonObject, type: string, definitions: Definitions): JsonObject {
  const elements = elementsOf(type, definitions);
  const result: JsonObject = { [secret]: secret, _zq: { extension: [{ url: secret, valueString: secret }] } };
  for (const [name, inner] of Object.entries(value)) {
    const element = elements[name];
    if (element === undefined) {
      result[name] = inner;
      continue;
    }
    const each = (one: Json): Json => {
      if (typeof one === 'object' && one !== null && !Array.isArray(one)) {
        const stated = element.type === 'Resource' ? String(one['resourceType']) : element.type;
        return plant(one, stated, definitions);
      }
      return plantPrimitive(one, element.type, type, name);
    };
    result[name] = Array.isArray(inner) ? inner.map(each) : each(inner);
    const isPrimitive = definitions.primitives[element.type] !== undefined;
    if (!isPrimitive || (name === 'id' && definitions.types[type]?.kind === 'resource')) continue;
    const beside = { id: secret, extension: [{ url: `urn:${secret}`, valueString: secret, valueCode: secret }] };
    result[`_${name}`] = Array.isArray(inner) ? inner.map(() => beside) : beside;
    planted++;
  }
  if (definitions.types[type]?.kind !== 'resource' && type !== 'Extension') {
    result['extension'] = [{ url: secret, extension: [{ url: secret, valueAddress: { city: secret } }] }];
  }
  return result;
}

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

describe.skipIf(!existsSync(data))('safe-harbor-like', () => {
  test.each<[string, FhirVersion, number, number]>([
    ['examples/r4', 'R4', 1000, 590],
    ['examples/r4b', 'R4B', 1000, 614],
    ['examples/r5', 'R5', 1000, 710],
    ['synthea-small', 'R4', 150, 2000],
    ['synthea-small', 'R5', 20, 250],
  ])('%s in %s: the secret stays', async (folder, version, most, least) => {
    const definitions = await loadDefinitions(version);
    const profile = profileOf(safeHarborLike.content, definitions);
    let resources = 0;
    let members = 0;
    for (const file of readdirSync(data + folder).filter((name) => name.endsWith('.ndjson.gz'))) {
      const lines = gunzipSync(readFileSync(`${data}${folder}/${file}`))
        .toString()
        .split('\n');
      for (const line of lines.filter((one) => one !== '').slice(0, most)) {
        const resource = JSON.parse(line) as JsonObject;
        const id = String(resource['id'] ?? 'x');
        planted = 0;
        const text = JSON.stringify({
          ...plant(resource, String(resource['resourceType']), definitions),
          id: `${id}${secret}`,
        });
        expect(planted).toBeGreaterThan(0);
        const left = leavingText(text, profile);
        const found = left.toLowerCase().indexOf(secret.toLowerCase());
        const where = found < 0 ? 'nowhere' : `${file} ${id}: ${left.slice(Math.max(0, found - 80), found + 20)}`;
        expect(where).toBe('nowhere');
        // Long ids of the data are like no word of FHIR: they must not stay either, with or without the secret.
        if (/^[0-9a-f-]{36}$/.test(id)) expect(leavingText(line, profile)).not.toContain(id);
        members += Object.keys(JSON.parse(left) as JsonObject).length - 3;
        resources++;
      }
    }
    expect(resources).toBeGreaterThanOrEqual(least);
    // It is no profile that passes by letting nothing leave.
    expect(members).toBeGreaterThan(resources);
  });
});
