/** Writes resources as RDF in Turtle and reads them, in the form of their FHIR version. https://hl7.org/fhir/R4B/rdf.html */
import { Parser, type Quad, type Term } from 'n3';
import type { Definitions, ElementModel, TypeModel } from '../definitions/model.ts';
import { type Json, type JsonObject, objectOf } from '../json.ts';
import { FhirError } from '../outcome.ts';
import { digitsOf, losslessNumber, parseLosslessObject } from './lossless.ts';

const fhir = 'http://hl7.org/fhir/';
const xsd = 'http://www.w3.org/2001/XMLSchema#';
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const prefixes = `@prefix fhir: <${fhir}> .\n@prefix xsd: <${xsd}> .\n\n`;
const deepest = 100;

/** Elements that every resource or type has stand, before R5, under the name of the type that brings them. */
const ownerOf: Record<string, string> = {
  id: 'Resource',
  meta: 'Resource',
  implicitRules: 'Resource',
  language: 'Resource',
  text: 'DomainResource',
  contained: 'DomainResource',
  extension: 'DomainResource',
  modifierExtension: 'DomainResource',
};

/** The local name of the predicate of an element. */
function predicateOf(name: string, element: ElementModel, type: TypeModel, { rdf: form }: Definitions): string {
  if (form === 'listed') return element.choice ?? name;
  if (type.kind === 'resource') return `${ownerOf[name] ?? type.name}.${name}`;
  if (name === 'id' || name === 'extension') return `Element.${name}`;
  return name === 'modifierExtension' ? `BackboneElement.${name}` : `${type.name}.${name}`;
}

/** The Turtle document for the resource with the JSON text `text`; `base` is the address that its IRI lies below. */
export function toTurtle(text: string, definitions: Definitions, base: string): string {
  const resource = parseLosslessObject(text);
  const { resourceType, id } = resource;
  const subject = typeof id === 'string' ? `<${base}/${String(resourceType)}/${id}>` : '[]';
  const statements = resourceStatements(resource, definitions, base, 1);
  return `${prefixes}${subject} ${[...statements.slice(0, 1), 'fhir:nodeRole fhir:treeRoot', ...statements.slice(1)].join(' ;\n  ')} .\n`;
}

function resourceStatements(resource: JsonObject, definitions: Definitions, base: string, depth: number): string[] {
  const type = String(resource['resourceType']);
  return [`a fhir:${type}`, ...statementsOf(resource, type, definitions, base, depth)];
}

function statementsOf(
  value: JsonObject,
  type: string,
  definitions: Definitions,
  base: string,
  depth: number,
): string[] {
  const model = definitions.types[type];
  const statements: string[] = [];
  for (const [name, element] of Object.entries(model?.elements ?? {})) {
    const inner = value[name];
    const sibling = value[`_${name}`];
    if (inner === undefined && sibling === undefined) continue;
    const predicate = `fhir:${predicateOf(name, element, model!, definitions)}`;
    statements.push(...elementStatements(predicate, element, inner, sibling, definitions, base, depth));
  }
  const link = type === 'Reference' ? linkOf(value['reference'], base) : undefined;
  if (link !== undefined) statements.push(`fhir:${definitions.rdf === 'listed' ? 'l' : 'link'} <${link}>`);
  return statements;
}

/** The address that a reference leads to, where it can be written as an IRI. */
function linkOf(reference: Json | undefined, base: string): string | undefined {
  if (typeof reference !== 'string' || !/^[^\s<>"{}|\\^`#]+$/.test(reference)) return undefined;
  return reference.includes(':') ? reference : `${base}/${reference}`;
}

function elementStatements(
  predicate: string,
  element: ElementModel,
  value: Json | undefined,
  sibling: Json | undefined,
  definitions: Definitions,
  base: string,
  depth: number,
): string[] {
  const node = (one: Json | undefined, about: Json | undefined, index?: number): string =>
    nodeOf(element, one, about, index, definitions, base, depth);
  if (element.max === 1) return [`${predicate} ${node(value, sibling)}`];
  const values = Array.isArray(value) ? value : [];
  const siblings = Array.isArray(sibling) ? sibling : [];
  const length = Math.max(values.length, siblings.length);
  const items = Array.from({ length }, (_, at) =>
    node(values[at], siblings[at], definitions.rdf === 'indexed' ? at : undefined),
  );
  if (definitions.rdf === 'listed') return [`${predicate} ( ${items.join(' ')} )`];
  return [`${predicate} ${items.join(', ')}`];
}

function nodeOf(
  element: ElementModel,
  value: Json | undefined,
  sibling: Json | undefined,
  index: number | undefined,
  definitions: Definitions,
  base: string,
  depth: number,
): string {
  const form = definitions.rdf;
  if (element.type === 'xhtml' && form === 'indexed') return literal(String(value), undefined);
  const statements: string[] = index === undefined ? [] : [`fhir:index ${index}`];
  if (form === 'listed' && element.choice !== undefined) statements.push(`a fhir:${element.type}`);
  if (Object.hasOwn(definitions.primitives, element.type)) {
    if (value !== undefined && value !== null) {
      statements.push(`fhir:${form === 'listed' ? 'v' : 'value'} ${primitiveLiteral(value, element.type)}`);
    }
    statements.push(...statementsOf(objectOf(sibling) ?? {}, 'Element', definitions, base, depth + 1));
  } else {
    const object = objectOf(value) ?? {};
    statements.push(
      ...(element.type === 'Resource'
        ? resourceStatements(object, definitions, base, depth + 1)
        : statementsOf(object, element.type, definitions, base, depth + 1)),
    );
  }
  const indent = '  '.repeat(depth + 1);
  return statements.length < 2
    ? `[ ${statements.join('')} ]`
    : `[\n${indent}${statements.join(` ;\n${indent}`)}\n${'  '.repeat(depth)}]`;
}

const datatypes: Record<string, string> = {
  boolean: 'boolean',
  integer: 'integer',
  positiveInt: 'positiveInteger',
  unsignedInt: 'nonNegativeInteger',
  integer64: 'long',
  decimal: 'decimal',
  instant: 'dateTime',
  time: 'time',
  base64Binary: 'base64Binary',
  uri: 'anyURI',
  url: 'anyURI',
  canonical: 'anyURI',
  oid: 'anyURI',
  uuid: 'anyURI',
};

function primitiveLiteral(value: Json, type: string): string {
  const text = digitsOf(value) ?? String(value);
  if (type === 'date' || type === 'dateTime') {
    const byLength = ({ 4: 'gYear', 7: 'gYearMonth', 10: 'date' } as Record<number, string>)[text.length] ?? 'dateTime';
    return literal(text, byLength);
  }
  // xsd:decimal has no exponents.
  return literal(text, type === 'decimal' && /e/i.test(text) ? 'double' : datatypes[type]);
}

function literal(text: string, datatype: string | undefined): string {
  const quoted = text.replace(/[\\"\n\r\t\f\b]/g, (char) => {
    const letters: Record<string, string> = { '\n': 'n', '\r': 'r', '\t': 't', '\f': 'f', '\b': 'b' };
    return `\\${letters[char] ?? char}`;
  });
  return datatype === undefined ? `"${quoted}"` : `"${quoted}"^^xsd:${datatype}`;
}

/** What is said of each subject: predicate -> objects. */
type Graph = Map<string, Map<string, Term[]>>;

/** The JSON text of the resource in the Turtle document `text`. Throws `structure`. */
export function fromTurtle(text: string, definitions: Definitions): string {
  const graph = graphOf(text);
  const role = `${fhir}nodeRole`;
  const roots = [...graph].filter(([, said]) => said.get(role)?.[0]?.value === `${fhir}treeRoot`);
  if (roots.length !== 1) {
    throw new FhirError(
      'structure',
      `the Turtle must have one node with fhir:nodeRole fhir:treeRoot, not ${roots.length}`,
    );
  }
  return JSON.stringify(new Reader(graph, definitions).resource(roots[0]![0], 0));
}

function graphOf(text: string): Graph {
  let quads: Quad[];
  try {
    quads = new Parser({ format: 'text/turtle' }).parse(text);
  } catch (error) {
    throw new FhirError('structure', `the body is not Turtle: ${(error as Error).message}`);
  }
  const graph: Graph = new Map();
  for (const { subject, predicate, object } of quads) {
    const key = `${subject.termType} ${subject.value}`;
    const said = graph.get(key) ?? new Map<string, Term[]>();
    graph.set(key, said);
    said.set(predicate.value, [...(said.get(predicate.value) ?? []), object]);
  }
  return graph;
}

class Reader {
  readonly #graph: Graph;
  readonly #definitions: Definitions;

  constructor(graph: Graph, definitions: Definitions) {
    this.#graph = graph;
    this.#definitions = definitions;
  }

  resource(key: string, depth: number): JsonObject {
    const type = this.#said(key, `${rdf}type`)
      .map((one) => one.value.slice(fhir.length))
      .find((one) => this.#definitions.types[one]?.kind === 'resource');
    if (type === undefined)
      throw new FhirError('structure', 'a node that must be a resource has no type that is known');
    return { resourceType: type, ...this.#object(key, type, depth) };
  }

  #said(key: string, predicate: string): Term[] {
    return this.#graph.get(key)?.get(predicate) ?? [];
  }

  #object(key: string, type: string, depth: number): JsonObject {
    if (depth > deepest) throw new FhirError('structure', `the Turtle nests deeper than ${deepest} levels`);
    const model = this.#definitions.types[type];
    const said = this.#graph.get(key) ?? new Map<string, Term[]>();
    const known = new Set([
      `${rdf}type`,
      `${fhir}nodeRole`,
      `${fhir}index`,
      `${fhir}link`,
      `${fhir}l`,
      `${fhir}value`,
      `${fhir}v`,
    ]);
    const object: JsonObject = {};
    for (const [name, element] of Object.entries(model?.elements ?? {})) {
      const predicate = fhir + predicateOf(name, element, model!, this.#definitions);
      const terms = said.get(predicate);
      known.add(predicate);
      if (terms === undefined || !this.#isOfType(terms, element)) continue;
      this.#element(object, name, element, terms, depth);
    }
    const stray = [...said.keys()].find((predicate) => !known.has(predicate));
    if (stray !== undefined) throw new FhirError('structure', `${type} has no element ${stray.replace(fhir, 'fhir:')}`);
    return object;
  }

  /** From R5 on the node of a choice says which type it is. */
  #isOfType(terms: readonly Term[], element: ElementModel): boolean {
    if (this.#definitions.rdf === 'indexed' || element.choice === undefined) return true;
    return this.#said(keyOf(terms[0]!), `${rdf}type`).some((one) => one.value === fhir + element.type);
  }

  #element(object: JsonObject, name: string, element: ElementModel, terms: readonly Term[], depth: number): void {
    const items = element.max === 1 ? terms : this.#inOrder(terms);
    if (element.max === 1 && items.length > 1)
      throw new FhirError('structure', `${name} may stand once, not ${items.length} times`);
    const isPrimitive = Object.hasOwn(this.#definitions.primitives, element.type) && element.type !== 'xhtml';
    const values = items.map((item) =>
      isPrimitive ? this.#primitive(item, element) : this.#complex(item, element, depth),
    );
    if (!isPrimitive) {
      object[name] = element.max === 1 ? values[0]! : values;
      return;
    }
    const siblings = items.map((item): Json => {
      const about = this.#object(keyOf(item), 'Element', depth + 1);
      return Object.keys(about).length === 0 ? null : about;
    });
    if (values.some((one) => one !== null)) object[name] = element.max === 1 ? values[0]! : values;
    if (siblings.some((one) => one !== null)) object[`_${name}`] = element.max === 1 ? siblings[0]! : siblings;
  }

  #inOrder(terms: readonly Term[]): readonly Term[] {
    if (this.#definitions.rdf === 'indexed') {
      const index = (term: Term): number => Number(this.#said(keyOf(term), `${fhir}index`)[0]?.value ?? 0);
      return [...terms].sort((one, two) => index(one) - index(two));
    }
    const items: Term[] = [];
    let at: Term | undefined = terms[0];
    while (at !== undefined && at.value !== `${rdf}nil`) {
      const [first] = this.#said(keyOf(at), `${rdf}first`);
      if (first === undefined) throw new FhirError('structure', 'an element that repeats must be a list');
      items.push(first);
      at = this.#said(keyOf(at), `${rdf}rest`)[0];
    }
    return items;
  }

  #complex(term: Term, element: ElementModel, depth: number): Json {
    if (element.type === 'xhtml') {
      return term.termType === 'Literal' ? term.value : (this.#said(keyOf(term), `${fhir}v`)[0]?.value ?? '');
    }
    if (term.termType === 'Literal')
      throw new FhirError('structure', `a ${element.type} must be a node, not "${term.value.slice(0, 40)}"`);
    const key = keyOf(term);
    return element.type === 'Resource' ? this.resource(key, depth + 1) : this.#object(key, element.type, depth + 1);
  }

  #primitive(term: Term, element: ElementModel): Json {
    const [value] = this.#said(keyOf(term), fhir + (this.#definitions.rdf === 'listed' ? 'v' : 'value'));
    if (value === undefined) return null;
    const { json } = this.#definitions.primitives[element.type]!;
    if (json === 'boolean') return value.value === 'true';
    return json === 'number' && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value.value)
      ? losslessNumber(value.value)
      : value.value;
  }
}

const keyOf = (term: Term): string => `${term.termType} ${term.value}`;
