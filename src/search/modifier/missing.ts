/** `:missing`: whether the resource has a value at all. https://hl7.org/fhir/R5/search.html#modifiermissing */
import { FhirError } from '../../fhir/outcome.ts';
import type { Expression } from '../tree.ts';
import { type Asked, type Modifier, rowsOf } from './modifier.ts';

export const missing: Modifier = {
  on: ['token', 'reference', 'string', 'uri', 'date', 'number', 'quantity'],
  express(asked) {
    const [value] = asked.values;
    if (asked.values.length !== 1 || (value !== 'true' && value !== 'false')) {
      throw new FhirError(
        'value',
        `${asked.parameter.code}:missing must be true or false, not ${asked.values.join(',')}`,
      );
    }
    const present = presence(asked);
    return value === 'true' ? { kind: 'not', of: present } : present;
  },
};

/** A concept may have a text only, and a reference an identifier or a display only. */
function presence(asked: Asked): Expression {
  const { table } = asked.kind;
  const of: Expression[] = [{ kind: 'present', parameter: rowsOf(asked), table }];
  if (table === 'token' || table === 'reference') {
    of.push({ kind: 'present', parameter: rowsOf(asked, 'text'), table: 'string' });
  }
  if (table === 'reference') of.push({ kind: 'present', parameter: rowsOf(asked, 'identifier'), table: 'token' });
  return of.length === 1 ? of[0]! : { kind: 'or', of };
}
