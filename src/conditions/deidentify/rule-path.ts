/** Reads the path of a rule: element names with conditions, which a tree can follow, or FHIRPath of any kind. https://hl7.org/fhir/R4B/fhirpath.html */
import type { Definitions, ElementModel } from '../../fhir/definitions/model.ts';
import type { Json, Resource } from '../../fhir/json.ts';
import { compileRelative, locate } from '../../fhir/path/index.ts';
import { isOfType } from './method/method.ts';
import { checkNames } from './static-path.ts';

/** What a `where` asks of the element it stands behind. */
interface Condition {
  text: string;
  holds(value: Json, type: string, resource: Resource): boolean;
}

/** One step: the first names a type, the others elements. */
export interface Step {
  name: string;
  /** only values of this type */
  only?: string;
  conditions: readonly Condition[];
  /** type of the nested element that stands here, for elements that contain themselves */
  nested?: string;
}

/** `types` are those of what is selected; `isResourceId`: it is the id of a resource. */
export type RulePath =
  | { kind: 'steps'; steps: readonly Step[]; types: readonly string[]; isResourceId: boolean }
  /** `root` is a resource type, or Resource or DomainResource */
  | { kind: 'expression'; root: string; expression: string };

type Segment = { name: string } | { call: string; argument: string };

/** Undefined when there is more in the path than names and calls. */
function segmentsOf(path: string): Segment[] | undefined {
  const segments: Segment[] = [];
  let at = 0;
  for (;;) {
    const name = /^[A-Za-z][A-Za-z0-9]*(?:\[x\])?/.exec(path.slice(at))?.[0];
    if (name === undefined) return undefined;
    at += name.length;
    if (path[at] === '(') {
      const end = endOfCall(path, at);
      if (end === undefined) return undefined;
      segments.push({ call: name, argument: path.slice(at + 1, end).trim() });
      at = end + 1;
    } else segments.push({ name: name.endsWith('[x]') ? name.slice(0, -3) : name });
    if (at === path.length) return segments;
    if (path[at++] !== '.') return undefined;
  }
}

/** Where the bracket that opens at `start` is closed. */
function endOfCall(path: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < path.length; at++) {
    const char = path[at];
    if (char === "'") {
      at++;
      while (at < path.length && path[at] !== "'") at += path[at] === '\\' ? 2 : 1;
    } else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at;
  }
  return undefined;
}

const withoutTexts = (expression: string): string => expression.replace(/'(?:[^'\\]|\\.)*'/g, "''");

/** An Error says what cannot be read. */
function conditionOf(text: string, definitions: Definitions): Condition {
  const bare = withoutTexts(text);
  // The compiled engine sees neither extensions of primitives nor the resource; what it would overlook goes to the complete one.
  if (/\b(?:extension|hasExtension|id|resource)\b/.test(bare)) throw new Error('this is for the complete engine');
  const test = compileRelative(text, { type: 'Resource', definitions });
  const hasNumbers = /\d/.test(bare.replace(/[A-Za-z]\w*/g, ''));
  return {
    text,
    holds(value, type, resource) {
      const [node] = test({ value: hasNumbers ? plain(value) : value, type }, resource);
      return node !== undefined && node.value !== false;
    },
  };
}

/** Numbers that keep their digits are objects, which equal no number. */
export function plain<T extends Json>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T; // its own text
}

const anyResource = new Set(['Resource', 'DomainResource']);

/** The elements of a type; of Resource those that all have. */
export function elementsOf(type: string, definitions: Definitions): Readonly<Record<string, ElementModel>> {
  if (definitions.primitives[type] !== undefined) return definitions.types['Element']?.elements ?? {};
  if (!anyResource.has(type)) return definitions.types[type]?.elements ?? {};
  // Basic has no elements of its own that would not be found out as unknown on others.
  const names = ['id', 'meta', 'implicitRules', 'language'];
  if (type === 'DomainResource') names.push('text', 'contained', 'extension', 'modifierExtension');
  const elements = definitions.types['Basic']?.elements ?? {};
  return Object.fromEntries(Object.entries(elements).filter(([name]) => names.includes(name)));
}

/** Throws an Error that says why the path is not understood. */
export function readPath(path: string, definitions: Definitions): RulePath {
  const root = /^[A-Za-z][A-Za-z0-9]*/.exec(path)?.[0] ?? '';
  const isOfResource = isResource(root, definitions);
  if (!isOfResource && definitions.types[root] === undefined && definitions.primitives[root] === undefined) {
    throw new Error(`${path} must begin with the name of a type; ${definitions.version} has no type "${root}"`);
  }
  const segments = segmentsOf(path);
  const steps = segments === undefined ? undefined : stepsOf(segments, definitions);
  if (steps !== undefined) return followed(path, steps, definitions);
  if (!isOfResource)
    throw new Error(`${path} is more than elements and conditions, and must begin with a resource type`);
  checkExpression(path, definitions);
  return { kind: 'expression', root, expression: path };
}

interface OpenStep {
  name: string;
  only?: string;
  conditions: Condition[];
}

/** Undefined when a call is none that the tree can follow. */
function stepsOf(segments: readonly Segment[], definitions: Definitions): OpenStep[] | undefined {
  const steps: OpenStep[] = [];
  try {
    for (const segment of segments) {
      const last = steps.at(-1);
      if ('name' in segment) steps.push({ name: segment.name, conditions: [] });
      else if (last === undefined) return undefined;
      else if (segment.call === 'where') last.conditions.push(conditionOf(segment.argument, definitions));
      else if ((segment.call === 'ofType' || segment.call === 'as') && last.only === undefined) {
        last.only = segment.argument.replace(/^FHIR\./, '');
      } else if (segment.call === 'extension') {
        steps.push({ name: 'extension', conditions: [conditionOf(`url = ${segment.argument}`, definitions)] });
      } else return undefined;
    }
  } catch {
    // A condition that the compiled engine does not know may be one for the complete engine.
    return undefined;
  }
  return steps;
}

/** Follows the steps through the definitions. Throws an Error for what is not there. */
function followed(path: string, open: readonly OpenStep[], definitions: Definitions): RulePath {
  const [first, ...others] = open;
  let types = selected([first!.name], first!, path, definitions);
  let isResourceId = false;
  checkConditions(first!, types, path, definitions);
  const steps: Step[] = [first!];
  let place = first!.name;
  for (const step of others) {
    const found = types.flatMap((type) => elementTypes(type, step.name, definitions));
    if (found.length === 0) {
      throw new Error(`${path}: ${types.join(', ')} has no element "${step.name}" in ${definitions.version}`);
    }
    isResourceId = step.name === 'id' && types.some((type) => isResource(type, definitions));
    types = selected([...new Set(found)], step, path, definitions);
    checkConditions(step, types, path, definitions);
    place = `${place}.${step.name}`;
    const nested = types.find((type) => definitions.types[type]?.kind === 'nested' && type === place);
    steps.push(nested === undefined ? step : { ...step, nested });
  }
  return { kind: 'steps', steps, types, isResourceId };
}

const isResource = (type: string, definitions: Definitions): boolean =>
  anyResource.has(type) || definitions.types[type]?.kind === 'resource';

function selected(
  types: readonly string[],
  { only }: OpenStep,
  path: string,
  definitions: Definitions,
): readonly string[] {
  if (only === undefined) return types;
  const isAny = types.some((type) => anyResource.has(type)) && isResource(only, definitions);
  const left = isAny ? [only] : types.filter((type) => isOfType(type, only));
  if (left.length === 0) throw new Error(`${path}: nothing there is of the type ${only}, only ${types.join(', ')}`);
  return left;
}

function elementTypes(type: string, name: string, definitions: Definitions): string[] {
  return Object.entries(elementsOf(type, definitions))
    .filter(([json, element]) => json === name || element.choice === name)
    .map(([, element]) => element.type);
}

function checkConditions(step: OpenStep, types: readonly string[], path: string, definitions: Definitions): void {
  for (const { text } of step.conditions) {
    const because = checkNames(text, types, definitions);
    if (because !== undefined) throw new Error(`${path}: ${because}`);
  }
}

/** Names of another version or mistyped ones would silently select nothing. */
function checkExpression(path: string, definitions: Definitions): void {
  const known = new Set<string>([...Object.keys(definitions.types), ...Object.keys(definitions.primitives)]);
  for (const { elements } of Object.values(definitions.types)) {
    for (const [name, { choice }] of Object.entries(elements)) known.add(name).add(choice ?? name);
  }
  const names = withoutTexts(path).matchAll(/(?<![$%\w@])([A-Za-z]\w*)(?!\w*\s*\()/g);
  for (const [, name] of names) {
    if (!known.has(name!) && !words.has(name!)) throw new Error(`${path}: nothing is called "${name}"`);
  }
  try {
    locate(path, { resourceType: 'Basic' }, definitions);
  } catch (error) {
    throw new Error(`${path} is no FHIRPath: ${(error as Error).message.split('\n')[0]}`, { cause: error });
  }
}

/** What FHIRPath itself calls by words, and its types. */
const words = new Set([
  ...['and', 'or', 'xor', 'implies', 'is', 'as', 'in', 'contains', 'div', 'mod', 'true', 'false', 'FHIR', 'System'],
  ...['Boolean', 'String', 'Integer', 'Decimal', 'Date', 'DateTime', 'Time', 'Quantity', 'Resource', 'DomainResource'],
]);
