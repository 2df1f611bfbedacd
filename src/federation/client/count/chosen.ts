/** Finds by their ids the patients who meet a question, where records may be read. https://hl7.org/fhir/R4B/search.html */
import { type JsonObject, objectOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import type { Dataset, Extent } from '../answer.ts';
import type { Share } from '../get/plan.ts';
import { type CodedCriterion, criterionOfQuestion, recordCriteria } from '../question/criterion.ts';
import type { CodedKind, Question } from '../question/question.ts';
import { reasonText } from '../reason/reason.ts';
import { ServerError } from '../server/http.ts';
import { textOf } from '../server/text.ts';
import type { Walk } from '../walk/walk.ts';
import { findCarriers } from './carrier.ts';
import { spellOut } from './hierarchy.ts';
import { patientIds } from './id-set.ts';
import { NotAskable } from './not-askable.ts';
import type { Carrier } from './patient-search.ts';

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
  const peer = await walk.peer(extent.base);
  const asOf = question.patients.asOf ?? new Date(walk.now()).toISOString().slice(0, 10);
  const criterion = criterionOfQuestion(question);
  const coded = recordCriteria(criterion).filter((one) => one.kind === 'coded');
  const carriers = new Map<CodedKind, readonly Carrier[]>();
  for (const of of new Set(coded.map((one) => one.of))) {
    carriers.set(of, await findCarriers(walk, peer, of, dataset.types));
  }
  const reading = { walk, peer, extent, asOf, carriers: ({ of }: CodedCriterion) => carriers.get(of) ?? [] };
  try {
    return await patientIds(reading, criterion);
  } catch (error) {
    // Whoever cannot be chosen cannot be fetched.
    if (error instanceof NotAskable)
      throw new ServerError(reasonText('patients-not-chosen', { why: error.message }), 400);
    const isHierarchy = coded.some(({ below }) => below) && error instanceof ServerError;
    if (!isHierarchy || ![400, 404, 422, 501].includes(error.status)) throw error;
    const bases = [peer.base, ...(dataset.registry === undefined ? [] : [dataset.registry])];
    const spelled = await spellOut(walk, [...new Set(bases)], criterion);
    if (spelled === undefined) throw error;
    return patientIds(reading, spelled);
  }
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
