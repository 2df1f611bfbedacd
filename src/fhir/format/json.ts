/** Takes resources in as JSON text and gives them out as the same text, digits and all. https://hl7.org/fhir/R4B/json.html */
import type { Json, JsonObject, Resource } from '../json.ts';
import { FhirError } from '../outcome.ts';
import { endOfString, minify, type ScannedResource, scanResource } from './scan.ts';

export type { ScannedResource } from './scan.ts';

export interface ParsedResource {
  resource: Resource;
  scan: ScannedResource;
}

const strict = new TextDecoder('utf-8', { fatal: true });

/** The text of `bytes`; a byte order mark is dropped. Throws `structure` when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new FhirError('structure', 'the body is not valid UTF-8');
  }
}

/** Parses one resource. Throws a FhirError that says what is wrong and where. */
export function parseResource(text: string): ParsedResource {
  const scan = scanResource(text);
  const parsed = parseObject(text);
  if (countKeys(parsed) !== scan.keys) refuseDuplicates(text);
  if (text.includes('\\u')) refuseUnstorable(parsed, '');
  const type = parsed['resourceType'];
  if (typeof type !== 'string' || type === '') {
    throw new FhirError('structure', 'a resource must have a resourceType', { expression: 'resourceType' });
  }
  return { resource: parsed as Resource, scan }; // it has a resourceType
}

/** Parses a JSON object of any kind, with the same care for syntax. */
function parseObject(text: string): JsonObject {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch (cause) {
    throw new FhirError('structure', syntaxMessage(text, cause as SyntaxError), { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new FhirError('structure', 'the body must be one JSON object');
  }
  return parsed;
}

function syntaxMessage(text: string, error: SyntaxError): string {
  if (text.trim() === '') return 'the body is empty; a JSON object is needed';
  const at = /at position (\d+)/.exec(error.message);
  if (at === null) return 'the body is not JSON: it ends too early';
  const before = text.slice(0, Number(at[1]));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  const what = error.message.slice(0, error.message.indexOf(' in JSON')).slice(0, 100);
  return `the body is not JSON: ${what} at line ${line}, column ${column}`;
}

/** Keys of all objects in the tree. */
function countKeys(json: Json): number {
  if (typeof json !== 'object' || json === null) return 0;
  let keys = 0;
  if (Array.isArray(json)) {
    for (const item of json) keys += countKeys(item);
    return keys;
  }
  for (const key of Object.keys(json)) keys += 1 + countKeys(json[key]!);
  return keys;
}

/** Called when the text has more keys than the tree: finds the first that is repeated. */
function refuseDuplicates(text: string): never {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') open.push(new Set());
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      if (/^\s*:/.test(text.slice(end + 1, end + 200))) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        const keys = open.at(-1)!;
        if (keys.has(key)) {
          const line = text.slice(0, at).split('\n').length;
          throw new FhirError('structure', `the key "${key}" stands twice in one object (line ${line})`, {
            expression: key,
          });
        }
        keys.add(key);
      }
      at = end;
    }
  }
  throw new FhirError('structure', 'a key stands twice in one object');
}

/** PostgreSQL's text cannot hold NUL, and UTF-8 cannot hold half a surrogate pair. */
function refuseUnstorable(json: Json, path: string): void {
  if (typeof json === 'string') {
    if (json.includes('\u0000'))
      throw new FhirError('value', 'the character U+0000 is not allowed', { expression: path });
    if (!json.isWellFormed()) {
      throw new FhirError('value', 'half of a surrogate pair is no character', { expression: path });
    }
  } else if (Array.isArray(json)) for (const [at, item] of json.entries()) refuseUnstorable(item, `${path}[${at}]`);
  else if (typeof json === 'object' && json !== null) {
    for (const [key, value] of Object.entries(json)) refuseUnstorable(value, path === '' ? key : `${path}.${key}`);
  }
}

const serverOwned = new Set(['versionId', 'lastUpdated']);
const headMembers = new Set(['resourceType', 'id', 'meta']);

/**
 * What follows the head that `resourceText` writes: the client's other meta members, the end of meta, all other
 * members, the end of the resource. Strings and numbers stand as they were sent.
 */
export function storedTail(text: string, scan: ScannedResource): string {
  let tail = '';
  for (const member of scan.metaMembers) {
    if (!serverOwned.has(member.key)) tail += `,${text.slice(member.start, member.end)}`;
  }
  tail += '}';
  for (const member of scan.members) {
    if (!headMembers.has(member.key)) tail += `,${text.slice(member.start, member.end)}`;
  }
  tail += '}';
  return scan.hasWhiteSpace ? minify(tail) : tail;
}

/** The whole text of a stored version. `updated` in milliseconds since 1970. */
export function resourceText(type: string, id: string, version: number, updated: number, tail: string): string {
  return `{"resourceType":"${type}","id":"${id}","meta":{"versionId":"${version}","lastUpdated":"${instantText(updated)}"${tail}`;
}

let lastInstant = Number.NaN;
let lastInstantText = '';

/** Resources written together share their instant, so the last one is remembered. */
function instantText(millis: number): string {
  if (millis !== lastInstant) {
    lastInstantText = new Date(millis).toISOString();
    lastInstant = millis;
  }
  return lastInstantText;
}
