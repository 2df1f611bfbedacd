/** Applies FHIRPath Patch: a Parameters resource of operations. https://hl7.org/fhir/R4B/fhirpatch.html */
import type { Definitions, ElementModel } from '../definitions/model.ts';
import { digitsOf, parseLosslessObject } from '../format/lossless.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../json.ts';
import { FhirError } from '../outcome.ts';
import { type Location, locate } from '../path/interpret.ts';

const mostOperations = 1000;

/** One operation, its parts by name. */
interface Operation {
  type: string;
  path: string;
  parts: ReadonlyMap<string, JsonObject>;
  at: number;
}

/** The patched JSON text. `patch` is a Parameters resource with its digits kept. */
export function applyFhirPathPatch(text: string, patch: JsonObject, definitions: Definitions): string {
  if (patch['resourceType'] !== 'Parameters') {
    throw new FhirError('invalid', 'a FHIRPath Patch is a Parameters resource', { expression: 'resourceType' });
  }
  const resource = parseLosslessObject(text);
  const operations = objectsOf(patch['parameter']).filter((one) => one['name'] === 'operation');
  if (operations.length > mostOperations)
    throw new FhirError('too-costly', `a patch may have ${mostOperations} operations`);
  for (const [at, operation] of operations.entries())
    new Patcher(resource, definitions, operationOf(operation, at)).apply();
  return JSON.stringify(resource);
}

function operationOf(parameter: JsonObject, at: number): Operation {
  const parts = new Map(objectsOf(parameter['part']).map((part) => [String(part['name']), part]));
  const type = String(parts.get('type')?.['valueCode'] ?? '');
  const path = parts.get('path')?.['valueString'];
  if (typeof path !== 'string' || path === '') throw new FhirError('invalid', `patch operation ${at}: it needs a path`);
  return { type, path, parts, at };
}

class Patcher {
  readonly #resource: JsonObject;
  readonly #definitions: Definitions;
  readonly #operation: Operation;

  constructor(resource: JsonObject, definitions: Definitions, operation: Operation) {
    this.#resource = resource;
    this.#definitions = definitions;
    this.#operation = operation;
  }

  apply(): void {
    switch (this.#operation.type) {
      case 'add':
        return this.#add();
      case 'insert':
        return this.#insert();
      case 'delete':
        return this.#delete();
      case 'replace':
        return this.#replace();
      case 'move':
        return this.#move();
      default:
        throw this.#fault(
          `there is no type "${this.#operation.type}"; there are add, insert, delete, replace and move`,
        );
    }
  }

  #fault(diagnostics: string, code: 'invalid' | 'processing' = 'invalid'): FhirError {
    return new FhirError(code, `patch operation ${this.#operation.at} (${this.#operation.path}): ${diagnostics}`);
  }

  #locate(): Location[] {
    try {
      // `div` is a word of FHIRPath too.
      return locate(
        this.#operation.path.replace(/\.div\b/g, '.`div`'),
        plainCopy(this.#resource) as JsonObject,
        this.#definitions,
      );
    } catch (error) {
      throw this.#fault(`the path cannot be evaluated: ${(error as Error).message.slice(0, 200)}`);
    }
  }

  #one(): Location {
    const found = this.#locate();
    if (found.length !== 1) throw this.#fault(`it must lead to one element, not ${found.length}`, 'processing');
    return found[0]!;
  }

  #at(location: Location): Json {
    return location.reduce((value: Json, step) => (value as JsonObject)[step as string]!, this.#resource);
  }

  /** The name of the type at a place, so that a value is put where its element belongs. */
  #typeAt(location: Location): string {
    let type = String(this.#resource['resourceType']);
    let value: Json = this.#resource;
    for (const step of location) {
      value = (value as JsonObject)[step as string]!;
      if (typeof step === 'number') continue;
      type = this.#definitions.types[type]?.elements[step]?.type ?? type;
      if (type === 'Resource') type = String(objectOf(value)?.['resourceType']);
    }
    return type;
  }

  #add(): void {
    const name = this.#operation.parts.get('name')?.['valueString'];
    if (typeof name !== 'string') throw this.#fault('add needs the name of the element');
    const location = this.#one();
    const parent = objectOf(this.#at(location));
    if (parent === undefined) throw this.#fault('a value without elements cannot be added to', 'processing');
    const type = this.#typeAt(location);
    const [json, element, value] = this.#valueFor(type, name);
    if (element.max === 1) {
      if (parent[json] !== undefined) throw this.#fault(`${name} is there already and may stand once`, 'processing');
      parent[json] = value;
    } else parent[json] = [...((parent[json] as Json[] | undefined) ?? []), value]; // a list by its definition
  }

  /** The JSON name, the model and the stated value of the element `name` of `type`. */
  #valueFor(type: string, name: string): [string, ElementModel, Json] {
    const elements = this.#definitions.types[type]?.elements ?? {};
    const part = this.#operation.parts.get('value');
    if (part === undefined) throw this.#fault('it needs a value');
    const stated = Object.keys(part).find((key) => key.startsWith('value'));
    if (stated === undefined) {
      const element = elements[name];
      if (element === undefined) throw this.#fault(`${type} has no element ${name}`);
      return [name, element, this.#anonymous(part, element.type)];
    }
    const suffix = stated.slice('value'.length);
    const json = Object.hasOwn(elements, name) ? name : `${name}${suffix}`;
    const element = elements[json];
    if (element === undefined) throw this.#fault(`${type} has no element ${name} that could be a ${suffix}`);
    return [json, element, part[stated]!];
  }

  /** A backbone element has no type of its own: its parts are its elements. */
  #anonymous(part: JsonObject, type: string): Json {
    const elements = this.#definitions.types[type]?.elements ?? {};
    const object: JsonObject = {};
    for (const inner of objectsOf(part['part'])) {
      const name = String(inner['name']);
      const stated = Object.keys(inner).find((key) => key.startsWith('value'));
      const json =
        Object.hasOwn(elements, name) || stated === undefined ? name : `${name}${stated.slice('value'.length)}`;
      const element = elements[json];
      if (element === undefined) throw this.#fault(`${type} has no element ${name}`);
      const value = stated === undefined ? this.#anonymous(inner, element.type) : inner[stated]!;
      if (element.max === 1) object[json] = value;
      else object[json] = [...((object[json] as Json[] | undefined) ?? []), value];
    }
    return object;
  }

  #integer(name: string): number {
    const digits = digitsOf(this.#operation.parts.get(name)?.['valueInteger']);
    if (digits === undefined) throw this.#fault(`it needs ${name}, an integer`);
    return Number(digits);
  }

  /** The list that the path names, by what its items have in common. */
  #list(): { list: Json[]; parent: JsonObject; name: string; type: string } {
    const found = this.#locate();
    const [first] = found;
    if (first === undefined || typeof first.at(-1) !== 'number')
      throw this.#fault('it must lead to a list', 'processing');
    const place = first.slice(0, -1);
    if (found.some((one) => one.slice(0, -1).join('/') !== place.join('/')))
      throw this.#fault('it leads to several lists', 'processing');
    const parentPlace = place.slice(0, -1);
    const name = String(place.at(-1));
    return {
      list: this.#at(place) as Json[],
      parent: this.#at(parentPlace) as JsonObject,
      name,
      type: this.#typeAt(parentPlace),
    };
  }

  #insert(): void {
    const { list, name, type } = this.#list();
    const index = this.#integer('index');
    if (index < 0 || index > list.length)
      throw this.#fault(`index ${index} is outside the list of ${list.length}`, 'processing');
    const [, , value] = this.#valueFor(type, name);
    list.splice(index, 0, value);
  }

  #move(): void {
    const { list } = this.#list();
    const [source, destination] = [this.#integer('source'), this.#integer('destination')];
    if ([source, destination].some((one) => one < 0 || one >= list.length)) {
      throw this.#fault(`source and destination must lie in the list of ${list.length}`, 'processing');
    }
    const [item] = list.splice(source, 1);
    list.splice(destination, 0, item!);
  }

  /** Deleting what is not there is no error. */
  #delete(): void {
    const found = this.#locate();
    if (found.length === 0) return;
    if (found.length > 1) throw this.#fault(`it must lead to one element, not ${found.length}`, 'processing');
    const location = found[0]!;
    const step = location.at(-1);
    if (step === undefined) throw this.#fault('the resource itself cannot be deleted by a patch');
    const parent = this.#at(location.slice(0, -1));
    if (!Array.isArray(parent)) {
      delete (parent as JsonObject)[step as string];
      delete (parent as JsonObject)[`_${step}`];
      this.#prune(location.slice(0, -1));
      return;
    }
    parent.splice(step as number, 1);
    const owner = this.#at(location.slice(0, -2)) as JsonObject;
    const name = String(location.at(-2));
    const siblings = owner[`_${name}`];
    if (Array.isArray(siblings)) siblings.splice(step as number, 1);
    if (parent.length > 0) return;
    delete owner[name];
    this.#prune(location.slice(0, -2));
  }

  /** An element from which all was deleted is no element. */
  #prune(location: Location): void {
    if (location.length === 0 || Object.keys(this.#at(location) as JsonObject).length > 0) return;
    const step = location.at(-1)!;
    const parent = this.#at(location.slice(0, -1));
    if (!Array.isArray(parent)) {
      delete (parent as JsonObject)[step];
      this.#prune(location.slice(0, -1));
      return;
    }
    parent.splice(step as number, 1);
    if (parent.length > 0) return;
    delete (this.#at(location.slice(0, -2)) as JsonObject)[location.at(-2)!];
    this.#prune(location.slice(0, -2));
  }

  #replace(): void {
    const location = this.#one();
    const step = location.at(-1);
    if (step === undefined) throw this.#fault('the resource itself cannot be replaced by a patch');
    if (typeof step === 'number') {
      const [, , value] = this.#valueFor(this.#typeAt(location.slice(0, -2)), String(location.at(-2)));
      (this.#at(location.slice(0, -1)) as Json[])[step] = value;
      return;
    }
    const place = location.slice(0, -1);
    const type = this.#typeAt(place);
    const element = this.#definitions.types[type]?.elements[step];
    const [json, , value] = this.#valueFor(type, element?.choice ?? step);
    const parent = this.#at(place) as JsonObject;
    if (json !== step) delete parent[step];
    parent[json] = value;
  }
}

/** The FHIRPath engine wants numbers, not their digits. */
function plainCopy(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
