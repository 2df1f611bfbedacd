/** Random resources with many, single and no values to sort by, and the order that FHIR asks for. https://hl7.org/fhir/R4B/search.html#sort */
import fc from 'fast-check';
import { foldText, type Hash, resourceKey, stringPrefixLength } from '../../src/search/index-rows.ts';

type Value = string | number | bigint;

/** A search parameter to sort by: values that it may have, how a resource states them, and what they are compared by. */
interface Sortable {
  pool: readonly string[];
  most: number;
  put(values: readonly string[]): Record<string, unknown>;
  value(text: string, hash: Hash): Value;
}

export interface Kind {
  type: string;
  base: Record<string, unknown>;
  sorts: Record<string, Sortable>;
}

const alike = 'x'.repeat(70);
const address = `https://example.org/${'y'.repeat(190)}`;
const dates = ['1990', '1990-01', '1990-01-01', '1985-05-05', '2001-02'];
const code = { coding: [{ system: 'urn:s', code: 'c' }] };

export const kinds: readonly Kind[] = [
  {
    type: 'Patient',
    base: {},
    sorts: {
      given: {
        pool: ['Anna', 'bo', 'Éva', 'zoe', `${alike}1`, `${alike}2`],
        most: 3,
        put: (values) => ({ name: values.map((given) => ({ given: [given] })) }),
        value: (text) => foldText(text).slice(0, stringPrefixLength),
      },
      birthdate: {
        pool: dates,
        most: 1,
        put: ([birthDate]) => ({ birthDate }),
        value: (text) => Date.parse(text),
      },
      identifier: {
        pool: ['a', 'B', 'b', 'a1', `${alike}1`, `${alike}2`],
        most: 3,
        put: (values) => ({ identifier: values.map((value) => ({ system: 'urn:i', value })) }),
        value: (text) => text.slice(0, 32),
      },
      'general-practitioner': {
        pool: ['Practitioner/a', 'Practitioner/b', 'Practitioner/c'],
        most: 2,
        put: (values) => ({ generalPractitioner: values.map((reference) => ({ reference })) }),
        value: (text, hash) => BigInt(hash(text)),
      },
      _source: {
        pool: ['urn:a', 'urn:b', 'https://example.org', `${address}1`, `${address}2`],
        most: 1,
        put: ([source]) => ({ meta: { source } }),
        value: (text) => text.slice(0, 200),
      },
    },
  },
  {
    type: 'Observation',
    base: { status: 'final', code },
    sorts: {
      'component-value-quantity': {
        pool: ['1', '2', '3', '40'],
        most: 3,
        put: (values) => ({
          component: values.map((value) => ({
            code,
            valueQuantity: { value: Number(value), system: 'http://unitsofmeasure.org', code: 'mg' },
          })),
        }),
        value: Number,
      },
      date: {
        pool: dates,
        most: 1,
        put: ([effectiveDateTime]) => ({ effectiveDateTime }),
        value: (text) => Date.parse(text),
      },
      category: {
        pool: ['lab', 'vital', 'other'],
        most: 2,
        put: (values) => ({ category: values.map((one) => ({ coding: [{ code: one }] })) }),
        value: (text) => text,
      },
    },
  },
  {
    type: 'RiskAssessment',
    base: { status: 'final', subject: { reference: 'Patient/a' } },
    sorts: {
      probability: {
        pool: ['0.1', '0.2', '0.3', '0.9'],
        most: 3,
        put: (values) => ({ prediction: values.map((value) => ({ probabilityDecimal: Number(value) })) }),
        value: Number,
      },
    },
  },
  {
    type: 'Composition',
    base: { status: 'final', type: code, date: '2020', author: [{ display: 'a' }], title: 't' },
    sorts: {
      period: {
        pool: dates,
        most: 3,
        put: (values) => ({ event: values.map((start) => ({ period: { start } })) }),
        value: (text) => Date.parse(text),
      },
      title: {
        pool: ['t', 'T', 'u'],
        most: 1,
        put: ([title]) => (title === undefined ? {} : { title }),
        value: foldText,
      },
    },
  },
];

/** What one resource states: values of each sort, and whether it has the tag that searches ask for. */
export interface Stated {
  values: Record<string, readonly string[]>;
  isTagged: boolean;
}

export function statedArbitrary({ sorts }: Kind): fc.Arbitrary<Stated> {
  const values = Object.fromEntries(
    Object.entries(sorts).map(([name, { pool, most }]) => [
      name,
      fc.uniqueArray(fc.constantFrom(...pool), { maxLength: most }),
    ]),
  );
  return fc.record({ values: fc.record(values), isTagged: fc.boolean() });
}

export function resourceOf({ type, base, sorts }: Kind, id: string, { values, isTagged }: Stated): object {
  const parts = Object.entries(sorts).flatMap(([name, { put }]) =>
    values[name]!.length === 0 ? [] : [put(values[name]!)],
  );
  const resource: Record<string, unknown> = Object.assign({ resourceType: type, id, ...base }, ...parts);
  if (!isTagged) return resource;
  return { ...resource, meta: { ...(resource['meta'] as object | undefined), tag: [{ system: 'urn:t', code: 'x' }] } };
}

export interface Order {
  by: string;
  descending: boolean;
}

/** A resource as it is known to be stored. */
export interface Known extends Stated {
  id: string;
  updated: number;
}

/** Ids in the order that is asked for: those without a value last, ties by key. */
export function sorted(kind: Kind, all: readonly Known[], orders: readonly Order[], hash: Hash): string[] {
  const rows = all.map((one) => ({
    id: one.id,
    key: BigInt(resourceKey(hash, kind.type, one.id)),
    values: orders.map((order) => valueAt(kind, one, order, hash)),
  }));
  const tie = orders.length === 1 && orders[0]!.descending ? -1 : 1;
  rows.sort((one, two) => {
    for (const [at, { descending }] of orders.entries()) {
      const [x, y] = [one.values[at], two.values[at]];
      if (x === y) continue;
      if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
      return (x < y ? -1 : 1) * (descending ? -1 : 1);
    }
    return (one.key < two.key ? -1 : 1) * tie;
  });
  return rows.map(({ id }) => id);
}

/** The smallest value of a resource, descending the greatest. */
function valueAt(kind: Kind, one: Known, { by, descending }: Order, hash: Hash): Value | undefined {
  if (by === '_id') return one.id;
  if (by === '_lastUpdated') return one.updated;
  const { value } = kind.sorts[by]!;
  const stated =
    kind.type === 'Composition' && by === 'title' && one.values[by]!.length === 0 ? ['t'] : one.values[by]!;
  const values = stated.map((text) => value(text, hash));
  if (values.length === 0) return undefined;
  return values.reduce((best, next) => ((descending ? next > best : next < best) ? next : best));
}
