/**
 * Sketches of sets of persons from which small differences between sets can be read. A sketch has a fixed number of cells;
 * each person belongs to one and adds (exclusive or) something made of what of theirs matches. So the sketch of a
 * difference is the exclusive or of two sketches, and the cells in which it is not zero are never more than the persons who
 * make the difference: no small difference is missed. After "odd sketches", https://doi.org/10.1145/2566486.2568017
 */

/** Cells of a sketch, one byte each. search/compile/person-set.ts fills them. */
export const sketchCells = 2048;

/** Differences of more persons than this are not told from larger ones: fewer cells would be left free. */
export const largestDifference = 1000;

/** The sketch whose cells are stated as `cell * 256 + value`, joined by commas; cells that are not named are empty. */
export function sketchOf(cells: string | null): Uint8Array {
  const sketch = new Uint8Array(sketchCells);
  if (cells === null || cells === '') return sketch;
  for (const text of cells.split(',')) {
    const both = Number(text);
    sketch[both >> 8] = both & 255;
  }
  return sketch;
}

/** Persons who at least are between the two sets, or add to none of three; counted up to `most`. */
export function difference(a: Uint8Array, b: Uint8Array, most: number, c?: Uint8Array): number {
  let found = 0;
  for (let at = 0; at < sketchCells; at++) {
    const both = a[at]! ^ b[at]!;
    if ((c === undefined ? both : both ^ c[at]!) !== 0 && ++found >= most) return found;
  }
  return found;
}

/** Words of 32 bits that a sketch is folded to where only dependence is looked for. */
const foldedWords = 32;

/** Sets that follow from each other: whether one is made of others by joining disjoint parts and taking parts away. */
export class Span {
  readonly #rows: { word: number; bit: number; vector: Uint32Array }[] = [];
  /** sets that followed from those before them */
  dependent = 0;

  /** Adds a set; true when it follows from those that were there. */
  add(sketch: Uint8Array): boolean {
    const rest = this.#reduce(sketch);
    const word = rest.findIndex((one) => one !== 0);
    if (word < 0) {
      this.dependent++;
      return true;
    }
    this.#rows.push({ word, bit: rest[word]! & -rest[word]!, vector: rest });
    return false;
  }

  /** Whether a set follows from those that are there. */
  spans(sketch: Uint8Array): boolean {
    return this.#reduce(sketch).every((one) => one === 0);
  }

  #reduce(sketch: Uint8Array): Uint32Array {
    const bytes = new Uint8Array(foldedWords * 4);
    for (let at = 0; at < sketchCells; at++) bytes[at % bytes.length]! ^= sketch[at]!;
    const vector = new Uint32Array(bytes.buffer);
    for (const row of this.#rows) {
      if ((vector[row.word]! & row.bit) === 0) continue;
      for (let at = 0; at < foldedWords; at++) vector[at]! ^= row.vector[at]!;
    }
    return vector;
  }
}
