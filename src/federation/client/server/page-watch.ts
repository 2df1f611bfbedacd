/** Watches the pages of a search for what cannot be true or was changed meanwhile. https://hl7.org/fhir/R4B/http.html#paging */
import { type JsonObject, objectOf } from '../../../fhir/json.ts';
import { reasonText } from '../reason/reason.ts';
import { shown } from './fault.ts';

export interface Entry {
  resource: JsonObject;
  fullUrl?: string;
  mode: 'match' | 'include' | 'outcome';
}

export interface PageWatch {
  /** the entries of the page that are new */
  page(body: JsonObject, entries: readonly Entry[]): Entry[];
  /** there are no more pages */
  end(): void;
}

/** Of several totals that differ only the first change is told; `minor` is what takes nothing away from the answer. */
export function createPageWatch(
  asked: { base: string; query: string },
  tell: (reason: string, minor: boolean) => void,
): PageWatch {
  const [type = ''] = asked.query.split('?');
  // Servers need not say which entries are matches and which were only included.
  const isMixed = /[?&]_(rev)?include/.test(asked.query);
  const versions = new Map<string, string>();
  const told = new Set<string>();
  let total: number | undefined;
  let isExact = true;
  let matches = 0;
  const once = (kind: string, reason: string, minor: boolean): void => {
    if (!told.has(kind)) tell(reason, minor);
    told.add(kind);
  };

  function hearTotal(body: JsonObject): void {
    const said = body['total'];
    // Totals that come with a word on how they are told may be rounded.
    if (body['_total'] !== undefined) isExact = false;
    if (said === undefined || said === null) return;
    if (typeof said !== 'number' || !Number.isInteger(said) || said < 0) {
      once('nonsense', reasonText('total-is-no-count', { total: JSON.stringify(said).slice(0, 40) }), true);
      return;
    }
    if (total !== undefined && total !== said) {
      once('changed', reasonText('total-changed', { before: total, after: said }), false);
    }
    total = said;
  }

  function isNew({ resource, mode, fullUrl }: Entry): boolean {
    if (mode === 'outcome') return true;
    const given = String(resource['resourceType']);
    if (mode === 'match' && given !== type && !isMixed) {
      once('type', reasonText('search-of-other-type', { type, other: shown(given) }), true);
    }
    if (typeof resource['id'] !== 'string') return true;
    const name = `${String(resource['resourceType'])}/${resource['id']}`;
    const key = `${mode} ${name}`;
    if (fullUrl !== undefined && isElsewhere(fullUrl, asked.base)) {
      once('foreign', reasonText('under-foreign-address', { name: shown(name), url: shown(fullUrl) }), true);
    }
    const version = String(objectOf(resource['meta'])?.['versionId'] ?? '');
    const before = versions.get(key);
    versions.set(key, version);
    if (before === undefined) return true;
    if (before !== version) {
      once(
        'version',
        reasonText('came-in-versions', { name: shown(name), one: shown(before), other: shown(version) }),
        false,
      );
    } else if (mode === 'match') once('double', reasonText('given-twice', { name: shown(name) }), true);
    return false;
  }

  return {
    page(body, entries) {
      hearTotal(body);
      const fresh = entries.filter(isNew);
      matches += fresh.filter(({ mode }) => mode === 'match').length;
      return fresh;
    },
    end() {
      if (total === undefined || !isExact || told.has('changed') || total === matches) return;
      const few = reasonText('total-differs', { total, given: matches });
      once('total', few, matches > total);
    },
  };
}

const isElsewhere = (url: string, base: string): boolean =>
  /^https?:/.test(url) && URL.canParse(url) && new URL(url).origin !== new URL(base).origin;
