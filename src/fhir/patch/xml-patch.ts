/** Applies XML Patch to a resource by way of its XML. https://www.rfc-editor.org/rfc/rfc5261 */
import { DOMParser, type Document, type Element, type Node, XMLSerializer } from '@xmldom/xmldom';
import xpath from 'xpath';
import type { Definitions } from '../definitions/model.ts';
import { fromXml, toXml } from '../format/xml.ts';
import { FhirError } from '../outcome.ts';

const fhirNamespace = 'http://hl7.org/fhir';
const mostOperations = 1000;

/** The patched JSON text. */
export function applyXmlPatch(text: string, patch: string, definitions: Definitions): string {
  return fromXml(patchXml(toXml(text, definitions), patch), definitions);
}

/** The patched XML document. */
export function patchXml(xml: string, patch: string): string {
  const document = parse(xml, 'the resource');
  const diff = parse(patch, 'the patch').documentElement;
  if (diff === null || (diff.localName !== 'diff' && diff.localName !== 'patch')) {
    throw new FhirError('invalid', 'an XML Patch is an element <diff>');
  }
  const operations = childElements(diff);
  if (operations.length === 0) throw new FhirError('invalid', 'the patch has no operations');
  if (operations.length > mostOperations)
    throw new FhirError('too-costly', `a patch may have ${mostOperations} operations`);
  for (const [at, operation] of operations.entries()) applyOne(document, operation, at);
  return new XMLSerializer().serializeToString(document);
}

function parse(text: string, what: string): Document {
  if (/<!DOCTYPE/i.test(text)) throw new FhirError('structure', `${what} must not have a document type`);
  const fail = (_level: string, message: string): never => {
    throw new FhirError('structure', `${what} is not XML: ${message.slice(0, 200)}`);
  };
  try {
    return new DOMParser({ onError: fail }).parseFromString(text, 'text/xml');
  } catch (error) {
    if (error instanceof FhirError) throw error;
    throw new FhirError('structure', `${what} is not XML: ${(error as Error).message.slice(0, 200)}`);
  }
}

const childElements = (node: Element): Element[] =>
  [...Array.from(node.childNodes)].filter((one): one is Element => one.nodeType === 1);

function applyOne(document: Document, operation: Element, at: number): void {
  const fault = (diagnostics: string, code: 'invalid' | 'processing' = 'invalid'): FhirError =>
    new FhirError(code, `patch operation ${at}: ${diagnostics}`);
  const selector = operation.getAttribute('sel');
  if (selector === null || selector === '') throw fault('it needs a selector, sel');
  const found = select(selector, document, fault);
  if (found.length !== 1) throw fault(`${selector} must select one node, not ${found.length}`, 'processing');
  const target = found[0]!;
  switch (operation.localName) {
    case 'add':
      return add(document, target, operation, fault);
    case 'replace':
      return replace(document, target, operation, fault);
    case 'remove':
      return remove(target, fault);
    default:
      throw fault(`there is no operation "${operation.localName}"; there are add, replace and remove`);
  }
}

type Fault = (diagnostics: string, code?: 'invalid' | 'processing') => FhirError;

function select(selector: string, document: Document, fault: Fault): Node[] {
  try {
    const evaluate = xpath.useNamespaces({ fhir: fhirNamespace, f: fhirNamespace, h: 'http://www.w3.org/1999/xhtml' });
    // The library is typed for the DOM of browsers; xmldom's nodes are what it walks here.
    const nodes = evaluate(withPrefix(selector), document as unknown as globalThis.Node);
    return Array.isArray(nodes) ? (nodes as unknown as Node[]) : [];
  } catch (error) {
    throw fault(`${selector} is no selector: ${(error as Error).message.slice(0, 100)}`);
  }
}

/** Steps without a prefix mean FHIR's elements, as in the document that is patched. */
function withPrefix(selector: string): string {
  return selector.replace(/(^|[/[(]|\bor\s|\band\s)([A-Za-z][\w-]*)(?=$|[/[\]@)=\s])/g, '$1fhir:$2');
}

function add(document: Document, target: Node, operation: Element, fault: Fault): void {
  const type = operation.getAttribute('type');
  if (type?.startsWith('@')) {
    if (target.nodeType !== 1) throw fault('an attribute is added to an element');
    (target as Element).setAttribute(type.slice(1), operation.textContent ?? '');
    return;
  }
  if (type !== null && type !== '') throw fault(`type="${type}" is not supported here; @name is`);
  const position = operation.getAttribute('pos');
  const children = childElements(operation).map((one) => document.importNode(one, true));
  if (children.length === 0) throw fault('it needs the element to add');
  // Each goes before the one that was put there last.
  for (const child of position === 'prepend' || position === 'after' ? children.reverse() : children) {
    if (position === null || position === '') target.appendChild(child);
    else if (position === 'prepend') target.insertBefore(child, target.firstChild);
    else if (position === 'before') target.parentNode?.insertBefore(child, target);
    else if (position === 'after') target.parentNode?.insertBefore(child, target.nextSibling);
    else throw fault(`pos="${position}" must be before, after or prepend`);
  }
}

function replace(document: Document, target: Node, operation: Element, fault: Fault): void {
  if (target.nodeType === 2) {
    // Nodes of this kind are attributes.
    (target as unknown as Attr).value = operation.textContent ?? '';
    return;
  }
  const [child, ...more] = childElements(operation);
  if (child === undefined || more.length > 0) throw fault('it needs one element to put in place');
  target.parentNode?.replaceChild(document.importNode(child, true), target);
}

function remove(target: Node, fault: Fault): void {
  if (target.nodeType === 2) {
    const owner = (target as unknown as { ownerElement: Element }).ownerElement; // an attribute has one
    owner.removeAttribute(target.nodeName);
    return;
  }
  if (target.parentNode === null || target.parentNode.nodeType === 9)
    throw fault('the resource itself cannot be removed');
  target.parentNode.removeChild(target);
}
