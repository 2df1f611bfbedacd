/** Brings patients' ids together from several searches, where one search cannot say a question. https://hl7.org/fhir/R4B/search.html */
import { type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { parseReference } from '../../../fhir/reference.ts';
import type { Extent } from '../answer.ts';
import {
  type AllCriterion,
  type CodedCriterion,
  type Criterion,
  isAboutRecords,
  type RecordCriterion,
} from '../question/criterion.ts';
import { reasonText } from '../reason/reason.ts';
import { pagesOf, queryOf, textOf } from '../server/bundle.ts';
import { ServerError } from '../server/http.ts';
import type { Peer } from '../server/peer.ts';
import type { Walk } from '../walk/walk.ts';
import { NotAskable } from './not-askable.ts';
import {
  type Carrier,
  codeParameters,
  demographicParameters,
  extentParameters,
  type Parameter,
  patientParameter,
} from './patient-search.ts';
import { share, type Time, tellsTime, timesOf } from './record-time.ts';

const pageSize: Parameter = ['_count', '500'];

/** Where it is read, and how. */
export interface Reading {
  walk: Walk;
  peer: Peer;
  extent: Extent;
  /** the types that may carry a coded criterion */
  carriers: (criterion: CodedCriterion) => readonly Carrier[];
  asOf: string;
}

type Ids = ReadonlySet<string>;

/** The ids of the patients in the data set who meet all criteria. Throws NotAskable and ServerError. */
export async function patientIds(reading: Reading, criterion: AllCriterion): Promise<Ids> {
  const isDemographic = ({ kind }: Criterion): boolean => kind === 'age' || kind === 'sex';
  const demographic = demographicParameters(criterion.of.filter(isDemographic), reading.asOf);
  const others = criterion.of.filter((one) => !isDemographic(one));
  const members = await membersOf(reading, demographic);
  return others.length === 0
    ? members
    : common([members, await meeting(reading, { ...criterion, of: others }, members)]);
}

/** Those who meet the criterion; whoever is no member may be among them. */
async function meeting(reading: Reading, criterion: Criterion, members: Ids): Promise<Ids> {
  const all = (of: readonly Criterion[]) => Promise.all(of.map((one) => meeting(reading, one, members)));
  switch (criterion.kind) {
    case 'all':
      if (!criterion.together) return common(await all(criterion.of));
      return common([
        await overlapping(reading, criterion.of.filter(isAboutRecords)),
        ...(await all(criterion.of.filter((one) => !isAboutRecords(one)))),
      ]);
    case 'any':
      return new Set((await all(criterion.of)).flatMap((ids) => [...ids]));
    case 'not': {
      const met = await meeting(reading, criterion.of, members);
      return new Set([...members].filter((id) => !met.has(id)));
    }
    case 'age':
    case 'sex':
      return patients(reading, demographicParameters([criterion], reading.asOf));
    case 'coded':
      return criterion.during === undefined ? carried(reading, criterion) : overlapping(reading, [criterion]);
    case 'where':
      return criterion.type === 'Patient' ? patients(reading, criterion.parameters) : carried(reading, criterion);
  }
}

function common(sets: readonly Ids[]): Ids {
  const [first = new Set<string>(), ...others] = [...sets].sort((one, two) => one.size - two.size);
  return new Set([...first].filter((id) => others.every((set) => set.has(id))));
}

/** Patients of the data set who meet the demographic criteria. */
async function membersOf(reading: Reading, demographic: readonly Parameter[]): Promise<Ids> {
  const { walk, peer, extent } = reading;
  const isListed = extent.kind === 'group' || extent.kind === 'list' || extent.kind === 'manifest';
  const listed = isListed ? await listedPatients(walk, peer.base, extent) : undefined;
  if (listed !== undefined && demographic.length === 0) return listed;
  if (!isListed && extentParameters(extent) === undefined) {
    throw new NotAskable(reasonText('no-search-of-patients'));
  }
  const found = await patients(reading, demographic);
  return listed === undefined ? found : common([listed, found]);
}

/** Patients found by the parameters, within the data set where a search can say it without `_has`. */
async function patients({ walk, peer, extent }: Reading, parameters: readonly Parameter[]): Promise<Ids> {
  const within = extent.kind === 'search' ? (extentParameters(extent) ?? []) : [];
  const ids = new Set<string>();
  for await (const patient of recordsOf(walk, peer.base, 'Patient', [...within, ...parameters])) {
    const id = textOf(patient['id']);
    if (id !== undefined) ids.add(id);
    bounded(ids.size, walk);
  }
  return ids;
}

/** Patients with a record that meets the criterion, of any of the types. */
async function carried(reading: Reading, criterion: RecordCriterion): Promise<Ids> {
  const ids = new Set<string>();
  await eachRecord(reading, criterion, (_, id) => {
    ids.add(id);
    bounded(ids.size, reading.walk);
  });
  return ids;
}

/** Patients with a moment that records of each of the branches are about. */
async function overlapping(reading: Reading, branches: readonly Criterion[]): Promise<Ids> {
  const times = await Promise.all(branches.map((branch) => timesByPatient(reading, branch)));
  const [first, ...others] = times;
  const ids = [...first!.keys()].filter((id) => others.every((one) => one.has(id)));
  return new Set(ids.filter((id) => share(times.map((one) => one.get(id)!))));
}

async function timesByPatient(reading: Reading, branch: Criterion): Promise<ReadonlyMap<string, Time[]>> {
  const times = new Map<string, Time[]>();
  const ofOne = async (criterion: RecordCriterion): Promise<void> => {
    const during = criterion.kind === 'coded' ? criterion.during : undefined;
    await eachRecord(reading, criterion, (record, id) => {
      const type = String(record['resourceType']);
      if (!tellsTime(type)) throw new NotAskable(reasonText('time-not-known', { type }));
      const told = timesOf(record, during);
      if (told.length > 0) times.set(id, [...(times.get(id) ?? []), ...told]);
      bounded(times.size, reading.walk);
    });
  };
  const leaves = (one: Criterion): RecordCriterion[] =>
    one.kind === 'any' ? one.of.flatMap(leaves) : one.kind === 'coded' || one.kind === 'where' ? [one] : [];
  await Promise.all(leaves(branch).map(ofOne));
  return times;
}

/** Every record that meets the criterion, with the id of its patient on this server. */
async function eachRecord(
  reading: Reading,
  criterion: RecordCriterion,
  found: (record: JsonObject, id: string) => void,
): Promise<void> {
  const { walk, peer } = reading;
  const searches: [type: string, parameters: readonly Parameter[]][] =
    criterion.kind === 'where'
      ? [[criterion.type, criterion.parameters]]
      : reading.carriers(criterion).map(({ type, code }) => [type, codeParameters(criterion, code)]);
  await Promise.all(
    searches.map(async ([type, parameters]) => {
      const names = patientParameter(peer, type) === 'patient' ? ['subject', 'patient'] : ['subject'];
      for await (const record of recordsOf(walk, peer.base, type, parameters)) {
        const id = names.map((name) => patientOf(objectOf(record[name]), peer.base)).find((one) => one !== undefined);
        if (id !== undefined) found(record, id);
      }
    }),
  );
}

async function* recordsOf(
  { http, limits }: Walk,
  base: string,
  type: string,
  parameters: readonly Parameter[],
): AsyncGenerator<JsonObject> {
  for await (const page of pagesOf(http, 'count', base, queryOf(type, [...parameters, pageSize]), limits.pages)) {
    for (const { resource, mode } of page) {
      if (mode !== 'match') continue;
      if (resource['resourceType'] !== type) throw new ServerError(reasonText('search-of-other-types', { type }), 200);
      yield resource;
    }
  }
}

function bounded(size: number, { limits }: Walk): void {
  if (size > limits.patients) throw new ServerError(reasonText('too-many-patients', { most: limits.patients }), 200);
}

type Listed = Extract<Extent, { kind: 'group' | 'list' | 'manifest' }>;
const listings = {
  group: { type: 'Group', list: 'member', item: 'entity' },
  list: { type: 'List', list: 'entry', item: 'item' },
  manifest: { type: 'DocumentManifest', list: 'content', item: undefined },
} as const;

/** `Type/id` of what a Group, List or DocumentManifest lists on this server. */
export async function listedReferences(walk: Walk, base: string, extent: Listed): Promise<string[]> {
  const { type, list, item } = listings[extent.kind];
  const resource = await walk.http.get(
    'resolve',
    base,
    `${base}/${type}/${extent.id}`,
    (one) => objectsOf(one[list]).length,
  );
  if (resource['resourceType'] !== type) throw new ServerError(reasonText('read-of-something-else', { type }), 200);
  if (isDescribed(resource)) throw new NotAskable(reasonText('members-described', { group: `${type}/${extent.id}` }));
  return objectsOf(resource[list])
    .map((one) => textOf((item === undefined ? one : objectOf(one[item]))?.['reference']))
    .map((reference) => (reference === undefined ? undefined : localOf(reference, base)))
    .filter((reference) => reference !== undefined);
}

/** A Group of whoever is like that: R4 says that it is not actual, R5 that its members follow from a definition. */
const isDescribed = ({ member, actual, membership }: JsonObject): boolean =>
  member === undefined && (actual === false || membership === 'definitional' || membership === 'conceptual');

async function listedPatients(walk: Walk, base: string, extent: Listed): Promise<Set<string>> {
  const references = await listedReferences(walk, base, extent);
  return new Set(references.filter((one) => one.startsWith('Patient/')).map((one) => one.slice('Patient/'.length)));
}

function localOf(reference: string, base: string): string | undefined {
  const parsed = parseReference(reference);
  if (parsed === undefined || (parsed.base !== undefined && parsed.base !== base)) return undefined;
  return `${parsed.type}/${parsed.id}`;
}

function patientOf(reference: JsonObject | undefined, base: string): string | undefined {
  const local = localOf(textOf(reference?.['reference']) ?? '', base);
  return local?.startsWith('Patient/') ? local.slice('Patient/'.length) : undefined;
}
