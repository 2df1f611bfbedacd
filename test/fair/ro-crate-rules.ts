/** What RO-Crate 1.2 and Process Run Crate 0.5 say that a crate MUST be, as a table. https://w3id.org/ro/crate/1.2 and https://w3id.org/ro/wfrun/process/0.5 */
import { type JsonObject, objectOf, objectsOf } from '../../src/fhir/json.ts';
import { crateAdvice } from './ro-crate-advice.ts';
import {
  byId,
  type CrateRule,
  dataEntities,
  descriptor,
  idsIn,
  isAbsolute,
  list,
  page,
  partsOf,
  processRun,
  specification,
  typesOf,
  withType,
} from './ro-crate-terms.ts';

/** Those of schema.org's and RO-Crate's terms that downloads use. */
const terms = new Set(
  `about actionStatus agent author conditionsOfAccess conformsTo contentSize copyrightNotice datePublished description
  encodingFormat endTime hasPart identifier instrument isBasedOn license mentions name object propertyID publisher result
  sha256 startTime url usageInfo value version`.split(/\s+/),
);

const mustBe: readonly CrateRule[] = [
  {
    rule: 'the context of RO-Crate 1.2 is used by reference',
    source: page('structure.html'),
    holds: ({ document }) => list(document['@context']).includes(`${specification}/context`),
  },
  {
    rule: 'the document is flattened: entities refer to others by an object with @id alone',
    source: page('appendix/jsonld.html'),
    holds: ({ graph }) =>
      graph.every((entity) =>
        Object.values(entity).every((value) =>
          list(value).every((one) => {
            const object = objectOf(one);
            return object === undefined || (Object.keys(object).length === 1 && typeof object['@id'] === 'string');
          }),
        ),
      ),
  },
  {
    rule: 'each entity has an @id and a @type',
    source: page('metadata.html'),
    holds: ({ graph }) => graph.every((one) => typeof one['@id'] === 'string' && typesOf(one).length > 0),
  },
  {
    rule: 'no two entities have the same @id',
    source: page('contextual-entities.html'),
    holds: ({ graph }) => new Set(graph.map((one) => one['@id'])).size === graph.length,
  },
  {
    rule: 'each @id is a valid URI reference',
    source: page('appendix/jsonld.html'),
    holds: ({ graph }) => graph.every((one) => /^[^\s\\<>"{}|^`]+$/.test(String(one['@id']))),
  },
  {
    rule: 'the descriptor is a CreativeWork that is about the root',
    source: page('root-data-entity.html'),
    holds: (crate) =>
      descriptor(crate) !== undefined &&
      typesOf(descriptor(crate)!).includes('CreativeWork') &&
      idsIn(descriptor(crate)!['about'])[0] === crate.root['@id'],
  },
  {
    rule: 'the descriptor conforms to one versioned specification',
    source: page('root-data-entity.html'),
    holds: (crate) => idsIn(descriptor(crate)?.['conformsTo']).join() === specification,
  },
  {
    rule: 'the root of an attached crate is ./ or an absolute URI, and a Dataset',
    source: page('structure.html'),
    holds: ({ root }) => typesOf(root).includes('Dataset') && (root['@id'] === './' || isAbsolute(String(root['@id']))),
  },
  ...(['name', 'description', 'datePublished', 'license'] as const).map(
    (property): CrateRule => ({
      rule: `the root has ${property}`,
      source: page('root-data-entity.html'),
      holds: ({ root }) => root[property] !== undefined && root[property] !== '',
    }),
  ),
  {
    rule: 'datePublished is one ISO 8601 date',
    source: page('root-data-entity.html'),
    holds: ({ root }) =>
      /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/.test(String(root['datePublished'])),
  },
  {
    rule: 'each data entity is linked from the root by hasPart',
    source: page('data-entities.html'),
    holds: (crate) => dataEntities(crate).every((one) => partsOf(crate).has(String(one['@id']))),
  },
  {
    rule: 'what hasPart links to is described',
    source: page('data-entities.html'),
    holds: (crate) => [...partsOf(crate)].every((id) => byId(crate, id) !== undefined),
  },
  {
    rule: 'a file with a relative @id is there',
    source: page('data-entities.html'),
    holds: (crate) =>
      withType(crate, 'File').every((one) => {
        const id = String(one['@id']);
        return isAbsolute(id) || id.startsWith('#') || crate.present.has(decodeURIComponent(id));
      }),
  },
  {
    rule: 'a profile that the root conforms to is described as a Profile',
    source: page('profiles.html'),
    holds: (crate) =>
      idsIn(crate.root['conformsTo']).every(
        (id) => byId(crate, id) !== undefined && typesOf(byId(crate, id)!).includes('Profile'),
      ),
  },
  {
    rule: 'an identifier that is an entity has a value',
    source: page('root-data-entity.html'),
    holds: (crate) =>
      idsIn(crate.root['identifier']).every((id) => {
        const entity = byId(crate, id);
        return entity !== undefined && typesOf(entity).includes('PropertyValue') && typeof entity['value'] === 'string';
      }),
  },
  {
    rule: 'all that is referred to within the crate is described in it',
    source: page('structure.html'),
    holds: (crate) =>
      crate.graph.every((entity) =>
        Object.entries(entity)
          .filter(([name]) => !name.startsWith('@'))
          .flatMap(([, value]) => idsIn(value))
          .every((id) => byId(crate, id) !== undefined || /^https?:\/\/(w3id\.org|schema\.org)\//.test(id)),
      ),
  },
  {
    rule: 'each entity has a name',
    source: page('metadata.html'),
    holds: ({ graph }) => graph.every((one) => typeof one['name'] === 'string' && one['name'] !== ''),
  },
  {
    rule: 'software says its version',
    source: page('workflows.html'),
    holds: (crate) => withType(crate, 'SoftwareApplication').every((one) => typeof one['version'] === 'string'),
  },
  {
    rule: 'all terms are of the context',
    source: page('appendix/jsonld.html'),
    holds: ({ graph }) =>
      graph.every((one) => Object.keys(one).every((name) => name.startsWith('@') || terms.has(name))),
  },
  {
    rule: 'a folder that is named is there, and its @id ends with a slash',
    source: page('data-entities.html'),
    holds: (crate) =>
      dataEntities(crate)
        .filter((one) => typesOf(one).includes('Dataset') && !isAbsolute(String(one['@id'])))
        .every(({ '@id': id }) => {
          const path = String(id);
          return path.endsWith('/') && [...crate.present].some((file) => file.startsWith(decodeURIComponent(path)));
        }),
  },
  {
    rule: 'process run: the root conforms to the profile, which is a CreativeWork',
    source: processRun,
    holds: (crate) =>
      idsIn(crate.root['conformsTo']).includes(processRun) &&
      typesOf(byId(crate, processRun) ?? {}).includes('CreativeWork'),
  },
  {
    rule: 'process run: there is an action, with an instrument that is software',
    source: processRun,
    holds: (crate) => {
      const actions = withType(crate, 'CreateAction');
      return (
        actions.length > 0 &&
        actions.every((action) => {
          const tools = idsIn(action['instrument']).map((id) => byId(crate, id));
          return (
            tools.length > 0 &&
            tools.every((tool) => tool !== undefined && typesOf(tool).includes('SoftwareApplication'))
          );
        })
      );
    },
  },
  {
    rule: 'process run: the root mentions the action',
    source: processRun,
    holds: (crate) =>
      withType(crate, 'CreateAction').every((action) => idsIn(crate.root['mentions']).includes(String(action['@id']))),
  },
  {
    rule: 'process run: times are ISO 8601 and in their order, and the agent is a person or organisation',
    source: processRun,
    holds: (crate) =>
      withType(crate, 'CreateAction').every((action) => {
        const [start, end] = [action['startTime'], action['endTime']].map((time) => Date.parse(String(time)));
        const agents = idsIn(action['agent']).map((id) => typesOf(byId(crate, id) ?? {}));
        return (
          start! <= end! &&
          agents.length > 0 &&
          agents.every((types) => types.includes('Person') || types.includes('Organization'))
        );
      }),
  },
  {
    rule: 'process run: objects and results are files, data sets, creative works or values',
    source: processRun,
    holds: (crate) =>
      withType(crate, 'CreateAction').every((action) =>
        [...idsIn(action['object']), ...idsIn(action['result'])].every((id) =>
          typesOf(byId(crate, id) ?? {}).some((type) =>
            ['File', 'Dataset', 'CreativeWork', 'PropertyValue', 'Collection'].includes(String(type)),
          ),
        ),
      ),
  },
];

export const crateRules: readonly CrateRule[] = [...mustBe, ...crateAdvice];

/** The rules that the crate breaks, by name. */
export function brokenRules(document: JsonObject, present: Iterable<string>): string[] {
  const graph = objectsOf(document['@graph']);
  const about = idsIn(graph.find((one) => one['@id'] === 'ro-crate-metadata.json')?.['about'])[0];
  const root = graph.find((one) => one['@id'] === about) ?? {};
  const crate = { document, graph, root, present: new Set(present) };
  return crateRules.filter((rule) => !rule.holds(crate)).map(({ rule }) => rule);
}
