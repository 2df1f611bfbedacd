/** Finds the data sets that servers describe. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { canonical, granularities } from '../../../fhir/canonical.ts';
import type { CountAnswer, Dataset } from '../answer.ts';
import type { Parameter } from '../count/patient-search.ts';
import type { Question } from '../question/question.ts';
import { pagesOf, queryOf, textOf } from '../server/bundle.ts';
import { problemOf, ServerError } from '../server/fault.ts';
import { releaseOf } from '../server/peer.ts';
import { namesOfDataset, narrowed } from './named.ts';
import { datasetOf } from './record.ts';
import type { Walk } from './walk.ts';

/** A record of a data set, as some server told it. */
export interface Found {
  dataset: Dataset;
  /** of the record */
  date: string;
  /** place of who told it in the order of trust, 0 first */
  rank: number;
  /** the answer, where it need not be asked for */
  known?: CountAnswer;
}

/** What came of asking a server for the data sets that it describes. */
export interface Described {
  records: number;
  failed: boolean;
}

/** Which Libraries describe data sets. */
export const recordParameters: readonly Parameter[] = [
  ['type', `${canonical.libraryType}|asset-collection`],
  ['status', 'active'],
];

/** Gives every data set that the server describes, as soon as its page is there. */
export async function describedBy(
  walk: Walk,
  base: string,
  { datasets }: Question,
  add: (found: Omit<Found, 'rank'>) => void,
): Promise<Described> {
  const searches = await searchesFor(walk, base, datasets?.only);
  const seen = new Set<string>();
  let records = 0;
  const through = async (parameters: readonly Parameter[]): Promise<void> => {
    const query = queryOf('Library', parameters);
    for await (const page of pagesOf(walk.http, 'find', base, query, walk.limits.pages)) {
      for (const { resource } of page) {
        const id = textOf(resource['id']) ?? '';
        if (resource['resourceType'] !== 'Library' || (searches.length > 1 && seen.has(id))) continue;
        seen.add(id);
        records++;
        add({ dataset: datasetOf(resource, base), date: textOf(resource['date']) ?? '' });
      }
    }
  };
  try {
    for (const parameters of searches) await through(parameters);
    return { records, failed: false };
  } catch (error) {
    walk.problem(problemOf(base, 'find', error));
    return { records, failed: true };
  }
}

/** One search of all that it describes, or several of those that are named. */
async function searchesFor(
  walk: Walk,
  base: string,
  only: readonly string[] | undefined,
): Promise<(readonly Parameter[])[]> {
  // The server itself is a data set only if it describes none.
  if (only === undefined || only.includes(base)) return [recordParameters];
  try {
    const narrow = narrowed(only, await walk.peer(base));
    return narrow === undefined ? [recordParameters] : narrow.map((one) => [...recordParameters, ...one]);
  } catch (error) {
    // Whoever does not say what it can do is asked without that, and told of if that fails.
    if (error instanceof ServerError) return [recordParameters];
    throw error;
  }
}

/** A repository that describes no data set is one as a whole. */
export function wholeServer(base: string, name?: string): Dataset {
  return {
    identifier: base,
    title: name ?? base,
    alsoAt: [],
    registry: base,
    repository: base,
    conditions: [],
    types: [],
    extents: [{ kind: 'whole', base }],
    files: [],
  };
}

/** DUO:0000006, DUO_0000006 and the whole IRI are the same term. */
export const duoNumber = (term: string): string => /\d{7}$/.exec(term)?.[0] ?? term;

/** What a record leaves open is not held against it, but for what must be stated: licence, data use, visa. */
export function isWanted(dataset: Dataset, { datasets }: Question): boolean {
  const { only, text, licence, granularity, dataUse, visa, country } = datasets ?? {};
  if (only !== undefined && !namesOfDataset(dataset).some((name) => only.includes(name))) return false;
  if (licence !== undefined && !(dataset.licence !== undefined && licence.includes(dataset.licence))) return false;
  if (country !== undefined && !dataset.countries?.some((one) => country.includes(one))) return false;
  if (granularity !== undefined && dataset.granularity !== undefined) {
    if (granularities.indexOf(dataset.granularity) < granularities.indexOf(granularity)) return false;
  }
  const statement = dataset.stated?.statement;
  if (
    dataUse !== undefined &&
    !statement?.dataUse.some(({ id }) => dataUse.some((one) => duoNumber(one) === duoNumber(id)))
  )
    return false;
  if (visa !== undefined && !statement?.requirements.some((one) => one.kind === 'visa' && visa.includes(one.type)))
    return false;
  const words = text?.toLowerCase().split(/\s+/) ?? [];
  const shown = [dataset.title, dataset.publisher ?? '', dataset.description ?? ''].join(' ').toLowerCase();
  return words.every((word) => shown.includes(word));
}

/** The FHIR version of the repository, if it answers; `isLast` when nothing else is asked of it. */
export async function withVersion(walk: Walk, dataset: Dataset, isLast: boolean): Promise<Dataset> {
  if (dataset.repository === undefined) return dataset;
  try {
    const { fhirVersion } = await walk.peer(dataset.repository);
    return { ...dataset, fhirVersion: releaseOf(fhirVersion) };
  } catch (error) {
    const problem = problemOf(dataset.repository, 'resolve', error);
    // One that is counted meets the same error again, and reports it.
    if (isLast) walk.problem(problem);
    return dataset;
  }
}
