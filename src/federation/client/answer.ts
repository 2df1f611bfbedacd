/** What the client gives back: data sets with their answers, how they were found, and what went wrong. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import type { Stated } from '../../fair/stated.ts';
import type { DataReference } from './get/data-reference.ts';
import type { Granularity, Question } from './question/question.ts';

export type Step = 'discover' | 'find' | 'resolve' | 'count' | 'get';

/** One request as it happened. Tokens stand in headers and so never here. */
export interface TraceStep {
  readonly step: Step;
  /** base of the server */
  readonly server: string;
  /** what was fetched, without the base where it stands below it */
  readonly request: string;
  /** HTTP status, 0 when there was no answer */
  readonly status: number;
  readonly ms: number;
  /** matches on the page, or the total of a count */
  readonly found: number;
  readonly reason?: string;
}

export interface Problem {
  readonly server: string;
  readonly step: Step;
  readonly reason: string;
  /** what cannot be believed, but takes nothing away from the answer */
  readonly minor?: boolean;
}

export type CountState = 'counted' | 'exists' | 'below-threshold' | 'not-permitted' | 'not-askable' | 'unavailable';

export interface CountAnswer {
  readonly state: CountState;
  /** set in state `counted` */
  readonly patients?: number;
  /** so many of them are counted exactly; where these are all, there may be more of whom no number is given */
  readonly exactly?: number;
  /** the count, or what of it is not exact, is a multiple of this and may be off by less than it */
  readonly rounding?: number;
  /** smaller counts are not given */
  readonly threshold?: number;
  /** what the server grants this asker, where it said so with the count */
  readonly granularity?: Granularity;
  readonly reason?: string;
}

/** Which of a server's resources belong to a data set. */
export type Extent =
  | { readonly kind: 'whole'; readonly base: string }
  | { readonly kind: 'search'; readonly base: string; readonly type: string; readonly query: string }
  | { readonly kind: 'group'; readonly base: string; readonly id: string }
  | { readonly kind: 'list'; readonly base: string; readonly id: string }
  | { readonly kind: 'manifest'; readonly base: string; readonly id: string };

/** A condition in words. */
export interface Condition {
  /** licence, granularity, data-use, visa, terms, committee, embargo, expiry, country, recipient, purpose, consent, obligation, copyright or unknown */
  readonly code: string;
  readonly text: string;
}

export interface Dataset {
  /** `system|value`, or the value alone where it is a URI */
  readonly identifier: string;
  readonly title: string;
  readonly publisher?: string;
  readonly description?: string;
  readonly landing?: string;
  /** absolute URL of the Library; absent where the server states none and the data set is the whole server */
  readonly metadata?: string;
  /** other records of the same data set that the walk came upon */
  readonly alsoAt: readonly string[];
  /** what else its record is called: further identifiers, canonical URL, where it was taken over from */
  readonly names?: readonly string[];
  readonly registry?: string;
  readonly repository?: string;
  readonly fhirVersion?: string;
  readonly granularity?: Granularity;
  readonly licence?: string;
  /** ISO 3166 two-letter codes of its jurisdiction; absent where the record states none */
  readonly countries?: readonly string[];
  readonly conditions: readonly Condition[];
  /** the same as data, to go with downloads; absent where the server states none */
  readonly stated?: Stated;
  /** resource types that the record says it holds; empty when it does not say */
  readonly types: readonly string[];
  readonly extents: readonly Extent[];
  /** downloads that are no FHIR search */
  readonly files: readonly string[];
  /** all that the record names as data, to be resolved when they are fetched */
  readonly references?: readonly DataReference[];
  /** version of the record, else its date, so that a change is noticed */
  readonly recordVersion?: string;
}

export interface AnsweredDataset extends Dataset {
  readonly answer: CountAnswer;
}

export interface Answer {
  readonly question: Question;
  readonly askedAt: string;
  readonly endedAt: string;
  readonly complete: boolean;
  readonly datasets: readonly AnsweredDataset[];
  readonly trace: readonly TraceStep[];
  /** requests that `trace` has no place for */
  readonly untold?: number;
  readonly problems: readonly Problem[];
  /** data sets that were not asked and are not listed, by the server whose summaries rule them out */
  readonly ruledOut?: readonly RuledOut[];
  /** names of data sets that the question is of, and of which no server told */
  readonly missing?: readonly string[];
}

export interface RuledOut {
  readonly server: string;
  readonly datasets: number;
}

export type Role = 'repository' | 'metadata-registry' | 'discovery';

export interface FoundServer {
  readonly base: string;
  readonly roles: readonly Role[];
  readonly name?: string;
  readonly organization?: string;
  readonly country?: string;
  /** base of the discovery server that named it */
  readonly namedBy: string;
}

export interface DiscoveryAnswer {
  readonly question: Question;
  readonly askedAt: string;
  readonly complete: boolean;
  readonly servers: readonly FoundServer[];
  readonly trace: readonly TraceStep[];
  readonly problems: readonly Problem[];
}

/** What happens while the walk goes on, for progress and partial answers. */
export type WalkEvent =
  | { readonly kind: 'trace'; readonly step: TraceStep }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'server'; readonly server: FoundServer }
  | { readonly kind: 'dataset'; readonly dataset: AnsweredDataset };

/** A data set may come again, when more is known of it; the last counts. */
export type StreamEvent = WalkEvent | { readonly kind: 'answer'; readonly answer: Answer };

export interface PatientRange {
  readonly atLeast: number;
  /** absent when some data set that may hold patients gave no number */
  readonly atMost?: number;
}

/**
 * How many distinct patients all data sets hold together, as a range: the same person may be in several of them, so
 * the least is the largest single count and the most is their sum, each widened by its rounding and threshold.
 */
export function patientRange(datasets: readonly AnsweredDataset[]): PatientRange {
  let atLeast = 0;
  let atMost: number | undefined = 0;
  for (const { answer } of datasets) {
    const { patients = 0, exactly = 0, threshold = 1 } = answer;
    const slack = Math.max(0, (answer.rounding ?? 1) - 1);
    // Fewer than the threshold, of whom nothing is told.
    const more = exactly > 0 && exactly === patients ? Math.max(slack, threshold - 1) : slack;
    switch (answer.state) {
      case 'counted':
        atLeast = Math.max(atLeast, exactly, patients - slack);
        if (atMost !== undefined) atMost += patients + more;
        break;
      case 'below-threshold':
        if (answer.threshold === undefined) atMost = undefined;
        else if (atMost !== undefined) atMost += Math.max(0, answer.threshold - 1);
        break;
      case 'exists':
        atLeast = Math.max(atLeast, 1);
        atMost = undefined;
        break;
      case 'not-permitted':
      case 'not-askable':
      case 'unavailable':
        atMost = undefined;
        break;
    }
  }
  return atMost === undefined ? { atLeast } : { atLeast, atMost };
}
