/** Reads what the catalogue shows of a data set: its record, the summary of its content, and where it lies. See docs/reference/content-summary.md */
import { type Stated, statedOf } from '../../../src/fair/stated.ts';
import type { CountAnswer } from '../../../src/federation/client/index.ts';
import { canonical } from '../../../src/fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../src/fhir/json.ts';
import { parseReference } from '../../../src/fhir/reference.ts';
import type { Json } from '../server/fhir.ts';

export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly publisher: string | undefined;
  readonly description: string | undefined;
  readonly date: string | undefined;
  readonly stated: Stated;
  /** as told by its summary; absent where there is none */
  readonly patients: CountAnswer | undefined;
  readonly period: { readonly start?: string; readonly end?: string } | undefined;
  /** name or host of the server that holds the data */
  readonly server: string | undefined;
  readonly summary: JsonObject | undefined;
}

export interface Page {
  /** how many stand before it */
  readonly before: number;
  readonly entries: readonly Entry[];
  readonly total: number | undefined;
  /** links of the server */
  readonly next: string | undefined;
  readonly previous: string | undefined;
  /** what the server passed over */
  readonly warnings: readonly string[];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

export function readPage(bundle: Json, base: string, before = 0): Page {
  const body = bundle as JsonObject;
  const entries = objectsOf(body['entry']);
  const resources = objectsOf(entries.map((one) => one['resource'] ?? null));
  const ofType = (type: string): JsonObject[] => resources.filter((one) => one['resourceType'] === type);
  const links = new Map(objectsOf(body['link']).map((one) => [text(one['relation']), text(one['url'])]));
  const libraries = ofType('Library');
  const { bySet, endpoints } = readSummaries(bundle, base);
  const matches = entries.filter((one) => objectOf(one['search'])?.['mode'] !== 'include');
  // Where summaries were searched, their order is that of the data sets.
  const isBySummary = matches.some((one) => objectOf(one['resource'])?.['resourceType'] === 'MeasureReport');
  const byId = new Map(libraries.map((one) => [text(one['id']), one]));
  const ordered = isBySummary
    ? [...bySet.keys()].map((id) => byId.get(id)).filter((one) => one !== undefined)
    : libraries;
  const total = body['total'];
  return {
    before,
    entries: ordered.map((one) => entryOf(one, bySet.get(text(one['id'])), endpoints, base)),
    total: typeof total === 'number' ? total : undefined,
    next: links.get('next'),
    previous: links.get('previous') ?? links.get('prev'),
    warnings: ofType('OperationOutcome').flatMap((one) =>
      objectsOf(one['issue']).flatMap((issue) => text(issue['diagnostics']) ?? []),
    ),
  };
}

export interface Summaries {
  /** by the id of the data set */
  readonly bySet: ReadonlyMap<string | undefined, JsonObject>;
  readonly endpoints: ReadonlyMap<string | undefined, JsonObject>;
}

export function readSummaries(bundle: Json, base: string): Summaries {
  const entries = objectsOf((bundle as JsonObject)['entry']);
  const resources = objectsOf(entries.map((one) => one['resource'] ?? null));
  const ofType = (type: string): JsonObject[] => resources.filter((one) => one['resourceType'] === type);
  const summaries = ofType('MeasureReport').filter((one) => one['measure'] === canonical.contentSummaryMeasure);
  return {
    bySet: new Map(summaries.map((one) => [dataSetOf(one, base), one])),
    endpoints: new Map(ofType('Endpoint').map((one) => [text(one['id']), one])),
  };
}

/** The entry with what its summary tells, where it came later. */
export function withSummary(entry: Entry, { bySet, endpoints }: Summaries): Entry {
  const summary = bySet.get(entry.id);
  if (summary === undefined || entry.summary !== undefined) return entry;
  return {
    ...entry,
    summary,
    patients: patientsOf(summary),
    period: periodOf(objectOf(summary['period'])) ?? entry.period,
    server: serverOf(summary, endpoints) ?? entry.server,
  };
}

const extensionOf = (resource: JsonObject, url: string): JsonObject | undefined =>
  objectsOf(resource['extension']).find((one) => one['url'] === url);

/** Id of the data set that a summary is of, at the server that gave it. */
function dataSetOf(report: JsonObject, base: string): string | undefined {
  const reference = text(objectOf(extensionOf(report, canonical.summaryDataSet)?.['valueReference'])?.['reference']);
  const parsed = parseReference(reference ?? '');
  return parsed?.type === 'Library' && (parsed.base === undefined || parsed.base === base) ? parsed.id : undefined;
}

function entryOf(
  library: JsonObject,
  summary: JsonObject | undefined,
  endpoints: ReadonlyMap<string | undefined, JsonObject>,
  base: string,
): Entry {
  const id = text(library['id']) ?? '';
  const [period, effective] = [objectOf(summary?.['period']), objectOf(library['effectivePeriod'])];
  return {
    id,
    title: text(library['title']) ?? text(library['name']) ?? id,
    publisher: text(library['publisher']),
    description: text(library['description']),
    date: text(library['date']),
    stated: statedOf(library, `${base}/Library/${id}`),
    patients: summary === undefined ? undefined : patientsOf(summary),
    period: periodOf(period) ?? periodOf(effective),
    server: summary === undefined ? sourceOf(library) : (serverOf(summary, endpoints) ?? sourceOf(library)),
    summary,
  };
}

function periodOf(period: JsonObject | undefined): Entry['period'] {
  const [start, end] = [text(period?.['start']), text(period?.['end'])];
  if (start === undefined && end === undefined) return undefined;
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

/** As the summary tells it: rounded by its rules, or only that there are some. */
function patientsOf(summary: JsonObject): CountAnswer {
  const disclosure = objectsOf(extensionOf(summary, canonical.countDisclosure)?.['extension']);
  const said = (url: string): number | undefined => {
    const value = disclosure.find((one) => one['url'] === url)?.['valueInteger'];
    return typeof value === 'number' ? value : undefined;
  };
  const patients = extensionOf(summary, canonical.summaryPatients)?.['valueInteger'];
  const [threshold, rounding] = [said('threshold'), said('rounding')];
  const more = {
    ...(threshold === undefined ? {} : { threshold }),
    ...(rounding === undefined ? {} : { rounding }),
  };
  return typeof patients === 'number' ? { state: 'counted', patients, ...more } : { state: 'exists', ...more };
}

function serverOf(summary: JsonObject, endpoints: ReadonlyMap<string | undefined, JsonObject>): string | undefined {
  const reference = objectOf(extensionOf(summary, canonical.endpoint)?.['valueReference']);
  const endpoint = endpoints.get(parseReference(text(reference?.['reference']) ?? '')?.id);
  const address = text(endpoint?.['address']) ?? text(objectOf(reference?.['identifier'])?.['value']);
  return text(endpoint?.['name']) ?? (address === undefined ? undefined : hostOf(address));
}

/** Of a record that was taken over: the server where it was made. */
function sourceOf(library: JsonObject): string | undefined {
  const hop = text(extensionOf(library, canonical.hop)?.['valueUrl']);
  return hop === undefined ? undefined : hostOf(hop);
}

function hostOf(address: string): string {
  try {
    return new URL(address).host;
  } catch {
    return address.slice(0, 100);
  }
}
