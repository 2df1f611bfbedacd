/** Remembers which records came, in a few bytes for each, so that each is kept once. https://hl7.org/fhir/R4B/http.html#paging */

/** Whether a key came before: not at all, from the same owner (a search that repeats itself) or from another. */
type Sighting = 'new' | 'again' | 'elsewhere';

export interface Seen {
  add(key: string, owner: number): Sighting;
}

/** Two hashes of 53 bits each; that two of a billion keys have both in common happens once in 10^13 downloads. */
export function createSeen(places = 1 << 12): Seen {
  let first = new Float64Array(places);
  let second = new Float64Array(places);
  let owners = new Uint32Array(places);
  let size = 0;

  function placeOf(one: number, two: number): number {
    let at = one % first.length;
    while (first[at] !== 0 && !(first[at] === one && second[at] === two)) at = (at + 1) % first.length;
    return at;
  }

  function grow(): void {
    const [ones, twos, whose] = [first, second, owners];
    first = new Float64Array(ones.length * 2);
    second = new Float64Array(first.length);
    owners = new Uint32Array(first.length);
    for (let at = 0; at < ones.length; at++) {
      if (ones[at] === 0) continue;
      const to = placeOf(ones[at]!, twos[at]!);
      first[to] = ones[at]!;
      second[to] = twos[at]!;
      owners[to] = whose[at]!;
    }
  }

  return {
    add(key, owner) {
      if (size * 2 >= first.length) grow();
      const [one, two] = [hash(key, 1) + 1, hash(key, 2)];
      const at = placeOf(one, two);
      if (first[at] !== 0) {
        if (owners[at] === owner) return 'again';
        // From now on it counts as this owner's, so that a search that turns in circles is found out.
        owners[at] = owner;
        return 'elsewhere';
      }
      first[at] = one;
      second[at] = two;
      owners[at] = owner;
      size++;
      return 'new';
    },
  };
}

/** 53 bits by multiplying and mixing, different for each seed. */
export function hash(text: string, seed: number): number {
  let high = 0xdeadbeef ^ Math.imul(seed, 0x9e3779b1);
  let low = 0x41c6ce57 ^ Math.imul(seed, 0x85ebca6b);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
