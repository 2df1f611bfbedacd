/** What was seen of a data set while it was assessed: plain values, from which all measurements follow. See docs/reference/assessment.md */
import type { JsonObject } from '../../fhir/json.ts';
import type { Issue } from '../../fhir/outcome.ts';
import type { Identifier } from './identifier.ts';
import type { DataReference } from './record.ts';

/** What came of asking one address. */
export interface Asked {
  address: string;
  /** HTTP status; 0 when nothing came back */
  status: number;
  /** media type, without parameters */
  contentType?: string;
  /** WWW-Authenticate of a refusal */
  authenticate?: string;
  /** why nothing came, or what was refused */
  reason?: string;
  /** nothing is known of the address: it was not asked, for the reason given */
  isNotAsked?: true;
}

/** A search for something that should be found. */
export interface Found extends Asked {
  /** how many came; the record among them or not */
  matches: number;
  hasRecord: boolean;
}

/** What a server says that it can do. */
export interface ServerFacts {
  base: string;
  asked: Asked;
  fhirVersion?: string;
  formats: readonly string[];
  types: Readonly<Record<string, TypeFacts>>;
  operations: readonly string[];
  /** codes of rest.security.service */
  security: readonly string[];
  /** where tokens come from, as the server tells programs */
  authorization?: string;
}

export interface TypeFacts {
  interactions: readonly string[];
  searchParameters: readonly string[];
  profiles: readonly string[];
}

export interface IdentifierFacts {
  identifier: Identifier;
  /** the search for it on the server of the record */
  lookUp?: Found;
  /** the web address that it stands for */
  resolved?: Asked;
}

export interface RecordFacts {
  record: JsonObject;
  /** absolute address of the record */
  address: string;
  base: string;
  server: ServerFacts;
  /** the record read by an asker of whom nothing is known; not asked where the asker's own view is all that is told */
  openly: Asked;
  /** the record in each format, as the asker */
  json: Asked;
  xml: Asked;
  identifiers: readonly IdentifierFacts[];
  /** the record among those of its type */
  listed: Found;
  /** changes of records of its type */
  history: Asked;
  /** records that are retired and still there */
  retired: Found;
  provenance: Asked & { resources: readonly JsonObject[] };
  /** what the profiles that are known here find wrong */
  issues: readonly Issue[];
  /** what `$validate` of the server finds wrong; absent where it is not offered */
  validated?: Validated;
  /** other records that it refers to */
  links: readonly Asked[];
}

export interface Validated extends Asked {
  faults: number;
}

/** Hidden: said not to be there, where the record states who may have the data. */
export type Access = 'open' | 'restricted' | 'hidden' | 'missing' | 'unreachable' | 'not-asked';

/** One thing that the record says the data are. */
export interface DataFacts {
  reference: DataReference;
  asked: Asked;
  access: Access;
  /** the FHIR server that it lies on */
  server?: ServerFacts;
  /** a Group, List, DocumentManifest or whatever else a literal reference leads to */
  resource?: JsonObject;
  /** size of the file as far as it was read */
  bytes?: number;
}

export interface SampleFacts {
  asked: readonly Asked[];
  resources: readonly JsonObject[];
  validated: readonly Validated[];
}

export interface VocabularyFacts {
  system: string;
  /** name, when it is one that is known to be FAIR */
  known?: string;
  /** its canonical URL, asked */
  resolved?: Asked;
}

export interface AssessmentFacts {
  /** instant */
  assessedAt: string;
  metadata: RecordFacts;
  data: readonly DataFacts[];
  sample: SampleFacts;
  /** by system */
  vocabularies: Readonly<Record<string, VocabularyFacts>>;
}
