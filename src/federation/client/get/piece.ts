/** Cuts what has to be fetched from one server into pieces: searches, reads, records that came already. https://hl7.org/fhir/R4B/search.html */
import type { JsonObject } from '../../../fhir/json.ts';
import type { Dataset, Extent } from '../answer.ts';
import type { Chosen } from '../count/chosen.ts';
import { extentParameters, type Parameter, patientParameter } from '../count/patient-search.ts';
import { queryOf } from '../server/bundle.ts';
import type { Peer } from '../server/peer.ts';
import type { Share } from './plan.ts';
import { hash } from './seen.ts';

export type Piece =
  /** All matches, page by page. `isWhole`: by its total one sees whether the data set changed. */
  | {
      readonly kind: 'search';
      readonly base: string;
      readonly type: string;
      readonly query: string;
      readonly isWhole: boolean;
    }
  /** Records by id; each of them is expected. */
  | {
      readonly kind: 'ids';
      readonly base: string;
      readonly type: string;
      readonly query: string;
      readonly ids: readonly string[];
    }
  | { readonly kind: 'read'; readonly base: string; readonly type: string; readonly query: string }
  | {
      readonly kind: 'held';
      readonly base: string;
      readonly type: string;
      readonly query: string;
      readonly resource: JsonObject;
    }
  /** What no request can say; `query` names it. */
  | {
      readonly kind: 'refused';
      readonly base: string;
      readonly type: string;
      readonly query: string;
      readonly reason: string;
    };

/** Patients or records of one request. */
const atOnce = 50;
const pageSize: Parameter = ['_count', '500'];

/** Names a piece in the state of a download; short, since a large list makes many. */
export const pieceKey = ({ kind, base, query }: Piece): string =>
  hash(`${kind} ${base} ${query}`, 1).toString(36) + hash(`${kind} ${base} ${query}`, 2).toString(36);

export interface Cutting {
  share: Share;
  peer: Peer;
  dataset: Dataset;
  /** only these patients and what is theirs; all unless stated */
  only?: Chosen;
  /** patients who are meant by what they have in common */
  described?: ReadonlySet<string>;
}

/** In the same order whenever it is asked the same. */
export function* piecesOf(cutting: Cutting): Generator<Piece> {
  const { share, peer, only } = cutting;
  const { base } = share;
  const types = typesOf(cutting);
  if (only !== undefined) yield* byPatients(cutting, [...only.members].sort(), types);
  else {
    for (const extent of share.populations) for (const type of types) yield population(peer, extent, type);
    yield* byPatients(cutting, [...new Set([...share.persons, ...(cutting.described ?? [])])].sort(), types);
  }
  for (const { type, query } of share.searches) yield* plainSearch(cutting, type, query);
  for (const [type, ids] of share.records) {
    const wanted = [...ids].filter((id) => type !== 'Patient' || only === undefined || only.anyone.has(id));
    yield* byIds(peer, base, type, wanted.sort());
  }
  for (const reference of share.versions)
    yield { kind: 'read', base, type: reference.split('/')[0]!, query: reference };
  for (const [query, resource] of share.held) {
    yield { kind: 'held', base, type: String(resource['resourceType']), query, resource };
  }
}

/** What the record names, else all that the server says it can search by patient. */
function typesOf({ dataset: { types }, peer }: Cutting): readonly string[] {
  if (types.length > 0) return types;
  return [...peer.types].filter(([type, names]) => type === 'Patient' || names.has('patient')).map(([type]) => type);
}

const notByPatient = (base: string, type: string, query: string): Piece => ({
  kind: 'refused',
  base,
  type,
  query,
  reason: `${type} cannot be searched by patient`,
});

/** What every type knows is asked as it stands; what only patients know is asked of the patient. */
function population(peer: Peer, extent: Extent, type: string): Piece {
  const { base } = peer;
  const parameters = extentParameters(extent);
  if (parameters === undefined)
    return { kind: 'refused', base, type, query: type, reason: 'no search can say what belongs to the data set' };
  const search = (all: readonly Parameter[]): Piece => ({
    kind: 'search',
    base,
    type,
    query: queryOf(type, [...all, pageSize]),
    isWhole: true,
  });
  const isCommon = parameters.every(([name]) => name.startsWith('_') && !name.startsWith('_has:'));
  if (type === 'Patient' || isCommon) return search(parameters);
  const reference = patientParameter(peer, type);
  if (reference === undefined) return notByPatient(base, type, queryOf(type, parameters));
  return search(parameters.map(([name, value]) => [`${reference}:Patient.${name}`, value]));
}

function* byPatients(
  { peer, share }: Cutting,
  patients: readonly string[],
  types: readonly string[],
): Generator<Piece> {
  const { base } = share;
  if (patients.length === 0) return;
  for (const type of new Set(['Patient', ...types])) {
    if (type !== 'Patient' && patientParameter(peer, type) === undefined) {
      // What is named one by one comes that way.
      if (!share.records.has(type)) yield notByPatient(base, type, type);
      continue;
    }
    for (let at = 0; at < patients.length; at += atOnce) {
      const some = patients.slice(at, at + atOnce);
      const parameter: Parameter =
        type === 'Patient'
          ? ['_id', some.join(',')]
          : [patientParameter(peer, type)!, some.map((id) => `Patient/${id}`).join(',')];
      yield { kind: 'search', base, type, query: queryOf(type, [parameter, pageSize]), isWhole: false };
    }
  }
}

const shaping = new Set(['_count', '_summary', '_total', '_format', '_elements', '_include', '_revinclude', '_sort']);

function* plainSearch({ peer, only }: Cutting, type: string, query: string): Generator<Piece> {
  const { base } = peer;
  const asked = [...new URLSearchParams(query)].filter(([name]) => !shaping.has(name.split(':')[0]!));
  if (only === undefined) {
    yield { kind: 'search', base, type, query: queryOf(type, [...asked, pageSize]), isWhole: true };
    return;
  }
  const reference = patientParameter(peer, type);
  if (reference === undefined) return void (yield notByPatient(base, type, queryOf(type, asked)));
  const patients = [...only.anyone].sort();
  for (let at = 0; at < patients.length; at += atOnce) {
    const some = patients.slice(at, at + atOnce).map((id) => `Patient/${id}`);
    yield {
      kind: 'search',
      base,
      type,
      query: queryOf(type, [...asked, [reference, some.join(',')], pageSize]),
      isWhole: false,
    };
  }
}

function* byIds(peer: Peer, base: string, type: string, ids: readonly string[]): Generator<Piece> {
  if (type !== 'Patient' && peer.types.get(type)?.has('_id') !== true) {
    for (const id of ids) yield { kind: 'read', base, type, query: `${type}/${id}` };
    return;
  }
  for (let at = 0; at < ids.length; at += atOnce) {
    const some = ids.slice(at, at + atOnce);
    yield { kind: 'ids', base, type, query: queryOf(type, [['_id', some.join(',')], pageSize]), ids: some };
  }
}
