/** Evaluates the invariants of the specification for a resource. https://hl7.org/fhir/R4B/conformance-rules.html#constraints */
import type { Definitions, Invariant } from '../definitions/model.ts';
import { type Json, type JsonObject, objectOf, type Resource } from '../json.ts';
import type { Issue } from '../outcome.ts';
import { interpret } from '../path/interpret.ts';

/** Invariants that say how to write, not whether it is right; they would be said of nearly everything. */
const advisory = new Set(['dom-6', 'dom-r4b']);

/** Every invariant that does not hold; one that cannot be evaluated here is said to be so. */
export function checkInvariants(resource: Resource, definitions: Definitions): Issue[] {
  const walk: Walk = { root: resource, definitions, issues: [] };
  checkObject(resource, resource.resourceType, resource.resourceType, walk);
  return walk.issues;
}

interface Walk {
  /** what %resource means: the resource, or the contained one */
  root: Resource;
  definitions: Definitions;
  issues: Issue[];
}

function checkObject(value: JsonObject, type: string, path: string, walk: Walk): void {
  const model = walk.definitions.types[type];
  if (model === undefined) return;
  for (const invariant of model.invariants ?? []) check(invariant, value, type, path, walk);
  for (const [name, element] of Object.entries(model.elements)) {
    const inner = value[name];
    if (inner === undefined || inner === null) continue;
    const base = `${type}.${element.choice ?? name}`;
    for (const [at, one] of (Array.isArray(inner) ? inner : [inner]).entries()) {
      const place = Array.isArray(inner) ? `${path}.${name}[${at}]` : `${path}.${name}`;
      for (const invariant of element.invariants ?? []) check(invariant, one, base, place, walk);
      const object = objectOf(one);
      if (object === undefined) continue;
      if (element.type !== 'Resource') checkObject(object, element.type, place, walk);
      else {
        const contained = object as Resource; // a resource by its definition
        const root = name === 'contained' ? walk.root : contained;
        checkObject(object, contained.resourceType, place, { ...walk, root });
      }
    }
  }
}

function check(invariant: Invariant, value: Json, base: string, path: string, walk: Walk): void {
  if (advisory.has(invariant.key)) return;
  const say = (severity: Issue['severity'], diagnostics: string): void => {
    walk.issues.push({ severity, code: 'invariant', diagnostics: `${path}: ${diagnostics}`, expression: path });
  };
  let result: unknown[];
  try {
    const isResource = walk.definitions.types[base]?.kind === 'resource';
    result = interpret(readable(invariant.expression), value, walk.definitions, {
      ...(isResource ? {} : { base }),
      resource: walk.root,
    });
  } catch (error) {
    say('information', `${invariant.key} could not be checked: ${(error as Error).message.slice(0, 200)}`);
    return;
  }
  if (result.length > 0 && result[0] === false) say(invariant.severity, `${invariant.human} (${invariant.key})`);
}

/** The specification writes as() for lists too, where FHIRPath wants ofType(). */
const readable = (expression: string): string => expression.replace(/\bas\((canonical|uri|url)\)/g, 'ofType($1)');
