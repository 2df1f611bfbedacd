/** The search parameter types by name. https://hl7.org/fhir/R4B/search.html#ptypes */
import type { SearchParameterType } from '../../fhir/definitions/model.ts';
import { date } from './date.ts';
import { number } from './number.ts';
import type { ParameterKind } from './parameter.ts';
import { quantity } from './quantity.ts';
import { reference } from './reference.ts';
import { string } from './string.ts';
import { token } from './token.ts';
import { uri } from './uri.ts';

/** Composites are made of these; special ones are handled where they are parsed. */
export const kinds: Partial<Record<SearchParameterType, ParameterKind>> = {
  date,
  number,
  quantity,
  reference,
  string,
  token,
  uri,
};
