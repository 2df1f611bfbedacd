/** Two servers that are not ours, a registry and a repository, with a data set that meets all indicators, to be spoilt piece by piece. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import type { ServerResponse } from 'node:http';
import type { Assessment } from '../../src/fair/assessment/assessment.ts';
import { assessDataset } from '../../src/federation/client/index.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { serve } from './stranger.ts';

type Resource = Record<string, any>;

export interface Site {
  base: string;
  resources: Resource[];
  capabilities: Resource;
  /** the body of .well-known/smart-configuration; nothing when absent */
  smart?: Resource | undefined;
  /** answers in place of the site when it gives anything but undefined */
  instead?: (asked: Asked) => Reply | undefined;
  /** addresses that were asked for, with the token */
  asked: { address: string; token: string | undefined }[];
}

export interface Asked {
  path: string;
  query: URLSearchParams;
  accept: string;
  token: string | undefined;
}

export interface Reply {
  status: number;
  type?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface World {
  registry: Site;
  repository: Site;
  record: Resource;
  group: Resource;
  provenance: Resource;
  condition: Resource;
}

const json = 'application/fhir+json';
const outcome = (severity: string, diagnostics: string) => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code: 'processing', diagnostics }],
});
export const refusal = (status: number, diagnostics = 'no'): Reply => ({ status, body: outcome('error', diagnostics) });

function bundle(resources: Resource[]): Reply {
  const entry = resources.map((resource) => ({ resource, search: { mode: 'match' } }));
  return { status: 200, body: { resourceType: 'Bundle', type: 'searchset', entry } };
}

const capabilities = (types: string[], more: Resource = {}): Resource => ({
  resourceType: 'CapabilityStatement',
  fhirVersion: '4.0.1',
  format: ['json', 'xml'],
  rest: [
    {
      mode: 'server',
      security: {
        service: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/restful-security-service', code: 'OAuth' }] },
        ],
      },
      operation: [{ name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' }],
      resource: types.map((type) => ({
        type,
        interaction: ['read', 'vread', 'history-instance', 'history-type', 'search-type'].map((code) => ({ code })),
      })),
      ...more,
    },
  ],
});

function matches(resource: Resource, query: URLSearchParams): boolean {
  return [...query].every(([name, value]) => {
    if (name === '_id') return resource['id'] === value;
    if (name === 'url' || name === 'status') return resource[name] === value;
    if (name === 'identifier') {
      return (resource['identifier'] ?? []).some((one: Resource) =>
        `${one['system'] ?? ''}|${one['value']}`.endsWith(value),
      );
    }
    if (name === 'target') return (resource['target'] ?? []).some((one: Resource) => one['reference'] === value);
    if (name === 'patient') return resource['subject']?.reference === value;
    return true;
  });
}

/** What a site answers; `path` begins with a slash where it is outside of the FHIR base. */
function answer(site: Site, asked: Asked): Reply {
  const { path, query, accept } = asked;
  const replaced = site.instead?.(asked);
  if (replaced !== undefined) return replaced;
  if (path.startsWith('/')) return { status: 200, type: 'text/html', body: '<h1>landing page</h1>' };
  if (path === 'metadata') return { status: 200, body: site.capabilities };
  if (path === '.well-known/smart-configuration')
    return site.smart === undefined ? refusal(404) : { status: 200, type: 'application/json', body: site.smart };
  const [type, id, third] = path.split('/');
  if (id === '_history') return bundle([]);
  if (id === undefined)
    return bundle(site.resources.filter((one) => one['resourceType'] === type && matches(one, query)));
  const found = site.resources.find((one) => one['resourceType'] === type && one['id'] === id);
  if (found === undefined) return refusal(404, 'no such resource');
  if (third === '$validate') return { status: 200, body: outcome('information', 'no fault') };
  if (accept === 'application/fhir+xml')
    return { status: 200, type: accept, body: `<${type} xmlns="http://hl7.org/fhir"/>` };
  return { status: 200, body: found };
}

async function site(): Promise<Site> {
  const made: Site = { base: '', resources: [], capabilities: {}, asked: [] };
  made.base = await serve(({ path, query, headers = {} }, response, base) => {
    const token = headers.authorization?.replace('Bearer ', '');
    made.asked.push({ address: `${base}/${path}${query.size === 0 ? '' : `?${query}`}`, token });
    send(response, answer(made, { path, query, accept: String(headers.accept), token }));
  });
  return made;
}

function send(response: ServerResponse, { status, type = json, body, headers = {} }: Reply): void {
  response.statusCode = status;
  response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A web address on the site that is not below its FHIR base. */
export const outside = ({ base }: Site, name: string): string => `${base.replace(/\/fhir$/, '/other')}/${name}`;

export async function goodWorld(): Promise<World> {
  const [registry, repository] = await Promise.all([site(), site()]);
  registry.capabilities = capabilities(['Library', 'Provenance', 'Organization']);
  repository.capabilities = capabilities(['Patient', 'Condition', 'Group']);
  registry.smart = { token_endpoint: `${registry.base}/token` };
  repository.smart = { token_endpoint: `${repository.base}/token` };
  const record = goodRecord(registry, repository);
  const provenance = {
    resourceType: 'Provenance',
    id: 'p',
    target: [{ reference: 'Library/good' }],
    recorded: '2026-01-01T00:00:00Z',
    occurredDateTime: '2026-01-01',
    agent: [{ who: { reference: 'Organization/o' } }],
  };
  registry.resources = [record, provenance, { resourceType: 'Organization', id: 'o', name: 'Clinic' }, retired];
  const group = { ...goodGroup(repository) };
  const condition = goodCondition();
  repository.resources = [group, goodPatient(), condition];
  return { registry, repository, record, group, provenance, condition };
}

const retired = { resourceType: 'Library', id: 'old', status: 'retired', identifier: [] };
const profile = (name: string) => ({ profile: [`https://example.org/fhir/StructureDefinition/${name}`] });

function goodRecord(registry: Site, repository: Site): Resource {
  return {
    resourceType: 'Library',
    id: 'good',
    meta: { profile: ['http://hl7.org/fhir/uv/fhir-for-fair/StructureDefinition/Library-uv-f4f'] },
    extension: [
      {
        url: canonical.licenceCodeable,
        valueCodeableConcept: { coding: [{ system: canonical.spdx, code: 'CC-BY-4.0' }] },
      },
      {
        url: canonical.relatedContent,
        valueRelatedArtifact: {
          type: 'composed-of',
          extension: [
            {
              url: canonical.relatedArtifactResourceReference,
              valueReference: {
                reference: `${repository.base}/Group/g`,
                identifier: { system: canonical.uri, value: outside(repository, 'data') },
              },
            },
          ],
        },
      },
    ],
    identifier: [{ system: canonical.uri, value: outside(registry, 'record') }],
    version: '2',
    title: 'Good data set',
    status: 'active',
    type: { coding: [{ system: canonical.libraryType, code: 'asset-collection' }] },
    subjectReference: { reference: 'Organization/o' },
    date: '2026-01-01',
    publisher: 'Clinic',
    contact: [{ name: 'Data office' }],
    description: 'Diagnoses of all patients of the clinic.',
    jurisdiction: [{ coding: [{ system: 'urn:iso:std:iso:3166', code: 'DE' }] }],
    purpose: 'Research',
    copyright: 'Clinic',
    effectivePeriod: { start: '2020' },
    topic: [{ coding: [{ system: 'http://snomed.info/sct', code: '38341003' }] }],
    relatedArtifact: [{ type: 'documentation', url: outside(registry, 'documentation') }],
    dataRequirement: [{ type: 'Patient' }, { type: 'Condition' }],
  };
}

const goodGroup = (repository: Site): Resource => ({
  resourceType: 'Group',
  id: 'g',
  identifier: [{ system: canonical.uri, value: outside(repository, 'data') }],
  type: 'person',
  actual: true,
  member: [{ entity: { reference: 'Patient/1' } }],
});

const goodPatient = (): Resource => ({
  resourceType: 'Patient',
  id: '1',
  meta: profile('patient'),
});

const goodCondition = (): Resource => ({
  resourceType: 'Condition',
  id: '1',
  meta: profile('condition'),
  code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003' }] },
  subject: { reference: 'Patient/1' },
});

export const assessed = (
  { registry, record }: World,
  settings: Parameters<typeof assessDataset>[1] = {},
): Promise<Assessment> => assessDataset(`${registry.base}/${record['resourceType']}/${record['id']}`, settings);

/** State, reason and remedy of one indicator. */
export function indicatorOf({ indicators }: Assessment, id: string): { state: string; reason: string; remedy: string } {
  const one = indicators.find((each) => each.id === `RDA-${id}`)!;
  return { state: one.state, reason: one.reason, remedy: one.remedy };
}

/** What is not met, with its state. */
export const unmet = ({ indicators }: Assessment): string[] =>
  indicators.filter(({ state }) => state !== 'pass').map(({ id, state, reason }) => `${id} ${state}: ${reason}`);
