/** How an operation is registered. https://hl7.org/fhir/R4B/operations.html */
import type { Readable } from 'node:stream';
import { FhirError } from '../fhir/outcome.ts';
import type { Interaction, InteractionRequest, Method, Reply, Role, Server } from '../interaction/index.ts';

/** An operation whose body is streamed: it sees the bytes as they come. */
export interface StreamOperation {
  /** without the `$` */
  code: string;
  level: 'system';
  contentTypes: readonly string[];
  summary: string;
  perform(body: Readable, server: Server): Promise<Reply>;
}

/** One input of an operation, as its OperationDefinition states it. */
export interface OperationParameter {
  name: string;
  min: number;
  max: string;
  type: string;
  documentation: string;
}

export interface Operation {
  /** without the `$` */
  code: string;
  levels: readonly ('system' | 'type' | 'instance')[];
  /** resource types that it is for; all when absent */
  types?: readonly string[];
  /** roles of which a server needs one to have it; any when absent */
  roles?: readonly Role[];
  /** whether it changes anything: then it can only be posted */
  affectsState: boolean;
  /** by GET it changes nothing, and only answers */
  readsByGet?: true;
  /** whether it performs interactions for its asker, which the audit log takes down one by one */
  isComposite?: true;
  summary: string;
  parameters: readonly OperationParameter[];
  perform(request: InteractionRequest, server: Server): Promise<Reply>;
}

const paths = {
  system: (code: string) => `/$${code}`,
  type: (code: string) => `/:type/$${code}`,
  instance: (code: string) => `/:type/:id/$${code}`,
};

/** The operation as an interaction: operations are routed and batched like those. */
export function interactionOf(operation: Operation): Interaction {
  const { code, levels, types, roles, affectsState, readsByGet, isComposite, summary } = operation;
  const methods: Method[] = affectsState && readsByGet === undefined ? ['POST'] : ['GET', 'POST'];
  return {
    code: `$${code}`,
    level: levels.includes('instance') ? 'instance' : levels.includes('type') ? 'type' : 'system',
    routes: levels.flatMap((level) => methods.map((method) => ({ method, path: paths[level](code) }))),
    takes: 'parameters',
    summary,
    ...(isComposite === undefined ? {} : { isComposite }),
    ...(types === undefined ? {} : { types }),
    ...(roles === undefined ? {} : { roles }),
    async perform(request, server) {
      if (roles?.some((role) => server.roles.includes(role)) === false)
        throw new FhirError('not-supported', `$${code} is for servers in the role ${roles.join(' or ')}`);
      return operation.perform(request, server);
    },
  };
}
