/** Where access requests lie: read, changed and decided through a door of the server's own, since neither side may read the other's resources. See docs/adr/0014-access-requests.md */
import { type AccessContext, isSteward } from '../../conditions/access-context.ts';
import { granteeKeys } from '../../conditions/grant.ts';
import type { Scope, ScopeLetter } from '../../conditions/scope.ts';
import { type DoorTransaction, type StoredResource, textOf } from '../../door/index.ts';
import type { Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { idPattern } from '../../fhir/reference.ts';
import {
  acceptOwn,
  type Done,
  expectedVersion,
  type InteractionRequest,
  type Server,
} from '../../interaction/index.ts';
import { type AccessRequest, requestOf, type Step, taskOf } from './access-request.ts';

export const serviceName = 'access requests';

/** The key by which a grant names the asker; throws `login` for anonymous ones. */
export function requesterKey(context: AccessContext): string {
  const [key] = granteeKeys(context);
  if (context.subject.kind === 'anonymous' || key === undefined)
    throw new FhirError('login', 'asking for access needs a login, so that what is granted can be yours');
  return key;
}

/** An application may do with requests what its scopes let it do with Tasks. */
export function refuseByScope({ scopes }: AccessContext, letter: ScopeLetter): void {
  const covers = ({ level, type, letters, query }: Scope): boolean =>
    level !== 'patient' && (type === 'Task' || type === '*') && letters.includes(letter) && query.length === 0;
  if (scopes !== undefined && !scopes.some(covers))
    throw new FhirError('forbidden', `requests for access need a scope such as user/Task.${letter}`);
}

/** Whether the asker decides on requests for data sets of the committee. */
export function decidesFor(context: AccessContext, committee: string | undefined): boolean {
  if (isSteward(context)) return true;
  const { committees = [] } = context.rights;
  return committees.includes('*') || (committee !== undefined && committees.includes(committee));
}

export function isRequester(context: AccessContext, request: AccessRequest): boolean {
  return context.subject.kind !== 'anonymous' && requesterKey(context) === request.requester.key;
}

/** Nobody decides on what would be granted to themselves: neither on a request of their own nor on one of the project they work in. */
export function refuseOwn(context: AccessContext, { requester, project }: AccessRequest): void {
  const keys = granteeKeys(context);
  if (!keys.includes(requester.key) && !(project !== undefined && keys.includes(`project ${project}`))) return;
  const whose = keys.includes(requester.key) ? 'one’s own request' : 'a request of the project one works in';
  throw new FhirError(
    'forbidden',
    `${whose} is for others to decide on: another member of the committee, or a steward`,
  );
}

/** A request as it was written. */
export interface Written {
  request: AccessRequest;
  done: Done;
}

/**
 * Reads a request and changes it in one transaction; whoever is no party to it is told that there is none. Who states by
 * If-Match which version was looked at changes no other one.
 */
export async function changeRequest(
  server: Server,
  { id, ifMatch }: InteractionRequest,
  may: (request: AccessRequest) => boolean,
  change: (request: AccessRequest, inside: DoorTransaction) => Promise<AccessRequest>,
): Promise<Written> {
  const missing = new FhirError('not-found', `there is no access request ${id.slice(0, 64)} here that is yours`);
  refuseByScope(server.door.context, 'u');
  if (!idPattern.test(id)) throw missing;
  const expected = expectedVersion(ifMatch);
  return server.service(serviceName).transaction([`access request ${id}`], async (inside) => {
    const stored = await inside.read('Task', id);
    const request = stored === undefined ? undefined : storedRequest(stored);
    if (request === undefined || !may(request)) throw missing;
    if (expected !== undefined && stored!.version !== expected)
      throw new FhirError('precondition', `the request has changed since version ${expected}: read it again`);
    const changed = await change(request, inside);
    return { request: changed, done: await writeInside(inside, taskOf(changed, server.now()), server) };
  });
}

export function storedRequest(stored: StoredResource): AccessRequest | undefined {
  return requestOf(JSON.parse(textOf(stored)) as Resource); // only resources are stored
}

/** Writes a resource of the server's own making, new or over the one it read. */
export async function writeInside(inside: DoorTransaction, resource: Resource, server: Server): Promise<Done> {
  const content = acceptOwn(resource, server);
  const id = String(resource['id']);
  const [result] = await inside.write([{ how: 'put', type: resource.resourceType, id, content }]);
  if (result?.done !== 'created' && result?.done !== 'replaced')
    throw new FhirError('conflict', `${resource.resourceType}/${id} cannot be written here`);
  return result;
}

/** A request's state must be one of these for what is asked. */
export function inState(request: AccessRequest, states: readonly AccessRequest['state'][], act: string): void {
  if (states.includes(request.state)) return;
  throw new FhirError('conflict', `a request that is ${request.state} cannot be ${act}`);
}

/** The request with a note of what was said. */
export function noted(request: AccessRequest, context: AccessContext, at: number, text: string): AccessRequest {
  return withNote(request, context, { at, text });
}

/** The request with a note of what was done, which is its history; a step without words is named. */
export function stepped(request: AccessRequest, { door, now }: Server, step: Step, text: string = step): AccessRequest {
  return withNote(request, door.context, { at: now(), step, text });
}

function withNote(
  request: AccessRequest,
  context: AccessContext,
  note: { at: number; step?: Step; text: string },
): AccessRequest {
  const [key = 'anonymous'] = granteeKeys(context);
  const { subject } = context;
  const by = subject.kind === 'person' && subject.name !== undefined ? `${subject.name} (${key})` : key;
  return { ...request, notes: [...request.notes, { by, ...note }] };
}
