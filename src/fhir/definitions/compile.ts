/** Compiles one FHIR version from HL7's packages into the compact model. https://hl7.org/fhir/R4B/structuredefinition.html */

import { hierarchyOf } from '../hierarchy.ts';
import type { Json, JsonObject, Resource } from '../json.ts';
import { expand, list, withoutVersion } from './expansion.ts';
import type {
  CompartmentModel,
  Definitions,
  ElementModel,
  FhirVersion,
  Invariant,
  SearchParameterModel,
  SearchParameterType,
  TypeModel,
  ValueSetModel,
} from './model.ts';
import { openPackages, type PackageFiles } from './package-files.ts';
import { primitives } from './primitive.ts';

interface Source {
  packages: [string, ...string[]];
  fhirVersion: string;
  rdf: Definitions['rdf'];
  fhirPath: Definitions['fhirPath'];
}

const sources: Record<FhirVersion, Source> = {
  R4: {
    packages: ['hl7.fhir.r4.examples', 'hl7.terminology.r4'],
    fhirVersion: '4.0.1',
    rdf: 'indexed',
    fhirPath: 'r4',
  },
  R4B: { packages: ['hl7.fhir.r4b.core', 'hl7.terminology.r4'], fhirVersion: '4.3.0', rdf: 'indexed', fhirPath: 'r4' },
  R5: { packages: ['hl7.fhir.r5.core', 'hl7.terminology.r4'], fhirVersion: '5.0.0', rdf: 'listed', fhirPath: 'r5' },
};

const definitionUrl = 'http://hl7.org/fhir/StructureDefinition/';
const parameterUrl = 'http://hl7.org/fhir/SearchParameter/';

/** Reads the packages from disk: some seconds. */
export function compileDefinitions(version: FhirVersion): Definitions {
  const { packages, fhirVersion, rdf, fhirPath } = sources[version];
  const files = openPackages(packages);
  const types: Record<string, TypeModel> = {};
  for (const definition of files.all('StructureDefinition')) {
    if (isBaseType(definition)) compileType(definition, types);
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
    valueSets: expandAll(files),
    hierarchies: compileHierarchies(files),
    rdf,
    fhirPath,
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

function compileType(definition: JsonObject, types: Record<string, TypeModel>): void {
  const snapshot = definition['snapshot'] as JsonObject; // every base definition has one
  const elements = list(snapshot['element']);
  const parents = new Set(elements.map((element) => parentOf(element['path'] as string)));
  for (const element of elements) {
    const path = element['path'] as string;
    const isRoot = !path.includes('.');
    if (!isRoot && !parents.has(path)) continue;
    const kind = isRoot ? (definition['kind'] === 'resource' ? 'resource' : 'complex') : 'nested';
    types[path] = { name: path, kind, elements: {} };
    const invariants = invariantsOf(element, isRoot);
    if (invariants.length > 0) types[path].invariants = invariants;
  }
  for (const element of elements) {
    const path = element['path'] as string;
    const parent = types[parentOf(path)];
    if (parent === undefined) continue;
    for (const [name, model] of elementsOf(element, path, types)) parent.elements[name] = model;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

function elementsOf(element: JsonObject, path: string, types: Record<string, TypeModel>): [string, ElementModel][] {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const invariants = types[path] === undefined ? invariantsOf(element, false) : [];
  const limits = {
    min: element['min'] as number,
    max: element['max'] === '*' ? -1 : Number(element['max']),
    ...(element['isSummary'] === true ? { summary: true as const } : {}),
    ...(invariants.length === 0 ? {} : { invariants }),
  };
  const contentReference = element['contentReference'] as string | undefined;
  if (contentReference !== undefined) {
    return [[name, { type: contentReference.slice(contentReference.indexOf('#') + 1), ...limits }]];
  }
  if (types[path] !== undefined) return [[name, { type: path, ...limits }]];
  const choices = list(element['type']);
  if (!name.endsWith('[x]')) return [[name, { ...elementOf(choices[0]!, name, path, element, types), ...limits }]];
  const base = name.slice(0, -3);
  return choices.map((choice) => {
    const model = elementOf(choice, name, path, element, types);
    return [base + model.type[0]!.toUpperCase() + model.type.slice(1), { ...model, ...limits, choice: base }];
  });
}

function elementOf(
  type: JsonObject,
  name: string,
  path: string,
  element: JsonObject,
  types: Record<string, TypeModel>,
): Omit<ElementModel, 'min' | 'max'> {
  const model: Omit<ElementModel, 'min' | 'max'> = { type: typeName(type, name, path, types) };
  const targets = (type['targetProfile'] as string[] | undefined)?.map((url) => url.slice(definitionUrl.length));
  if (targets !== undefined && !targets.includes('Resource')) model.targets = targets;
  const binding = element['binding'] as JsonObject | undefined; // an object by its definition
  const valueSet = binding?.['valueSet'] as string | undefined;
  const isCoded = model.type === 'code' || model.type === 'Coding' || model.type === 'CodeableConcept';
  if (isCoded && binding?.['strength'] === 'required' && valueSet !== undefined) {
    model.binding = withoutVersion(valueSet);
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
  const known = new Set(models.map(({ code }) => code));
  // R5 defines it; the versions before search it just the same.
  if (!known.has('_language')) {
    models.push({
      url: `${parameterUrl}Resource-language`,
      code: '_language',
      type: 'token',
      base: [...resourceTypes],
      expression: 'Resource.language',
    });
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

/** Lists longer than this are of no required binding and would only slow the start. */
const longestValueSet = 2000;

function expandAll(files: PackageFiles): Record<string, ValueSetModel> {
  const valueSets: Record<string, ValueSetModel> = {};
  for (const { url } of files.all('ValueSet', 'every')) {
    if (typeof url !== 'string' || valueSets[url] !== undefined) continue;
    const expanded = expand(url, files);
    if (expanded === undefined) continue;
    const length = Object.values(expanded.systems).reduce((sum, codes) => sum + codes.length, 0);
    if (length <= longestValueSet) valueSets[url] = expanded;
  }
  return valueSets;
}

function compileHierarchies(files: PackageFiles): Record<string, Record<string, string[]>> {
  const hierarchies: Record<string, Record<string, string[]>> = {};
  for (const codeSystem of files.all('CodeSystem', 'every')) {
    const hierarchy = hierarchyOf(codeSystem as Resource); // files of HL7 hold resources
    if (hierarchy === undefined || hierarchies[hierarchy.system] !== undefined) continue;
    const above = [...hierarchy.parents].map(([code, parents]): [string, string[]] => [code, [...parents]]);
    if (above.some(([, parents]) => parents.length > 0)) hierarchies[hierarchy.system] = Object.fromEntries(above);
  }
  return hierarchies;
}

/** Said of every element, and held by the structural checks already. */
const everywhere = new Set(['ele-1', 'ext-1']);

/** On elements other than roots the snapshot repeats the invariants of their type: `source` tells them apart. */
function invariantsOf(element: JsonObject, isRoot: boolean): Invariant[] {
  const path = element['path'] as string;
  const owner = path.includes('.') ? path.slice(0, path.indexOf('.')) : path;
  return list(element['constraint']).flatMap((one): Invariant[] => {
    const { key, expression, human, source, severity } = one;
    if (typeof expression !== 'string' || typeof key !== 'string' || everywhere.has(key)) return [];
    if (!isRoot && typeof source === 'string' && !source.endsWith(`/${owner}`)) return [];
    return [{ key, severity: severity === 'warning' ? 'warning' : 'error', human: String(human), expression }];
  });
}
