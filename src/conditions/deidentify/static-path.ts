/** Follows a FHIRPath expression through types alone: which elements it goes to and which it looks at. https://hl7.org/fhirpath/N1/ */
import type { Definitions } from '../../fhir/definitions/model.ts';
import { type Ast, parsePath } from '../../fhir/path/index.ts';
import { isOfType } from './method/method.ts';

/** A value that may stand there; `opaque` ones can only be asked for their type. */
export interface Sight {
  type: string;
  opaque?: true;
}

/** How to go on from a sight, and what to do with those that only decide. */
export interface Guide<T extends Sight> {
  /** what the expression begins at */
  start: readonly T[];
  /** the resource that it stands in */
  resource: readonly T[];
  member(of: T, name: string): readonly T[];
  opaque(type: string): T;
  /** called with what is compared, asked for existence, or resolved */
  looksAt(sights: readonly T[]): void;
  definitions: Definitions;
}

/** Where `expression` may lead. Throws an Error for what it cannot follow. */
export function sightsOf<T extends Sight>(expression: string, guide: Guide<T>): readonly T[] {
  return follow(parsePath(expression), guide.start, guide);
}

function follow<T extends Sight>(ast: Ast, input: readonly T[], guide: Guide<T>): readonly T[] {
  switch (ast.kind) {
    case 'this':
      return input;
    case 'variable':
      if (ast.name !== 'resource') throw new Error(`%${ast.name} cannot be followed`);
      return guide.resource;
    case 'literal':
      return [guide.opaque(typeof ast.value)];
    case 'name':
      return name(ast.name, input, guide);
    case 'member':
      return members(ast.name, follow(ast.of, input, guide), guide);
    case 'index':
      return follow(ast.of, input, guide);
    case 'type':
      return typed(ast.operator, follow(ast.of, input, guide), ast.type.slice(ast.type.lastIndexOf('.') + 1), guide);
    case 'binary': {
      const both = [...follow(ast.left, input, guide), ...follow(ast.right, input, guide)];
      if (ast.operator === '|') return both;
      guide.looksAt(both);
      return [guide.opaque('boolean')];
    }
    case 'call':
      return call(ast, input, guide);
  }
}

function name<T extends Sight>(text: string, input: readonly T[], guide: Guide<T>): readonly T[] {
  const isType = text === 'Resource' || text === 'DomainResource' || guide.definitions.types[text]?.kind === 'resource';
  if (!isType) return members(text, input, guide);
  if (text === 'Resource' || text === 'DomainResource') return guide.resource;
  return guide.resource.filter(({ type }) => type === text);
}

function members<T extends Sight>(text: string, of: readonly T[], guide: Guide<T>): readonly T[] {
  if (of.some(({ opaque }) => opaque === true)) throw new Error(`.${text} of something unknown cannot be followed`);
  return of.flatMap((one) => guide.member(one, text));
}

function typed<T extends Sight>(operator: 'as' | 'is', of: readonly T[], type: string, guide: Guide<T>): readonly T[] {
  if (operator === 'as') {
    const wanted = type === 'DateTime' ? 'dateTime' : type;
    return of.filter((one) => isOfType(one.type, wanted));
  }
  guide.looksAt(of);
  return [guide.opaque('boolean')];
}

function call<T extends Sight>(
  ast: Extract<Ast, { kind: 'call' }>,
  input: readonly T[],
  guide: Guide<T>,
): readonly T[] {
  const of = ast.of === undefined ? input : follow(ast.of, input, guide);
  const [argument] = ast.args;
  const typeName = (): string => {
    if (argument?.kind === 'name' || argument?.kind === 'member') return argument.name;
    throw new Error(`${ast.name}() needs the name of a type`);
  };
  switch (ast.name) {
    case 'as':
    case 'ofType':
      return typed('as', of, typeName(), guide);
    case 'is':
      return typed('is', of, typeName(), guide);
    case 'where':
      if (argument === undefined) throw new Error('where() needs a condition');
      guide.looksAt(of.flatMap((one) => follow(argument, [one], guide)));
      return of;
    case 'first':
      return of;
    case 'exists':
    case 'empty':
    case 'not':
      guide.looksAt(of);
      if (argument !== undefined) guide.looksAt(of.flatMap((one) => follow(argument, [one], guide)));
      return [guide.opaque('boolean')];
    case 'resolve':
      guide.looksAt(of);
      return of.length === 0 ? [] : [guide.opaque('Resource')];
    case 'extension':
      return of.flatMap((one) => guide.member(one, 'extension'));
    default:
      throw new Error(`${ast.name}() cannot be followed`);
  }
}

/** Why a condition on values of `types` names an element that none of them has; undefined when all is there. */
export function checkNames(condition: string, types: readonly string[], definitions: Definitions): string | undefined {
  const elements = (type: string) => Object.entries(definitions.types[type]?.elements ?? {});
  const missing: string[] = [];
  const sights = (list: readonly string[]): Sight[] => list.map((type) => ({ type }));
  const guide: Guide<Sight> = {
    start: sights(types),
    // What a condition asks of the whole resource is not known by its place: any name will do.
    resource: [{ type: 'Resource', opaque: true }],
    member: ({ type }, wanted) => {
      const found = elements(type).filter(([json, { choice }]) => json === wanted || choice === wanted);
      if (found.length === 0) missing.push(`${type} has no element "${wanted}"`);
      return found.map(([, element]) => ({ type: element.type }));
    },
    opaque: (type) => ({ type, opaque: true }),
    looksAt: () => {},
    definitions,
  };
  try {
    sightsOf(condition, guide);
  } catch (error) {
    return `the condition ${condition}: ${(error as Error).message}`;
  }
  return missing.length === 0 ? undefined : `the condition ${condition}: ${missing[0]}`;
}
