/** A search as plain data: the one expression tree that conditions are ANDed into and SQL is compiled from. https://hl7.org/fhir/R4B/search.html */
import type { Int64 } from './index-rows.ts';

/** Access classes whose rows may take part; 'all' when nothing is withheld. Each node that touches rows is restricted by it. */
export type PermittedClasses = readonly number[] | 'all';

type IndexTable = 'token' | 'reference' | 'string' | 'date' | 'number' | 'quantity' | 'uri';

/** A range over `low`/`high` columns of date, number and quantity rows, already worked out from the prefix. */
export interface RangeTest {
  /** each present bound must hold */
  lowAtLeast?: number;
  lowBelow?: number;
  lowAbove?: number;
  lowAtMost?: number;
  highAtLeast?: number;
  highAbove?: number;
  highAtMost?: number;
  highBelow?: number;
}

/** One alternative of a token; `below` stands until the hierarchy has been looked up (rewrite/hierarchy.ts). */
export type TokenTest = { code?: Int64; system?: number } | { below: { system: string; code: string } };

/** What one row of an index table must satisfy. */
export type RowTest =
  | { table: 'token'; codes: readonly TokenTest[] }
  | { table: 'reference'; targets: readonly Int64[] }
  | { table: 'string'; how: 'starts' | 'exact' | 'contains'; texts: readonly string[] }
  | { table: 'date' | 'number'; ranges: readonly RangeTest[] }
  | { table: 'quantity'; ranges: readonly (RangeTest & { system?: number; code?: Int64; unit?: Int64 })[] }
  | { table: 'uri'; hashes: readonly Int64[] };

/** True of a resource (of the search's type). Alternatives of one parameter's comma list are folded into one `RowTest` where they can be. */
export type Expression =
  | { kind: 'and'; of: readonly Expression[] }
  | { kind: 'or'; of: readonly Expression[] }
  | { kind: 'not'; of: Expression }
  /** some row of the parameter passes the test */
  | { kind: 'match'; parameter: Int64; test: RowTest }
  /** the resource has at least one row of the parameter in the table */
  | { kind: 'present'; parameter: Int64; table: IndexTable }
  /** a reference of one of the parameters leads to a resource (of `type`) for which `of` holds */
  | { kind: 'chain'; parameter: Int64; type: string; of: Expression }
  /** a resource of `type` for which `of` holds refers to this one by the parameter (_has) */
  | { kind: 'reverse'; parameter: Int64; type: string; of: Expression }
  | { kind: 'key'; keys: readonly Int64[] }
  | { kind: 'updated'; ranges: readonly RangeTest[] }
  | { kind: 'none' };

export interface SortKey {
  /** the parameter's rows in `table`, or the resource's own columns */
  by: { table: IndexTable; parameter: Int64 } | 'id' | 'updated';
  descending: boolean;
}

export interface Include {
  /** _include: from the page's resources along `parameter`; _revinclude: resources of `source` that refer to the page's. */
  direction: 'include' | 'revinclude';
  source: string;
  code: string;
  parameter: Int64;
  /** only targets (include) of this type */
  target?: string;
}

/** Everything that a search-type request asks, parsed and checked against the definitions. */
export interface Search {
  type: string;
  where: readonly Expression[];
  sort: readonly SortKey[];
  includes: readonly Include[];
  count: number;
  /** _summary=count or _count=0: only the total is wanted */
  countOnly: boolean;
  total: 'none' | 'estimate' | 'accurate';
  /** Unknown or unsupported parts that lenient handling let pass, to be stated as warnings. */
  warnings: readonly string[];
  /** The parameters that were understood, as the server used them, for the self link: `[name, value]`. */
  used: readonly (readonly [string, string])[];
}
