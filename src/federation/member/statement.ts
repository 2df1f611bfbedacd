/** What is kept of a member's CapabilityStatement: what can be searched, in the FHIR version of this server. https://hl7.org/fhir/R4B/capabilitystatement.html */
import { canonical } from '../../fhir/canonical.ts';
import type { Definitions, ElementModel } from '../../fhir/definitions/model.ts';
import { type Json, type JsonObject, objectOf, type Resource } from '../../fhir/json.ts';
import { type PrimitiveCheck, primitiveChecks } from '../../fhir/validation/index.ts';

/** Elements that are kept; texts for people stay where they are. */
interface Kept {
  [element: string]: true | Kept;
}

const searchParam: Kept = { name: true, definition: true, type: true };
const operation: Kept = { name: true, definition: true };
const interaction: Kept = { code: true };
const kept: Kept = {
  url: true,
  version: true,
  name: true,
  title: true,
  publisher: true,
  status: true,
  date: true,
  kind: true,
  instantiates: true,
  implementationGuide: true,
  software: { name: true, version: true },
  implementation: { description: true, url: true },
  format: true,
  rest: {
    mode: true,
    security: { cors: true, service: { coding: { system: true, code: true }, text: true } },
    resource: {
      type: true,
      profile: true,
      supportedProfile: true,
      interaction,
      searchParam,
      operation,
    },
    interaction,
    searchParam,
    operation,
  },
};

export const versionOf = (statement: JsonObject): string | undefined => textOf(statement['fhirVersion']);
export const addressOf = (statement: JsonObject): string | undefined =>
  textOf(objectOf(statement['implementation'])?.['url']);

const roleOf: Readonly<Record<string, string>> = {
  [`${canonical.ours}/CapabilityStatement/repository`]: 'repository',
  [`${canonical.ours}/CapabilityStatement/registry`]: 'metadata-registry',
  [`${canonical.ours}/CapabilityStatement/discovery`]: 'discovery',
};

/** The roles that the server says it has; none where it knows nothing of our roles. */
export function rolesOf(statement: JsonObject): string[] {
  const stated = statement['instantiates'];
  if (!Array.isArray(stated)) return [];
  return stated.map((one) => roleOf[String(one)]).filter((one) => one !== undefined);
}

/** The copy of what the server at `source` said of itself, about the Endpoint. The same statement gives the same copy. */
export function statementCopy(
  stated: JsonObject,
  about: { id: string; endpoint: string; source: string; fallbackDate: string },
  definitions: Definitions,
): Resource {
  const model = definitions.types['CapabilityStatement']!.elements;
  const copied = objectOf(fitting(stated, 'CapabilityStatement', kept, definitions)) ?? {};
  const version = versionOf(stated);
  const isKnown = version !== undefined && fits(version, model['fhirVersion']!, definitions);
  return {
    // What every statement must have, where this one has it not, or not in a way that is understood here.
    status: 'unknown',
    date: about.fallbackDate,
    kind: 'instance',
    format: ['application/fhir+json'],
    implementation: { description: about.source },
    ...copied,
    resourceType: 'CapabilityStatement',
    id: about.id,
    meta: { source: about.source },
    extension: [
      { url: canonical.endpoint, valueReference: { reference: about.endpoint } },
      ...(version === undefined || isKnown || !/^\S{1,40}$/.test(version)
        ? []
        : [{ url: canonical.fhirVersion, valueCode: version }]),
    ],
    ...(isKnown ? { fhirVersion: version } : { _fhirVersion: { extension: [unsupported] } }),
  };
}

/** The server has a version, but this one has no code for it. */
const unsupported: JsonObject = {
  url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
  valueCode: 'unsupported',
};

/** The statement without what says when it was made: servers make it anew for everyone who asks. */
export function withoutDate({ date: _, meta: __, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** What of `value` is kept and fits the type here; undefined where something that is needed does not. */
function fitting(value: Json, type: string, wanted: Kept, definitions: Definitions): JsonObject | undefined {
  const object = objectOf(value);
  const model = definitions.types[type];
  if (object === undefined || model === undefined) return undefined;
  const copy: JsonObject = {};
  for (const [name, below] of Object.entries(wanted)) {
    const element = model.elements[name];
    if (element === undefined) continue;
    const stated = object[name];
    const values = (Array.isArray(stated) ? stated : stated === undefined ? [] : [stated]).flatMap((one) => {
      if (below !== true) return fitting(one, element.type, below, definitions) ?? [];
      return fits(one, element, definitions) ? [one] : [];
    });
    const isList = element.max !== 1;
    if (values.length === 0) {
      // At the root what is missing is filled in.
      if (element.min > 0 && type !== 'CapabilityStatement') return undefined;
    } else copy[name] = isList ? values : values[0]!;
  }
  return Object.keys(copy).length === 0 ? undefined : copy;
}

function fits(value: Json, { type, binding }: ElementModel, definitions: Definitions): boolean {
  const check = checksOf(definitions).get(type);
  if (check === undefined || check(value) !== undefined) return false;
  const codes = binding === undefined ? undefined : definitions.valueSets[binding];
  return codes === undefined || Object.values(codes.systems).some((list) => list.includes(String(value)));
}

const made = new WeakMap<Definitions, Map<string, PrimitiveCheck>>();

function checksOf(definitions: Definitions): Map<string, PrimitiveCheck> {
  let checks = made.get(definitions);
  if (checks === undefined) made.set(definitions, (checks = primitiveChecks(definitions)));
  return checks;
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
