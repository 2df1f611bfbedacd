/** Codes taken apart, and as IRIs. https://hl7.org/fhir/R4B/datatypes.html#Coding */
import type { CodeText } from '../conditions/model.ts';

/** `system|code` taken apart; the system is empty where none is stated. */
export function partsOf(code: CodeText): { system: string; code: string } {
  const at = code.indexOf('|');
  return at < 0 ? { system: '', code } : { system: code.slice(0, at), code: code.slice(at + 1) };
}

const obo = 'http://purl.obolibrary.org/obo/';

/** The IRI of a term by its CURIE, such as `MONDO:0005015`. */
export function oboIri(curie: string): string | undefined {
  const [, ontology, local] = /^([A-Za-z]+)[:_](\w+)$/.exec(curie) ?? [];
  return ontology === undefined ? undefined : `${obo}${ontology}_${local}`;
}

/** The IRI of a code: the term's own in ontologies of the OBO Foundry, else the address of its system with the code as fragment. */
export function iriOfCode(text: CodeText): string | undefined {
  const { system, code } = partsOf(text);
  const term = system.startsWith(obo) ? oboIri(code) : undefined;
  if (term !== undefined) return term;
  return isIri(system) && code !== '' ? `${system}#${fragment(code)}` : undefined;
}

/** Whether the text may stand where JSON-LD wants an absolute IRI. https://www.rfc-editor.org/rfc/rfc3987 */
export const isIri = (text: string): boolean => /^[a-z][a-z0-9+.-]*:[^\s\p{Cc}<>"{}|\\^`]+$/iu.test(text);

/** Any text as the end of an address. */
export const fragment = (text: string): string => encodeURIComponent(text.toWellFormed());
