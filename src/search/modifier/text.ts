/** `:text`: the words beside a code or reference begin with the text; on strings any of the words. https://hl7.org/fhir/R5/search.html#modifiertext */
import { foldText } from '../index-rows.ts';
import { unescapeText } from '../parameter/text-list.ts';
import { type Modifier, notEmpty, rowsOf } from './modifier.ts';
import { textAdvanced } from './text-advanced.ts';

export const text: Modifier = {
  on: ['token', 'reference', 'string'],
  express(asked) {
    if (asked.parameter.type === 'string') return textAdvanced.express(asked);
    const texts = notEmpty(asked.values.map(unescapeText), asked.parameter.code).map(foldText);
    return { kind: 'match', parameter: rowsOf(asked, 'text'), test: { table: 'string', how: 'starts', texts } };
  },
};
