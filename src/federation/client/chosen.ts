/** Finds by their ids the patients who meet a question, where records may be read. https://hl7.org/fhir/R4B/search.html */
import { type JsonObject, objectOf } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { Dataset, Extent } from './answer.ts';
import { type CodedCriterion, type Criterion, criteriaOf } from './criterion.ts';
import { spellOut } from './hierarchy.ts';
import { ServerError } from './http.ts';
import { patientIds } from './id-set.ts';
import { carriersOf } from './patient-search.ts';
import type { Share } from './plan.ts';
import type { Question } from './question.ts';
import { textOf } from './text.ts';
import type { Walk } from './walk.ts';

/** Whose records are fetched from one server. */
export interface Chosen {
  /** patients of the data set: all their records */
  readonly members: ReadonlySet<string>;
  /** patients of the server: of the records that the data set names one by one or by searches, those are kept that are theirs */
  readonly anyone: ReadonlySet<string>;
}

/** Throws ServerError where the server cannot be asked. */
export async function chosenOf(walk: Walk, dataset: Dataset, share: Share, question: Question): Promise<Chosen> {
  const members = new Set<string>();
  for (const extent of share.populations) {
    for (const id of await chosenPatients(walk, dataset, extent, question)) members.add(id);
  }
  const isAny =
    share.persons.size + share.searches.length + share.records.size + share.versions.size + share.held.size > 0;
  const anyone = isAny ? await chosenPatients(walk, dataset, { kind: 'whole', base: share.base }, question) : members;
  for (const id of share.persons) if (anyone.has(id)) members.add(id);
  return { members, anyone };
}

export async function chosenPatients(
  walk: Walk,
  dataset: Dataset,
  extent: Extent,
  question: Question,
): Promise<ReadonlySet<string>> {
  if (question.patients.together === 'overlapping') {
    throw new ServerError('plain FHIR search cannot ask for periods that overlap', 0);
  }
  const peer = await walk.peer(extent.base);
  const asOf = question.patients.asOf ?? new Date(walk.now()).toISOString().slice(0, 10);
  const carriers = ({ of }: CodedCriterion): readonly string[] => {
    const known = carriersOf[of].filter((type) => peer.types.size === 0 || peer.types.has(type));
    const stated = known.filter((type) => dataset.types.includes(type));
    return stated.length > 0 ? stated : known;
  };
  const criteria = criteriaOf(question);
  try {
    return await patientIds(walk, peer, extent, criteria, carriers, asOf);
  } catch (error) {
    const isBelow = criteria.some((one) => one.kind === 'coded' && one.below);
    if (!(error instanceof ServerError) || !isBelow || ![400, 404, 422, 501].includes(error.status)) throw error;
    const spelled = await withoutHierarchy(walk, dataset, extent.base, criteria);
    if (spelled === undefined) throw error;
    return patientIds(walk, peer, extent, spelled, carriers, asOf);
  }
}

async function withoutHierarchy(
  walk: Walk,
  { registry }: Dataset,
  base: string,
  criteria: readonly Criterion[],
): Promise<Criterion[] | undefined> {
  const bases = [...new Set([base, ...(registry === undefined ? [] : [registry])])];
  const spelled: Criterion[] = [];
  for (const one of criteria) {
    const plain = one.kind === 'coded' && one.below ? await spellOut(walk, bases, one) : one;
    if (plain === undefined) return undefined;
    spelled.push(plain);
  }
  return spelled;
}

/** The id of the patient that a record is of: itself or its subject, on the same server; undefined where it is nobody's. */
export function patientOf(record: JsonObject, base: string): string | undefined {
  if (record['resourceType'] === 'Patient') return textOf(record['id']);
  for (const name of ['subject', 'patient', 'individual', 'beneficiary']) {
    const reference = parseReference(textOf(objectOf(record[name])?.['reference']) ?? '');
    if (reference?.type === 'Patient' && (reference.base === undefined || reference.base === base)) return reference.id;
  }
  return undefined;
}
