/** Takes a resource in: exact JSON, known structure, allowed here. https://hl7.org/fhir/R4B/validation.html */
import { isDirectoryType, isHeldWithoutPatients, privateOfEntry } from '../conditions/metadata-type.ts';
import { parseResource, storedTail } from '../fhir/format/json.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { validate } from '../fhir/validation/index.ts';
import type { Server } from './interaction.ts';

/** A resource as it may be written, with the part of its text that is stored. */
export interface Accepted {
  resource: Resource;
  tail: string;
}

/** Parses and checks `text`. Throws one FhirError with every finding. */
export function accept(text: string, server: Pick<Server, 'definitions' | 'roles'>, expectedType?: string): Accepted {
  const { resource, scan } = parseResource(text);
  if (expectedType !== undefined && resource.resourceType !== expectedType) {
    throw new FhirError('invalid', `the address is for ${expectedType}, but the body is a ${resource.resourceType}`, {
      expression: 'resourceType',
    });
  }
  const issues = validate(resource, server.definitions);
  if (issues.length > 0) throw FhirError.of(issues);
  refuseForeign(resource, server.roles);
  return { resource, tail: storedTail(text, scan) };
}

/** What is taken of types that may be metadata. */
const butOf: Readonly<Record<string, string>> = {
  MeasureReport: 'no MeasureReport but summaries of data sets',
  Provenance: 'no Provenance but that of metadata: every reference in it must lead to metadata',
};

/** A server without the role of a repository holds metadata only; a discovery server is a directory of who does what where, too. */
function refuseForeign(resource: Resource, roles: Server['roles']): void {
  if (roles.includes('repository') || isHeldWithoutPatients(resource)) return;
  const { resourceType: type } = resource;
  if (roles.includes('discovery') && isDirectoryType(type)) return refusePrivate(resource);
  const what = butOf[type] ?? `no ${type}`;
  throw new FhirError('not-supported', `this server (${roles.join(', ')}) holds metadata only and takes ${what}`);
}

function refusePrivate(resource: Resource): void {
  const closed = privateOfEntry(resource);
  if (closed === undefined) return;
  throw new FhirError('processing', `this server is a directory and takes no ${closed}: leave it out`, {
    expression: resource.resourceType,
  });
}

/** A resource of the server's own making, checked like any other. */
export function acceptOwn(resource: Resource, server: Pick<Server, 'definitions' | 'roles'>): Accepted {
  const { meta: _, ...rest } = resource;
  return accept(JSON.stringify(rest), server, resource.resourceType);
}
