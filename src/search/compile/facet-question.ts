/** What the statement of facets is made of, and the words that its parts share. See docs/adr/0029-facets.md */
import type { Facet } from '../facet/facet.ts';
import type { View } from '../rewrite/restrict.ts';
import type { Expression, Search } from '../tree.ts';

/** A view with what must hold of the resources that lead to values looked up. */
export interface FacetView extends Pick<View, 'classes' | 'veil'> {
  must(type: string): Expression | undefined;
}

export interface FacetQuestion {
  /** as it may be asked: restricted to the views and looked up, like each of the choices */
  search: Search;
  choices: readonly Search[];
  facets: readonly Facet[];
  views: readonly FacetView[];
  /** values of each facet */
  most: number;
  /** the last year that what goes on is counted for */
  thisYear: number;
}

export const and = (of: readonly string[]): string => (of.length === 0 ? 'true' : `(${of.join(' and ')})`);

/** What was chosen in other facets. */
export const chosenElsewhere = (choices: readonly Search[], own: number | undefined): string =>
  and(choices.flatMap((_, at) => (at === own ? [] : [`c.s${at}`])));
