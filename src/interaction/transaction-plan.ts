/** Reads what each entry of a transaction means to write, before anything is looked up. https://hl7.org/fhir/R4B/http.html#trules */
import { FhirError, type Issue } from '../fhir/outcome.ts';
import type { Search } from '../search/tree.ts';
import { type BundleEntry, splitOnce } from './bundle-request.ts';
import { conditionalSearch } from './condition.ts';
import { knownType } from './dispatch.ts';
import type { Server } from './interaction.ts';

/** A write of the transaction before its target and references are resolved. */
export interface Planned {
  entry: BundleEntry;
  how: 'create' | 'put' | 'patch' | 'delete';
  type: string;
  /** '' where a condition names the target */
  id: string;
  condition?: Search;
  criteria?: string;
}

export function planOf(entry: BundleEntry, server: Server): Planned {
  const [path, query] = splitOnce(entry.url, '?');
  const [type = '', id, ...rest] = path.split('/');
  knownType(type === '' ? '?' : type, server.definitions);
  if (rest.length > 0) throw new FhirError('invalid', `${entry.method} ${entry.url} is no address of a resource`);
  if (entry.method === 'POST') {
    if (id !== undefined || query !== undefined)
      throw new FhirError('invalid', `POST needs the address of a type, not ${entry.url}`);
    return { entry, how: 'create', type, id: server.newId(), ...conditionOf(type, entry.ifNoneExist, server) };
  }
  const how = ({ PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const)[entry.method as 'PUT' | 'PATCH' | 'DELETE'];
  if (id !== undefined && query === undefined) return { entry, how, type, id };
  if (id !== undefined || query === undefined) {
    throw new FhirError(
      'invalid',
      `${entry.method} needs the address of a resource, or a type with a condition, not ${entry.url}`,
    );
  }
  return { entry, how, type, id: '', ...conditionOf(type, query, server) };
}

function conditionOf(
  type: string,
  criteria: string | undefined,
  server: Server,
): Pick<Planned, 'condition' | 'criteria'> {
  return criteria === undefined ? {} : { condition: conditionalSearch(type, criteria, server), criteria };
}

/** Says in which entry it went wrong. */
export function inEntry<T>(entry: BundleEntry, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw ofEntry(entry, error);
  }
}

/** The same for what takes time. */
export async function inEntryAsync<T>(entry: BundleEntry, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw ofEntry(entry, error);
  }
}

function ofEntry(entry: BundleEntry, error: unknown): unknown {
  if (!(error instanceof FhirError)) return error;
  const path = `Bundle.entry[${entry.index}]`;
  return FhirError.of(
    error.issues.map(
      (issue): Issue => ({
        ...issue,
        diagnostics: `${path}: ${issue.diagnostics}`,
        expression: issue.expression === undefined ? path : `${path}.resource.${issue.expression}`,
      }),
    ),
  );
}
