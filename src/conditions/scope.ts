/** SMART v2 scopes as data; v1 scopes are read as what they mean. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html */

export type ScopeLetter = 'c' | 'r' | 'u' | 'd' | 's';

export interface Scope {
  level: 'patient' | 'user' | 'system';
  /** a resource type, or `*` */
  type: string;
  letters: readonly ScopeLetter[];
  /** search parameters that what is asked for must match; an empty list restricts nothing */
  query: readonly (readonly [name: string, value: string])[];
}

const form = /^(patient|user|system)\/([A-Z][A-Za-z]*|\*)\.([a-z]+|\*)(?:\?(.+))?$/;
const letterOrder = 'cruds';
const v1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

/** The scope that `text` states; undefined when it is none of SMART's on resources, or malformed: then it grants nothing. */
export function parseScope(text: string): Scope | undefined {
  const [, level, type, stated, query] = form.exec(text) ?? [];
  if (level === undefined || type === undefined || stated === undefined) return undefined;
  const letters = v1[stated] ?? stated;
  let last = -1;
  for (const letter of letters) {
    const at = letterOrder.indexOf(letter);
    // Out of order or twice: what was meant is not certain.
    if (at <= last) return undefined;
    last = at;
  }
  const pairs = query === undefined ? [] : [...new URLSearchParams(query)];
  // Modifiers, chains and result parameters are not for scopes, and what is not understood must not widen anything.
  if (pairs.some(([name, value]) => !/^_?[a-z][a-z0-9-]*$/i.test(name) || value === '')) return undefined;
  if (pairs.some(([name]) => notInScopes.has(name)) || (query !== undefined && pairs.length === 0)) return undefined;
  return {
    level: level as Scope['level'], // by the form
    type,
    letters: [...letters] as ScopeLetter[], // checked above
    query: pairs,
  };
}

const notInScopes = new Set([
  '_filter',
  '_has',
  '_query',
  '_list',
  '_in',
  '_text',
  '_content',
  '_sort',
  '_count',
  '_include',
  '_revinclude',
  '_summary',
  '_elements',
  '_total',
  '_contained',
  '_containedType',
  '_format',
  '_pretty',
  '_maxresults',
  '_type',
  '_page',
]);
