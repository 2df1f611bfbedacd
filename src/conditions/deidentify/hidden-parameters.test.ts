/** What can still be searched is answered by what leaves; the rest is hidden. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { base, hash, leavingText, profileOf } from '../../../test/conditions/deidentify.ts';
import { loadDefinitions } from '../../fhir/definitions/load.ts';
import type { Definitions, FhirVersion, SearchParameterModel } from '../../fhir/definitions/model.ts';
import type { Resource } from '../../fhir/json.ts';
import { createExtractor } from '../../search/extract.ts';
import { keepRows } from '../../search/match.ts';
import { registryOf } from '../../search/registry.ts';
import { hiddenParameters, limitedData, safeHarborLike } from './index.ts';

let r4b: Definitions;
beforeAll(async () => {
  r4b = await loadDefinitions('R4B');
});

const hidden = (content: object, type: string, definitions = r4b): ReadonlySet<string> =>
  hiddenParameters(profileOf({ default: 'keep', ids: 'keep', rules: [], ...content }, definitions), type, definitions);
const redact = (path: string): object => ({ path, method: 'redact' });
const keep = (path: string): object => ({ path, method: 'keep' });

describe('with everything kept', () => {
  test('only what never leaves is hidden', () => {
    const alwaysHidden = ['_content', '_lastUpdated', '_source', '_tag', '_text'];
    // Whatever an extension holds within itself cannot be told from its type.
    const ofExtensions = ['amino-acid-change', 'dna-variant', 'gene-amino-acid-change', 'gene-dnavariant'];
    alwaysHidden.push(...ofExtensions, 'gene-identifier');
    expect([...hidden({}, 'Observation')].toSorted()).toEqual(alwaysHidden);
    const pseudonyms = hidden({ ids: 'pseudonymise' }, 'Observation');
    expect([...pseudonyms].toSorted()).toEqual(alwaysHidden);
    // An address may be one of a resource here, which leaves as another.
    expect(hidden({ ids: 'pseudonymise' }, 'DocumentReference')).toContain('location');
    expect(hidden({}, 'DocumentReference')).not.toContain('location');
  });

  test.each<[string, string, readonly string[], readonly string[]]>([
    ['Patient.birthDate', 'Patient', ['birthdate', 'age'].slice(0, 1), ['gender', 'name']],
    ['date', 'Patient', ['birthdate'], ['death-date']],
    ['Patient.name', 'Patient', ['name', 'family', 'given', 'phonetic'], ['address']],
    ['HumanName.family', 'Patient', ['name', 'family'], ['given']],
    ["Patient.name.where(use = 'maiden')", 'Patient', ['name', 'family'], ['address']],
    ['Address.city', 'Patient', ['address', 'address-city'], ['address-state']],
    ['Identifier.type', 'Patient', ['identifier:of-type', 'identifier:text'], ['identifier']],
    ['Identifier.system', 'Patient', ['identifier'], ['name']],
    [
      'Coding.display',
      'Observation',
      ['code:text', 'code:text-advanced', 'code:missing'],
      ['code', 'code-value-quantity'],
    ],
    ['Reference.display', 'Observation', ['subject:text', 'subject:missing'], ['subject', 'subject:identifier']],
    ['Identifier', 'Observation', ['subject:identifier', 'subject:missing', 'identifier'], ['subject']],
    ['Reference.reference', 'Observation', ['subject', 'patient', 'encounter'], ['code']],
    ['Quantity.unit', 'Observation', ['value-quantity', 'code-value-quantity'], ['code', 'value-concept']],
    ['Observation.code', 'Observation', ['code', 'combo-code', 'code-value-quantity'], ['value-quantity']],
    ['Observation.component', 'Observation', ['component-code', 'combo-code', 'combo-value-quantity'], ['code']],
    ['Observation.value.ofType(Quantity)', 'Observation', ['value-quantity'], ['value-concept']],
    ['Resource.meta.profile', 'Observation', ['_profile'], ['_security']],
    ['Resource.meta', 'Observation', ['_profile', '_security'], ['code']],
    ['Observation', 'Observation', ['code', 'subject', 'status', '_profile'], ['_id']],
    ["Observation.where(status = 'final').subject", 'Observation', ['subject', 'patient'], ['status']],
    ['Observation.component[0]', 'Observation', ['code', 'status', 'subject'], ['_id']],
    ["Resource.descendants().where($this = 'x')", 'Observation', ['code', 'status'], ['_id']],
    ['Patient.name[0]', 'Observation', [], ['code', 'status', 'subject']],
    ['Encounter.status', 'Observation', [], ['status']],
    ['QuestionnaireResponse.item', 'QuestionnaireResponse', [], ['status']],
  ])('redacting %s hides of %s %j and not %j', (path, type, expected, others) => {
    const found = hidden({ rules: [redact(path)] }, type);
    for (const code of expected) expect(found).toContain(code);
    for (const code of others) expect(found).not.toContain(code);
  });

  test('changes hide as redaction does; pseudonyms of references do not', () => {
    expect(hidden({ rules: [{ path: 'dateTime', method: 'shift-dates' }] }, 'Observation')).toContain('date');
    expect(hidden({ rules: [{ path: 'Quantity.value', method: 'round', step: 5 }] }, 'Observation')).toContain(
      'value-quantity',
    );
    const references = { path: 'Reference', method: 'pseudonymise' };
    const found = hidden({ ids: 'pseudonymise', rules: [references] }, 'Observation');
    expect(found).not.toContain('subject');
  });

  test('the first rule counts where it surely holds', () => {
    expect(hidden({ rules: [keep('Patient.birthDate'), redact('date')] }, 'Patient')).not.toContain('birthdate');
    expect(hidden({ rules: [keep("Patient.birthDate.where($this = '1980')"), redact('date')] }, 'Patient')).toContain(
      'birthdate',
    );
    expect(hidden({ rules: [keep('Patient.where(active = true).birthDate'), redact('date')] }, 'Patient')).toContain(
      'birthdate',
    );
  });

  test('what is named in meta is not hidden', () => {
    const found = hidden(
      { rules: ['tag', 'source', 'lastUpdated'].map((name) => keep(`Resource.meta.${name}`)) },
      'Patient',
    );
    for (const code of ['_tag', '_source', '_lastUpdated']) expect(found).not.toContain(code);
    expect(hidden({ rules: [keep('DomainResource.text')] }, 'Patient')).not.toContain('_text');
  });
});

describe('with everything redacted', () => {
  test('all is hidden but ids', () => {
    const found = hidden({ default: 'redact' }, 'Observation');
    const codes = registryOf(r4b)
      .of('Observation')
      .map(({ code }) => code);
    expect(codes.filter((code) => !found.has(code))).toEqual(['_id']);
  });

  test('what is kept is not hidden, with its modifiers apart', () => {
    const found = hidden({ default: 'redact', rules: [keep('Coding.system'), keep('Coding.code')] }, 'Observation');
    expect(found).not.toContain('code');
    expect(found).toContain('code:text');
    expect(hidden({ default: 'redact', rules: [keep('Observation.code')] }, 'Observation')).not.toContain('code:text');
    expect(hidden({ default: 'redact', rules: [keep("Observation.code.where(text = 'x')")] }, 'Observation')).toContain(
      'code',
    );
    expect(hidden({ default: 'redact', rules: [keep('Observation.code.first()')] }, 'Observation')).toContain('code');
  });

  test('bound codes are searched as they leave, others not', () => {
    const bound = { path: 'code', method: 'keep', bound: true };
    const found = hidden({ default: 'redact', rules: [bound] }, 'Observation');
    expect(found).not.toContain('status');
    expect(found).toContain('_language');
  });

  test('extensions are hidden, whatever their url says', () => {
    const rules = [keep("Patient.extension('urn:x')"), keep('Patient.name')];
    const own = (expression: string): SearchParameterModel => ({
      url: `urn:${expression}`,
      code: 'own',
      type: 'token',
      base: ['Patient'],
      expression,
    });
    const withOwn = (expression: string): Definitions => ({
      ...r4b,
      searchParameters: [...r4b.searchParameters, own(expression)],
    });
    for (const expression of [
      "Patient.extension('urn:x').value",
      'Patient.name.trace()',
      'Patient.name.family.lower()',
      '',
      'Patient.contained.id',
      'Patient.%x',
    ]) {
      expect(hidden({ default: 'redact', rules }, 'Patient', withOwn(expression))).toContain('own');
    }
    expect(hidden({ default: 'redact', rules }, 'Patient', withOwn('Patient.name.family'))).not.toContain('own');
    expect(
      hidden(
        { default: 'redact', rules: [keep('Extension'), ...rules] },
        'Patient',
        withOwn("Patient.extension('urn:x').value as code"),
      ),
    ).not.toContain('own');
  });
});

test('the answer is remembered', () => {
  const profile = profileOf({ default: 'keep', rules: [] }, r4b);
  expect(hiddenParameters(profile, 'Patient')).toBe(hiddenParameters(profile, 'Patient'));
});

/** Real resources: every row of a parameter that is not hidden must be one of what leaves, and the other way round. */
const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

function* linesIn(folder: string, most: number): Generator<string> {
  for (const file of readdirSync(data + folder)) {
    if (!file.endsWith('.ndjson.gz')) continue;
    const lines = gunzipSync(readFileSync(`${data}${folder}/${file}`))
      .toString()
      .split('\n');
    for (const line of lines.filter((one) => one !== '').slice(0, most)) yield line;
  }
}

/** Index rows by the code of their parameter, with the texts behind the hashes. */
function rowsOf(
  resource: Resource,
  extract: ReturnType<typeof createExtractor>,
  texts: ReadonlyMap<string, string>,
): Map<string, string[]> {
  const { sink, rows } = keepRows(hash);
  extract(resource, sink);
  const found = new Map<string, string[]>();
  for (const row of rows) {
    let name = texts.get(row.parameter)!;
    // Rows of a composite lie under its parameter and the value of its first half; dates under the code, too.
    for (
      let inner = texts.get(/^-?\d+/.exec(name)?.[0] ?? '');
      inner !== undefined;
      inner = texts.get(/^-?\d+/.exec(name)?.[0] ?? '')
    )
      name = inner;
    const list = found.get(name) ?? [];
    list.push(JSON.stringify(row));
    found.set(name, list);
  }
  return found;
}

describe.skipIf(!existsSync(data))('of real data', () => {
  test.each<[string, FhirVersion, number]>([
    ['examples/r4', 'R4', 1000],
    ['examples/r4b', 'R4B', 1000],
    ['examples/r5', 'R5', 1000],
    ['synthea-small', 'R4B', 40],
  ])('%s: what is not hidden has the rows of what leaves', async (folder, version, most) => {
    const definitions = await loadDefinitions(version);
    const texts = new Map<string, string>();
    const listening = (text: string): string => {
      const key = hash(text);
      texts.set(key, text);
      return key;
    };
    const extract = createExtractor({ definitions, hash: listening, baseUrls: [base], now: () => 0 });
    let compared = 0;
    for (const { content } of [safeHarborLike, limitedData]) {
      const profile = profileOf({ ...content, ids: 'keep' }, definitions);
      for (const line of linesIn(folder, most)) {
        const before = JSON.parse(line) as Resource;
        const after = JSON.parse(leavingText(line, profile)) as Resource;
        const type = before.resourceType;
        const secret = hiddenParameters(profile, type);
        const [was, is] = [before, after].map((one) => rowsOf(one, extract, texts));
        for (const parameter of registryOf(definitions).of(type)) {
          for (const form of [
            parameter.code,
            ...['text', 'identifier', 'of-type', 'below'].map((one) => `${parameter.code}:${one}`),
          ]) {
            if (secret.has(parameter.code) || secret.has(form)) continue;
            const [one, two] = [was, is].map((rows) => [...new Set(rows!.get(`${type}.${form}`))].toSorted());
            expect({ type, id: before['id'], form, rows: two }).toEqual({ type, id: before['id'], form, rows: one });
            compared += one!.length;
          }
        }
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });
});
