/** States what this server can do, from the same lists that make it do so. https://hl7.org/fhir/R4B/http.html#capabilities */
import { isMetadataOnlyType } from '../conditions/metadata-type.ts';
import { canonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { registryOf, uncompiledParameters } from '../search/index.ts';
import type { Interaction, Server } from './interaction.ts';

/** Kept for each set of definitions, roles and base: the statement is large. */
const made = new WeakMap<Definitions, Map<string, string>>();

export function capabilities(onResources: readonly Interaction[]): Interaction {
  return {
    code: 'capabilities',
    level: 'system',
    routes: [{ method: 'GET', path: '/metadata' }],
    summary: 'State what this server can do.',
    perform(_, server) {
      const texts = made.get(server.definitions) ?? new Map<string, string>();
      made.set(server.definitions, texts);
      const key = `${server.base} ${server.roles.join(',')}`;
      let body = texts.get(key);
      if (body === undefined) texts.set(key, (body = JSON.stringify(statementOf(server, onResources))));
      return Promise.resolve({ status: 200, body });
    },
  };
}

function statementOf(server: Server, onResources: readonly Interaction[]): unknown {
  const { definitions, base, roles } = server;
  const holdsData = roles.includes('repository');
  const types = definitions.resourceTypes.filter((type) => holdsData || isMetadataOnlyType(type));
  const unsearchable = new Set(uncompiledParameters(server.searchContext).map((one) => one.url));
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date(server.now()).toISOString(),
    kind: 'instance',
    instantiates: roles.map((role) => `${canonical.ours}/CapabilityStatement/${role}`),
    software: { name: 'fairway' },
    implementation: { description: `fairway as ${roles.join(' and ')}`, url: base },
    fhirVersion: definitions.fhirVersion,
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server',
        security: {
          description: 'Metadata are open. Data are open as their data sets state; else a bearer token is needed.',
        },
        resource: types.map((type) => resourceOf(type, server, onResources, unsearchable)),
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
        operation: [{ name: 'import', definition: `${canonical.ours}/OperationDefinition/import` }],
      },
    ],
  };
}

function resourceOf(
  type: string,
  server: Server,
  onResources: readonly Interaction[],
  unsearchable: ReadonlySet<string>,
): unknown {
  const { definitions } = server;
  const parameters = registryOf(definitions)
    .of(type)
    .filter((one) => !unsearchable.has(one.url));
  const references = parameters.filter((one) => one.type === 'reference').map((one) => `${type}:${one.code}`);
  return {
    type,
    interaction: onResources.map(({ code }) => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'not-match',
    conditionalUpdate: false,
    conditionalDelete: 'not-supported',
    ...(references.length === 0 ? {} : { searchInclude: references }),
    searchParam: parameters.map(({ code, url, type: kind }) => ({ name: code, definition: url, type: kind })),
  };
}
