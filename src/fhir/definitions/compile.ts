/** Compiles one FHIR version from HL7's packages into the compact model. https://hl7.org/fhir/R4B/structuredefinition.html */
import type { Json, JsonObject } from '../json.ts';
import { expand, list, withoutVersion } from './expansion.ts';
import type {
  CompartmentModel,
  Definitions,
  ElementModel,
  FhirVersion,
  SearchParameterModel,
  SearchParameterType,
  TypeModel,
  ValueSetModel,
} from './model.ts';
import { openPackages, type PackageFiles } from './package-files.ts';
import { primitives } from './primitive.ts';

const sources: Record<FhirVersion, { packages: [string, ...string[]]; fhirVersion: string }> = {
  R4: { packages: ['hl7.fhir.r4.examples', 'hl7.terminology.r4'], fhirVersion: '4.0.1' },
  R4B: { packages: ['hl7.fhir.r4b.core', 'hl7.terminology.r4'], fhirVersion: '4.3.0' },
  R5: { packages: ['hl7.fhir.r5.core', 'hl7.terminology.r4'], fhirVersion: '5.0.0' },
};

const definitionUrl = 'http://hl7.org/fhir/StructureDefinition/';
const parameterUrl = 'http://hl7.org/fhir/SearchParameter/';

/** Reads the packages from disk: some seconds. */
export function compileDefinitions(version: FhirVersion): Definitions {
  const { packages, fhirVersion } = sources[version];
  const files = openPackages(packages);
  const types: Record<string, TypeModel> = {};
  const bound = new Set<string>();
  for (const definition of files.all('StructureDefinition')) {
    if (isBaseType(definition)) compileType(definition, types, bound);
  }
  const resourceTypes = Object.values(types)
    .filter((type) => type.kind === 'resource')
    .map((type) => type.name)
    .sort();
  return {
    version,
    fhirVersion,
    types,
    primitives,
    resourceTypes,
    searchParameters: compileSearchParameters(files, resourceTypes),
    compartments: compileCompartments(files),
    valueSets: expandAll(bound, files),
  };
}

function isBaseType(definition: JsonObject): boolean {
  return (
    definition['derivation'] !== 'constraint' &&
    !(definition['abstract'] === true && definition['kind'] === 'resource') &&
    (definition['kind'] === 'resource' || definition['kind'] === 'complex-type') &&
    definition['url'] === `${definitionUrl}${definition['type'] as string}`
  );
}

function compileType(definition: JsonObject, types: Record<string, TypeModel>, bound: Set<string>): void {
  const snapshot = definition['snapshot'] as JsonObject; // every base definition has one
  const elements = list(snapshot['element']);
  const parents = new Set(elements.map((element) => parentOf(element['path'] as string)));
  for (const element of elements) {
    const path = element['path'] as string;
    const isRoot = !path.includes('.');
    if (!isRoot && !parents.has(path)) continue;
    const kind = isRoot ? (definition['kind'] === 'resource' ? 'resource' : 'complex') : 'nested';
    types[path] = { name: path, kind, elements: {} };
  }
  for (const element of elements) {
    const path = element['path'] as string;
    const parent = types[parentOf(path)];
    if (parent === undefined) continue;
    for (const [name, model] of elementsOf(element, path, types, bound)) parent.elements[name] = model;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

function elementsOf(
  element: JsonObject,
  path: string,
  types: Record<string, TypeModel>,
  bound: Set<string>,
): [string, ElementModel][] {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const limits = { min: element['min'] as number, max: element['max'] === '*' ? -1 : Number(element['max']) };
  const contentReference = element['contentReference'] as string | undefined;
  if (contentReference !== undefined) {
    return [[name, { type: contentReference.slice(contentReference.indexOf('#') + 1), ...limits }]];
  }
  if (types[path] !== undefined) return [[name, { type: path, ...limits }]];
  const choices = list(element['type']);
  if (!name.endsWith('[x]'))
    return [[name, { ...elementOf(choices[0]!, name, path, element, types, bound), ...limits }]];
  const base = name.slice(0, -3);
  return choices.map((choice) => {
    const model = elementOf(choice, name, path, element, types, bound);
    return [base + model.type[0]!.toUpperCase() + model.type.slice(1), { ...model, ...limits, choice: base }];
  });
}

function elementOf(
  type: JsonObject,
  name: string,
  path: string,
  element: JsonObject,
  types: Record<string, TypeModel>,
  bound: Set<string>,
): Omit<ElementModel, 'min' | 'max'> {
  const model: Omit<ElementModel, 'min' | 'max'> = { type: typeName(type, name, path, types) };
  const targets = (type['targetProfile'] as string[] | undefined)?.map((url) => url.slice(definitionUrl.length));
  if (targets !== undefined && !targets.includes('Resource')) model.targets = targets;
  const binding = element['binding'] as JsonObject | undefined; // an object by its definition
  const valueSet = binding?.['valueSet'] as string | undefined;
  const isCoded = model.type === 'code' || model.type === 'Coding' || model.type === 'CodeableConcept';
  if (isCoded && binding?.['strength'] === 'required' && valueSet !== undefined) {
    model.binding = withoutVersion(valueSet);
    bound.add(model.binding);
  }
  return model;
}

/** FHIRPath's system types stand for the FHIR types that these few elements have. */
function typeName(type: JsonObject, name: string, path: string, types: Record<string, TypeModel>): string {
  const code = type['code'] as string;
  if (!code.startsWith('http://hl7.org/fhirpath/System.')) return code;
  if (name === 'id') return types[parentOf(path)]?.kind === 'resource' ? 'id' : 'string';
  return name === 'url' ? 'uri' : 'string';
}

function compileSearchParameters(files: PackageFiles, resourceTypes: readonly string[]): SearchParameterModel[] {
  const models: SearchParameterModel[] = [];
  for (const parameter of files.all('SearchParameter')) {
    const url = parameter['url'] as string;
    if (!url.startsWith(parameterUrl) || /^example/.test(parameter['id'] as string)) continue;
    const model = parameterOf(parameter, url, resourceTypes);
    if (model.base.length > 0) models.push(model);
  }
  return models;
}

function parameterOf(parameter: JsonObject, url: string, resourceTypes: readonly string[]): SearchParameterModel {
  const stated = (parameter['base'] as string[] | undefined) ?? [];
  const isAll = stated.some((base) => base === 'Resource' || base === 'DomainResource');
  const model: SearchParameterModel = {
    url,
    code: parameter['code'] as string,
    type: parameter['type'] as SearchParameterType,
    base: isAll ? [...resourceTypes] : stated.filter((base) => resourceTypes.includes(base)),
  };
  if (typeof parameter['expression'] === 'string') model.expression = parameter['expression'];
  const targets = parameter['target'] as string[] | undefined;
  if (targets !== undefined) model.targets = targets.filter((target) => resourceTypes.includes(target));
  const components = list(parameter['component']);
  if (components.length > 0) {
    model.components = components.map((one) => ({
      definition: withoutVersion(one['definition'] as string),
      expression: one['expression'] as string,
    }));
  }
  return model;
}

function compileCompartments(files: PackageFiles): CompartmentModel[] {
  return [...files.all('CompartmentDefinition')]
    .filter(
      (one) =>
        (one['url'] as string).startsWith('http://hl7.org/fhir/CompartmentDefinition/') && one['id'] !== 'example',
    )
    .map((one) => ({
      code: one['code'] as string,
      resources: Object.fromEntries(
        list(one['resource']).flatMap((resource): [string, string[]][] => {
          const codes = ((resource['param'] as Json[] | undefined) ?? []).filter(
            (code): code is string => typeof code === 'string' && code !== '{def}',
          );
          return codes.length === 0 ? [] : [[resource['code'] as string, codes]];
        }),
      ),
    }));
}

function expandAll(urls: ReadonlySet<string>, files: PackageFiles): Record<string, ValueSetModel> {
  const valueSets: Record<string, ValueSetModel> = {};
  for (const url of urls) {
    const expanded = expand(url, files);
    if (expanded !== undefined) valueSets[url] = expanded;
  }
  return valueSets;
}
