/** What a modifier gets and gives: it turns the values of one parameter into an expression. https://hl7.org/fhir/R5/search.html#modifiers */
import type { SearchParameterModel } from '../../fhir/definitions/model.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { SearchContext } from '../context.ts';
import { type Int64, parameterKey } from '../index-rows.ts';
import type { ParameterKind } from '../parameter/parameter.ts';
import type { Expression } from '../tree.ts';

/** One parameter as asked for, with its values split at commas but not unescaped. */
export interface Asked {
  /** resource type that is searched */
  type: string;
  parameter: SearchParameterModel;
  kind: ParameterKind;
  values: readonly string[];
  context: SearchContext;
}

export interface Modifier {
  /** Parameter types that it goes with. */
  on: readonly SearchParameterModel['type'][];
  /** Throws FhirError `value` for malformed values. */
  express(asked: Asked): Expression;
}

/** The number under which the rows of a parameter lie; `form` names rows that only a modifier looks at. */
export function rowsOf({ type, parameter, context }: Asked, form = ''): Int64 {
  return parameterKey(context.hash, type, form === '' ? parameter.code : `${parameter.code}:${form}`);
}

/** The parameter without a modifier. */
export function plain(asked: Asked): Expression {
  const { parameter, kind, values, context } = asked;
  const said = parameter.targets === undefined ? {} : { targets: parameter.targets };
  return {
    kind: 'match',
    parameter: rowsOf(asked),
    test: kind.match(values, { code: parameter.code, ...said }, context),
  };
}

/** Texts to look for, folded; empty ones are refused. */
export function notEmpty(texts: readonly string[], code: string): readonly string[] {
  if (texts.some((text) => text.trim() === '')) throw new FhirError('value', `${code} needs a text to look for`);
  return texts;
}
