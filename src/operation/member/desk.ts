/** Where members are looked up and changed: through a door of the server's own, since those who ask to join may write nothing. See docs/adr/0025-discovery.md */
import { isSteward } from '../../conditions/access-context.ts';
import { type DoorTransaction, resourceOf } from '../../door/index.ts';
import { baseOf, isAskable, memberService } from '../../federation/member/index.ts';
import type { Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Server } from '../../interaction/index.ts';
import { parseSearch } from '../../search/index.ts';

/** The roles in which a server has members. */
export const memberRoles = ['registry', 'discovery'] as const;

export function requireSteward(server: Server, code: string): void {
  const { context } = server.door;
  if (isSteward(context)) return;
  const issue = context.subject.kind === 'anonymous' ? 'login' : 'forbidden';
  throw new FhirError(issue, `$${code} is for stewards of the community`);
}

/** A base address as members are told apart by it. */
export function readAddress(text: string | undefined, code: string): string {
  if (text === undefined) throw new FhirError('required', `$${code} needs the address of the server`);
  if (text.length > 1000 || !isAskable(text))
    throw new FhirError(
      'value',
      `address must be a FHIR base address such as https://example.org/fhir, not ${text.slice(0, 200)}`,
    );
  return baseOf(text);
}

/** Whoever changes the member of an address holds this lock. */
const lockOfMember = (address: string): string => `member ${address}`;

/** Commas separate values in a search. */
const escaped = (text: string): string => text.replaceAll(/[\\,$|]/g, (one) => `\\${one}`);

/** Changes members in one transaction. */
export function changeMember<T>(
  server: Server,
  address: string,
  change: (inside: DoorTransaction) => Promise<T>,
): Promise<T> {
  return server.service(memberService).transaction([lockOfMember(address)], change);
}

/** The Endpoint of a server, by its base address with or without a slash at the end; one that was entered in error is none. */
export async function endpointAt(
  inside: DoorTransaction,
  address: string,
  server: Server,
): Promise<Resource | undefined> {
  const search = parseSearch(
    'Endpoint',
    [
      ['address', `${escaped(address)},${escaped(`${address}/`)}`],
      ['status:not', 'entered-in-error'],
    ],
    { ...server.searchContext, handling: 'strict' },
  );
  const [found] = await inside.match(search);
  if (found === undefined) return undefined;
  const current = await inside.read('Endpoint', found.id);
  return current === undefined ? undefined : resourceOf(current);
}
