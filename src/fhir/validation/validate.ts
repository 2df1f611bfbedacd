/** Checks the structure of a resource: elements, types, cardinality, primitives, codes of required bindings. https://hl7.org/fhir/R4B/validation.html */
import type { Definitions } from '../definitions/model.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Issue, IssueCode } from '../outcome.ts';
import { type Checks, checksOf, type ElementCheck, type TypeCheck } from './type-check.ts';

/** More findings than these help nobody. */
const mostIssues = 100;

/** The path to a value, kept as links and made a text only when something is wrong. */
interface Path {
  above: Path | undefined;
  name: string;
  index: number;
}

interface Walk {
  checks: Checks;
  issues: Issue[];
}

/** Every structural fault, none when the resource is sound. */
export function validate(resource: JsonObject, definitions: Definitions): Issue[] {
  const walk: Walk = { checks: checksOf(definitions), issues: [] };
  checkResource(resource, undefined, walk);
  return walk.issues;
}

function report(walk: Walk, code: IssueCode, path: Path | undefined, diagnostics: string): void {
  if (walk.issues.length >= mostIssues) return;
  const expression = textOf(path);
  walk.issues.push({
    severity: 'error',
    code,
    diagnostics: expression === '' ? diagnostics : `${expression}: ${diagnostics}`,
    ...(expression === '' ? {} : { expression }),
  });
}

function textOf(path: Path | undefined): string {
  if (path === undefined) return '';
  const above = textOf(path.above);
  const own = path.index < 0 ? path.name : `${path.name}[${path.index}]`;
  return above === '' ? own : `${above}.${own}`;
}

function checkResource(value: Json, path: Path | undefined, walk: Walk): void {
  if (!isObject(value)) return report(walk, 'structure', path, 'must be a resource (a JSON object)');
  const type = value['resourceType'];
  if (typeof type !== 'string' || !walk.checks.isResource(type)) {
    const shown = type === undefined ? 'there is none' : `${JSON.stringify(type)} is not known in this FHIR version`;
    return report(
      walk,
      'structure',
      { above: path, name: 'resourceType', index: -1 },
      `must name a resource type; ${shown}`,
    );
  }
  checkObject(value, walk.checks.typeOf(type), path ?? { above: undefined, name: type, index: -1 }, walk, true);
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkObject(value: JsonObject, type: TypeCheck, path: Path, walk: Walk, isResource: boolean): void {
  let count = 0;
  let choices: Map<string, string> | undefined;
  for (const key of Object.keys(value)) {
    count++;
    if (isResource && key === 'resourceType') continue;
    const isSibling = key.charCodeAt(0) === 95;
    const element = type.elements.get(isSibling ? key.slice(1) : key);
    if (element === undefined || (isSibling && element.primitive === undefined)) {
      report(walk, 'structure', { above: path, name: key, index: -1 }, `${type.name} has no element ${key}`);
      continue;
    }
    if (element.choice !== undefined) {
      choices ??= new Map();
      const other = choices.get(element.choice);
      if (other !== undefined && other !== element.name) {
        report(
          walk,
          'structure',
          path,
          `only one of ${element.choice}[x] may be there, not ${other} and ${element.name}`,
        );
      }
      choices.set(element.choice, element.name);
    }
    if (isSibling) checkSibling(value[key]!, element, { above: path, name: key, index: -1 }, value, walk);
    else checkElement(value[key]!, element, path, value, walk);
  }
  if (count === (isResource ? 1 : 0) && !isResource) report(walk, 'structure', path, 'must not be empty');
  for (const { names, label } of type.required) {
    if (names.length === 1 ? isMissing(value, names[0]!) : names.every((name) => isMissing(value, name))) {
      report(walk, 'required', { above: path, name: label, index: -1 }, `${type.name} needs ${label}`);
    }
  }
  if (type.name === 'Extension') checkExtension(value, path, walk);
}

/** A primitive may be absent while its extensions say why. */
const isMissing = (value: JsonObject, name: string): boolean =>
  value[name] === undefined && value[`_${name}`] === undefined;

function checkElement(value: Json, element: ElementCheck, above: Path, parent: JsonObject, walk: Walk): void {
  if (!element.isList) {
    if (Array.isArray(value))
      return report(walk, 'structure', { above, name: element.name, index: -1 }, 'must be one value, not a list');
    return checkValue(value, element, above, -1, walk);
  }
  if (!Array.isArray(value))
    return report(walk, 'structure', { above, name: element.name, index: -1 }, 'must be a list');
  if (value.length === 0)
    return report(walk, 'structure', { above, name: element.name, index: -1 }, 'must not be an empty list');
  for (let at = 0; at < value.length; at++) {
    const item = value[at]!;
    // In lists of primitives null keeps the place of a value that has extensions only.
    if (item === null && element.primitive !== undefined && hasSiblingAt(parent, element.name, at)) continue;
    checkValue(item, element, above, at, walk);
  }
}

function hasSiblingAt(parent: JsonObject, name: string, at: number): boolean {
  const sibling = parent[`_${name}`];
  return Array.isArray(sibling) && isObject(sibling[at]);
}

function checkValue(value: Json, element: ElementCheck, above: Path, index: number, walk: Walk): void {
  if (element.primitive !== undefined) {
    const fault = element.primitive(value);
    if (fault !== undefined) report(walk, 'value', { above, name: element.name, index }, fault);
    else if (element.codes !== undefined && !element.codes.has(value as string)) {
      report(
        walk,
        'code-invalid',
        { above, name: element.name, index },
        `${JSON.stringify(value)} is none of the allowed codes: ${some(element.codes)}`,
      );
    }
    return;
  }
  const path: Path = { above, name: element.name, index };
  if (!isObject(value))
    return report(
      walk,
      'structure',
      path,
      `must be a ${element.type} (a JSON object), not ${value === null ? 'null' : typeof value}`,
    );
  if (element.type === 'Resource') return checkResource(value, path, walk);
  checkObject(value, walk.checks.typeOf(element.type), path, walk, false);
  if (element.codes !== undefined) checkCoded(value, element, element.codes, path, walk);
}

const some = (codes: ReadonlySet<string>): string => {
  const plain = [...codes].filter((code) => !code.includes('|'));
  return plain.length > 12 ? `${plain.slice(0, 12).join(', ')}, ...` : plain.join(', ');
};

/** Coding and CodeableConcept of a required binding. A concept with text only is let pass where it has no coding at all. */
function checkCoded(
  value: JsonObject,
  element: ElementCheck,
  codes: ReadonlySet<string>,
  path: Path,
  walk: Walk,
): void {
  const codings = element.type === 'Coding' ? [value] : Array.isArray(value['coding']) ? value['coding'] : [];
  if (codings.length === 0) return;
  const isIn = (coding: Json): boolean =>
    isObject(coding) &&
    (typeof coding['code'] !== 'string' ||
      codes.has(typeof coding['system'] === 'string' ? `${coding['system']}|${coding['code']}` : coding['code']));
  if (!codings.some(isIn)) report(walk, 'code-invalid', path, `no coding is one of the allowed: ${some(codes)}`);
}

/** `_name`: id and extensions of primitives, in a list aligned with the values. */
function checkSibling(value: Json, element: ElementCheck, path: Path, parent: JsonObject, walk: Walk): void {
  const checkOne = (one: Json, at: Path): void => {
    if (!isObject(one)) return report(walk, 'structure', at, 'must be an object with id or extension');
    checkObject(one, walk.checks.typeOf('Element'), at, walk, false);
  };
  if (!element.isList) return checkOne(value, path);
  if (!Array.isArray(value)) return report(walk, 'structure', path, 'must be a list');
  const values = parent[element.name];
  if (Array.isArray(values) && values.length < value.length)
    return report(walk, 'structure', path, 'has more items than the list it belongs to');
  value.forEach((one, index) => {
    if (one !== null) checkOne(one, { above: path.above, name: path.name, index });
  });
}

/** An extension has a value or extensions of its own. https://hl7.org/fhir/R4B/extensibility.html#ext-1 */
function checkExtension(value: JsonObject, path: Path, walk: Walk): void {
  const hasValue = Object.keys(value).some((key) => key.startsWith('value') || key.startsWith('_value'));
  if (hasValue === (value['extension'] !== undefined)) {
    report(
      walk,
      'structure',
      path,
      hasValue ? 'has both a value and extensions' : 'has neither a value nor extensions',
    );
  }
}
