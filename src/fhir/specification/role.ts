/** What is asked of a server in each role, as CapabilityStatements of kind requirements. https://hl7.org/fhir/R4B/capabilitystatement.html */
import { canonical } from '../canonical.ts';
import type { Definitions } from '../definitions/model.ts';
import type { JsonObject, Resource } from '../json.ts';
import { artefactId } from './resource.ts';

interface OurRole {
  code: 'repository' | 'registry' | 'discovery';
  description: string;
  /** types that must be searchable, each with our parameters that are needed there */
  types: Readonly<Record<string, readonly string[]>>;
  operations: readonly string[];
}

const dataSets = ['licence', 'data-use', 'granularity', 'visa', 'related-content', 'content-url'];
const contents = ['content-code', 'content-type', 'content-count', 'content-period', 'content-partial', 'endpoint'];

export const ourRoles: readonly OurRole[] = [
  {
    code: 'repository',
    description:
      'Holds the data of patients and the metadata of its data sets, enforces their conditions, and says what the data sets hold.',
    types: { Patient: [], Library: dataSets, MeasureReport: contents },
    operations: ['feasibility', 'content-summary'],
  },
  {
    code: 'registry',
    description: 'Holds the metadata of data sets of many repositories, and nothing about patients.',
    types: { Library: dataSets, MeasureReport: contents, Endpoint: ['membership'], Organization: [] },
    operations: ['publish', 'harvest'],
  },
  {
    code: 'discovery',
    description: 'Names the servers that hold what is looked for, can do what is needed, and give it on which terms.',
    types: {
      Endpoint: ['membership', 'seen', 'address', 'problem', 'certificate-until'],
      Organization: [],
      OrganizationAffiliation: [],
      CapabilityStatement: ['fhir-version', 'search-parameter', 'operation', 'endpoint'],
      MeasureReport: contents,
    },
    operations: ['join', 'admit', 'members'],
  },
];

export function roleOf(
  role: OurRole,
  definitions: Definitions,
  links: { parameter(code: string): string; operation(code: string): string },
  date: string,
): Resource {
  const resource = Object.entries(role.types).map(
    ([type, codes]): JsonObject => ({
      type,
      interaction: [{ code: 'read' }, { code: 'search-type' }],
      ...(codes.length === 0
        ? {}
        : {
            searchParam: codes.map((name) => ({
              name,
              definition: links.parameter(name),
              type: definitions.searchParameters.find((one) => one.url === links.parameter(name))!.type, // ours are merged in
            })),
          }),
    }),
  );
  return {
    resourceType: 'CapabilityStatement',
    id: artefactId(role.code),
    url: `${canonical.ours}/CapabilityStatement/${role.code}`,
    name: `Fairway${role.code[0]!.toUpperCase()}${role.code.slice(1)}`,
    status: 'active',
    date,
    publisher: 'fairway',
    description: role.description,
    kind: 'requirements',
    fhirVersion: definitions.fhirVersion,
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        resource,
        operation: role.operations.map((name) => ({ name, definition: links.operation(name) })),
      },
    ],
  };
}
