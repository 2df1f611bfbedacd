/** A registry and its members, over real HTTP: what the tests of harvesting set up. See docs/reference/harvest.md */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppSettings } from '../../src/app.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { JsonObject, Resource } from '../../src/fhir/json.ts';
import { type Answer, startServer, type TestServer } from '../server.ts';

export const identifier = (id: string): string => `https://data.example/${id}`;

/** A data set that lies at `base`. */
export function dataSet(base: string, id: string, more: JsonObject = {}): Resource {
  return {
    resourceType: 'Library',
    id,
    identifier: [{ system: canonical.uri, value: identifier(id) }],
    url: identifier(id),
    title: `Data set ${id}`,
    status: 'active',
    date: '2026-01-01',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    extension: [
      {
        url: canonical.licenceCodeable,
        valueCodeableConcept: { coding: [{ system: canonical.spdx, code: 'CC0-1.0' }] },
      },
      { url: canonical.granularity, extension: [{ url: 'level', valueCode: 'record' }] },
      relatedTo(`Group/${id}`),
    ],
    subjectReference: { reference: `Group/${id}` },
    content: [{ contentType: 'application/fhir+json', url: `${base}/Patient?_tag=https://data.example/tag|${id}` }],
    ...more,
  };
}

const relatedTo = (reference: string): JsonObject => ({
  url: canonical.relatedContent,
  valueRelatedArtifact: {
    type: 'composed-of',
    extension: [{ url: canonical.relatedArtifactResourceReference, valueReference: { reference } }],
  },
});

/** The Endpoint of a member, and the organisation that runs it. */
export function memberRecords(server: { base: string }, id: string, more: JsonObject[] = []): Resource[] {
  const organization = { resourceType: 'Organization', id: `org-${id}`, name: `Organisation ${id}` };
  const endpoint = {
    resourceType: 'Endpoint',
    id,
    status: 'active',
    extension: [{ url: canonical.speaksFor, valueString: 'https://data.example/' }, ...more],
    connectionType: { system: canonical.connectionType, code: 'hl7-fhir-rest' },
    payloadType: [{ coding: [{ system: canonical.endpointRole, code: 'repository' }] }],
    managingOrganization: { reference: `Organization/org-${id}` },
    address: server.base,
  };
  return [organization, endpoint];
}

/** Writes resources by their ids, with the rights of a steward. */
export async function putAll(server: TestServer, resources: readonly Resource[]): Promise<void> {
  for (const resource of resources) {
    const { resourceType, id } = resource;
    const answer = await server.ask('PUT', `${resourceType}/${String(id)}`, { body: resource });
    if (answer.status > 201) throw new Error(answer.text);
  }
}

export const startRepository = (more: Partial<AppSettings> = {}): Promise<TestServer> =>
  startServer({ roles: ['repository'], ...more });
export const startRegistry = (more: Partial<AppSettings> = {}): Promise<TestServer> =>
  startServer({ roles: ['registry'], ...more });

export interface Report {
  how: string;
  counts: Record<string, number>;
  issues: string[];
}

/** A steward has a member harvested now. */
export async function harvest(registry: TestServer, address: string, more: JsonObject[] = []): Promise<Report> {
  const answer = await registry.ask('POST', '$harvest', {
    body: { resourceType: 'Parameters', parameter: [{ name: 'address', valueUrl: address }, ...more] },
  });
  if (answer.status === 500) throw new Error(registry.errors.join());
  return reportIn(answer);
}

export function reportIn(answer: Answer): Report {
  if (answer.status !== 200) throw new Error(answer.text);
  const parts = (answer.body['parameter'] as { part: Record<string, any>[] }[])[0]!.part;
  const outcome = parts.find((one) => one['name'] === 'outcome')?.['resource'];
  return {
    how: parts.find((one) => one['name'] === 'how')?.['valueCode'],
    counts: Object.fromEntries(
      parts.filter((one) => one['valueInteger'] > 0).map((one) => [one['name'], one['valueInteger']]),
    ),
    issues: (outcome?.issue ?? []).map((one: Record<string, string>) => one['diagnostics']),
  };
}

/** What anyone finds. */
export async function found(server: TestServer, query: string): Promise<Resource[]> {
  const answer = await server.ask('GET', query, { as: '' });
  if (answer.status !== 200) throw new Error(answer.text);
  return ((answer.body['entry'] ?? []) as { resource: Resource }[]).map(({ resource }) => resource);
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}
