/** What one resource adds to the summary of its data set: type, codes, sex, birth, years, elements. See docs/adr/0017-content-summaries.md */
import { clinicalTimeOf } from '../conditions/facts.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { compileExpression, type Node } from '../fhir/path/index.ts';
import { parseReference } from '../fhir/reference.ts';
import { registryOf } from '../search/index.ts';
import { ageBandAt, type ContentFact, type ContentKind } from '../store/content-fact.ts';

/** A resource as the summary sees it. Facts that rest on other resources are not in it. */
interface ContentFacts {
  facts: readonly ContentFact[];
  /** top-level elements that are there, in order */
  elements: readonly string[];
  /** `Medication/id` that say what the resource is about */
  medications: readonly string[];
}

export interface ContentReader {
  read(resource: Resource): ContentFacts;
  /** codes of a resource, under the type that refers to it */
  codesOf(resource: Resource, asType: string): readonly ContentFact[];
}

/** Parameters that say what a resource is about, the most telling first; the first that a type has is taken. */
const mainParameters = ['code', 'vaccine-code', 'type', 'modality', 'service-type', 'category', 'class'] as const;

/** Elements of every resource that say nothing of what is known. */
const common = new Set([
  'id',
  'meta',
  'implicitRules',
  'language',
  'text',
  'contained',
  'extension',
  'modifierExtension',
]);

type Nodes = (resource: Resource) => readonly Node[];

interface TypeReader {
  codes: Nodes;
  medications: Nodes;
  /** JSON name -> element as it is named in the specification, choices under one name */
  elements: ReadonlyMap<string, string>;
}

/** `month` is the one at which ages are taken, `YYYY-MM`; `baseUrls` are the addresses of this server. */
export function createContentReader(
  definitions: Definitions,
  baseUrls: readonly string[],
  month: () => string,
): ContentReader {
  const readers = new Map<string, TypeReader>();
  const readerOf = (type: string): TypeReader => {
    let reader = readers.get(type);
    if (reader === undefined) readers.set(type, (reader = typeReader(type, definitions)));
    return reader;
  };
  const codesOf = (resource: Resource, asType: string): ContentFact[] =>
    readerOf(resource.resourceType)
      .codes(resource)
      .flatMap(codingsOf)
      .flatMap(({ system, code }) =>
        typeof code === 'string'
          ? [{ ...fact('code', asType, code), system: typeof system === 'string' ? system : '' }]
          : [],
      );
  return {
    codesOf,
    read(resource) {
      const { resourceType: type } = resource;
      const reader = readerOf(type);
      const referred = reader.medications(resource).map((node) => objectOf(node.value)?.['reference']);
      const contained = containedOf(resource, referred);
      return {
        facts: [
          fact('any', '', ''),
          fact('type', type, ''),
          ...codesOf(resource, type),
          ...contained.flatMap((one) => codesOf(one, type)),
          ...(type === 'Patient' ? personFacts(resource, month()) : []),
          ...yearsOf(resource).map((year) => fact('year', '', year)),
        ],
        elements: elementsOf(resource, reader.elements),
        medications: referred.map((one) => localMedication(one, baseUrls)).filter((one) => one !== undefined),
      };
    },
  };
}

const fact = (kind: ContentKind, type: string, code: string): ContentFact => ({ kind, type, system: '', code });

function typeReader(type: string, definitions: Definitions): TypeReader {
  const registry = registryOf(definitions);
  const nodes = (code: string | undefined): Nodes => {
    const expression = code === undefined ? undefined : registry.find(type, code)?.expression;
    return expression === undefined ? () => [] : compileExpression(expression, { type, definitions });
  };
  const main = mainParameters.find((code) => registry.find(type, code)?.type === 'token');
  const elements = Object.entries(definitions.types[type]?.elements ?? {})
    .filter(([name]) => !common.has(name))
    .map(([name, { choice }]): [string, string] => [name, choice ?? name]);
  const refersToMedication = registry.find(type, 'medication')?.type === 'reference';
  return {
    codes: nodes(main),
    medications: nodes(refersToMedication ? 'medication' : undefined),
    elements: new Map(elements),
  };
}

function codingsOf({ value }: Node): JsonObject[] {
  const object = objectOf(value);
  if (object === undefined) return typeof value === 'string' ? [{ code: value }] : [];
  return object['coding'] === undefined ? [object] : objectsOf(object['coding']);
}

function containedOf(resource: Resource, references: readonly unknown[]): Resource[] {
  const ids = references
    .filter((one) => typeof one === 'string' && one.startsWith('#'))
    .map((one) => String(one).slice(1));
  return objectsOf(resource['contained']).filter(({ id }) => ids.includes(String(id))) as Resource[]; // as it was accepted
}

function localMedication(reference: unknown, baseUrls: readonly string[]): string | undefined {
  const parsed = typeof reference === 'string' ? parseReference(reference) : undefined;
  if (parsed === undefined || parsed.type !== 'Medication') return undefined;
  return parsed.base === undefined || baseUrls.includes(parsed.base) ? `Medication/${parsed.id}` : undefined;
}

/** A birth is kept by its month, so that ages can be told anew as time goes by. */
function personFacts(patient: Resource, month: string): ContentFact[] {
  const { gender, birthDate } = patient;
  const born = typeof birthDate === 'string' ? birthDate.slice(0, 7) : undefined;
  const band = born === undefined ? undefined : ageBandAt(born, month);
  return [
    ...(typeof gender === 'string' ? [fact('sex', '', gender)] : []),
    ...(born === undefined ? [] : [fact('birth', '', born)]),
    ...(band === undefined ? [] : [fact('age', '', band)]),
  ];
}

const yearOf = (time: number): number => new Date(time).getUTCFullYear();

/** The years in which the time of a resource begins and ends; ends that are open say nothing. */
function yearsOf(resource: Resource): string[] {
  const time = clinicalTimeOf(resource);
  if (time === undefined) return [];
  const years = [yearOf(time.low), yearOf(time.high - 1)].filter((year) => year >= 1000 && year <= 9999);
  return [...new Set(years)].map(String);
}

function elementsOf(resource: Resource, known: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>();
  for (const name in resource) {
    const element = known.get(name);
    if (element !== undefined) found.add(element);
  }
  return [...found].sort();
}
