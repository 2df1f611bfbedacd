/** `:identifier`: the reference names its target by this identifier. https://hl7.org/fhir/R5/search.html#modifieridentifier */
import { token } from '../parameter/token.ts';
import { type Modifier, rowsOf } from './modifier.ts';

export const identifier: Modifier = {
  on: ['reference'],
  express: (asked) => ({
    kind: 'match',
    parameter: rowsOf(asked, 'identifier'),
    test: token.match(asked.values, { code: `${asked.parameter.code}:identifier` }, asked.context),
  }),
};
