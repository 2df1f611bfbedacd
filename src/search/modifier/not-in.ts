/** `:not-in`: the code is not in a value set, also for want of any code. https://hl7.org/fhir/R5/search.html#modifiernotin */
import { inSet } from './in.ts';
import type { Modifier } from './modifier.ts';

export const notIn: Modifier = {
  on: ['token', 'reference'],
  express: (asked) => ({ kind: 'not', of: inSet.express(asked) }),
};
