/** Which of a passport's visas are of the one who asks and hold. https://ga4gh.github.io/data-security/ga4gh-passport#linkedidentities */
import type { Visa } from '../../conditions/access-context.ts';
import { areMet } from './conditions.ts';
import { type CheckedVisa, linkedIdentities } from './visa.ts';

/** A person as an issuer knows them. */
export interface Identity {
  sub: string;
  iss: string;
}

const keyOf = ({ sub, iss }: Identity): string => JSON.stringify([sub, iss]);

/** The visas of `holder` whose conditions are met, in their order. All of `checked` are valid and trusted. */
export function visasHeld(holder: Identity, checked: readonly CheckedVisa[]): readonly Visa[] {
  const same = identitiesOf(holder, checked);
  const own = checked.filter(({ identity }) => same.has(keyOf(identity)));
  const unconditional = own.filter(({ conditions }) => conditions === undefined).map(({ visa }) => visa);
  return own
    .filter(({ conditions }) => conditions === undefined || areMet(conditions, unconditional))
    .map(({ visa }) => visa);
}

/**
 * All identities that are the holder's, over any number of links. Links that have conditions link nothing: which
 * visas their conditions may rest on would depend on them.
 */
function identitiesOf(holder: Identity, checked: readonly CheckedVisa[]): ReadonlySet<string> {
  const links = checked
    .filter(({ visa, conditions }) => visa.type === 'LinkedIdentities' && conditions === undefined)
    .map(({ identity, visa }) => [identity, ...linkedIdentities(visa.value)].map(keyOf));
  const same = new Set([keyOf(holder)]);
  let before = 0;
  while (same.size > before) {
    before = same.size;
    for (const linked of links) {
      if (linked.some((one) => same.has(one))) for (const one of linked) same.add(one);
    }
  }
  return same;
}
