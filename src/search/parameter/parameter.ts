/** What every search parameter type provides: index rows of a value, and the test that a search value means. https://hl7.org/fhir/R4B/search.html#ptypes */
import type { Definitions } from '../../fhir/definitions/model.ts';
import type { Node } from '../../fhir/path/index.ts';
import type { Hash, IndexSink, Int64 } from '../index-rows.ts';
import type { RowTest } from '../tree.ts';

/** What extraction and matching need to know of this server. */
export interface ParameterContext {
  definitions: Definitions;
  hash: Hash;
  /** Addresses under which references to this server's own resources may be written, without trailing slash. */
  baseUrls: readonly string[];
}

export interface Extraction extends ParameterContext {
  sink: IndexSink;
}

/** A parameter as asked for: `code` for messages, `modifier` without its colon. */
export interface Asked {
  code: string;
  modifier?: string;
  /** resource types a reference may point to */
  targets?: readonly string[];
}

export interface ParameterKind {
  /** modifiers beyond `missing` that `match` understands */
  modifiers: readonly string[];
  /** the index table its rows lie in */
  table: RowTest['table'];
  /** Writes the rows of one value. Values of types that the parameter type does not know give none. */
  extract(node: Node, parameter: Int64, to: Extraction): void;
  /** The test of a comma list's alternatives, unescaped. Throws FhirError `value` for malformed ones. */
  match(values: readonly string[], asked: Asked, context: ParameterContext): RowTest;
}
