/** `:text-advanced`: the words beside a code or reference, found as a search engine does. https://hl7.org/fhir/R5/search.html#modifiertextadvanced */
import { unescapeText } from '../parameter/text-list.ts';
import { foldWords } from '../words.ts';
import { type Modifier, notEmpty, rowsOf } from './modifier.ts';

export const textAdvanced: Modifier = {
  on: ['token', 'reference', 'string'],
  express(asked) {
    const texts = notEmpty(asked.values.map(unescapeText), asked.parameter.code).map(foldWords);
    const parameter = asked.parameter.type === 'string' ? rowsOf(asked) : rowsOf(asked, 'text');
    return { kind: 'match', parameter, test: { table: 'string', how: 'words', texts } };
  },
};
