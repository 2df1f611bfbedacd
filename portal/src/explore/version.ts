/** Versions of a resource as a history Bundle tells them, and who made them as Provenance tells. https://hl7.org/fhir/R4B/http.html#history */
import { brief } from './brief.ts';
import { isObject, objectsOf, textOf, type ValueObject } from './value.ts';

export interface Version {
  version: string;
  when?: string;
  how: 'created' | 'updated' | 'deleted' | 'unknown';
  /** the system it came from, as the resource says */
  source?: string;
  /** absent where it was deleted */
  resource?: ValueObject;
}

const methods: Record<string, Version['how']> = {
  POST: 'created',
  PUT: 'updated',
  PATCH: 'updated',
  DELETE: 'deleted',
};

export function versionsIn(bundle: ValueObject): { versions: readonly Version[]; next?: string } {
  const versions = objectsOf(bundle['entry']).map(versionOf);
  const next = objectsOf(bundle['link']).find((one) => one['relation'] === 'next');
  const url = textOf(next?.['url']);
  return { versions, ...(url === undefined ? {} : { next: url }) };
}

function versionOf(entry: ValueObject): Version {
  const part = (name: string): ValueObject => (isObject(entry[name]) ? entry[name] : {});
  const [request, response] = [part('request'), part('response')];
  const resource = isObject(entry['resource']) ? entry['resource'] : undefined;
  const meta = isObject(resource?.['meta']) ? resource['meta'] : {};
  const stated = `${textOf(request['url']) ?? ''} ${textOf(response['location']) ?? ''} ${textOf(entry['fullUrl']) ?? ''}`;
  const version = textOf(meta['versionId']) ?? etagOf(response) ?? /_history\/([^/\s]+)/.exec(stated)?.[1] ?? '?';
  const when = textOf(meta['lastUpdated']) ?? textOf(response['lastModified']);
  const source = textOf(meta['source']);
  const how = resource === undefined ? 'deleted' : (methods[textOf(request['method']) ?? ''] ?? 'unknown');
  return {
    version,
    // What was put where nothing was is new.
    how: how === 'updated' && version === '1' ? 'created' : how,
    ...(when === undefined ? {} : { when }),
    ...(source === undefined ? {} : { source }),
    ...(resource === undefined ? {} : { resource }),
  };
}

const etagOf = (response: ValueObject): string | undefined => /"([^"]+)"/.exec(textOf(response['etag']) ?? '')?.[1];

/** Agents by version; under an empty version those of Provenance that names none. */
export function whoseIn(bundle: ValueObject, path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of objectsOf(bundle['entry'])) {
    const provenance = entry['resource'];
    if (!isObject(provenance) || provenance['resourceType'] !== 'Provenance') continue;
    const who = objectsOf(provenance['agent'])
      .map((agent) => brief(agent['who']))
      .filter((one) => one !== '')
      .join(', ');
    for (const target of objectsOf(provenance['target'])) {
      const reference = textOf(target['reference']) ?? '';
      const at = reference.indexOf(path);
      const rest = at < 0 ? undefined : reference.slice(at + path.length);
      const version = rest === '' ? '' : /^\/_history\/([^/]+)$/.exec(rest ?? '')?.[1];
      if (version !== undefined && who !== '') found.set(version, who);
    }
  }
  return found;
}
