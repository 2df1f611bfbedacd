/** `:contains`: the text stands somewhere in the value. https://hl7.org/fhir/R5/search.html#modifiercontains */
import { foldText } from '../index-rows.ts';
import { unescapeText } from '../parameter/text-list.ts';
import { type Modifier, notEmpty, rowsOf } from './modifier.ts';

export const contains: Modifier = {
  on: ['string', 'uri'],
  express(asked) {
    const texts = notEmpty(asked.values.map(unescapeText), asked.parameter.code);
    const parameter = rowsOf(asked);
    if (asked.parameter.type === 'uri') return { kind: 'match', parameter, test: { table: 'uri', contains: texts } };
    return { kind: 'match', parameter, test: { table: 'string', how: 'contains', texts: texts.map(foldText) } };
  },
};
