/** What a server says that it can do, and how it lets programs in. https://hl7.org/fhir/smart-app-launch/conformance.html */
import type { Asked, ServerFacts, TypeFacts } from '../../../fair/assessment/facts.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import { textOf } from '../server/bundle.ts';
import type { Probe } from './assess-probe.ts';

export const fhirJson = 'application/fhir+json';

const texts = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
const namesIn = (value: Json | undefined, name: string): string[] =>
  objectsOf(value).flatMap((one) => textOf(one[name]) ?? []);

export async function serverFacts(probe: Probe, base: string): Promise<ServerFacts> {
  const { asked, body } = await probe.ask(`${base}/metadata`, { accept: fhirJson });
  const statement = body?.['resourceType'] === 'CapabilityStatement' ? body : undefined;
  if (statement === undefined) return { ...silent(base, asked), ...(await authorizationOf(probe, base)) };
  const rest = objectsOf(statement['rest']).find(({ mode }) => mode === 'server') ?? objectsOf(statement['rest'])[0];
  const resources = objectsOf(rest?.['resource']);
  const security = objectOf(rest?.['security']);
  const fhirVersion = textOf(statement['fhirVersion']);
  return {
    base,
    asked,
    ...(fhirVersion === undefined ? {} : { fhirVersion }),
    formats: texts(statement['format']),
    types: Object.fromEntries(resources.flatMap((one) => typeFacts(one))),
    operations: [
      ...namesIn(rest?.['operation'], 'name'),
      ...resources.flatMap((one) => namesIn(one['operation'], 'name')),
    ],
    security: objectsOf(security?.['service']).map(serviceOf),
    ...(await authorizationOf(probe, base, security)),
  };
}

const silent = (base: string, asked: Asked): ServerFacts => ({
  base,
  asked,
  formats: [],
  types: {},
  operations: [],
  security: [],
});

function typeFacts(resource: JsonObject): [string, TypeFacts][] {
  const type = textOf(resource['type']);
  if (type === undefined) return [];
  const profile = textOf(resource['profile']);
  return [
    [
      type,
      {
        interactions: namesIn(resource['interaction'], 'code'),
        searchParameters: namesIn(resource['searchParam'], 'name'),
        profiles: [...texts(resource['supportedProfile']), ...(profile === undefined ? [] : [profile])],
      },
    ],
  ];
}

const serviceOf = (service: JsonObject): string =>
  textOf(objectsOf(service['coding'])[0]?.['code']) ?? textOf(service['text']) ?? 'an unnamed service';

const oauthUris = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';

/** Where tokens come from: SMART's well-known document, else the older extension. */
async function authorizationOf(probe: Probe, base: string, security?: JsonObject): Promise<{ authorization?: string }> {
  const { body } = await probe.ask(`${base}/.well-known/smart-configuration`, { accept: 'application/json' });
  const told = textOf(body?.['token_endpoint']);
  if (told !== undefined) return { authorization: told };
  const uris = objectsOf(security?.['extension']).find(({ url }) => url === oauthUris);
  const token = textOf(objectsOf(uris?.['extension']).find(({ url }) => url === 'token')?.['valueUri']);
  return token === undefined ? {} : { authorization: token };
}
