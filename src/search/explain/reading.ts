/** Says how one criterion of a search is read: where it leads, which parameters are asked, and for which values. https://hl7.org/fhir/R4B/search.html#modifiers */
import type { SearchParameterModel, SearchParameterType } from '../../fhir/definitions/model.ts';
import type { SearchContext } from '../context.ts';
import { splitEscaped } from '../parameter/text-list.ts';
import { registryOf } from '../registry.ts';
import { readValue, type ValueReading } from './value.ts';

/** One step from a resource to another. */
interface StepReading {
  /** forward: the resource refers to others; backward: others refer to it (`_has`) */
  direction: 'forward' | 'backward';
  /** the type that has the reference */
  type: string;
  parameter: ParameterReading;
  /** the types that the step leads to */
  to: readonly string[];
}

/** A search parameter by its definition. */
export interface ParameterReading {
  /** resource type that is asked */
  type: string;
  code: string;
  kind: SearchParameterType;
  definition?: string;
  expression?: string;
  /** what the expression leads to is a code with a system, so that a code alone may mean several */
  isCoded: boolean;
}

export interface CriterionReading {
  steps: readonly StepReading[];
  /** what is asked at the end of the steps; several where the steps lead to several types */
  parameters: readonly ParameterReading[];
  code: string;
  modifier?: string;
  /** alternatives; one of them must hold */
  values: readonly ValueReading[];
}

/** Of a criterion that was parsed: what is not known gives no parameters. */
export function readCriterion(
  types: readonly string[],
  name: string,
  value: string,
  context: SearchContext,
): CriterionReading {
  const steps: StepReading[] = [];
  let [at, rest] = [types, name];
  for (;;) {
    const step = rest.startsWith('_has:') ? backward(rest, context) : forward(at, rest, context);
    if (step === undefined) break;
    steps.push(step.step);
    at = step.step.to;
    rest = step.rest;
  }
  const [code = '', modifier] = rest.split(':', 2);
  const parameters = distinct(at.flatMap((type) => readParameter(type, code, context)));
  const kind = parameters[0]?.kind ?? special[code] ?? 'special';
  return {
    steps,
    parameters,
    code,
    ...(modifier === undefined ? {} : { modifier }),
    values: (isOneValue.has(code) ? [value] : splitEscaped(value, ',')).map((one) => readValue(one, kind, modifier)),
  };
}

/** Criteria without a row of their own in every version's definitions. */
const special: Record<string, SearchParameterType> = { _id: 'token', _lastUpdated: 'date' };

/** Their commas are part of the value. */
const isOneValue = new Set(['_filter', '_text', '_content']);

interface Taken {
  step: StepReading;
  rest: string;
}

/** `_has:Observation:patient:code` */
function backward(name: string, context: SearchContext): Taken | undefined {
  const [, type = '', code = '', ...rest] = name.split(':');
  const [parameter] = readParameter(type, code, context);
  if (parameter === undefined || rest.length === 0) return undefined;
  return { step: { direction: 'backward', type, parameter, to: [type] }, rest: rest.join(':') };
}

/** `subject:Patient.name`; of the types that the reference may lead to, those that know what follows. */
function forward(types: readonly string[], name: string, context: SearchContext): Taken | undefined {
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const [code = '', stated] = name.slice(0, dot).split(':', 2);
  const rest = name.slice(dot + 1);
  const registry = registryOf(context.definitions);
  const type = types.find((one) => registry.find(one, code) !== undefined);
  const [parameter] = type === undefined ? [] : readParameter(type, code, context);
  if (type === undefined || parameter === undefined) return undefined;
  const all =
    stated === undefined ? (registry.find(type, code)!.targets ?? context.definitions.resourceTypes) : [stated];
  const next = /^[^.:]+/.exec(rest)?.[0] ?? '';
  const to = next === '_has' || next in special ? all : all.filter((one) => registry.find(one, next) !== undefined);
  return { step: { direction: 'forward', type, parameter, to }, rest };
}

export function readParameter(type: string, code: string, context: SearchContext): ParameterReading[] {
  const found = registryOf(context.definitions).find(type, code);
  if (found === undefined) return [];
  const expression = expressionFor(type, found);
  return [
    {
      type,
      code,
      kind: found.type,
      definition: found.url,
      ...(expression === undefined ? {} : { expression }),
      isCoded: found.type === 'token' && isCoded(type, expression ?? '', context),
    },
  ];
}

/** Of an expression for many types the part for this one. */
function expressionFor(type: string, { expression, base }: SearchParameterModel): string | undefined {
  if (expression === undefined || base.length === 1) return expression;
  const own = expression
    .split('|')
    .filter((part) => new RegExp(`^[\\s(]*(${type}|Resource|DomainResource)\\b`).test(part));
  return own.length === 0 ? expression : own.join('|').trim();
}

function isCoded(type: string, expression: string, { definitions }: SearchContext): boolean {
  return expression.split('|').some((part) => {
    if (/CodeableConcept|Coding/.test(part)) return true;
    let at = type;
    for (const name of part.trim().split('.').slice(1)) {
      const element = definitions.types[at]?.elements[name];
      if (element === undefined) return false;
      at = element.type;
    }
    return at === 'CodeableConcept' || at === 'Coding' || at === 'CodeableReference' || at === 'Identifier';
  });
}

/** A parameter that several types share is told once. */
function distinct(parameters: readonly ParameterReading[]): ParameterReading[] {
  const seen = new Map<string, ParameterReading>();
  for (const one of parameters) {
    const key = `${one.definition} ${one.expression}`;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}
