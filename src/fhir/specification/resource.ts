/** Makes the conformance resources of our records: SearchParameter, StructureDefinition, CodeSystem, OperationDefinition. https://hl7.org/fhir/R4B/conformance-module.html */
import type { Definitions, SearchParameterModel } from '../definitions/model.ts';
import type { JsonObject, Resource } from '../json.ts';
import { codeSystemUrl, type OurCodeSystem } from './code-system.ts';
import type { ExtensionPart, OurExtension } from './extension.ts';
import { operationUrl } from './operation.ts';
import { type OurProfile, profileUrl } from './profile.ts';
import type { OurSearchParameter } from './search-parameter.ts';

/** The day from which our artefacts are as they are; changed with them. */
export const date = '2026-11-25';
const publisher = 'fairway';

/** Ids of our artefacts, which no other resource of a server should have. */
export const artefactId = (id: string): string => `fairway-${id}`;

/** A name for programs: letters and digits. */
const nameOf = (id: string): string =>
  `Fairway${id
    .split('-')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')}`;

const head = (resourceType: string, id: string, url: string): Resource => ({
  resourceType,
  id: artefactId(id),
  url,
  name: nameOf(id),
  status: 'active',
  date,
  publisher,
});

/** `model` is what the definitions of the version make of the record. */
export function searchParameterOf(
  model: SearchParameterModel,
  { description }: OurSearchParameter,
  { types }: Definitions,
): Resource {
  return {
    ...head('SearchParameter', model.code, model.url),
    description,
    code: model.code,
    base: model.base,
    type: model.type,
    expression: model.expression!, // ours all have one
    // R5 asks for it.
    ...('processingMode' in types['SearchParameter']!.elements ? { processingMode: 'normal' } : {}),
    ...(model.targets === undefined ? {} : { target: model.targets }),
  };
}

export function codeSystemOf({ id, title, description, content, concepts }: OurCodeSystem): Resource {
  return {
    ...head('CodeSystem', id, codeSystemUrl(id)),
    title,
    description,
    caseSensitive: true,
    content,
    ...(concepts.length === 0 ? {} : { concept: concepts.map((one) => ({ ...one })) }),
  };
}

const typesOf = (types: readonly string[], { types: known, primitives }: Definitions): JsonObject[] =>
  types.filter((code) => code in known || code in primitives).map((code) => ({ code }));

function structureOf(
  { id, title, description }: { id: string; title: string; description: string },
  definitions: Definitions,
  of: { kind: string; type: string; base: string },
): Resource {
  return {
    ...head('StructureDefinition', id, profileUrl(id)),
    title,
    description,
    fhirVersion: definitions.fhirVersion,
    kind: of.kind,
    abstract: false,
    type: of.type,
    baseDefinition: of.base,
    derivation: 'constraint',
  };
}

/** Where an extension may stand, as far as the version has the type. */
const contextsOf = (on: readonly string[], definitions: Definitions): JsonObject[] =>
  on
    .filter((one) => one.includes('://') || definitions.types[one.split('.')[0]!] !== undefined)
    .map((one) => ({ type: one.includes('://') ? 'extension' : 'element', expression: one }));

export function extensionOf(extension: OurExtension, definitions: Definitions): Resource | undefined {
  const context = contextsOf(extension.on, definitions);
  if (context.length === 0) return undefined;
  const base = 'http://hl7.org/fhir/StructureDefinition/Extension';
  const { id, description, types, parts = [] } = extension;
  const url = profileUrl(id);
  const elements: JsonObject[] = [
    { id: 'Extension', path: 'Extension', short: extension.title, definition: description, min: 0, max: '*' },
    ...(types === undefined
      ? parts.flatMap((one) => partElements(one, definitions))
      : [{ id: 'Extension.extension', path: 'Extension.extension', max: '0' }]),
    { id: 'Extension.url', path: 'Extension.url', fixedUri: url },
    {
      id: 'Extension.value[x]',
      path: 'Extension.value[x]',
      ...(types === undefined ? { max: '0' } : { min: 1, type: typesOf(types, definitions) }),
    },
  ];
  return {
    ...structureOf(extension, definitions, { kind: 'complex-type', type: 'Extension', base }),
    context,
    differential: { element: elements },
  };
}

function partElements({ url, min, max, types, short }: ExtensionPart, definitions: Definitions): JsonObject[] {
  const id = `Extension.extension:${url}`;
  const value = typesOf(types, definitions);
  return [
    { id, path: 'Extension.extension', sliceName: url, short, min, max },
    { id: `${id}.url`, path: 'Extension.extension.url', fixedUri: url },
    ...(value.length === 0
      ? []
      : [{ id: `${id}.value[x]`, path: 'Extension.extension.value[x]', min: 1, type: value }]),
  ];
}

export function profileOf(profile: OurProfile, definitions: Definitions): Resource {
  const { type, base, required, fixed, extensions, title } = profile;
  const element = (path: string, more: JsonObject): JsonObject => ({
    id: `${type}.${path}`,
    path: `${type}.${path}`,
    ...more,
  });
  return {
    ...structureOf(profile, definitions, { kind: 'resource', type, base }),
    differential: {
      element: [
        { id: type, path: type, short: title },
        ...extensions.map((url) => ({
          id: `${type}.extension:${url.slice(url.lastIndexOf('/') + 1)}`,
          path: `${type}.extension`,
          sliceName: url.slice(url.lastIndexOf('/') + 1),
          min: 1,
          max: '1',
          type: [{ code: 'Extension', profile: [url] }],
        })),
        ...required.map((path) => element(path, { min: 1 })),
        ...Object.entries(fixed).map(([path, value]) =>
          element(path, value.includes('://') ? { min: 1, patternCanonical: value } : { min: 1, patternCode: value }),
        ),
      ],
    },
  };
}

/** What an OperationDefinition states, see src/operation/operation.ts. */
export interface DefinedOperation {
  code: string;
  levels: readonly string[];
  types?: readonly string[];
  affectsState: boolean;
  summary: string;
  parameters: readonly { name: string; min: number; max: string; type: string; documentation: string }[];
}

export function operationOf(operation: DefinedOperation): Resource {
  const { code, levels, types, affectsState, summary, parameters } = operation;
  return {
    ...head('OperationDefinition', code, operationUrl(code)),
    kind: 'operation',
    description: summary,
    affectsState,
    code,
    resource: [...(types ?? ['Resource'])],
    system: levels.includes('system'),
    type: levels.includes('type'),
    instance: levels.includes('instance'),
    parameter: [
      ...parameters.map(({ name, ...one }) => ({ name, use: 'in', ...one })),
      { name: 'return', use: 'out', min: 0, max: '1', type: 'Resource', documentation: 'The answer.' },
    ],
  };
}
