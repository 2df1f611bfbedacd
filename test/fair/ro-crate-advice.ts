/** What RO-Crate 1.2 and Process Run Crate 0.5 say that a crate SHOULD be, as far as a download can know it, as a table. https://w3id.org/ro/crate/1.2 and https://w3id.org/ro/wfrun/process/0.5 */
import type { JsonObject } from '../../src/fhir/json.ts';
import {
  byId,
  type Checked,
  type CrateRule,
  dataEntities,
  descriptor,
  idsIn,
  isAbsolute,
  list,
  page,
  processRun,
  typesOf,
  withType,
} from './ro-crate-terms.ts';

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isDay = (value: unknown): boolean => /^\d{4}-\d{2}-\d{2}/.test(String(value));
const actions = (crate: Checked): JsonObject[] => withType(crate, 'CreateAction');
const software = (crate: Checked): JsonObject[] => withType(crate, 'SoftwareApplication');
const isNamed = (crate: Checked, id: string): boolean =>
  isText(byId(crate, id)?.['name']) && isText(byId(crate, id)?.['description']);

/** All that can be reached from the root. */
function reached(crate: Checked): Set<string> {
  const seen = new Set<string>();
  const queue = [String(crate.root['@id'])];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const value of Object.values(byId(crate, id) ?? {})) queue.push(...idsIn(value));
  }
  return seen;
}

/** Contact points, the addresses and ROR or ORCID of parties are asked for too: nobody told them to a download. */
export const crateAdvice: readonly CrateRule[] = [
  {
    rule: 'advice: the root is described by more than its name, and dated to the day',
    source: page('root-data-entity.html'),
    holds: ({ root }) =>
      isText(root['description']) && root['description'] !== root['name'] && isDay(root['datePublished']),
  },
  {
    rule: 'advice: the licence is an entity with name and description',
    source: page('root-data-entity.html'),
    holds: (crate) =>
      idsIn(crate.root['license']).length > 0 && idsIn(crate.root['license']).every((id) => isNamed(crate, id)),
  },
  {
    rule: 'advice: a publisher is an organisation or a person',
    source: page('contextual-entities.html'),
    holds: (crate) =>
      idsIn(crate.root['publisher']).every((id) =>
        typesOf(byId(crate, id) ?? {}).some((type) => type === 'Organization' || type === 'Person'),
      ),
  },
  {
    rule: 'advice: each file has name, description, media type and size',
    source: page('data-entities.html'),
    holds: (crate) =>
      withType(crate, 'File').every(
        (file) =>
          isText(file['name']) &&
          isText(file['description']) &&
          list(file['encodingFormat']).some((one) => /^[a-z]+\/[\w.+-]+$/.test(String(one))) &&
          /^\d+$/.test(String(file['contentSize'])),
      ),
  },
  {
    rule: 'advice: what a file conforms to is a Profile',
    source: page('data-entities.html'),
    holds: (crate) =>
      withType(crate, 'File').every((file) =>
        idsIn(file['conformsTo']).every((id) => typesOf(byId(crate, id) ?? {}).includes('Profile')),
      ),
  },
  {
    rule: 'advice: a profile has several types, CreativeWork or Dataset among them, an absolute address and a name',
    source: page('profiles.html'),
    holds: (crate) =>
      withType(crate, 'Profile').every(
        (one) =>
          Array.isArray(one['@type']) &&
          typesOf(one).some((type) => type === 'CreativeWork' || type === 'Dataset') &&
          isAbsolute(String(one['@id'])) &&
          isText(one['name']),
      ),
  },
  {
    rule: 'advice: each entity can be reached from the root',
    source: page('metadata.html'),
    holds: (crate) => crate.graph.every((one) => one === descriptor(crate) || reached(crate).has(String(one['@id']))),
  },
  {
    rule: 'advice: lists of one are no lists',
    source: page('appendix/jsonld.html'),
    holds: ({ graph }) =>
      graph.every((one) => Object.values(one).every((value) => !Array.isArray(value) || value.length > 1)),
  },
  {
    rule: 'advice: what is only known within the crate has an @id that begins with #',
    source: page('appendix/jsonld.html'),
    holds: (crate) =>
      crate.graph
        .filter((one) => one !== crate.root && one !== descriptor(crate) && !dataEntities(crate).includes(one))
        .every(({ '@id': id }) => isAbsolute(String(id)) || /^(#|_:)/.test(String(id))),
  },
  {
    rule: 'advice: paths stay within the crate and have slashes only',
    source: page('appendix/jsonld.html'),
    holds: ({ graph }) =>
      graph.every(({ '@id': id }) => isAbsolute(String(id)) || !/(^|\/)\.\.(\/|$)|^\/|\\/.test(String(id))),
  },
  {
    rule: 'advice: an action has a name, a description, an agent and the day on which it ended',
    source: page('provenance.html'),
    holds: (crate) =>
      actions(crate).every(
        (one) =>
          isText(one['name']) &&
          isText(one['description']) &&
          idsIn(one['agent']).length > 0 &&
          isDay(one['endTime']) &&
          isDay(one['startTime']),
      ),
  },
  {
    rule: 'advice: process run: an action says what went in, and how it ended, by an address of schema.org',
    source: processRun,
    holds: (crate) =>
      actions(crate).every(
        (one) =>
          idsIn(one['object']).length > 0 &&
          ['http://schema.org/CompletedActionStatus', 'http://schema.org/FailedActionStatus'].includes(
            String(one['actionStatus']),
          ),
      ),
  },
  {
    rule: 'advice: process run: software has an absolute address, a name, a page and one version',
    source: processRun,
    holds: (crate) =>
      software(crate).every(
        (one) =>
          isAbsolute(String(one['@id'])) &&
          isText(one['name']) &&
          isText(one['url']) &&
          [one['version'], one['softwareVersion']].filter(isText).length === 1,
      ),
  },
  {
    rule: 'advice: process run: the root has an author where it has a publisher',
    source: processRun,
    holds: ({ root }) => root['publisher'] === undefined || idsIn(root['author']).length > 0,
  },
];
