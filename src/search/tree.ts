/** A search as plain data: the one expression tree that conditions are ANDed into and SQL is compiled from. https://hl7.org/fhir/R4B/search.html */
import type { Part } from '../fhir/format/part.ts';
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

/** A token as it stands in an index row. */
export type KnownToken =
  | { code?: Int64; system?: number }
  /** the code begins so, in lower case */
  | { startsWith: string }
  /** a hierarchy that is too large to be listed: codes above or below one, left to the database */
  | { closure: { how: 'above' | 'below'; system: number; code: Int64 } };

/** One alternative of a token; hierarchies and value sets stand until they have been looked up (rewrite/look-up.ts). */
export type TokenTest =
  | KnownToken
  | { below: { system: string; code: string } }
  | { above: { system: string; code: string } }
  | { in: string };

/** A quantity's range with its unit; `ucum` stands until the units that occur are known. */
export type QuantityTest = RangeTest & { system?: number; code?: Int64; unit?: Int64; ucum?: string };

/** Resources above or below the targets by one of the parameters; stands until they have been looked up. */
export interface ReferenceHierarchy {
  how: 'above' | 'below';
  parents: readonly Int64[];
}

/** What one row of an index table must satisfy. */
export type RowTest =
  | { table: 'token'; codes: readonly TokenTest[] }
  | { table: 'reference'; targets: readonly Int64[]; hierarchy?: ReferenceHierarchy }
  | { table: 'string'; how: 'starts' | 'exact' | 'equal' | 'contains' | 'ends' | 'words'; texts: readonly string[] }
  | { table: 'date' | 'number'; ranges: readonly RangeTest[] }
  | { table: 'quantity'; ranges: readonly QuantityTest[] }
  | { table: 'uri'; hashes: readonly Int64[] }
  | { table: 'uri'; below: readonly string[] }
  | { table: 'uri'; contains: readonly string[] };

/**
 * How the rows of a resource give the time that it is about: the first of several ways that the resource has rows for.
 * `span`: the rows are the time. `from`: it begins where a row begins and ends where a row of `until` ends, or goes on.
 */
export type PeriodWay =
  | { kind: 'span'; parameter: Int64 }
  | { kind: 'from'; parameter: Int64; until?: Int64 }
  /** it begins where a row begins, and lasts the days that a number row states, or as long as the row */
  | { kind: 'lasting'; parameter: Int64; days: Int64 };

/** Resources of `type` for which `of` holds, that refer to this one by the parameter, and the time that they are about. */
export interface TimedSource {
  type: string;
  parameter: Int64;
  of: Expression;
  period: readonly PeriodWay[];
  /** only as much of the time as lies in this, in milliseconds since 1970, half-open */
  during?: { low: number; high: number };
}

/** True of a resource (of one of the search's types). Alternatives of one parameter's comma list are folded into one `RowTest` where they can be. */
export type Expression =
  | { kind: 'and'; of: readonly Expression[] }
  | { kind: 'or'; of: readonly Expression[] }
  | { kind: 'not'; of: Expression }
  /** some row of the parameter passes the test */
  | { kind: 'match'; parameter: Int64; test: RowTest }
  /** the resource has at least one row of the parameter in the table */
  | { kind: 'present'; parameter: Int64; table: IndexTable }
  /** a reference (or a canonical, stated under one of `canonicals`) leads to a resource of `type` for which `of` holds */
  | { kind: 'chain'; parameter: Int64; type: string; of: Expression; canonicals?: readonly Int64[] }
  /** a resource of `type` for which `of` holds refers to this one by the parameter (_has) */
  | { kind: 'reverse'; parameter: Int64; type: string; of: Expression }
  /** there is a moment at which a source of each of the branches holds */
  | { kind: 'overlap'; branches: readonly (readonly TimedSource[])[] }
  | { kind: 'key'; keys: readonly Int64[] }
  /** the words of the narrative or of all texts; `query` as people write it to a search engine */
  | { kind: 'words'; column: 'narrative' | 'content'; query: string }
  | { kind: 'type'; types: readonly string[] }
  /** a position whose numbers lie under the two parameters is within so many kilometres */
  | {
      kind: 'near';
      latitude: Int64;
      longitude: Int64;
      at: { latitude: number; longitude: number };
      kilometres: number;
    }
  | { kind: 'updated'; ranges: readonly RangeTest[] }
  /** the resource is of one of the classes */
  | { kind: 'class'; classes: readonly number[] }
  /** `of` is true where only these classes exist, and the resource is of one of them (rewrite/restrict.ts) */
  | { kind: 'within'; classes: PermittedClasses; of: Expression }
  | { kind: 'none' };

export interface SortKey {
  /** the parameter's rows in `table` (`implied`: what holds of whatever has them, so that walking them wastes nothing), or the resource's own columns */
  by: { table: IndexTable; parameter: Int64; implied?: Expression } | 'id' | 'updated' | 'score';
  descending: boolean;
  /** whose values may order: what is of the classes, and what any of `own` holds of; others come as if they had none. All when absent. */
  visible?: { classes: PermittedClasses; own: readonly Expression[] };
}

export interface Include {
  /** _include: from the page's resources along `parameters`; _revinclude: resources that refer to the page's. */
  direction: 'include' | 'revinclude';
  parameters: readonly Int64[];
  /** Where the reference may be a canonical: the parameters under which its targets state their own. */
  canonicals: readonly Int64[];
  /** _include: only targets of this type */
  target?: string;
  /** Also from what was included. */
  isIterated: boolean;
}

/** Everything that a search asks, parsed and checked against the definitions. */
export interface Search {
  /** one of a search of a type; several of a search of the system or a compartment */
  types: readonly string[];
  /** what stands before the `?`, for links: `Patient`, `Patient/1/Observation`, or nothing */
  path: string;
  where: readonly Expression[];
  sort: readonly SortKey[];
  includes: readonly Include[];
  count: number;
  /** _summary=count or _count=0: only the total is wanted */
  countOnly: boolean;
  /** the part of each resource that is wanted; absent: all of it */
  part?: Part;
  /** Only what is inside other resources is searched. */
  contained?: boolean;
  /** Whether then those that contain it are shown, as they are unless stated, or it alone. */
  containedType?: 'container' | 'contained';
  /** _maxresults: so many matches in all */
  most?: number;
  /** the words that matches are scored by */
  score?: { column: 'narrative' | 'content'; query: string };
  total: 'none' | 'estimate' | 'accurate';
  /** Unknown or unsupported parts that lenient handling let pass, to be stated as warnings. */
  warnings: readonly string[];
  /** The parameters that were understood, as the server used them, for the self link: `[name, value]`. */
  used: readonly (readonly [string, string])[];
}
