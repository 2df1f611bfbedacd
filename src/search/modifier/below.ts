/** `:below`: codes below a code, resources below a resource, addresses below an address, minor versions of a canonical. https://hl7.org/fhir/R5/search.html#modifierbelow */
import { unescapeText } from '../parameter/text-list.ts';
import type { Expression } from '../tree.ts';
import { codesMatch, hierarchyMatch } from './hierarchy.ts';
import { type Asked, type Modifier, notEmpty, rowsOf } from './modifier.ts';

export const below: Modifier = {
  on: ['token', 'reference', 'uri'],
  express(asked) {
    const parameter = rowsOf(asked);
    switch (asked.parameter.type) {
      case 'token':
        return codesMatch(asked, 'below');
      case 'uri': {
        const texts = notEmpty(asked.values.map(unescapeText), asked.parameter.code);
        return { kind: 'match', parameter, test: { table: 'uri', below: texts } };
      }
      default:
        return belowReference(asked);
    }
  },
};

/** `url|1.2` is a canonical with the beginning of a version; anything else a resource with others below it. */
function belowReference(asked: Asked): Expression {
  const canonicals = asked.values.map(unescapeText).filter((value) => value.includes('|'));
  if (canonicals.length < asked.values.length) return hierarchyMatch(asked, 'below');
  return {
    kind: 'match',
    parameter: rowsOf(asked, 'below'),
    test: { table: 'reference', targets: canonicals.map(asked.context.hash) },
  };
}
