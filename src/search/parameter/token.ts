/** Indexes and matches `token` search parameters. https://hl7.org/fhir/R4B/search.html#token */
import { type Json, type JsonObject, objectOf } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Node } from '../../fhir/path/index.ts';
import { systemKey } from '../index-rows.ts';
import type { TokenTest } from '../tree.ts';
import type { Extraction, ParameterContext, ParameterKind, ParameterRows } from './parameter.ts';
import { splitEscaped, unescapeText } from './text-list.ts';

/** A system and code as they stand in a resource. */
export interface Token {
  system?: string;
  code: string;
}

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The tokens that a value is found by. */
export function tokensOf(node: Node, context: Pick<ParameterContext, 'definitions'>): Token[] {
  const { value } = node;
  switch (node.type) {
    case 'Coding':
      return codingToken(value as JsonObject); // complex types are objects
    case 'CodeableConcept':
      return objects((value as JsonObject)['coding']).flatMap(codingToken);
    case 'CodeableReference': {
      const concept = (value as JsonObject)['concept'] as JsonObject | undefined;
      return objects(concept?.['coding']).flatMap(codingToken);
    }
    case 'Identifier': {
      const code = textOf((value as JsonObject)['value']);
      return code === undefined ? [] : [tokenOf(textOf((value as JsonObject)['system']), code)];
    }
    case 'ContactPoint': {
      const code = textOf((value as JsonObject)['value']);
      return code === undefined ? [] : [{ code }];
    }
    case 'Extension':
      return Object.entries(value as JsonObject)
        .filter(([name]) => name.startsWith('value'))
        .flatMap(([name, inner]) => tokensOf({ value: inner, type: name.slice('value'.length) }, context));
    default:
      if (typeof value === 'boolean' || typeof value === 'number') return [{ code: String(value) }];
      return typeof value === 'string' ? [tokenOf(impliedSystem(node, context), value)] : [];
  }
}

const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? (value as JsonObject[]) : []); // validated: lists of objects

function codingToken(coding: JsonObject): Token[] {
  const code = textOf(coding['code']);
  return code === undefined ? [] : [tokenOf(textOf(coding['system']), code)];
}

const tokenOf = (system: string | undefined, code: string): Token =>
  system === undefined ? { code } : { system, code };

/** A `code` belongs to the one system of its required binding, if there is one. */
function impliedSystem(node: Node, { definitions }: Pick<ParameterContext, 'definitions'>): string | undefined {
  if (node.binding === undefined) return undefined;
  const valueSet = definitions.valueSets[node.binding];
  if (valueSet === undefined) return undefined;
  const systems = Object.keys(valueSet.systems);
  if (systems.length === 1) return systems[0];
  return systems.find((system) => valueSet.systems[system]!.includes(node.value as string)); // a code
}

/** What one alternative of a search value says: `code`, `system|code`, `|code`, `system|`. */
export function parseToken(text: string, code: string): { system?: string; code?: string } {
  const parts = splitEscaped(text, '|').map(unescapeText);
  if (parts.length > 2 || (parts.length === 1 && parts[0] === '') || parts.every((part) => part === '')) {
    throw new FhirError('value', `${code}=${text} is no token: write code, system|code, |code or system|`);
  }
  if (parts.length === 1) return { code: parts[0]! };
  return parts[1] === '' ? { system: parts[0]! } : { system: parts[0]!, code: parts[1]! };
}

/** The words beside the codes of a value: what `:text` looks at. */
function wordsOf(node: Node): string[] {
  const value = objectOf(node.value);
  if (value === undefined) return [];
  switch (node.type) {
    case 'Coding':
      return texts(value['display']);
    case 'CodeableConcept':
      return [...texts(value['text']), ...objects(value['coding']).flatMap((coding) => texts(coding['display']))];
    case 'CodeableReference':
      return wordsOf({ value: value['concept'] ?? null, type: 'CodeableConcept' });
    case 'Identifier':
      return texts(objectOf(value['type'])?.['text']);
    default:
      return [];
  }
}

const texts = (value: Json | undefined): string[] => (typeof value === 'string' ? [value] : []);

function extract(node: Node, rows: ParameterRows, { sink, hash, definitions }: Extraction): void {
  for (const { system, code } of tokensOf(node, { definitions })) {
    sink.token(rows.own, hash(code), systemKey(hash, system), code);
  }
  const { forms } = rows;
  if (forms === undefined) return;
  for (const text of wordsOf(node)) sink.string(forms.text, text);
  if (node.type !== 'Identifier') return;
  const identifier = node.value as JsonObject; // complex types are objects
  const value = textOf(identifier['value']);
  if (value === undefined) return;
  for (const { system, code } of tokensOf(
    { value: identifier['type'] ?? {}, type: 'CodeableConcept' },
    { definitions },
  )) {
    sink.token(forms.ofType, hash(ofTypeText(system ?? '', code, value)), 0, value);
  }
}

export const token: ParameterKind = {
  table: 'token',
  extract,
  match(values, { code: name }, { hash }) {
    const codes = values.map((value): TokenTest => {
      const { system, code } = parseToken(value, name);
      return {
        ...(code === undefined ? {} : { code: hash(code) }),
        ...(system === undefined ? {} : { system: systemKey(hash, system) }),
      };
    });
    return { table: 'token', codes };
  },
};

/** What the row of an identifier with a type is found by: `:of-type`. */
export const ofTypeText = (system: string, code: string, value: string): string => `${system}|${code}|${value}`;
