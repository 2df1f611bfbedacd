/** The demo community as streams of resources and the exact answers to its questions. See README.md */
import type { Resource } from '../fhir/json.ts';
import { codeSystems } from './code-system.ts';
import { factsOf, type PatientFacts } from './facts.ts';
import { type Addresses, type Describing, metadataOf } from './metadata.ts';
import { patientId, recordsOf, writtenOf } from './records.ts';
import { type DataSetPlan, type Site, type SiteName, sites, tagSystem } from './sites.ts';
import { type DemoQuestion, truths } from './truth.ts';

export interface CommunityPlan {
  seed: string;
  /** in each repository */
  patients: number;
}

/** Metadata of one server as lines of NDJSON, each with its line end. */
export function* metadataLines(
  name: SiteName,
  plan: CommunityPlan,
  at: Addresses,
  how: Describing = 'written',
): Generator<string> {
  const site = sites[name];
  // Those that hold no data need the hierarchies to find codes below others in what they know of the rest.
  yield* codeSystems().map(lineOf);
  yield* metadataOf(site, plan.patients, at, how).map(lineOf);
}

/** All records of one repository as lines of NDJSON, made one patient at a time. */
export function* recordLines(name: SiteName, plan: CommunityPlan): Generator<string> {
  const { style, dataSets } = sites[name];
  if (style === undefined) return;
  for (let index = 0; index < plan.patients; index++) {
    const tagged = dataSets.find((one) => one.extent === 'tag' && holds(one, index, plan.patients));
    const tag = tagged === undefined ? undefined : { system: tagSystem, code: tagged.id };
    for (const record of recordsOf(factsOf(seedOf(name, plan), index), style, tag)) yield lineOf(record);
  }
}

const lineOf = (resource: Resource): string => `${writtenOf(resource)}\n`;
const seedOf = (name: SiteName, { seed }: CommunityPlan): string => `${seed} ${name}`;

function holds(dataSet: DataSetPlan, index: number, all: number): boolean {
  const { from, below } = dataSet.patients(all);
  return index >= from && index < below;
}

/** Who of the patients is counted: all that there are, or those who did not refuse. */
export type Counted = 'all' | 'willing';

/** The ids of the patients in `dataSet` that the answer to `question` counts, on the day `asOf`; of all there are without a question. */
export function truthOf(
  site: Site,
  dataSet: DataSetPlan,
  plan: CommunityPlan,
  counted: Counted,
  question?: DemoQuestion,
  asOf = '',
): string[] {
  const { from, below } = dataSet.patients(plan.patients);
  const ids: string[] = [];
  for (let index = from; index < below; index++) {
    const facts: PatientFacts = factsOf(seedOf(site.name, plan), index);
    if (counted === 'willing' && facts.refused !== undefined) continue;
    if (question === undefined || truths[question](facts, asOf)) ids.push(patientId(site.style!, index));
  }
  return ids;
}
