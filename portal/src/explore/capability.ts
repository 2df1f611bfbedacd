/** Reads what a server says that it can do, as any server says it. https://hl7.org/fhir/R4B/capabilitystatement.html */
import { listOf, objectsOf, textOf, type Value, type ValueObject } from './value.ts';

export interface SearchParameter {
  name: string;
  type: string;
  documentation?: string;
  definition?: string;
}

export interface OperationEntry {
  name: string;
  definition?: string;
  documentation?: string;
}

export interface TypeCapability {
  type: string;
  interactions: readonly string[];
  parameters: readonly SearchParameter[];
  includes: readonly string[];
  revincludes: readonly string[];
  operations: readonly OperationEntry[];
  documentation?: string;
}

export interface Capability {
  title: string;
  software?: string;
  fhirVersion: string;
  formats: readonly string[];
  /** what it says about security */
  security?: string;
  securityServices: readonly string[];
  interactions: readonly string[];
  operations: readonly OperationEntry[];
  /** parameters that all types have */
  parameters: readonly SearchParameter[];
  types: readonly TypeCapability[];
}

const texts = (value: Value | undefined): string[] => listOf(value).flatMap((one) => textOf(one) ?? []);
const named = <Name extends string>(name: Name, value: Value | undefined): { [key in Name]?: string } => {
  const text = textOf(value);
  return (text === undefined ? {} : { [name]: text }) as { [key in Name]?: string };
};

const parameterOf = (one: ValueObject): SearchParameter => ({
  name: textOf(one['name']) ?? '',
  type: textOf(one['type']) ?? '',
  ...named('documentation', one['documentation']),
  ...named('definition', one['definition']),
});

/** Before R4 an operation's definition was a reference. */
const operationOf = (one: ValueObject): OperationEntry => ({
  name: (textOf(one['name']) ?? '').replace(/^\$/, ''),
  ...named('documentation', one['documentation']),
  ...named('definition', textOf(one['definition']) ?? objectsOf(one['definition'])[0]?.['reference']),
});

const codesOf = (value: Value | undefined): string[] => objectsOf(value).flatMap((one) => textOf(one['code']) ?? []);

function typeOf(one: ValueObject): TypeCapability {
  return {
    type: textOf(one['type']) ?? '',
    interactions: codesOf(one['interaction']),
    parameters: objectsOf(one['searchParam']).map(parameterOf),
    includes: texts(one['searchInclude']),
    revincludes: texts(one['searchRevInclude']),
    operations: objectsOf(one['operation']).map(operationOf),
    ...named('documentation', one['documentation']),
  };
}

export function readCapability(statement: ValueObject): Capability {
  const rests = objectsOf(statement['rest']);
  const rest = rests.find((one) => one['mode'] === 'server') ?? rests[0] ?? {};
  const [software] = objectsOf(statement['software']);
  const [implementation] = objectsOf(statement['implementation']);
  const [security] = objectsOf(rest['security']);
  const version = [textOf(software?.['name']), textOf(software?.['version'])].filter((one) => one !== undefined);
  const services = objectsOf(security?.['service']).flatMap(
    (one) => textOf(one['text']) ?? codesOf(one['coding'])[0] ?? [],
  );
  return {
    title: textOf(implementation?.['description']) ?? textOf(statement['title']) ?? textOf(statement['name']) ?? '',
    fhirVersion: textOf(statement['fhirVersion']) ?? '',
    formats: texts(statement['format']),
    securityServices: services,
    interactions: codesOf(rest['interaction']),
    operations: objectsOf(rest['operation']).map(operationOf),
    parameters: objectsOf(rest['searchParam']).map(parameterOf),
    types: objectsOf(rest['resource'])
      .map(typeOf)
      .sort((one, other) => (one.type < other.type ? -1 : 1)),
    ...(version.length === 0 ? {} : { software: version.join(' ') }),
    ...named('security', security?.['description']),
  };
}

export const offersTurtle = ({ formats }: Capability): boolean => formats.some((one) => /turtle|^ttl$/.test(one));

/** Search parameters of a type, with those that all types have. */
export function parametersFor(capability: Capability | undefined, type: string): readonly SearchParameter[] {
  if (capability === undefined) return [];
  const own = capability.types.find((one) => one.type === type)?.parameters ?? [];
  const known = new Set(own.map(({ name }) => name));
  return [...own, ...capability.parameters.filter(({ name }) => !known.has(name))];
}
