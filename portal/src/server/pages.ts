/** Reads a search page by page, by the links of the server. https://hl7.org/fhir/R4B/http.html#paging */
import { type JsonObject, objectsOf } from '../../../src/fhir/json.ts';
import { getJson } from './fhir.ts';

export interface Pages {
  readonly resources: readonly JsonObject[];
  /** as the last page that has one states it; undefined where none does */
  readonly total: number | undefined;
  /** whether the server has more pages than were read */
  readonly isCut: boolean;
}

/** `search` is a type with its parameters, `_count` among them. Throws FhirProblem. */
export async function readPages(base: string, search: string, mostPages: number, signal: AbortSignal): Promise<Pages> {
  const resources: JsonObject[] = [];
  let path: string | undefined = search;
  let total: number | undefined;
  for (let pages = 0; path !== undefined && pages < mostPages; pages++) {
    const bundle: JsonObject = (await getJson(base, path, { signal })) as JsonObject; // parsed JSON
    resources.push(...objectsOf(objectsOf(bundle['entry']).map(({ resource = null }) => resource)));
    if (typeof bundle['total'] === 'number') total = bundle['total'];
    const next = objectsOf(bundle['link']).find(({ relation }) => relation === 'next')?.['url'];
    path = typeof next === 'string' ? next : undefined;
  }
  return { resources, total, isCut: path !== undefined };
}
