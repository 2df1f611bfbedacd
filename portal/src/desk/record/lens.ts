/** Reads and writes one part of a data set's record and leaves everything else as it stands. https://hl7.org/fhir/R4B/library.html */
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../../src/fhir/json.ts';

/** `write(record, read(record))` is the record; `read(write(record, value))` is the value, where the value can be stated. */
export interface Lens<T> {
  read(record: JsonObject): T;
  write(record: JsonObject, value: T): JsonObject;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** With the element, or without it where there is nothing to state. */
function withElement(record: JsonObject, name: string, value: Json | undefined): JsonObject {
  if (value !== undefined && !(Array.isArray(value) && value.length === 0)) return { ...record, [name]: value };
  const { [name]: _, ...rest } = record;
  return rest;
}

/** A primitive element; an empty text states nothing. Extensions beside it go with it when it goes. */
export const text = (name: string): Lens<string> => ({
  read: (record) => (typeof record[name] === 'string' ? record[name] : ''),
  write(record, value) {
    if (text(name).read(record) === value) return record;
    if (value !== '') return { ...record, [name]: value };
    return withElement(withElement(record, name, undefined), `_${name}`, undefined);
  },
});

/** Part of an object such as a Period. */
export const textWithin = (name: string, part: string): Lens<string> => ({
  read: (record) => text(part).read(objectOf(record[name]) ?? {}),
  write(record, value) {
    const before = objectOf(record[name]) ?? {};
    if (text(part).read(before) === value) return record;
    const after = text(part).write(before, value);
    return withElement(record, name, Object.keys(after).length === 0 ? undefined : after);
  },
});

/** One way of stating a value as an item of a list. */
export interface Item<T> {
  /** whether the item is of this kind at all */
  isOne(item: JsonObject): boolean;
  /** undefined for an item that says more than the value can hold: it is kept as it stands */
  read(item: JsonObject): T | undefined;
  write(value: T): JsonObject;
}

/** An item is understood when writing what was read of it gives it back. */
export function understood<T>(item: JsonObject, as: Item<T>): T | undefined {
  if (!as.isOne(item)) return undefined;
  const value = as.read(item);
  return value !== undefined && equal(as.write(value), item) ? value : undefined;
}

/** Whatever the order of members. */
function equal(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, at) => equal(each, other[at]));
  const [a, b] = [objectOf(one), objectOf(other)];
  if (a === undefined || b === undefined) return one === other;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && equal(a[name], b[name]));
}

/** The items of a list that are of one kind. Others, and those that say more, stay where they are. */
export const items = <T>(name: string, as: Item<T>): Lens<readonly T[]> => ({
  read: (record) => objectsOf(record[name]).flatMap((item) => understood(item, as) ?? []),
  write(record, values) {
    if (same(items(name, as).read(record), values)) return record;
    const before = objectsOf(record[name]);
    const isOurs = before.map((item) => understood(item, as) !== undefined);
    const at = isOurs.indexOf(true);
    const place = at < 0 ? before.length : before.slice(0, at).length;
    const kept = before.filter((_, index) => !isOurs[index]);
    return withElement(record, name, [...kept.slice(0, place), ...values.map(as.write), ...kept.slice(place)]);
  },
});

/** The first of such items, if there is one. */
export function first<T>(list: Lens<readonly T[]>): Lens<T | undefined> {
  return {
    read: (record) => list.read(record)[0],
    write(record, value) {
      const [before, ...others] = list.read(record);
      if (same(before, value)) return record;
      return list.write(record, value === undefined ? others : [value, ...others]);
    },
  };
}
