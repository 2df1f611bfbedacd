/** Indexes and matches `composite` search parameters as one range scan of their last component. https://hl7.org/fhir/R4B/search.html#composite */
import type { SearchParameterModel } from '../../fhir/definitions/model.ts';
import type { Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { compileRelative, type Node } from '../../fhir/path/index.ts';
import type { Hash, Int64 } from '../index-rows.ts';
import { registryOf } from '../registry.ts';
import type { Expression } from '../tree.ts';
import { kinds } from './index.ts';
import type { Extraction, ParameterContext, ParameterKind } from './parameter.ts';
import { referenceText, targetKeys } from './reference.ts';
import { splitEscaped, unescapeText } from './text-list.ts';
import { parseToken, tokensOf } from './token.ts';

/** The two components, or why the parameter is not indexed. */
interface Components {
  first: { type: 'token' | 'reference'; expression: string; model: SearchParameterModel };
  last: { kind: ParameterKind; expression: string; model: SearchParameterModel };
}

/**
 * Rows of the last component are kept under a parameter of their own for each value of the first:
 * `code-value-quantity=X$gt5` is then a range of quantity rows under (parameter, X).
 */
export function componentsOf(
  parameter: SearchParameterModel,
  context: Pick<ParameterContext, 'definitions'>,
): Components | string {
  const registry = registryOf(context.definitions);
  const components = (parameter.components ?? []).map((one) => ({ ...one, model: registry.byUrl(one.definition) }));
  const [first, last] = components;
  if (components.length !== 2 || first === undefined || last === undefined)
    return `it has ${components.length} components, not two`;
  if (first.model === undefined || last.model === undefined) return 'a component is not defined';
  if (first.model.type !== 'token' && first.model.type !== 'reference')
    return `its first component is a ${first.model.type}`;
  const kind = kinds[last.model.type];
  if (kind === undefined) return `its last component is a ${last.model.type}`;
  // R4 and R4B state the two expressions of DocumentReference.relationship the wrong way round.
  const areCrossed =
    first.model.expression?.endsWith(`.${last.expression}`) && last.model.expression?.endsWith(`.${first.expression}`);
  const [one, other] = areCrossed ? [last.expression, first.expression] : [first.expression, last.expression];
  return {
    first: { type: first.model.type, expression: one, model: first.model },
    last: { kind, expression: other, model: last.model },
  };
}

const derived = (hash: Hash, parameter: Int64, form: string): Int64 => hash(`${parameter}$${form}`);

/** Writes the rows of one composite for one resource. */
export type CompositeExtractor = (node: Node, resource: Resource, parameter: Int64, to: Extraction) => void;

export function compositeExtractor(
  components: Components,
  type: string,
  context: ParameterContext,
): CompositeExtractor {
  const options = { type, definitions: context.definitions };
  const first = compileRelative(components.first.expression, options);
  const last = compileRelative(components.last.expression, options);
  const { kind } = components.last;
  return (node, resource, parameter, to) => {
    const values = last(node, resource);
    if (values.length === 0) return;
    for (const value of first(node, resource)) {
      for (const form of formsOf(value, components.first.type, to)) {
        const rows = { own: derived(to.hash, parameter, form) };
        for (const other of values) kind.extract(other, rows, to);
      }
    }
  };
}

function formsOf(node: Node, type: 'token' | 'reference', to: Extraction): string[] {
  if (type === 'token')
    return tokensOf(node, to).flatMap(({ system, code }) => [`${system ?? ''}|${code}`, `*|${code}`]);
  const text = referenceText(node);
  return text === undefined ? [] : targetKeys(text, to);
}

/** One alternative, `first$last`. */
export function matchComposite(
  parameter: SearchParameterModel,
  key: Int64,
  value: string,
  context: ParameterContext,
): Expression {
  const components = componentsOf(parameter, context);
  if (typeof components === 'string') {
    throw new FhirError('not-supported', `${parameter.code} cannot be searched here: ${components}`);
  }
  const parts = splitEscaped(value, '$');
  if (parts.length !== 2) throw new FhirError('value', `${parameter.code}=${value} needs two values joined by $`);
  const [first, last] = parts as [string, string]; // its length is two
  const { kind, model } = components.last;
  const asked =
    model.targets === undefined ? { code: parameter.code } : { code: parameter.code, targets: model.targets };
  const matches = searchForms(components, first, parameter.code, context).map(
    (form): Expression => ({
      kind: 'match',
      parameter: derived(context.hash, key, form),
      test: kind.match([last], asked, context),
    }),
  );
  return matches.length === 1 ? matches[0]! : { kind: 'or', of: matches };
}

function searchForms(components: Components, text: string, code: string, context: ParameterContext): string[] {
  if (components.first.type === 'token') {
    const token = parseToken(text, code);
    if (token.code === undefined)
      throw new FhirError('not-supported', `${code} needs a code in its first value, not only a system`);
    return [token.system === undefined ? `*|${token.code}` : `${token.system}|${token.code}`];
  }
  const targets = components.first.model.targets ?? context.definitions.resourceTypes;
  const reference = unescapeText(text);
  return reference.includes('/')
    ? targetKeys(reference, context).slice(0, 1)
    : targets.flatMap((type) => targetKeys(`${type}/${reference}`, context));
}
