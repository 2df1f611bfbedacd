/** Writes resources as XML and reads them, elements in the order of the specification. https://hl7.org/fhir/R4B/xml.html */
import { SaxesParser, type SaxesTagNS } from 'saxes';
import type { Definitions, ElementModel } from '../definitions/model.ts';
import { type Json, type JsonObject, objectOf } from '../json.ts';
import { FhirError } from '../outcome.ts';
import { digitsOf, losslessNumber, parseLosslessObject } from './lossless.ts';

const fhirNamespace = 'http://hl7.org/fhir';
const xhtmlNamespace = 'http://www.w3.org/1999/xhtml';
const deepest = 100;

/** The XML document for the resource with the JSON text `text`. */
export function toXml(text: string, definitions: Definitions): string {
  const resource = parseLosslessObject(text);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeResource(resource, definitions, true)}`;
}

function writeResource(resource: JsonObject, definitions: Definitions, isRoot: boolean): string {
  const type = String(resource['resourceType']);
  const namespace = isRoot ? ` xmlns="${fhirNamespace}"` : '';
  const { children } = writeChildren(resource, type, definitions);
  return children === '' ? `<${type}${namespace}/>` : `<${type}${namespace}>${children}</${type}>`;
}

/** Elements of a type in its order; attributes are what XML writes as such: `id`, and `url` of extensions. */
function writeChildren(
  value: JsonObject,
  type: string,
  definitions: Definitions,
): { attributes: string; children: string } {
  const model = definitions.types[type];
  let attributes = '';
  let children = '';
  for (const [name, element] of Object.entries(model?.elements ?? {})) {
    const inner = value[name];
    const sibling = value[`_${name}`];
    if (inner === undefined && sibling === undefined) continue;
    const isAttribute = (name === 'id' && model!.kind !== 'resource') || (name === 'url' && type === 'Extension');
    if (isAttribute) attributes += ` ${name}="${escapeXml(String(inner))}"`;
    else children += writeElement(name, element, inner, sibling, definitions);
  }
  return { attributes, children };
}

function writeElement(
  name: string,
  element: ElementModel,
  value: Json | undefined,
  sibling: Json | undefined,
  definitions: Definitions,
): string {
  if (!Array.isArray(value) && !Array.isArray(sibling)) return writeOne(name, element, value, sibling, definitions);
  const values = Array.isArray(value) ? value : [];
  const siblings = Array.isArray(sibling) ? sibling : [];
  const length = Math.max(values.length, siblings.length);
  return Array.from({ length }, (_, at) => writeOne(name, element, values[at], siblings[at], definitions)).join('');
}

function writeOne(
  name: string,
  element: ElementModel,
  value: Json | undefined,
  sibling: Json | undefined,
  definitions: Definitions,
): string {
  if (element.type === 'xhtml') return checkedDiv(String(value));
  if (element.type === 'Resource') {
    return `<${name}>${writeResource(objectOf(value) ?? {}, definitions, false)}</${name}>`;
  }
  if (Object.hasOwn(definitions.primitives, element.type)) return writePrimitive(name, value, sibling, definitions);
  const { attributes, children } = writeChildren(objectOf(value) ?? {}, element.type, definitions);
  return children === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${children}</${name}>`;
}

function writePrimitive(
  name: string,
  value: Json | undefined,
  sibling: Json | undefined,
  definitions: Definitions,
): string {
  const about = objectOf(sibling) ?? {};
  const { attributes, children } = writeChildren(about, 'Element', definitions);
  const stated = value === undefined || value === null ? '' : ` value="${escapeXml(digitsOf(value) ?? String(value))}"`;
  return children === '' ? `<${name}${attributes}${stated}/>` : `<${name}${attributes}${stated}>${children}</${name}>`;
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Also line ends and tabs, which XML would turn into spaces inside attributes. What no XML may hold becomes U+FFFD. */
function escapeXml(text: string): string {
  return (
    text
      .replace(/[&<>"\n\r\t]/g, (char) => escapes[char]!)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  );
}

/** The narrative stands as it was written; one that is no XML cannot be part of XML. */
function checkedDiv(div: string): string {
  const parser = newParser();
  let fault: Error | undefined;
  parser.on('error', (error) => {
    fault ??= error;
  });
  parser.write(div.trim()).close();
  if (fault !== undefined)
    throw new FhirError(
      'processing',
      `the narrative is no XML, so that the resource cannot be written as XML: ${fault.message}`,
    );
  const trimmed = div.trim();
  return /^<div[^>]*\sxmlns=/.test(trimmed) ? trimmed : trimmed.replace(/^<div/, `<div xmlns="${xhtmlNamespace}"`);
}

/** Character entities that narratives may use. https://hl7.org/fhir/R4B/narrative.html#xhtml */
const entities: Record<string, string> = {
  nbsp: '\u00a0',
  copy: '\u00a9',
  reg: '\u00ae',
  deg: '\u00b0',
  mdash: '\u2014',
  ndash: '\u2013',
  hellip: '\u2026',
  bull: '\u2022',
  laquo: '\u00ab',
  raquo: '\u00bb',
  lsquo: '\u2018',
  rsquo: '\u2019',
  ldquo: '\u201c',
  rdquo: '\u201d',
  times: '\u00d7',
  middot: '\u00b7',
  eacute: '\u00e9',
  uuml: '\u00fc',
  ouml: '\u00f6',
  auml: '\u00e4',
  szlig: '\u00df',
  micro: '\u00b5',
  plusmn: '\u00b1',
  le: '\u2264',
  ge: '\u2265',
  larr: '\u2190',
  rarr: '\u2192',
  trade: '\u2122',
  euro: '\u20ac',
  sect: '\u00a7',
  para: '\u00b6',
  frac12: '\u00bd',
};

function newParser(): SaxesParser<{ xmlns: true; position: true }> {
  const parser = new SaxesParser({ xmlns: true, position: true });
  Object.assign(parser.ENTITIES, entities);
  return parser;
}

/** An XML element that is being read. */
interface Node {
  name: string;
  attributes: Record<string, string>;
  children: Node[];
  /** the source text of a narrative */
  div?: string;
}

/** The JSON text of the resource in the XML document `text`. Throws `structure` with line and column. */
export function fromXml(text: string, definitions: Definitions): string {
  const root = readTree(text);
  if (definitions.types[root.name]?.kind !== 'resource') {
    throw new FhirError(
      'structure',
      `the root element must be a resource type of FHIR ${definitions.fhirVersion}, not ${root.name}`,
    );
  }
  return JSON.stringify(readResource(root, definitions));
}

function readTree(text: string): Node {
  const parser = newParser();
  const open: Node[] = [];
  let root: Node | undefined;
  let divDepth = 0;
  let divStart = 0;
  const fault = (message: string): FhirError =>
    new FhirError(
      'structure',
      `the body is not XML that FHIR allows: ${message} (line ${parser.line}, column ${parser.column})`,
    );
  parser.on('doctype', () => {
    throw fault('a document type is not allowed');
  });
  parser.on('error', (error) => {
    throw new FhirError('structure', `the body is not XML: ${error.message}`);
  });
  parser.on('text', (content) => {
    if (divDepth === 0 && content.trim() !== '')
      throw fault(`text stands between elements: ${content.trim().slice(0, 40)}`);
  });
  parser.on('opentagstart', () => {
    if (divDepth === 0) divStart = text.lastIndexOf('<', parser.position - 1);
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    if (divDepth > 0 || tag.uri === xhtmlNamespace) {
      divDepth++;
      if (divDepth === 1) {
        const node: Node = { name: tag.local, attributes: {}, children: [] };
        if (open.length === 0) throw fault('a narrative is no resource');
        open.at(-1)!.children.push(node);
        open.push(node);
      }
      return;
    }
    if (tag.uri !== fhirNamespace) throw fault(`${tag.name} is not in the namespace ${fhirNamespace}`);
    const node: Node = { name: tag.local, attributes: attributesOf(tag), children: [] };
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
    if (open.length > deepest) throw fault(`it nests deeper than ${deepest} levels`);
  });
  parser.on('closetag', () => {
    if (divDepth > 0 && --divDepth > 0) return;
    const node = open.pop()!;
    if (node.name === 'div' && Object.keys(node.attributes).length === 0 && node.children.length === 0) {
      node.div = text.slice(divStart, parser.position);
    }
  });
  parser.write(text).close();
  if (root === undefined) throw new FhirError('structure', 'the body is empty; an XML resource is needed');
  return root;
}

function attributesOf(tag: SaxesTagNS): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const one of Object.values(tag.attributes)) if (one.uri === '') attributes[one.local] = one.value;
  return attributes;
}

function readResource(node: Node, definitions: Definitions): JsonObject {
  return { resourceType: node.name, ...readChildren(node, node.name, definitions) };
}

function readChildren(node: Node, type: string, definitions: Definitions): JsonObject {
  const model = definitions.types[type];
  const object: JsonObject = {};
  for (const [name, value] of Object.entries(node.attributes)) {
    if (name !== 'id' && !(name === 'url' && type === 'Extension')) {
      throw new FhirError('structure', `${type}: the attribute ${name} is not known here`);
    }
    object[name] = value;
  }
  const groups = new Map<string, Node[]>();
  for (const child of node.children) groups.set(child.name, [...(groups.get(child.name) ?? []), child]);
  for (const [name, nodes] of groups) {
    const element = model !== undefined && Object.hasOwn(model.elements, name) ? model.elements[name] : undefined;
    if (element === undefined) throw new FhirError('structure', `${type} has no element ${name}`);
    readElement(object, name, element, nodes, definitions);
  }
  return object;
}

function readElement(
  object: JsonObject,
  name: string,
  element: ElementModel,
  nodes: readonly Node[],
  definitions: Definitions,
): void {
  const isList = element.max !== 1;
  if (!isList && nodes.length > 1)
    throw new FhirError('structure', `${name} may stand once, not ${nodes.length} times`);
  if (!Object.hasOwn(definitions.primitives, element.type) || element.type === 'xhtml') {
    const values = nodes.map((node) => readComplex(node, element, definitions));
    object[name] = isList ? values : values[0]!;
    return;
  }
  const values = nodes.map((node) => readPrimitive(node, element.type, definitions));
  const siblings = nodes.map((node): Json => {
    const { value: _, ...attributes } = node.attributes;
    const about = readChildren({ ...node, attributes }, 'Element', definitions);
    return Object.keys(about).length === 0 ? null : about;
  });
  if (values.some((one) => one !== null)) object[name] = isList ? values : values[0]!;
  if (siblings.some((one) => one !== null)) object[`_${name}`] = isList ? siblings : siblings[0]!;
}

function readComplex(node: Node, element: ElementModel, definitions: Definitions): Json {
  if (element.type === 'xhtml') return node.div ?? '';
  if (element.type !== 'Resource') return readChildren(node, element.type, definitions);
  const [only, ...more] = node.children;
  if (only === undefined || more.length > 0) throw new FhirError('structure', `${node.name} must hold one resource`);
  return readResource(only, definitions);
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Values that are not what their type needs stay texts: validation says what is wrong with them. */
function readPrimitive(node: Node, type: string, definitions: Definitions): Json {
  const { value } = node.attributes;
  if (value === undefined) return null;
  const { json } = definitions.primitives[type]!;
  if (json === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return json === 'number' && number.test(value) ? losslessNumber(value) : value;
}
