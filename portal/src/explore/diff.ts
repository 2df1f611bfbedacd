/** What changed between two resources, element by element, from their structure. */
import { isList, isObject, type Value, writeValue } from './value.ts';

export interface Difference {
  /** such as `name[0].given[1]` */
  path: string;
  kind: 'added' | 'removed' | 'changed';
  before?: Value;
  after?: Value;
}

/** Repetitions beyond these are compared by their place. */
const mostAligned = 400;

export function differences(before: Value | undefined, after: Value | undefined, path = ''): Difference[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ path, kind: 'added', after: after! }];
  if (after === undefined) return [{ path, kind: 'removed', before }];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(before[name], after[name], path === '' ? name : `${path}.${name}`));
  }
  if (isList(before) && isList(after)) return ofLists(before, after, path);
  return writeValue(before) === writeValue(after) ? [] : [{ path, kind: 'changed', before, after }];
}

/** Repetitions that stayed the same are found wherever they moved to in order; of the others, those between the same neighbours are compared. */
function ofLists(before: readonly Value[], after: readonly Value[], path: string): Difference[] {
  const [old, now] = [before.map((one) => writeValue(one)), after.map((one) => writeValue(one))];
  const same = old.length * now.length > mostAligned ** 2 ? byPlace(old, now) : longestCommon(old, now);
  const found: Difference[] = [];
  let [i, j] = [0, 0];
  for (const [nextOld, nextNew] of [...same, [old.length, now.length] as const]) {
    const pairs = Math.max(nextOld - i, nextNew - j);
    for (let at = 0; at < pairs; at++) {
      const [a, b] = [i + at < nextOld ? before[i + at] : undefined, j + at < nextNew ? after[j + at] : undefined];
      const place = b === undefined ? i + at : j + at;
      found.push(...differences(a, b, `${path}[${place}]`));
    }
    [i, j] = [nextOld + 1, nextNew + 1];
  }
  return found;
}

const byPlace = (old: readonly string[], now: readonly string[]): [number, number][] =>
  old.flatMap((one, at): [number, number][] => (one === now[at] ? [[at, at]] : []));

/** Pairs of places with equal texts, as many as there can be in order. */
function longestCommon(old: readonly string[], now: readonly string[]): [number, number][] {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === now[j]
          ? lengths[(i + 1) * width + j + 1]! + 1
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) pairs.push([i++, j++]);
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
