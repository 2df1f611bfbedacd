/** The servers that one may want to log in at: this one, those that refused or where one is logged in, and those of the community. */

import { baseOf } from '../server/address.ts';
import type { Json } from '../server/fhir.ts';
import { home } from '../server/home.ts';
import { useRefusals } from '../server/met.ts';
import { useFhir } from '../server/query.ts';
import { useEndedLogins, useSessions } from '../server/tokens.ts';

export interface Servers {
  readonly met: readonly { readonly base: string; readonly isHome: boolean }[];
  readonly community: readonly string[];
  /** the community has more */
  readonly isCut: boolean;
}

const most = 20;

export function useServers(asked: readonly string[]): Servers {
  const sessions = useSessions();
  const ended = useEndedLogins();
  const refused = useRefusals();
  const members = useFhir(home, `Endpoint?status=active&_elements=address,status&_count=${most}`);
  const met = [
    ...new Set([home, ...asked, ...ended.map(({ base }) => base), ...sessions.map(({ base }) => base), ...refused]),
  ]
    .filter((base) => URL.canParse(base) && /^https?:/.test(base))
    .map(baseOf);
  const all = [...new Set(met)];
  const known = [...new Set(members.data === undefined ? [] : addressesIn(members.data))];
  const links = members.data?.['link'];
  return {
    met: all.map((base) => ({ base, isHome: base === home })),
    community: known.filter((base) => !all.includes(base)),
    isCut: Array.isArray(links) && (links as Json[]).some(({ relation }) => relation === 'next'),
  };
}

function addressesIn(bundle: Json): string[] {
  const entries = Array.isArray(bundle['entry']) ? (bundle['entry'] as { resource?: Json }[]) : [];
  return entries.flatMap(({ resource }) => {
    const address = resource?.['address'];
    return typeof address === 'string' && /^https?:/.test(address) && URL.canParse(address) ? [baseOf(address)] : [];
  });
}
