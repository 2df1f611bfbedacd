/** Compiles FHIRPath expressions of search parameters into functions over JSON. https://hl7.org/fhir/R4B/fhirpath.html */
import type { Definitions, ElementModel } from '../definitions/model.ts';
import type { Json, JsonObject, Resource } from '../json.ts';
import { parseReference } from '../reference.ts';
import { type Ast, parsePath } from './parse.ts';

/** A value with its FHIR type; `binding` is the value set of a required binding. */
export interface Node {
  value: Json;
  type: string;
  binding?: string;
}

/** What holds during one evaluation. */
interface Scope {
  root: JsonObject;
}

type Step = (input: readonly Node[], scope: Scope) => readonly Node[];

const none: readonly Node[] = [];
const nothing: Step = () => none;

/** The function that `expression` is for resources of `context.type`. Throws an Error naming what is not supported. */
export function compileExpression(
  expression: string,
  context: { type: string; definitions: Definitions },
): (resource: Resource) => readonly Node[] {
  const step = compileAst(parsePath(expression), context.type, context.definitions);
  return (resource) => step([{ value: resource, type: context.type }], { root: resource });
}

/** The function that `expression` is for values of a composite, relative to one of its nodes. */
export function compileRelative(
  expression: string,
  context: { type: string; definitions: Definitions },
): (node: Node, resource: Resource) => readonly Node[] {
  const step = compileAst(parsePath(expression), context.type, context.definitions);
  return (node, resource) => step([node], { root: resource });
}

/** `root` is the resource type for which this is compiled: paths of other types give nothing. */
function compileAst(ast: Ast, root: string, definitions: Definitions): Step {
  const compile = (inner: Ast): Step => compileAst(inner, root, definitions);
  switch (ast.kind) {
    case 'name':
      return compileName(ast.name, root, definitions);
    case 'this':
      return (input) => input;
    case 'variable':
      if (ast.name !== 'resource') throw new Error(`the variable %${ast.name} is not supported`);
      return (_, scope) => [{ value: scope.root, type: root }];
    case 'literal': {
      const node: Node = { value: ast.value, type: typeof ast.value };
      const literal = [node];
      return () => literal;
    }
    case 'member': {
      const of = compile(ast.of);
      const member = compileMember(ast.name, definitions);
      return of === nothing ? nothing : (input, scope) => member(of(input, scope), scope);
    }
    case 'index': {
      const of = compile(ast.of);
      return (input, scope) => of(input, scope).slice(ast.at, ast.at + 1);
    }
    case 'type':
      return ast.operator === 'as' ? ofType(compile(ast.of), ast.type) : isType(compile(ast.of), ast.type);
    case 'call':
      return compileCall(ast, compile);
    case 'binary':
      return compileBinary(ast, compile);
  }
}

function compileName(name: string, root: string, definitions: Definitions): Step {
  if (name === root || name === 'Resource' || name === 'DomainResource') {
    // Inside a composite the type's name means the resource, not the node that is looked at.
    return (input, scope) =>
      input.length === 1 && input[0]!.type === root ? input : [{ value: scope.root, type: root }];
  }
  if (definitions.types[name]?.kind === 'resource') return nothing;
  return compileMember(name, definitions);
}

interface Access {
  json: string;
  element: ElementModel;
}

function compileMember(name: string, definitions: Definitions): Step {
  const byType = new Map<string, readonly Access[]>();
  return (input) => {
    if (input.length === 0) return none;
    const output: Node[] = [];
    for (const node of input) {
      let accesses = byType.get(node.type);
      if (accesses === undefined) byType.set(node.type, (accesses = accessesOf(node.type, name, definitions)));
      for (const access of accesses) {
        const value = (node.value as JsonObject)[access.json]; // types with elements are JSON objects
        if (value !== undefined && value !== null) push(output, value, access.element);
      }
    }
    return output;
  };
}

function accessesOf(type: string, name: string, definitions: Definitions): Access[] {
  const elements = definitions.types[type]?.elements;
  if (elements === undefined) return [];
  const own = Object.hasOwn(elements, name) ? elements[name] : undefined;
  if (own !== undefined) return [{ json: name, element: own }];
  return Object.entries(elements)
    .filter(([, element]) => element.choice === name)
    .map(([json, element]) => ({ json, element }));
}

function push(output: Node[], value: Json, element: ElementModel): void {
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null) output.push(nodeOf(item, element));
  } else output.push(nodeOf(value, element));
}

function nodeOf(value: Json, element: ElementModel): Node {
  const type = element.type === 'Resource' ? String((value as JsonObject)['resourceType']) : element.type; // resources are objects
  return element.binding === undefined ? { value, type } : { value, type, binding: element.binding };
}

/** FHIRPath writes system types with a capital (String, DateTime); these expressions mean FHIR's. */
function sameType(type: string, wanted: string): boolean {
  return (
    type === wanted || (wanted === 'DateTime' && type === 'dateTime') || (wanted === 'Quantity' && quantities.has(type))
  );
}
const quantities = new Set(['SimpleQuantity', 'MoneyQuantity']);

function ofType(of: Step, type: string): Step {
  return of === nothing ? nothing : (input, scope) => of(input, scope).filter((node) => sameType(node.type, type));
}

const yes: readonly Node[] = [{ value: true, type: 'boolean' }];
const no: readonly Node[] = [{ value: false, type: 'boolean' }];
const truth = (value: boolean): readonly Node[] => (value ? yes : no);
const isTrue = (nodes: readonly Node[]): boolean => nodes.length > 0 && nodes[0]!.value !== false;

function isType(of: Step, type: string): Step {
  return (input, scope) => {
    const [node] = of(input, scope);
    return node === undefined ? none : truth(sameType(node.type, type));
  };
}

function compileCall(ast: Extract<Ast, { kind: 'call' }>, compile: (inner: Ast) => Step): Step {
  const of: Step = ast.of === undefined ? (input) => input : compile(ast.of);
  const [first] = ast.args;
  switch (ast.name) {
    case 'as':
    case 'ofType':
      return ofType(of, nameOf(first, ast.name));
    case 'is':
      return isType(of, nameOf(first, ast.name));
    case 'where': {
      const criteria = compile(required(first, ast.name));
      return (input, scope) => of(input, scope).filter((node) => isTrue(criteria([node], scope)));
    }
    case 'exists': {
      const criteria = first === undefined ? undefined : compile(first);
      return (input, scope) =>
        truth(of(input, scope).some((node) => criteria === undefined || isTrue(criteria([node], scope))));
    }
    case 'empty':
      return (input, scope) => truth(of(input, scope).length === 0);
    case 'not':
      return (input, scope) => {
        const nodes = of(input, scope);
        return nodes.length === 0 ? none : truth(!isTrue(nodes));
      };
    case 'first':
      return (input, scope) => of(input, scope).slice(0, 1);
    case 'resolve':
      return (input, scope) => of(input, scope).flatMap((node) => resolve(node, scope));
    case 'extension':
    case 'hasExtension':
      return compileExtension(ast.name, of, first);
    default:
      throw new Error(`the function ${ast.name}() is not supported`);
  }
}

function compileExtension(name: 'extension' | 'hasExtension', of: Step, argument: Ast | undefined): Step {
  if (argument?.kind !== 'literal') throw new Error(`${name}() needs a text`);
  const url = argument.value;
  const find = (node: Node): Node[] => {
    const list =
      typeof node.value === 'object' && node.value !== null ? (node.value as JsonObject)['extension'] : undefined;
    if (!Array.isArray(list)) return [];
    return list
      .filter((one) => typeof one === 'object' && one !== null && (one as JsonObject)['url'] === url)
      .map((value) => ({ value, type: 'Extension' }));
  };
  if (name === 'extension') return (input, scope) => of(input, scope).flatMap(find);
  return (input, scope) => truth(of(input, scope).some((node) => find(node).length > 0));
}

function compileBinary(ast: Extract<Ast, { kind: 'binary' }>, compile: (inner: Ast) => Step): Step {
  const left = compile(ast.left);
  const right = compile(ast.right);
  switch (ast.operator) {
    case '|':
      if (left === nothing) return right;
      if (right === nothing) return left;
      return (input, scope) => {
        const one = left(input, scope);
        const two = right(input, scope);
        return one.length === 0 ? two : two.length === 0 ? one : [...one, ...two];
      };
    case '=':
    case '!=': {
      const wanted = ast.operator === '=';
      return (input, scope) => {
        const one = left(input, scope);
        const two = right(input, scope);
        if (one.length === 0 || two.length === 0) return none;
        return truth((one.length === two.length && one.every((node, at) => isEqual(node, two[at]!))) === wanted);
      };
    }
    case 'and':
      return (input, scope) => truth(isTrue(left(input, scope)) && isTrueOrEmpty(right(input, scope)));
    case 'or':
      return (input, scope) => truth(isTrue(left(input, scope)) || isTrue(right(input, scope)));
  }
}

/** `deceased.exists() and deceased != false`: comparing a date with false is not an answer, and must not undo the first half. */
const isTrueOrEmpty = (nodes: readonly Node[]): boolean => nodes.length === 0 || isTrue(nodes);

function isEqual(one: Node, two: Node): boolean {
  if (one.value === two.value) return true;
  // `type = 'SNO'` compares a CodeableConcept with a text in the specification's own words: any of its codes is meant.
  if (one.type !== 'CodeableConcept' || typeof two.value !== 'string') return false;
  const codings = (one.value as JsonObject)['coding'];
  return Array.isArray(codings) && codings.some((coding) => (coding as JsonObject)['code'] === two.value);
}

/** The target as far as the reference tells its type: `resolve() is Patient` needs no more. */
function resolve(node: Node, scope: Scope): Node[] {
  const reference = typeof node.value === 'string' ? node.value : (node.value as JsonObject | null)?.['reference'];
  const stated = typeof node.value === 'object' && node.value !== null ? (node.value as JsonObject)['type'] : undefined;
  if (typeof reference === 'string') {
    if (reference.startsWith('#')) return containedOf(scope.root, reference.slice(1));
    const parsed = parseReference(reference);
    if (parsed !== undefined) return [{ value: null, type: parsed.type }];
  }
  return typeof stated === 'string' ? [{ value: null, type: stated.slice(stated.lastIndexOf('/') + 1) }] : [];
}

function containedOf(root: JsonObject, id: string): Node[] {
  const contained = root['contained'];
  if (!Array.isArray(contained)) return [];
  return contained
    .filter((one) => (one as JsonObject)['id'] === id)
    .map((value) => ({ value, type: String((value as JsonObject)['resourceType']) }));
}

function nameOf(argument: Ast | undefined, name: string): string {
  if (argument?.kind === 'name') return argument.name;
  if (argument?.kind === 'member') return argument.name; // FHIR.Quantity
  throw new Error(`${name}() needs the name of a type`);
}

function required(argument: Ast | undefined, name: string): Ast {
  if (argument === undefined) throw new Error(`${name}() needs an argument`);
  return argument;
}
