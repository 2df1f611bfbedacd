/** What every search parameter type provides: index rows of a value, and the test that a search value means. https://hl7.org/fhir/R4B/search.html#ptypes */
import type { Definitions } from '../../fhir/definitions/model.ts';
import type { Node } from '../../fhir/path/index.ts';
import { type Hash, type IndexSink, type Int64, parameterKey } from '../index-rows.ts';
import type { RowTest } from '../tree.ts';

/** What extraction and matching need to know of this server. */
export interface ParameterContext {
  definitions: Definitions;
  hash: Hash;
  /** Addresses under which references to this server's own resources may be written, without trailing slash. */
  baseUrls: readonly string[];
  /** Milliseconds since 1970: what `ap` dates are about. */
  now(): number;
}

export interface Extraction extends ParameterContext {
  sink: IndexSink;
}

/** A parameter as asked for: `code` for messages. */
interface Asked {
  code: string;
  /** resource types a reference may point to */
  targets?: readonly string[];
}

export interface ParameterKind {
  /** the index table its rows lie in */
  table: RowTest['table'];
  /** Writes the rows of one value. Values of types that the parameter type does not know give none. */
  extract(node: Node, rows: ParameterRows, to: Extraction): void;
  /** The test of a comma list's alternatives, still escaped. Throws FhirError `value` for malformed ones. */
  match(values: readonly string[], asked: Asked, context: ParameterContext): RowTest;
}

/** The numbers that a parameter's rows are filed under: its own, and those of rows that only modifiers look at. */
export interface ParameterRows {
  own: Int64;
  /** absent for components of composites, which have no modifiers */
  forms?: { text: Int64; identifier: Int64; ofType: Int64; below: Int64 };
}

export function parameterRows(hash: Hash, type: string, code: string): ParameterRows {
  return {
    own: parameterKey(hash, type, code),
    forms: {
      text: parameterKey(hash, type, `${code}:text`),
      identifier: parameterKey(hash, type, `${code}:identifier`),
      ofType: parameterKey(hash, type, `${code}:of-type`),
      below: parameterKey(hash, type, `${code}:below`),
    },
  };
}
