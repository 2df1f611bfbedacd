/** Finds the resource types in which a server may hold records of a kind. https://hl7.org/fhir/R4B/capabilitystatement.html */

import type { CodedKind } from '../question/question.ts';
import { queryOf } from '../server/bundle.ts';
import type { Peer } from '../server/peer.ts';
import { totalOf } from '../server/total.ts';
import type { Walk } from '../walk/walk.ts';
import { type Carrier, carriersOf, medicationByReference } from './patient-search.ts';

/** By what the data set's record states, else by what the server states and holds. `stated`: types of the record, if any. */
export async function findCarriers(
  walk: Walk,
  peer: Peer,
  of: CodedKind,
  stated: readonly string[],
): Promise<readonly Carrier[]> {
  const { types } = peer;
  const known = carriersOf[of].filter(({ type }) => types.size === 0 || types.has(type));
  const own =
    stated.length > 0
      ? known.filter(({ type }) => stated.includes(type))
      : known.length < 2
        ? known
        : await filtered(known, ({ type }) => holds(walk, peer, type));
  if (of !== 'medication' || !types.has('Medication')) return own;
  // Codes may stand in Medications that the records refer to.
  const referring = own.filter(({ type }) => types.get(type)?.has('medication'));
  if (referring.length === 0 || !(await holds(walk, peer, 'Medication'))) return own;
  return [...own, ...referring.map(({ type }) => ({ type, code: medicationByReference }))];
}

async function filtered<T>(items: readonly T[], is: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(is));
  return items.filter((_, at) => kept[at]);
}

async function holds({ http }: Walk, { base }: Peer, type: string): Promise<boolean> {
  const url = `${base}/${queryOf(type, [['_summary', 'count']])}`;
  const { total, disclosure } = totalOf(await http.get('count', base, url, (body) => totalOf(body).total ?? 0));
  return total === undefined || total > 0 || disclosure?.suppressed === true;
}
