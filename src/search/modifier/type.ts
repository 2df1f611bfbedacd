/** `:[type]`: the reference is to a resource of this type. https://hl7.org/fhir/R5/search.html#modifiertype */

import type { Expression } from '../tree.ts';
import { type Asked, plain } from './modifier.ts';

/** The reference parameter `asked`, narrowed to targets of `target`. */
export function ofTarget(asked: Asked, target: string): Expression {
  return plain({ ...asked, parameter: { ...asked.parameter, targets: [target] } });
}
