/** Gathers the terms of a download: what the records on the way state, and what servers said. See docs/reference/terms.md */
import { type Stated, statedOf } from '../../../fair/stated.ts';
import type { Terms } from '../../../fair/terms.ts';
import type { Dataset } from '../answer.ts';
import { ServerError } from '../server/http.ts';
import type { Asked, Walk } from '../walk/walk.ts';

/** Records of other data sets read for the terms of one download. */
const mostRecords = 20;

interface Termed {
  walk: Walk;
  dataset: Dataset;
  /** Records that are read for the terms say what holds for themselves, not for the data, so this comes before. */
  said: Terms['said'];
  asked: Asked;
  /** servers that the data come from */
  bases: readonly string[];
  /** of records between that of the data set and the data */
  onTheWay: readonly Stated[];
}

export async function termsOf({ walk, dataset, said, asked, bases, onTheWay }: Termed): Promise<Terms> {
  const received = walk.now();
  const known = new Set([dataset.metadata, ...dataset.alsoAt, ...onTheWay.map(({ source }) => source)]);
  const further = said.licences.flatMap((url) => {
    const base = bases.find((one) => url.startsWith(`${one}/Library/`));
    return base === undefined || known.has(url) ? [] : [{ base, url }];
  });
  const read = further.slice(0, mostRecords).map(async ({ base, url }) => {
    try {
      const library = await walk.http.get('get', base, url);
      return library['resourceType'] === 'Library' ? [statedOf(library, url)] : [];
    } catch (error) {
      // It stays among the licences as an address that a person has to read.
      if (error instanceof ServerError) return [];
      throw error;
    }
  });
  const others = (await Promise.all(read)).flat();
  const isStated = bases.some((base) => walk.hasToken(base));
  const identifiers = dataset.stated?.identifiers ?? [];
  return {
    title: dataset.title,
    identifiers: identifiers.length === 0 ? [dataset.identifier] : identifiers,
    ...(dataset.publisher === undefined ? {} : { publisher: dataset.publisher }),
    stated: [...(dataset.stated === undefined ? [] : [dataset.stated]), ...onTheWay, ...others],
    said,
    received,
    purposes: isStated ? (asked.purposes ?? []) : [],
    ...(isStated && asked.project !== undefined ? { project: asked.project } : {}),
  };
}
