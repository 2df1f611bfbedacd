/** What an interaction gets, what it gives, and how one is registered. https://hl7.org/fhir/R4B/http.html */
import type { Audited, Door, Terms } from '../door/index.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { SearchContext } from '../search/index.ts';
import type { Community } from './community.ts';
import type { JobState } from './job.ts';
import type { PageLinks } from './page-link.ts';

/** A request as FHIR sees it; HTTP is behind it. Header values are as sent. */
export interface InteractionRequest {
  /** whether it was posted: what may also be read by GET changes something only then */
  isPost: boolean;
  type: string;
  id: string;
  versionId: string;
  /** search parameters in the order given, decoded */
  parameters: readonly (readonly [name: string, value: string])[];
  body: string;
  /** media type of the body, without parameters; XML and Turtle are JSON by now */
  contentType: string;
  /** the resource type that is searched in a compartment, or `*` */
  target?: string;
  ifMatch?: string;
  ifModifiedSince?: string;
  ifNoneMatch?: string;
  ifNoneExist?: string;
  prefer: Preference;
  /** Takes down what an interaction asked and got that this one performs, such as an entry of a Bundle. */
  record?(entry: PerformedEntry): void;
}

/** An entry of a Bundle as the audit log takes it down. */
export type PerformedEntry = Pick<Audited, 'interaction' | 'path' | 'query' | 'type' | 'id'> & {
  reply: Pick<Reply, 'status' | 'location' | 'disclosed' | 'counted'>;
};

/** The Prefer header. https://hl7.org/fhir/R4B/http.html#ops */
export interface Preference {
  /** absent when the client states none */
  return?: 'representation' | 'minimal' | 'OperationOutcome';
  handling: 'strict' | 'lenient';
}

/** What goes back. `body` is JSON text. */
export interface Reply {
  status: number;
  body?: string;
  versionId?: number;
  /** milliseconds since 1970 */
  lastModified?: number;
  /** absolute URL of the version that was written */
  location?: string;
  /** what a recipient of the body has to keep to */
  terms?: Terms;
  /** what whoever wrote should know, for example why a data set stays closed */
  warnings?: readonly string[];
  /** the stored resources that the reply tells of; those it was asked for by address when absent */
  disclosed?: Audited['disclosed'];
  /** how many resources it counts or says were taken in */
  counted?: number;
}

/** The server as one request meets it. */
export interface Server {
  door: Door;
  /** A door for what the server does by itself, under the name of one of its services. */
  service(name: string): Door;
  definitions: Definitions;
  /** base address without a trailing slash */
  base: string;
  roles: readonly Role[];
  pages: PageLinks;
  searchContext: Omit<SearchContext, 'handling'>;
  /** for CapabilityStatement.rest.security; undefined where the server issues no tokens */
  security(): Readonly<Record<string, unknown>> | undefined;
  /** Asks other servers, as far as the operator allows it. */
  outbound: typeof fetch;
  /** Has a job of the server performed as soon as it can be. */
  soon(name: string): Promise<void>;
  /** How its jobs are. */
  jobs(): Promise<readonly JobState[]>;
  community: Community;
  newId(): string;
  /** milliseconds since 1970 */
  now(): number;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Role = 'repository' | 'registry' | 'discovery';

/** One interaction: name, place and handler. The CapabilityStatement, the routes and the reference come from these. */
export interface Interaction {
  /** FHIR's code, for example `search-type`. https://hl7.org/fhir/R4B/valueset-type-restful-interaction.html */
  code: string;
  level: 'instance' | 'type' | 'system';
  routes: readonly { method: Method; path: string }[];
  /** Which parameters the address may have: those of a search or history, a condition in place of an id, what shapes a resource; none beside the format when absent. */
  takes?: 'parameters' | 'criteria' | 'shape';
  summary: string;
  /** whether it performs others, each of which it hands to `InteractionRequest.record` */
  isComposite?: true;
  /** resource types that it is for; all when absent */
  types?: readonly string[];
  /** roles of which a server needs one to have it; any when absent */
  roles?: readonly Role[];
  perform(request: InteractionRequest, server: Server): Promise<Reply>;
}
