/** `:of-type`: an identifier of a stated type, `type system|type code|value`. https://hl7.org/fhir/R5/search.html#modifieroftype */
import { FhirError } from '../../fhir/outcome.ts';
import { splitEscaped, unescapeText } from '../parameter/text-list.ts';
import { ofTypeText } from '../parameter/token.ts';
import { type Modifier, rowsOf } from './modifier.ts';

export const ofType: Modifier = {
  on: ['token'],
  express(asked) {
    const { parameter, context } = asked;
    const codes = asked.values.map((value) => {
      const parts = splitEscaped(value, '|').map(unescapeText);
      const [system, code, identifier] = parts;
      if (parts.length !== 3 || parts.includes('')) {
        throw new FhirError('value', `${parameter.code}:of-type needs type system|type code|value, not ${value}`);
      }
      return { code: context.hash(ofTypeText(system!, code!, identifier!)) };
    });
    return { kind: 'match', parameter: rowsOf(asked, 'of-type'), test: { table: 'token', codes } };
  },
};
