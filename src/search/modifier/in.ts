/** `:in`: the code is in a value set; the target of the reference is in a List, Group or CareTeam. https://hl7.org/fhir/R5/search.html#modifierin */
import { FhirError } from '../../fhir/outcome.ts';
import { membership } from '../membership.ts';
import { unescapeText } from '../parameter/text-list.ts';
import { type Modifier, rowsOf } from './modifier.ts';

export const inSet: Modifier = {
  on: ['token', 'reference'],
  express(asked) {
    const { parameter, context } = asked;
    if (parameter.type === 'reference') {
      const of = membership(asked.values, `${parameter.code}:in`, context);
      const types = parameter.targets ?? context.definitions.resourceTypes;
      return { kind: 'or', of: types.map((type) => ({ kind: 'chain', parameter: rowsOf(asked), type, of })) };
    }
    const codes = asked.values.map((value) => {
      const valueSet = unescapeText(value);
      if (valueSet === '') throw new FhirError('value', `${parameter.code}:in needs the address of a value set`);
      return { in: valueSet };
    });
    return { kind: 'match', parameter: rowsOf(asked), test: { table: 'token', codes } };
  },
};
