/** The compact model of one FHIR version: what elements, search parameters, compartments and closed code lists it has. https://hl7.org/fhir/R4B/definitions.html */

/** The FHIR versions a base address can speak. */
export type FhirVersion = 'R4' | 'R4B' | 'R5';

export const fhirVersions: readonly FhirVersion[] = ['R4', 'R4B', 'R5'];

/** One element of a type, under its JSON name (a choice element is listed once per concrete name: `valueQuantity`, `valueString`, ...). */
export interface ElementModel {
  /** FHIR type: a primitive (`string`), a complex type (`Period`), `Resource`, or the path of a nested element (`Patient.contact`). */
  type: string;
  min: number;
  /** -1 means unbounded. */
  max: number;
  /** Set on each concrete name of a choice element: the name without type, for example `value`. */
  choice?: string;
  /** Canonical URL of the value set of a *required* binding whose codes `Definitions.valueSets` lists. */
  binding?: string;
  /** Resource types a Reference or canonical may point to; absent means any. */
  targets?: string[];
  /** Part of `_summary=true`. */
  summary?: true;
  /** Invariants that are stated on this element (those of its type stand there). */
  invariants?: Invariant[];
}

/** A constraint of the specification. https://hl7.org/fhir/R4B/conformance-rules.html#constraints */
export interface Invariant {
  key: string;
  severity: 'error' | 'warning';
  human: string;
  /** FHIRPath that must not be false of the element */
  expression: string;
}

/** A complex type, a nested element or a resource type. */
export interface TypeModel {
  name: string;
  kind: 'resource' | 'complex' | 'nested';
  /** in the order of the specification, which XML keeps */
  elements: Record<string, ElementModel>;
  /** Invariants of the type itself. */
  invariants?: Invariant[];
}

export type SearchParameterType =
  | 'string'
  | 'token'
  | 'reference'
  | 'date'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'special';

export interface SearchParameterModel {
  url: string;
  code: string;
  type: SearchParameterType;
  /** Resource types it applies to; `Resource` and `DomainResource` are already spread over all concrete types. */
  base: string[];
  /** FHIRPath, as in the specification; absent for some special ones. */
  expression?: string;
  /** Target resource types of a reference parameter. */
  targets?: string[];
  /** Components of a composite: canonical URL of the component's parameter, and its expression relative to the composite's. */
  components?: { definition: string; expression: string }[];
  /** false while a parameter that was added to the server is still being indexed */
  isReady?: boolean;
}

/** Which reference parameters place a resource type in a compartment; `{def}` (the resource itself) is not listed. */
export interface CompartmentModel {
  code: string;
  /** resource type -> codes of the search parameters that link it */
  resources: Record<string, string[]>;
}

/** The closed list of a required binding. */
export interface ValueSetModel {
  /** system -> codes */
  systems: Record<string, string[]>;
}

export interface Definitions {
  version: FhirVersion;
  /** As CapabilityStatement.fhirVersion states it: 4.0.1, 4.3.0, 5.0.0. */
  fhirVersion: string;
  /** Every resource type, complex type and nested element, by name. */
  types: Record<string, TypeModel>;
  /** Regular expressions (anchored source text) of the primitive types. */
  primitives: Record<string, { json: 'string' | 'number' | 'boolean'; pattern?: string }>;
  /** Concrete resource types, sorted. */
  resourceTypes: string[];
  searchParameters: SearchParameterModel[];
  compartments: CompartmentModel[];
  /** By canonical URL (without version): those whose content the packages state in full. */
  valueSets: Record<string, ValueSetModel>;
  /** System -> code -> the codes directly above it, for code systems that have a hierarchy. */
  hierarchies: Record<string, Record<string, string[]>>;
  /** How RDF is written: before R5 elements carry the path of their type and lists an index. https://hl7.org/fhir/R4B/rdf.html */
  rdf: 'indexed' | 'listed';
  /** The model by which FHIRPath is interpreted; R4B has none of its own. */
  fhirPath: 'r4' | 'r5';
}
