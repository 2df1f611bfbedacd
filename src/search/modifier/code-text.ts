/** `:code-text`: the code itself begins with the text, whatever its case. https://hl7.org/fhir/R5/search.html#modifiercodetext */
import { unescapeText } from '../parameter/text-list.ts';
import { type Modifier, notEmpty, rowsOf } from './modifier.ts';

export const codeText: Modifier = {
  on: ['token'],
  express: (asked) => ({
    kind: 'match',
    parameter: rowsOf(asked),
    test: {
      table: 'token',
      codes: notEmpty(asked.values.map(unescapeText), asked.parameter.code).map((text) => ({
        startsWith: text.toLowerCase(),
      })),
    },
  }),
};
