/** Finds the data sets that servers describe. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { canonical, granularities } from '../../fhir/canonical.ts';
import type { Dataset } from './answer.ts';
import { pagesOf, queryOf } from './bundle.ts';
import { problemOf } from './http.ts';
import { releaseOf } from './peer.ts';
import type { Question } from './question.ts';
import { datasetOf } from './record.ts';
import type { Walk } from './walk.ts';

/** The data sets that `bases` describe and the question wants, each once. */
export async function findDatasets(walk: Walk, bases: readonly string[], question: Question): Promise<Dataset[]> {
  const found = (await Promise.all(bases.map((base) => described(walk, base)))).flat();
  const byIdentifier = new Map<string, Dated[]>();
  for (const one of found) {
    byIdentifier.set(one.dataset.identifier, [...(byIdentifier.get(one.dataset.identifier) ?? []), one]);
  }
  return [...byIdentifier.values()].map(bestOf).filter((dataset) => isWanted(dataset, question));
}

interface Dated {
  dataset: Dataset;
  date: string;
}

async function described(walk: Walk, base: string): Promise<Dated[]> {
  const query = queryOf('Library', [
    ['type', `${canonical.libraryType}|asset-collection`],
    ['status', 'active'],
  ]);
  const found: Dated[] = [];
  try {
    for await (const page of pagesOf(walk.http, 'find', base, query, walk.limits.pages)) {
      for (const { resource } of page) {
        if (resource['resourceType'] !== 'Library') continue;
        found.push({ dataset: datasetOf(resource, base), date: String(resource['date'] ?? '') });
      }
    }
  } catch (error) {
    walk.problem(problemOf(base, 'find', error));
  }
  return found;
}

/** The newest record of a data set, and among equals the one that lies with the data; the others are named. */
function bestOf(records: readonly Dated[]): Dataset {
  const rank = ({ dataset }: Dated): number => (dataset.registry === dataset.repository ? 0 : 1);
  const sorted = [...records].sort((one, two) => two.date.localeCompare(one.date) || rank(one) - rank(two));
  const [first, ...others] = sorted;
  const alsoAt = others.map(({ dataset }) => dataset.metadata).filter((url) => url !== undefined);
  return { ...first!.dataset, alsoAt };
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

/** What a record leaves open is not held against it. */
function isWanted(dataset: Dataset, { datasets }: Question): boolean {
  const { text, licence, granularity } = datasets ?? {};
  if (licence !== undefined && !(dataset.licence !== undefined && licence.includes(dataset.licence))) return false;
  if (granularity !== undefined && dataset.granularity !== undefined) {
    if (granularities.indexOf(dataset.granularity) < granularities.indexOf(granularity)) return false;
  }
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
