/** Reads a de-identification profile from its Library: understood whole, or refused with every reason. https://hl7.org/fhir/R4B/library.html */
import { deidentificationType } from '../../fhir/canonical.ts';
import type { Definitions } from '../../fhir/definitions/model.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';
import { methods } from './method/index.ts';
import { appliesTo, type Label, type Method } from './method/method.ts';
import { shiftDays } from './method/shift-dates.ts';
import { type Otherwise, type Rule, type RuleTree, ruleTree } from './place.ts';
import { type RulePath, readPath } from './rule-path.ts';

/** A profile whose paths, methods and settings all make sense in one FHIR version. */
export interface DeidentificationProfile {
  /** canonical of the Library */
  url: string | undefined;
  definitions: Definitions;
  otherwise: Otherwise;
  ids: 'pseudonymise' | 'keep';
  rules: readonly Rule[];
  tree: RuleTree;
}

/** The profile, or why it is none: every reason, for the steward. */
export type ProfileReading = { profile: DeidentificationProfile } | { because: readonly string[] };

const members = new Set(['default', 'rules', 'ids', 'comment']);

/** Compiles the profile that `library` holds. What is not understood is reported, and then nothing of it holds. */
export function deidentificationProfileOf(library: Resource, definitions: Definitions): ProfileReading {
  const stated = statedProfile(library);
  if (typeof stated === 'string') return { because: [stated] };
  const because: string[] = [];
  for (const name of Object.keys(stated)) if (!members.has(name)) because.push(`the member "${name}" is not known`);
  const { default: otherwise, ids = 'pseudonymise', rules: list } = stated;
  if (otherwise !== 'keep' && otherwise !== 'redact') because.push('default must be keep or redact');
  if (ids !== 'pseudonymise' && ids !== 'keep') because.push('ids must be pseudonymise or keep');
  if (!Array.isArray(list)) return { because: [...because, 'rules must be a list'] };
  const rules: Rule[] = [];
  for (const [at, one] of list.entries()) {
    const rule = ruleOf(one, at, definitions);
    if (typeof rule === 'string') because.push(`rules[${at}]: ${rule}`);
    else if (rule !== undefined) rules.push(rule);
  }
  const shifts = new Set(
    list
      .map(objectOf)
      .filter((one) => one?.['method'] === 'shift-dates')
      .map((one) => shiftDays(one!)),
  );
  if (shifts.size > 1) because.push('shift-dates must have the same days in all rules, or intervals are lost');
  if (shifts.size > 0 && rules.some((rule) => tellsWriting(rule, list[rule.at]!))) {
    because.push('where dates are shifted, meta.lastUpdated is redacted or generalised to the year');
  }
  if (because.length > 0) return { because };
  const ends = { otherwise: otherwise as Otherwise, ids: ids as DeidentificationProfile['ids'] }; // checked above
  const url = typeof library['url'] === 'string' ? library['url'] : undefined;
  const tree = ruleTree(rules, ends.otherwise, definitions);
  return { profile: Object.freeze({ url, definitions, ...ends, rules: Object.freeze(rules), tree }) };
}

/**
 * Whether the rule lets the moment at which a resource was written leave. Much is written at the time of what it is
 * about, or for many persons at once: beside shifted dates the shift could be read off.
 */
function tellsWriting({ path, method }: Rule, stated: Json): boolean {
  if (path.kind !== 'steps' || path.steps.at(-1)?.name !== 'lastUpdated') return false;
  return method.name !== 'redact' && !(method.name === 'generalise' && objectOf(stated)?.['to'] === 'year');
}

/** The JSON of the profile, or why there is none. */
function statedProfile(library: Resource): JsonObject | string {
  if (library.resourceType !== 'Library') return 'a de-identification profile is a Library';
  if (library['modifierExtension'] !== undefined) return 'a modifier extension is not understood';
  if (library['status'] === 'retired') return 'the profile is retired';
  const contents = objectsOf(library['content']).filter(({ contentType }) => contentType === deidentificationType);
  const data = contents[0]?.['data'];
  if (contents.length !== 1 || typeof data !== 'string') {
    return `exactly one content of the type ${deidentificationType}, with its data, is needed`;
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(data, 'base64'));
    return objectOf(JSON.parse(text) as Json) ?? 'the content must be a JSON object';
  } catch (error) {
    return `the content is no JSON: ${(error as Error).message}`;
  }
}

const ruleMembers = new Set(['path', 'method', 'optional', 'comment']);

/** Undefined for an optional rule whose path this version does not have; a text says why it is none. */
function ruleOf(stated: Json, at: number, definitions: Definitions): Rule | string | undefined {
  const object = objectOf(stated);
  if (object === undefined) return 'a rule is an object';
  const { path, method: name, optional = false } = object;
  if (typeof path !== 'string' || typeof name !== 'string') return 'a rule has a path and a method';
  if (typeof optional !== 'boolean') return 'optional must be true or false';
  const method = methods.get(name);
  if (method === undefined) return `there is no method "${name}"; there are ${[...methods.keys()].join(', ')}`;
  const settings = settingsOf(object, method);
  if (typeof settings === 'string') return settings;
  let read: RulePath;
  try {
    read = readPath(path, definitions);
  } catch (error) {
    return optional ? undefined : (error as Error).message;
  }
  const because = misfit(read, method, path);
  if (because !== undefined) return because;
  const change = method.compile(settings, read.kind === 'steps' ? read.types : [], path);
  if (typeof change === 'string') return `${path}: ${change}`;
  return Object.freeze({
    at,
    path: read,
    method,
    change,
    keeps: method.name === 'keep',
    bound: settings['bound'] === true,
  });
}

function settingsOf(rule: JsonObject, method: Method): JsonObject | string {
  const settings: JsonObject = {};
  for (const [name, value] of Object.entries(rule)) {
    if (ruleMembers.has(name)) continue;
    const setting = Object.hasOwn(method.settings, name) ? method.settings[name] : undefined;
    if (setting === undefined) return `${method.name} has no setting "${name}"`;
    if (!setting.isValid(value)) return `${name} of ${method.name} is not valid: ${setting.summary}`;
    settings[name] = value;
  }
  return settings;
}

/** Elements whose text only leaves as a reference does. */
const onReferences = new Set(['keep', 'redact', 'pseudonymise']);

/** Why the method cannot be applied there. */
function misfit(path: RulePath, method: Method, text: string): string | undefined {
  if (path.kind === 'expression') return undefined;
  if (path.isResourceId) return `${text}: ids of resources are governed by the member ids`;
  const wrong = path.types.find((type) => !appliesTo(method, type));
  if (wrong !== undefined) {
    const others = path.types.length > 1 ? '; say which by ofType()' : '';
    return `${text}: ${method.name} cannot be applied to ${wrong}${others}`;
  }
  const [parent, last] = path.steps.slice(-2);
  if (last?.name === 'lastUpdated' && method.name === 'shift-dates') return `${text}: it is of no person`;
  if (last?.name === 'reference' && parent !== undefined && !onReferences.has(method.name)) {
    return `${text}: a reference is kept, redacted or pseudonymised`;
  }
  return undefined;
}

/** What the profile may do to resources of the type (absent: to any): the same for all of them, so that a label tells nothing of one. */
export function labelsFor({ ids, rules, definitions }: DeidentificationProfile, type?: string): readonly Label[] {
  // Narratives are redacted unless the profile says otherwise, and so are the sources and tags of meta.
  const labels = new Set<Label>(['REDACTED']);
  if (ids === 'pseudonymise') labels.add('PSEUDED');
  for (const { method, path } of rules) {
    const root = path.kind === 'expression' ? path.root : path.steps[0]!.name;
    const isOfOther = type !== undefined && root !== type && definitions.types[root]?.kind === 'resource';
    if (method.label !== undefined && !isOfOther) labels.add(method.label);
  }
  return [...labels].sort();
}
