/** Holds what a server sent against what it says, now and when an earlier try asked it. https://hl7.org/fhir/R4B/bundle.html#total */

import type { Walk } from '../walk/walk.ts';
import { countNow, type Progress } from './fetch-piece.ts';
import type { Piece } from './piece.ts';

/** How a search has other matches than when an earlier try asked it; undefined where nothing shows that. */
export async function changeSince(walk: Walk, piece: Piece, { told, toldAt }: Progress): Promise<string | undefined> {
  if (piece.kind !== 'search' || !piece.isWhole) return undefined;
  const now = told === undefined ? undefined : await countNow(walk, piece);
  const touched = toldAt === undefined ? 0 : ((await countNow(walk, piece, toldAt)) ?? 0);
  const changes = [
    ...(now === undefined || now === told ? [] : [`there were ${told}, now there are ${now}`]),
    ...(touched === 0 ? [] : [`${touched} of its records are newer`]),
  ];
  if (changes.length === 0) return undefined;
  return `${piece.query} changed since the download began: ${changes.join(', ')}; take a new folder for a download of one moment`;
}

/** What a piece shows of a server that does not keep its word. `isOld`: it was whole in an earlier try. */
export async function faultsOf(walk: Walk, piece: Piece, progress: Progress, isOld: boolean): Promise<string[]> {
  const { got, told, repeated, missing = [] } = progress;
  const faults: string[] = [];
  const what = piece.query.slice(0, 200);
  if (missing.length > 0) {
    const some = missing.slice(0, 5).map((id) => `${piece.type}/${id}`);
    faults.push(`it did not give ${some.join(', ')}${missing.length > 5 ? ` and ${missing.length - 5} more` : ''}`);
  }
  if (repeated > 0) faults.push(`${what}: it sent ${repeated} records more than once; each is kept once`);
  if (piece.kind !== 'search' || told === undefined || got === told || isOld) return faults;
  const now = await countNow(walk, piece);
  faults.push(
    now !== undefined && now !== told
      ? `${what} changed meanwhile: there were ${told}, now there are ${now}, and ${got} came`
      : `${what}: it says that there are ${told}, but sent ${got}`,
  );
  return faults;
}
