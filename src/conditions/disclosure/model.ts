/** What is told of counts that rest on data which may not be read, and by which rules. See docs/guarantees/counts.md */
import type { Disclosure } from '../model.ts';

/** A count as it may be told. */
export interface DisclosedCount {
  /** what may be read, exactly, and what may be counted, as far as it is told */
  total: number;
  /** present when some of what was asked about may not be read */
  disclosure?: {
    /** `exists`: of nothing beside the records is any number told */
    granularity: 'count' | 'exists';
    threshold: number;
    rounding: number;
    /** of the total, what may be read: exact, and what a search for the records has as its total */
    read: number;
    /** some part of the number is withheld */
    suppressed: boolean;
    /** whether enough match among what may only be said to exist; absent where there is none */
    exists?: boolean;
  };
}

/** How long answers stand and how many there are. */
export interface DisclosureSettings {
  /** milliseconds for which the first answer to a question stands; also the period of the budgets */
  window: number;
  /** windows for which the sets behind answers are remembered */
  remembered: number;
  /** questions of one asker about one group of data sets in a window */
  perAsker: number;
  /** questions of all askers about one group of data sets in a window */
  perGroup: number;
  /** answers that follow from earlier ones and so could be averaged with them, for each asker */
  redundant: number;
  /** questions in a window that may be answered by one and the same number, by all askers */
  alike: number;
}

export const defaultSettings: DisclosureSettings = {
  window: 86_400_000,
  remembered: 7,
  perAsker: 200,
  perGroup: 2000,
  redundant: 10,
  alike: 20,
};

/** The set of persons behind the matches of one question in one group of data sets. */
export interface PersonSet {
  persons: number;
  /** what is counted: matches, or persons where each has one */
  size: number;
  /** the most that one person adds to `size` */
  largest: number;
  /** names the set; the same for the same set, whatever was asked */
  fingerprint: string;
  /** see sketch.ts */
  sketch: Uint8Array;
}

/** A set that was asked about before, and what was told. */
export interface ReleasedSet {
  id: number;
  /** number of the window */
  period: number;
  /** the set whose answer this one got, because few persons are between them */
  root?: number;
  /** whether the number was made for this set alone */
  isFresh: boolean;
  /** absent: withheld */
  told?: number;
  /** by which threshold */
  threshold: number;
  size: number;
  sketch: Uint8Array;
}

export type Rules = Disclosure;
