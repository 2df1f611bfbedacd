/** Brings together what several servers say of the same data set, and answers each once, as soon as it is known. See docs/adr/0020-the-walk.md */
import type { AnsweredDataset, Dataset } from '../answer.ts';
import { mainExtent } from '../count/patient-search.ts';
import type { Question } from '../question/question.ts';
import { type Found, isWanted } from './find.ts';
import { namesOfDataset } from './named.ts';
import type { Walk } from './walk.ts';

export interface Gathering {
  add(found: Found): void;
  /** All data sets with their answers, once nothing is added any more. */
  answered(): Promise<AnsweredDataset[]>;
  /** Names of data sets that the question is of, and of which nothing was added. */
  missing(): string[];
}

interface Gathered {
  records: Found[];
  /** what was asked, and where */
  asked?: { where: string; answer: Promise<AnsweredDataset> };
}

/** `ask` answers a data set; it is called again only where a better record says that the data are elsewhere. */
export function createGathering(
  walk: Walk,
  question: Question,
  ask: (dataset: Dataset) => Promise<AnsweredDataset>,
): Gathering {
  const all = new Map<string, Gathered>();
  const asking = ({ dataset }: Found): Gathered['asked'] => ({ where: whereOf(dataset), answer: ask(dataset) });
  const tell = (dataset: AnsweredDataset): AnsweredDataset => {
    walk.emit({ kind: 'dataset', dataset });
    return dataset;
  };

  async function settle({ records, asked }: Gathered): Promise<AnsweredDataset | undefined> {
    const best = bestOf(records);
    const dataset = withNames(best.dataset, records);
    if (!isWanted(dataset, question)) return undefined;
    // Someone who must be asked outweighs what a summary says.
    const known = records.every((one) => one.known !== undefined) ? best.known : undefined;
    if (known !== undefined) return tell({ ...dataset, answer: known });
    const inTime = asked?.where === whereOf(dataset) ? asked : asking({ ...best, dataset });
    const { answer, fhirVersion } = await inTime!.answer;
    const whole = { ...dataset, ...(fhirVersion === undefined ? {} : { fhirVersion }), answer };
    return records.length > 1 || inTime !== asked ? tell(whole) : whole;
  }

  return {
    add(found) {
      const { identifier } = found.dataset;
      const gathered: Gathered = all.get(identifier) ?? { records: [] };
      gathered.records.push(found);
      all.set(identifier, gathered);
      if (gathered.asked !== undefined || found.known !== undefined) return;
      if (!isWanted(withNames(found.dataset, gathered.records), question)) return;
      gathered.asked = asking(found)!;
      void gathered.asked.answer.then(tell, () => {});
    },
    async answered() {
      const settled = await Promise.all([...all.values()].map(settle));
      return settled.filter((one) => one !== undefined);
    },
    missing() {
      const known = new Set([...all.values()].flatMap(({ records }) => records).flatMap(namesOfRecord));
      return (question.datasets?.only ?? []).filter((name) => !known.has(name));
    },
  };
}

const namesOfRecord = ({ dataset }: Found): string[] => namesOfDataset(dataset);

/** A data set is called by what any of its records says. */
function withNames(dataset: Dataset, records: readonly Found[]): Dataset {
  const alsoAt = records.flatMap((one) => [one.dataset.metadata, ...one.dataset.alsoAt]);
  const others = new Set(alsoAt.filter((url) => url !== undefined && url !== dataset.metadata) as string[]); // undefined was filtered
  const names = new Set(records.flatMap((one) => one.dataset.names ?? []));
  return { ...dataset, alsoAt: [...others], ...(names.size === 0 ? {} : { names: [...names] }) };
}

/** Of the source that is trusted most the newest record, and among equals the one that lies with the data. */
function bestOf(records: readonly Found[]): Found {
  const beside = ({ dataset }: Found): number => (dataset.registry === dataset.repository ? 0 : 1);
  const [best] = [...records].sort(
    (one, two) => one.rank - two.rank || two.date.localeCompare(one.date) || beside(one) - beside(two),
  );
  return best!; // there is one, or it would not be gathered
}

const whereOf = ({ extents, types }: Dataset): string => JSON.stringify([mainExtent(extents), types]);
