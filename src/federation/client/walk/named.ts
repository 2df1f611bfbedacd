/** Data sets that a question names: which records are theirs, and how a server is asked for them alone. https://hl7.org/fhir/R4B/references.html */
import { parseReference } from '../../../fhir/reference.ts';
import type { Dataset } from '../answer.ts';
import type { Parameter } from '../count/patient-search.ts';
import { parseCode } from '../question/criterion.ts';
import { escapeValue } from '../server/bundle.ts';
import type { Peer } from '../server/peer.ts';

/** All by which a data set is known, as far as its records were seen. */
export const namesOfDataset = ({ identifier, metadata, alsoAt, names = [] }: Dataset): string[] => [
  identifier,
  ...(metadata === undefined ? [] : [metadata]),
  ...alsoAt,
  ...names,
];

const atOnce = 25;

/**
 * The searches that find every record by one of the names, each narrowing a search of Libraries; undefined where the
 * server must be asked for all that it describes.
 */
export function narrowed(only: readonly string[], { base, types }: Peer): Parameter[][] | undefined {
  const known = types.get('Library');
  if (known === undefined || !['identifier', 'url'].every((name) => known.has(name))) return undefined;
  const here = only.map((name) => parseReference(name)).filter((one) => one?.base === base && one.type === 'Library');
  const elsewhere = only.filter((name) => {
    const reference = parseReference(name);
    return reference?.base !== undefined && reference.base !== base;
  });
  const searches = [
    ['identifier', only.map(tokenOf)],
    ['url', only.map(urlOf).filter((url) => url !== undefined)],
    // Every server finds by id, whether it says so or not.
    ['_id', here.map((one) => one?.id ?? '')],
    ['_source', known.has('_source') ? elsewhere.map(escapeValue) : []],
  ] as const;
  return searches.flatMap(([name, values]) =>
    chunks([...new Set(values)]).map((some): Parameter[] => [[name, some.join(',')]]),
  );
}

/** The searches that find the records of one name on any server: by identifier, and by URL where it can be one. */
export function searchesByName(name: string): readonly Parameter[] {
  const url = urlOf(name);
  return [['identifier', tokenOf(name)], ...(url === undefined ? [] : [['url', url] as const])];
}

/** A URI is an identifier of the system of URIs, or one that states no system. */
function tokenOf(name: string): string {
  const { system, code } = parseCode(name);
  return system === undefined ? escapeValue(code) : `${escapeValue(system)}|${escapeValue(code)}`;
}

/** Canonicals are found by their URL; the version is looked at when the record is there. */
function urlOf(name: string): string | undefined {
  const [url = ''] = name.split('|');
  return /^[a-z][a-z0-9+.-]*:/i.test(url) ? escapeValue(url) : undefined;
}

function chunks(items: readonly string[]): string[][] {
  const made: string[][] = [];
  for (let at = 0; at < items.length; at += atOnce) made.push(items.slice(at, at + atOnce));
  return made;
}
