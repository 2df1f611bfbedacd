/** How resources of some classes leave: changed by the de-identification profile that their data set states. See docs/adr/0011-views.md */
import type { Veil } from '../search/index.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { StoredResource } from '../store/read.ts';
import type { Statements } from '../store/statement.ts';

/** One profile as it works for one project. */
export interface Deidentification {
  profile: string;
  veil: Veil;
  /** the resource as it leaves; `persons` are the keys of the patients whose data it is */
  apply(stored: StoredResource, persons: readonly Int64[]): StoredResource;
  /** the key that a pseudonym stands for; undefined where ids are no pseudonyms, or it is none of ours */
  keyOf(type: string, id: string): Int64 | undefined;
}

/** The profile `canonical` for a project; undefined when there is no such profile, or it is not understood: then nothing leaves. */
export type Deidentify = (canonical: string, project: string, statements: Statements) => Deidentification | undefined;

/** No profile is understood yet: nothing that has to be changed leaves. */
export const createDeidentify = (): Deidentify => () => undefined;
