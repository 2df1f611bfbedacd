/** `:above`: codes above a code, resources above a resource, addresses that an address lies below. https://hl7.org/fhir/R5/search.html#modifierabove */
import { unescapeText } from '../parameter/text-list.ts';
import { codesMatch, hierarchyMatch } from './hierarchy.ts';
import { type Modifier, notEmpty, rowsOf } from './modifier.ts';

export const above: Modifier = {
  on: ['token', 'reference', 'uri'],
  express(asked) {
    const parameter = rowsOf(asked);
    switch (asked.parameter.type) {
      case 'token':
        return codesMatch(asked, 'above');
      case 'uri': {
        const texts = notEmpty(asked.values.map(unescapeText), asked.parameter.code);
        return {
          kind: 'match',
          parameter,
          test: { table: 'uri', hashes: texts.flatMap(beginnings).map(asked.context.hash) },
        };
      }
      default:
        return hierarchyMatch(asked, 'above');
    }
  },
};

/** The address itself and all that it lies below, cut at slashes: `http://a/b/c` -> `http://a/b/c`, `http://a/b`, `http://a/b/`, ... */
function beginnings(uri: string): string[] {
  const all = [uri];
  const authority = uri.indexOf('://');
  for (let at = uri.lastIndexOf('/'); at > authority + 2; at = uri.lastIndexOf('/', at - 1)) {
    all.push(uri.slice(0, at), uri.slice(0, at + 1));
  }
  return all;
}
