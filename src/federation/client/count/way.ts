/** How the patients of one data set were counted, so that it can be done again by other means than this client. See docs/reference/question.md */
import type { JsonObject } from '../../../fhir/json.ts';

export type CountWay =
  | { readonly kind: 'feasibility'; readonly base: string; readonly url: string; readonly sent: JsonObject }
  /** the sum of the totals, each times its factor */
  | { readonly kind: 'searches'; readonly base: string; readonly of: readonly CountedSearch[] }
  /** ids of patients from several searches were brought together */
  | { readonly kind: 'ids'; readonly base: string };

export interface CountedSearch {
  readonly url: string;
  readonly factor: number;
}
