/** Applies JSON Patch to a resource: all operations or none. https://www.rfc-editor.org/rfc/rfc6902 */
import { digitsOf, parseLossless } from '../format/lossless.ts';
import { type Json, type JsonObject, objectOf } from '../json.ts';
import { FhirError } from '../outcome.ts';

const mostOperations = 1000;

/** The patched JSON text. Throws `invalid` for a faulty patch, `processing` where it does not fit the resource. */
export function applyJsonPatch(text: string, patch: string): string {
  let operations: Json;
  try {
    operations = parseLossless(patch);
  } catch {
    throw new FhirError('structure', 'the patch is not JSON');
  }
  if (!Array.isArray(operations)) throw new FhirError('invalid', 'a JSON Patch is a list of operations');
  if (operations.length > mostOperations)
    throw new FhirError('too-costly', `a patch may have ${mostOperations} operations`);
  const holder: JsonObject = { root: parseLossless(text) };
  for (const [at, operation] of operations.entries()) applyOne(holder, objectOf(operation), at);
  return JSON.stringify(holder['root']);
}

function applyOne(holder: JsonObject, operation: JsonObject | undefined, at: number): void {
  const fault = (diagnostics: string): FhirError => new FhirError('invalid', `patch operation ${at}: ${diagnostics}`);
  const pointer = (name: 'path' | 'from'): string[] => {
    const value = operation?.[name];
    if (typeof value !== 'string' || (value !== '' && !value.startsWith('/'))) {
      throw fault(`${name} must be a JSON pointer such as /name/0`);
    }
    const tokens = value === '' ? [] : value.slice(1).split('/');
    return ['root', ...tokens.map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'))];
  };
  const path = pointer('path');
  const stated = (): Json => {
    const value = operation!['value'];
    if (value === undefined) throw fault('it needs a value');
    return structuredCopy(value);
  };
  switch (operation!['op']) {
    case 'add':
      return add(holder, path, stated(), at);
    case 'remove':
      return void remove(holder, path, at);
    case 'replace':
      remove(holder, path, at, stated());
      return;
    case 'move': {
      const from = pointer('from');
      if (path.length > from.length && from.every((one, index) => path[index] === one))
        throw fault('cannot move a value into itself');
      return add(holder, path, remove(holder, from, at), at);
    }
    case 'copy':
      return add(holder, path, structuredCopy(find(holder, pointer('from'), at)), at);
    case 'test':
      if (!isEqual(find(holder, path, at), stated())) {
        throw new FhirError(
          'processing',
          `patch operation ${at}: the value at ${String(operation!['path'])} is another one`,
        );
      }
      return;
    default:
      throw fault(`there is no operation "${String(operation!['op'])}"`);
  }
}

/** A copy that shares nothing; numbers with their digits are immutable. */
function structuredCopy(value: Json): Json {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (typeof value !== 'object' || value === null || digitsOf(value) !== undefined) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structuredCopy(inner)]));
}

const missing = (path: readonly string[], at: number): FhirError =>
  new FhirError('processing', `patch operation ${at}: there is nothing at /${path.slice(1).join('/')}`);

function find(holder: JsonObject, path: readonly string[], at: number): Json {
  let value: Json | undefined = holder;
  for (const token of path) {
    if (Array.isArray(value)) value = /^(?:0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined;
    else {
      const object: JsonObject | undefined = digitsOf(value) === undefined ? objectOf(value) : undefined;
      value = object !== undefined && Object.hasOwn(object, token) ? object[token] : undefined;
    }
    if (value === undefined) throw missing(path, at);
  }
  return value;
}

function add(holder: JsonObject, path: readonly string[], value: Json, at: number): void {
  const parent = find(holder, path.slice(0, -1), at);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : /^(?:0|[1-9]\d*)$/.test(last) ? Number(last) : -1;
    if (index < 0 || index > parent.length) throw missing(path, at);
    parent.splice(index, 0, value);
    return;
  }
  const object = digitsOf(parent) === undefined ? objectOf(parent) : undefined;
  if (object === undefined || last === '__proto__') throw missing(path, at);
  object[last] = value;
}

/** Takes the value away, or puts `instead` in its place; gives what was there. */
function remove(holder: JsonObject, path: readonly string[], at: number, instead?: Json): Json {
  const old = find(holder, path, at);
  const parent = find(holder, path.slice(0, -1), at);
  const last = path.at(-1)!;
  if (Array.isArray(parent)) {
    if (instead === undefined) parent.splice(Number(last), 1);
    else parent[Number(last)] = instead;
  } else if (instead === undefined) delete (parent as JsonObject)[last];
  else (parent as JsonObject)[last] = instead;
  return old;
}

function isEqual(one: Json, two: Json): boolean {
  const [digits, others] = [digitsOf(one), digitsOf(two)];
  if (digits !== undefined || others !== undefined)
    return digits !== undefined && others !== undefined && Number(digits) === Number(others);
  if (Array.isArray(one) || Array.isArray(two)) {
    return (
      Array.isArray(one) &&
      Array.isArray(two) &&
      one.length === two.length &&
      one.every((item, index) => isEqual(item, two[index]!))
    );
  }
  const [left, right] = [objectOf(one), objectOf(two)];
  if (left === undefined || right === undefined) return one === two;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isEqual(left[key]!, right[key]!))
  );
}
