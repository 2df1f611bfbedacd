/** Reads a content summary back: what a data set holds, in numbers as told. See docs/reference/content-summary.md */
import { canonical } from '../../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../fhir/json.ts';
import { textIn } from '../assessment/element.ts';

/** A code, a sex or a band of ages, with how many persons have it; without a number where only that there are any is told. */
interface Told {
  code: string;
  system?: string;
  display?: string;
  patients?: number;
}

/** Share of the resources that have the element. */
interface Completeness {
  /** such as `Observation.value` */
  element: string;
  percent: number;
}

interface TypeContent {
  type: string;
  patients?: number;
  resources?: number;
  /** most persons first, as the summary lists them */
  codes: readonly Told[];
  completeness: readonly Completeness[];
  /** not all codes are named */
  isPartial: boolean;
}

export interface DataSetContent {
  /** when it was published, an instant */
  date?: string;
  /** first and last year of the data */
  period?: { start?: string; end?: string };
  patients?: number;
  /** what fewer persons have is not named */
  threshold?: number;
  /** numbers are multiples of it */
  rounding?: number;
  /** numbers are told; else only what there is */
  isCounted: boolean;
  ages: readonly Told[];
  sexes: readonly Told[];
  types: readonly TypeContent[];
}

/** A band of ages as people read it: `20–24`, `90+`. */
export const ageText = (code: string): string =>
  code.endsWith('-') ? `${code.slice(0, -1)}+` : code.replace('-', '–');

/** What the summary tells. What is missing in it is missing here: nothing is guessed. */
export function contentOf(report: JsonObject): DataSetContent {
  const extensions = objectsOf(report['extension']);
  const disclosure = objectsOf(extensions.find(({ url }) => url === canonical.countDisclosure)?.['extension']);
  const limit = (url: string): number | undefined =>
    numberOf(disclosure.find((one) => one['url'] === url)?.['valueInteger']);
  const partial = new Set(
    extensions.filter(({ url }) => url === canonical.summaryPartial).map((one) => one['valueCode']),
  );
  const groups = objectsOf(report['group']);
  const persons = groups.find((one) => codeIn(one['code']) === 'patients');
  const stated = numberOf(extensions.find(({ url }) => url === canonical.summaryPatients)?.['valueInteger']);
  const date = textIn(report, 'date');
  return {
    ...(date === undefined ? {} : { date }),
    ...optional('period', periodOf(objectOf(report['period']))),
    ...optional('patients', stated ?? populationOf(persons, 'initial-population')),
    ...optional('threshold', limit('threshold')),
    ...optional('rounding', limit('rounding')),
    isCounted: disclosure.find((one) => one['url'] === 'granularity')?.['valueCode'] !== 'exists',
    ages: strataOf(persons, 'age').map(toldOf),
    sexes: strataOf(persons, 'sex').map(toldOf),
    types: groups.filter((one) => one !== persons).flatMap((one) => typeOf(one, partial)),
  };
}

const optional = <T>(name: string, value: T | undefined): Record<string, T> =>
  value === undefined ? {} : { [name]: value };

const numberOf = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

function periodOf(period: JsonObject | undefined): DataSetContent['period'] {
  const [start, end] = [textIn(period, 'start'), textIn(period, 'end')];
  if (start === undefined && end === undefined) return undefined;
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

/** A concept, or a list of them as some FHIR versions have it. */
function codingIn(value: Json | undefined): JsonObject | undefined {
  const concept = Array.isArray(value) ? objectsOf(value)[0] : objectOf(value);
  return objectsOf(concept?.['coding'])[0];
}

const codeIn = (value: Json | undefined): string | undefined => textIn(codingIn(value), 'code');

function populationOf(holder: JsonObject | undefined, code: string): number | undefined {
  const found = objectsOf(holder?.['population']).find((one) => codeIn(one['code']) === code);
  return numberOf(found?.['count']);
}

const strataOf = (group: JsonObject | undefined, code: string): JsonObject[] =>
  objectsOf(group?.['stratifier'])
    .filter((one) => codeIn(one['code']) === code)
    .flatMap((one) => objectsOf(one['stratum']));

const codeOfStratum = (stratum: JsonObject): JsonObject | undefined =>
  codingIn(stratum['value']) ?? codingIn(stratum['valueCodeableConcept']);

function toldOf(stratum: JsonObject): Told {
  const coding = codeOfStratum(stratum);
  return {
    code: textIn(coding, 'code') ?? '',
    ...optional('system', textIn(coding, 'system')),
    ...optional('display', textIn(coding, 'display')),
    ...optional('patients', populationOf(stratum, 'initial-population')),
  };
}

function typeOf(group: JsonObject, partial: ReadonlySet<Json | undefined>): TypeContent[] {
  const type = codeIn(group['code']);
  if (type === undefined) return [];
  return [
    {
      type,
      ...optional('patients', populationOf(group, 'initial-population')),
      ...optional('resources', populationOf(group, 'resources')),
      codes: strataOf(group, 'code')
        .map(toldOf)
        .filter(({ code }) => code !== ''),
      completeness: strataOf(group, 'completeness').flatMap(completenessOf),
      isPartial: partial.has(type),
    },
  ];
}

function completenessOf(stratum: JsonObject): Completeness[] {
  const element = textIn(codeOfStratum(stratum), 'code');
  const score = stratum['measureScoreQuantity'] ?? stratum['measureScore'];
  const percent = numberOf(objectOf(score)?.['value']);
  return element === undefined || percent === undefined ? [] : [{ element, percent }];
}

/** What the summary of a data set may be identified by: an identifier of the data set, with an ending. */
export function summaryIdentifiers(library: JsonObject): string[] {
  const url = textIn(library, 'url');
  const values = objectsOf(library['identifier']).flatMap((one) => {
    const value = textIn(one, 'value');
    const system = textIn(one, 'system');
    if (value === undefined) return [];
    return [system === undefined || system === canonical.uri ? value : `${system}|${value}`];
  });
  return [...new Set([...values, ...(url === undefined ? [] : [url])])].map((one) => `${one}/content-summary`);
}
