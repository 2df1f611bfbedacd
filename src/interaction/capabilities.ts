/** States what this server can do, from the same lists that make it do so. https://hl7.org/fhir/R4B/http.html#capabilities */
import { isDirectoryType, isMetadataOnlyType } from '../conditions/metadata-type.ts';
import { canonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { FhirError } from '../fhir/outcome.ts';
import { operationUrl } from '../fhir/specification/operation.ts';
import { registryOf, uncompiledParameters } from '../search/index.ts';
import type { Interaction, Role, Server } from './interaction.ts';
import { patchTypes } from './patch.ts';

const modes = ['full', 'normative', 'terminology'];

export function capabilities(
  onResources: readonly Interaction[],
  onSystem: readonly Interaction[],
  operations: readonly Interaction[],
): Interaction {
  /** Kept for each set of definitions, roles, base and mode: the statement is large. */
  const made = new WeakMap<Definitions, Map<string, string>>();
  const here = (server: Server): Interaction[] =>
    operations.filter(({ roles }) => roles?.some((role) => server.roles.includes(role)) !== false);
  return {
    code: 'capabilities',
    level: 'system',
    routes: [{ method: 'GET', path: '/metadata' }],
    takes: 'parameters',
    summary: 'State what this server can do. Parameter: mode=full, normative or terminology.',
    async perform({ parameters }, server) {
      const mode = modeOf(parameters);
      const texts = made.get(server.definitions) ?? new Map<string, string>();
      made.set(server.definitions, texts);
      const key = `${server.base} ${server.roles.join(',')} ${mode}`;
      let body = texts.get(key);
      if (body === undefined) {
        const statement =
          mode === 'terminology'
            ? terminologyOf(server)
            : statementOf(server, onResources, onSystem, here(server), mode);
        texts.set(key, (body = JSON.stringify(statement)));
      }
      return { status: 200, body };
    },
  };
}

function modeOf(parameters: readonly (readonly [string, string])[]): string {
  let mode = 'full';
  for (const [name, value] of parameters) {
    if (name === 'mode') mode = value;
    else if (name !== '_format' && name !== '_pretty') {
      throw new FhirError('not-supported', `capabilities has no parameter ${name.slice(0, 100)}; it has mode`);
    }
  }
  if (!modes.includes(mode))
    throw new FhirError('value', `mode must be ${modes.join(', ')}, not ${mode.slice(0, 100)}`);
  return mode;
}

/** Resource types whose definition is normative. https://hl7.org/fhir/R4B/resourcelist.html */
const normative = new Set([
  'Bundle',
  'Binary',
  'CapabilityStatement',
  'CodeSystem',
  'Observation',
  'OperationDefinition',
  'OperationOutcome',
  'Parameters',
  'Patient',
  'StructureDefinition',
  'ValueSet',
]);

/** What a server in this role does as others define it. https://profiles.ihe.net/ITI/mCSD/volume-1.html */
function instantiated(role: Role): string[] {
  const own = `${canonical.ours}/CapabilityStatement/${role}`;
  if (role !== 'discovery') return [own];
  const directory = 'https://profiles.ihe.net/ITI/mCSD/CapabilityStatement/IHE.mCSD.Directory';
  return [own, directory, `${directory}.Update`, `${directory}.Feed`];
}

const softwareOf = ({ base, roles, now }: Server): Record<string, unknown> => ({
  status: 'active',
  date: new Date(now()).toISOString(),
  kind: 'instance',
  software: { name: 'fairway' },
  implementation: { description: `fairway as ${roles.join(' and ')}`, url: base },
});

function terminologyOf(server: Server): unknown {
  const systems = Object.keys(server.definitions.hierarchies).sort();
  return {
    resourceType: 'TerminologyCapabilities',
    ...softwareOf(server),
    codeSystem: systems.map((uri) => ({ uri, subsumption: true })),
  };
}

function statementOf(
  server: Server,
  onResources: readonly Interaction[],
  onSystem: readonly Interaction[],
  operations: readonly Interaction[],
  mode: string,
): unknown {
  const { definitions, roles } = server;
  const holds = (type: string): boolean =>
    roles.includes('repository') || isMetadataOnlyType(type) || (roles.includes('discovery') && isDirectoryType(type));
  const types = definitions.resourceTypes.filter((type) => holds(type) && (mode === 'full' || normative.has(type)));
  const unsearchable = new Set(uncompiledParameters(server.searchContext).map((one) => one.url));
  const isOfSystem = ({ code, routes }: Interaction): boolean => routes.some(({ path }) => path === `/${code}`);
  const everywhere = operations.filter((one) => one.types === undefined || isOfSystem(one));
  return {
    resourceType: 'CapabilityStatement',
    ...softwareOf(server),
    instantiates: roles.flatMap(instantiated),
    fhirVersion: definitions.fhirVersion,
    format: [
      'application/fhir+json',
      'application/fhir+xml',
      'text/turtle',
      'application/fhir+ndjson',
      'json',
      'xml',
      'ttl',
    ],
    patchFormat: patchTypes,
    rest: [
      {
        mode: 'server',
        security: {
          cors: true,
          description: 'Metadata are open. Data are open as their data sets state; else a bearer token is needed.',
          ...server.security(),
        },
        resource: types.map((type) => resourceOf(type, server, onResources, operations, unsearchable)),
        interaction: [...onSystem.map(({ code }) => ({ code })), { code: 'transaction' }, { code: 'batch' }],
        searchParam: systemParameters(definitions),
        operation: [operationOf('import'), ...everywhere.map(({ code }) => operationOf(code.slice(1)))],
        compartment: definitions.compartments.map(
          ({ code }) => `http://hl7.org/fhir/CompartmentDefinition/${code.toLowerCase()}`,
        ),
      },
    ],
  };
}

const operationOf = (name: string): unknown => ({ name, definition: operationUrl(name) });

/** What all resource types can be searched by. */
function systemParameters(definitions: Definitions): unknown[] {
  const of = definitions.resourceTypes.map((type) => registryOf(definitions).of(type));
  const [first = [], ...others] = of;
  const common = first.filter(({ url }) => others.every((list) => list.some((one) => one.url === url)));
  return [
    ...common.map(({ code, url, type }) => ({ name: code, definition: url, type })),
    ...syntaxParameters.map(([name, type]) => ({ name, type })),
  ];
}

/** Parameters that are part of the search syntax. */
const syntaxParameters = [
  ['_content', 'string'],
  ['_filter', 'special'],
  ['_has', 'special'],
  ['_in', 'reference'],
  ['_list', 'special'],
  ['_text', 'string'],
  ['_type', 'token'],
] as const;

function resourceOf(
  type: string,
  server: Server,
  onResources: readonly Interaction[],
  operations: readonly Interaction[],
  unsearchable: ReadonlySet<string>,
): unknown {
  const { definitions } = server;
  const statement = definitions.types['CapabilityStatement.rest.resource']!;
  const registry = registryOf(definitions);
  const parameters = registry.of(type).filter((one) => !unsearchable.has(one.url) && one.isReady !== false);
  const references = parameters.filter((one) => one.type === 'reference').map((one) => `${type}:${one.code}`);
  const referring = definitions.resourceTypes.flatMap((source) =>
    registry
      .of(source)
      .filter((one) => one.type === 'reference' && one.targets?.includes(type))
      .map((one) => `${source}:${one.code}`),
  );
  const own = operations.filter(({ types }) => types?.includes(type));
  return {
    type,
    // A search of a compartment is a search of a type at another place.
    interaction: onResources.filter(({ code }) => code !== 'search-compartment').map(({ code }) => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    // R5 has an element for it.
    ...('conditionalPatch' in statement.elements ? { conditionalPatch: true } : {}),
    conditionalDelete: 'multiple',
    referencePolicy: ['literal', 'logical'],
    searchInclude: ['*', ...references],
    ...(referring.length === 0 ? {} : { searchRevInclude: referring }),
    searchParam: parameters.map(({ code, url, type: kind }) => ({ name: code, definition: url, type: kind })),
    ...(own.length === 0 ? {} : { operation: own.map(({ code }) => operationOf(code.slice(1))) }),
  };
}
