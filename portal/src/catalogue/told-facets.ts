/** Reads the answer of `$facets`. See docs/reference/facets.md */
import { type JsonObject, objectOf, objectsOf } from '../../../src/fhir/json.ts';
import type { Json } from '../server/fhir.ts';

export interface ToldValue {
  /** what the criterion is to say */
  readonly search: string;
  readonly code: string;
  readonly system: string | undefined;
  readonly display: string | undefined;
  readonly count: number;
}

export interface ToldFacet {
  readonly name: string;
  readonly values: readonly ToldValue[];
  /** values that were left out */
  readonly more: number;
}

export interface ToldFacets {
  readonly total: number;
  readonly facets: ReadonlyMap<string, ToldFacet>;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

export function readFacets(body: Json): ToldFacets {
  const parts = objectsOf((body as JsonObject)['parameter']);
  const facets = parts.filter((one) => one['name'] === 'facet').map(facetOf);
  return {
    total: number(parts.find((one) => one['name'] === 'total')?.['valueInteger']),
    facets: new Map(facets.map((one) => [one.name, one])),
  };
}

function facetOf(parameter: JsonObject): ToldFacet {
  const parts = objectsOf(parameter['part']);
  const named = (name: string): JsonObject | undefined => parts.find((one) => one['name'] === name);
  return {
    name: text(named('name')?.['valueCode']) ?? '',
    more: number(named('more')?.['valueInteger']),
    values: parts.filter((one) => one['name'] === 'value').map(readValue),
  };
}

function readValue(parameter: JsonObject): ToldValue {
  const parts = objectsOf(parameter['part']);
  const named = (name: string): JsonObject | undefined => parts.find((one) => one['name'] === name);
  const value = named('value');
  const coding = objectOf(value?.['valueCoding']) ?? objectOf(value?.['valueReference']);
  const code = text(coding?.['code']) ?? text(coding?.['reference']) ?? text(value?.['valueString']) ?? '';
  return {
    code,
    system: text(coding?.['system']),
    display: text(coding?.['display']),
    count: number(named('count')?.['valueInteger']),
    search: text(named('search')?.['valueString']) ?? code,
  };
}
