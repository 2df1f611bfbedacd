/** What a method of de-identification is: a record from which checks, effects, tests and the reference are made. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import type { Json, JsonObject } from '../../../fhir/json.ts';

/** What was done to the data, of http://terminology.hl7.org/CodeSystem/v3-ObservationValue */
export type Label = 'REDACTED' | 'ABSTRED' | 'MASKED' | 'PSEUDED';

/** What one release of a resource knows beside the value. */
export interface Release {
  /** 128 bits in hexadecimal, the same for the same text of the same domain and project */
  pseudonym(domain: string, text: string): string;
  /** The same, shaped as `urn:uuid:`. */
  pseudonymUrn(domain: string, text: string): string;
  /** by how many of at most `most` days the dates of this person move; undefined when the resource is of nobody or of several */
  daysWithin(most: number): number | undefined;
  /** the text of a reference as it may leave; undefined when it may not */
  reference(text: string): string | undefined;
  /** the year that it is */
  year: number;
}

/** Where a value stands. */
interface Place {
  /** FHIR type of the value */
  type: string;
  /** JSON name of the element */
  name: string;
  /** codes of the required binding, if the definitions state them in full */
  codes: ReadonlySet<string> | undefined;
}

/** The value that leaves instead; undefined when none may. */
export type Change = (value: Json, place: Place, parent: JsonObject | undefined, release: Release) => Json | undefined;

interface Setting {
  summary: string;
  isValid(value: Json): boolean;
}

/** Settings, a value and what becomes of it; the tests run them and the reference shows them. */
interface Example {
  settings: JsonObject;
  type: string;
  value: Json;
  becomes: Json | undefined;
}

export interface Method {
  name: string;
  summary: string;
  label: Label | undefined;
  /** FHIR types whose values it can change */
  types: readonly string[] | 'any';
  settings: Readonly<Record<string, Setting>>;
  /** The change for values of `types`, or why there is none. `settings` are known and valid one by one. */
  compile(settings: JsonObject, types: readonly string[], path: string): Change | string;
  examples: readonly Example[];
}

/** Types that are Quantity with narrower rules: what is said of Quantity holds for them. */
const quantities = new Set(['Age', 'Count', 'Distance', 'Duration', 'SimpleQuantity', 'MoneyQuantity']);

/** Whether a value of `type` is one of `wanted`. */
export function isOfType(type: string, wanted: string): boolean {
  return type === wanted || (wanted === 'Quantity' && quantities.has(type));
}

export function appliesTo({ types }: Method, type: string): boolean {
  return types === 'any' || types.some((one) => isOfType(type, one));
}

export const isText = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';

export const isOneOf = (...texts: readonly string[]): ((value: Json) => boolean) => {
  return (value) => typeof value === 'string' && texts.includes(value);
};

export const isWhole = (least: number, most: number): ((value: Json) => boolean) => {
  return (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
};
