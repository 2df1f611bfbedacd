/** `:exact`: the whole text, with case and accents. https://hl7.org/fhir/R5/search.html#modifierexact */
import { unescapeText } from '../parameter/text-list.ts';
import { type Modifier, notEmpty, rowsOf } from './modifier.ts';

export const exact: Modifier = {
  on: ['string'],
  express: (asked) => ({
    kind: 'match',
    parameter: rowsOf(asked),
    test: { table: 'string', how: 'exact', texts: notEmpty(asked.values.map(unescapeText), asked.parameter.code) },
  }),
};
