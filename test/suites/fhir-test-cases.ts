/** Runs the FHIRPath suites and patch cases of a copy of FHIR/fhir-test-cases: `node test/suites/fhir-test-cases.ts FOLDER`. https://github.com/FHIR/fhir-test-cases */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMParser, type Element, type Node, XMLSerializer } from '@xmldom/xmldom';
import { loadDefinitions } from '../../src/fhir/definitions/load.ts';
import type { Definitions, FhirVersion } from '../../src/fhir/definitions/model.ts';
import { digitsOf, parseLossless, parseLosslessObject } from '../../src/fhir/format/lossless.ts';
import { fromXml } from '../../src/fhir/format/xml.ts';
import type { Json } from '../../src/fhir/json.ts';
import { applyFhirPathPatch } from '../../src/fhir/patch/fhirpath-patch.ts';
import { applyJsonPatch } from '../../src/fhir/patch/json-patch.ts';
import { patchXml } from '../../src/fhir/patch/xml-patch.ts';
import { interpret } from '../../src/fhir/path/interpret.ts';

const [folder = ''] = process.argv.slice(2);
if (!existsSync(join(folder, 'r4'))) throw new Error('state the folder of a copy of FHIR/fhir-test-cases');

const failures: string[] = [];
const run = (name: string, body: () => boolean | string): boolean => {
  let result: boolean | string;
  try {
    result = body();
  } catch (error) {
    result = (error as Error).message.slice(0, 160);
  }
  if (result !== true) failures.push(`${name}: ${result === false ? 'another result' : result}`);
  return result === true;
};

const elements = (node: Element, name?: string): Element[] =>
  Array.from(node.childNodes).filter(
    (one): one is Element => one.nodeType === 1 && (name === undefined || one.localName === name),
  );
const child = (node: Element, name: string): Element | undefined => elements(node, name)[0];
const parse = (text: string): Element =>
  new DOMParser({ onError: () => {} }).parseFromString(text, 'text/xml').documentElement!;
const serialize = (node: Node): string => new XMLSerializer().serializeToString(node);

/** Values as the suites write them. */
function shown(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null && 'toJSON' in value
      ? JSON.stringify(value).replace(/^"|"$/g, '')
      : String(value);
  return text.replace(/^@?T?/, '');
}

function fhirPathSuite(version: FhirVersion, definitions: Definitions, kind: string): [number, number] {
  const suite = parse(readFileSync(join(folder, kind, 'fhirpath', `tests-fhir-${kind}.xml`), 'utf8'));
  let passed = 0;
  let all = 0;
  for (const group of elements(suite, 'group')) {
    for (const test of elements(group, 'test')) {
      all++;
      const expression = child(test, 'expression')!;
      const invalid = expression.getAttribute('invalid') ?? '';
      const input = test.getAttribute('inputfile');
      const outputs = elements(test, 'output').map((one) => ({
        type: one.getAttribute('type'),
        text: one.textContent ?? '',
      }));
      const isPredicate = test.getAttribute('predicate') === 'true';
      const passes = run(`${version} ${test.getAttribute('name')}`, () => {
        const resource = input === null || input === '' ? {} : readInput(kind, input, definitions);
        let found: unknown[];
        try {
          found = interpret(expression.textContent ?? '', resource, definitions);
        } catch (error) {
          if (invalid !== '') return true;
          throw error;
        }
        if (invalid !== '') return `should be refused (${invalid})`;
        if (isPredicate) {
          const holds = found.length > 0 && found[0] !== false;
          return outputs.length === 0 || String(holds) === outputs[0]!.text;
        }
        const [got, wanted] = [found.map(shown), outputs.map(({ text }) => text.replace(/^@?T?/, ''))];
        const same =
          got.length === wanted.length &&
          got.every((one, at) => one === wanted[at] || Number(one) === Number(wanted[at]));
        return same ? true : `found ${got.join(', ').slice(0, 80)} instead of ${wanted.join(', ').slice(0, 80)}`;
      });
      if (passes) passed++;
    }
  }
  return [passed, all];
}

const inputs = new Map<string, Json>();
function readInput(kind: string, name: string, definitions: Definitions): Json {
  const key = `${kind} ${name}`;
  if (!inputs.has(key)) {
    const file = [join(folder, kind, 'examples', name), join(folder, 'r5', 'examples', name)].find(existsSync);
    if (file === undefined) throw new Error(`there is no ${name}`);
    const text = readFileSync(file, 'utf8');
    inputs.set(key, JSON.parse(name.endsWith('.xml') ? fromXml(text, definitions) : text) as Json);
  }
  return structuredClone(inputs.get(key)!);
}

function jsonPatches(kind: string): [number, number] {
  const cases = JSON.parse(readFileSync(join(folder, kind, 'patch', 'json-patch-tests.json'), 'utf8')) as Record<
    string,
    any
  >[];
  let passed = 0;
  let all = 0;
  for (const one of cases) {
    if (one['disabled'] === true || one['patch'] === undefined) continue;
    all++;
    const passes = run(`${kind} JSON Patch ${one['comment']}`, () => {
      let result: string;
      try {
        result = applyJsonPatch(JSON.stringify(one['doc']), JSON.stringify(one['patch']));
      } catch (error) {
        if (one['error'] !== undefined) return true;
        throw error;
      }
      if (one['error'] !== undefined) return `should be refused: ${one['error']}`;
      return one['expected'] === undefined || normal(JSON.parse(result)) === normal(one['expected']);
    });
    if (passes) passed++;
  }
  return [passed, all];
}

function normal(value: Json): string {
  const sort = (one: Json): unknown =>
    digitsOf(one) !== undefined
      ? Number(digitsOf(one))
      : Array.isArray(one)
        ? one.map(sort)
        : typeof one === 'object' && one !== null
          ? Object.fromEntries(
              Object.entries(one)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([key, inner]) => [key, sort(inner)]),
            )
          : one;
  return JSON.stringify(sort(value));
}

function xmlPatches(kind: string): [number, number] {
  const suite = parse(readFileSync(join(folder, kind, 'patch', 'xml-patch-tests.xml'), 'utf8'));
  const plain = (xml: string): string =>
    xml
      .replace(/<\?xml[^>]*>/, '')
      .replace(/>\s+/g, '>')
      .replace(/\s+</g, '<')
      .replace(/ xmlns(?::\w+)?="[^"]*"/g, '')
      .replace(/\s*\/>/g, '/>')
      .trim();
  let passed = 0;
  const cases = elements(suite, 'case');
  for (const one of cases) {
    const passes = run(`${kind} XML Patch ${one.getAttribute('name')}`, () => {
      const [target] = elements(child(one, 'target')!);
      const wantsError = child(one, 'error') !== undefined;
      let result: string;
      try {
        result = patchXml(target === undefined ? '' : serialize(target), serialize(child(one, 'patch')!));
      } catch (error) {
        if (wantsError) return true;
        throw error;
      }
      if (wantsError) return `should be refused: ${child(one, 'error')!.getAttribute('message')}`;
      const expanded = (xml: string): string => plain(xml).replace(/<(\w+)([^<>]*)><\/\1>/g, '<$1$2/>');
      return expanded(result) === expanded(serialize(elements(child(one, 'patched')!)[0]!)) ? true : expanded(result);
    });
    if (passes) passed++;
  }
  return [passed, cases.length];
}

function fhirPatches(kind: string, definitions: Definitions): [number, number] {
  const suite = parse(readFileSync(join(folder, kind, 'patch', 'fhir-patch-tests.xml'), 'utf8'));
  let passed = 0;
  // Cases of the other mode compare two resources; nothing is patched there.
  const cases = elements(suite, 'case').filter((one) => one.getAttribute('mode') !== 'reverse');
  for (const one of cases) {
    const passes = run(`${kind} FHIRPath Patch ${one.getAttribute('name')}`, () => {
      const resource = (name: string): string => fromXml(serialize(elements(child(one, name)!)[0]!), definitions);
      const patch = parseLosslessObject(resource('diff'));
      if (child(one, 'error') !== undefined) {
        try {
          applyFhirPathPatch(resource('input'), patch, definitions);
        } catch {
          return true;
        }
        return `should be refused: ${child(one, 'error')!.getAttribute('msg')}`;
      }
      const result = applyFhirPathPatch(resource('input'), patch, definitions);
      return normal(parseLossless(result)) === normal(parseLossless(resource('output'))) ? true : result.slice(0, 200);
    });
    if (passes) passed++;
  }
  return [passed, cases.length];
}

for (const [version, kind] of [
  ['R4', 'r4'],
  ['R4B', 'r4b'],
  ['R5', 'r5'],
] as const) {
  const definitions = await loadDefinitions(version);
  const say = (what: string, [passed, all]: [number, number]): void =>
    console.log(`${version} ${what}: ${passed} of ${all}`);
  say('FHIRPath', fhirPathSuite(version, definitions, kind));
  say('JSON Patch', jsonPatches(kind));
  say('XML Patch', xmlPatches(kind));
  say('FHIRPath Patch', fhirPatches(kind, definitions));
}
for (const failure of failures) console.log(`  ${failure}`);
