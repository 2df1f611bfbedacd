/** `:not`: what does not have the value, also for want of any. https://hl7.org/fhir/R5/search.html#modifiernot */
import { type Modifier, plain } from './modifier.ts';

export const not: Modifier = {
  on: ['token', 'reference', 'string', 'uri', 'date', 'number', 'quantity'],
  express: (asked) => ({ kind: 'not', of: plain(asked) }),
};
