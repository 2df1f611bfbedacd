/** Goes through a resource once and makes what may leave of it. https://hl7.org/fhir/R5/secpriv-module.html#deId */
import { canonical } from '../../fhir/canonical.ts';
import { digitsOf } from '../../fhir/format/lossless.ts';
import { type Json, type JsonObject, objectOf, type Resource } from '../../fhir/json.ts';
import { withLabels } from './label.ts';
import { type Located, locateRules, merged } from './located.ts';
import { canChange, edgeOf, entryOf, keptBy, type Place, placeOf, type Rule } from './place.ts';
import type { DeidentificationProfile } from './profile.ts';
import type { ResourceRelease } from './release.ts';

/** What the walk through one resource needs. */
interface Walk {
  profile: DeidentificationProfile;
  release: ResourceRelease;
  /** for what is no contained resource but one of its own */
  newRelease(contained: Json | undefined): ResourceRelease;
  resource: Resource;
}

/** Where a resource stands: by itself, in a Bundle or Parameters, or within another. */
type Standing = 'alone' | 'entry' | 'contained';

/** What leaves of a resource that stands by itself: at least its type, its id and labels. */
export function walkResource(
  resource: Resource,
  profile: DeidentificationProfile,
  newRelease: (contained: Json | undefined) => ResourceRelease,
): JsonObject {
  const release = newRelease(resource['contained']);
  const walk: Walk = { profile, release, newRelease, resource };
  const place = placeOf(profile.tree, entryOf(profile.tree, resource.resourceType), resource, resource);
  return leavingResource(resource, place, walk, undefined, 'alone') ?? emptied(resource, walk, 'alone');
}

/** Undefined when a rule redacts it. */
function leavingResource(
  resource: Resource,
  place: Place,
  walk: Walk,
  above: Located | undefined,
  standing: Standing,
): JsonObject | undefined {
  const located = merged(above, locateRules(walk.profile, resource));
  const stated = firstOf(place.rule, located?.rule);
  if (stated !== undefined && !stated.keeps) return undefined;
  const at = stated !== undefined && stated !== place.rule ? keptBy(place, stated) : place;
  const left = membersOf(resource, at, walk, located);
  return { ...headOf(resource, walk, standing), ...left, ...metaOf(resource, left, walk, standing) };
}

function emptied(resource: Resource, walk: Walk, standing: Standing): JsonObject {
  return { ...headOf(resource, walk, standing), ...metaOf(resource, {}, walk, standing) };
}

function headOf(resource: Resource, { release }: Walk, standing: Standing): JsonObject {
  const { resourceType, id } = resource;
  if (typeof id !== 'string') return { resourceType };
  return { resourceType, id: standing === 'contained' ? release.containedId(id) : release.idOf(resourceType, id) };
}

function metaOf(resource: Resource, left: JsonObject, { profile }: Walk, standing: Standing): JsonObject {
  const meta = objectOf(left['meta']);
  // What is contained shall have no security labels of its own.
  if (standing === 'contained') return meta === undefined ? {} : { meta };
  return { meta: withLabels(meta ?? {}, objectOf(resource['meta']), profile, resource) };
}

function firstOf(one: Rule | undefined, two: Rule | undefined): Rule | undefined {
  if (one === undefined || two === undefined) return one ?? two;
  return one.at < two.at ? one : two;
}

/** What leaves of a value that is no resource; `name` and `parent` say where it stands. */
function leavingValue(value: Json, place: Place, walk: Walk, parent: JsonObject, located?: Located): Json | undefined {
  const rule = located === undefined ? place.rule : firstOf(place.rule, located.rule);
  if (rule !== undefined && !rule.keeps) {
    return canChange(rule, place.type) ? rule.change(value, place, parent, walk.release) : undefined;
  }
  const at = rule === place.rule || rule === undefined ? place : keptBy(place, rule);
  return place.kind === 'primitive'
    ? leavingPrimitive(value, at, walk, parent)
    : leavingComplex(value, at, walk, located);
}

function leavingPrimitive(value: Json, place: Place, { release }: Walk, parent: JsonObject): Json | undefined {
  // An object may be a number with its digits, but never elements.
  if (typeof value === 'object' && digitsOf(value) === undefined) return undefined;
  const { rule } = place;
  if (rule === undefined && place.otherwise === 'redact') return undefined;
  const kept = rule === undefined ? value : rule.change(value, place, parent, release);
  if (place.link === undefined || typeof kept !== 'string') return kept;
  return place.link === 'reference' ? release.reference(kept) : release.address(kept);
}

function leavingComplex(value: Json, place: Place, walk: Walk, located?: Located): Json | undefined {
  const object = objectOf(value);
  if (object === undefined) return undefined;
  const isKept = place.rule !== undefined || place.otherwise === 'keep';
  const isOpen = isKept || place.isNamed || (located !== undefined && located.inner.size > 0);
  if (place.isGated && !isOpen) return undefined;
  const left = membersOf(object, place, walk, located);
  if (place.type === 'Extension') {
    delete left['url'];
    if (Object.keys(left).length === 0) return undefined;
    return { url: object['url'] ?? '', ...left };
  }
  return isEmpty(left) ? undefined : left;
}

/** A modifier says nothing where nothing is left that it could modify. */
function isEmpty(left: JsonObject): boolean {
  const [first, ...others] = Object.keys(left);
  return first === undefined || (first === 'modifierExtension' && others.length === 0 && left[first] === onlyUnknown);
}

/**
 * In the place of a modifier that does not leave: without it, what is left would say something else ("not", perhaps).
 * Whoever does not know it must not use the element, and nobody knows it.
 */
const unknownModifier: JsonObject = {
  url: `${canonical.structureDefinitions}redacted-modifier`,
  valueBoolean: true,
};
const onlyUnknown: Json[] = [unknownModifier];

/** The members that leave. */
function membersOf(object: JsonObject, place: Place, walk: Walk, located?: Located): JsonObject {
  const left: JsonObject = {};
  for (const key of Object.keys(object)) {
    if (key === 'resourceType' || (key === 'id' && place.kind === 'resource')) continue;
    const isExtended = key.charCodeAt(0) === 95;
    const name = isExtended ? key.slice(1) : key;
    // With a value beside it, the extensions of a primitive go with the value.
    if (isExtended && Object.hasOwn(object, name)) continue;
    // When it was written is a matter of the server; only rules that name it decide on it.
    const isWhen = place.type === 'Meta' && name === 'lastUpdated';
    member(name, object, left, place, walk, isWhen ? undefined : located?.inner.get(name));
  }
  const modifiers = object['modifierExtension'];
  if (Array.isArray(modifiers)) {
    const remaining = left['modifierExtension'];
    if (!Array.isArray(remaining)) left['modifierExtension'] = onlyUnknown;
    else if (remaining.length < modifiers.length) left['modifierExtension'] = [...remaining, unknownModifier];
  }
  return left;
}

/** Puts what leaves of one element into `left`. */
function member(name: string, object: JsonObject, left: JsonObject, place: Place, walk: Walk, located?: Located): void {
  const value = object[name];
  const extra = object[`_${name}`];
  if (!Array.isArray(value) && !Array.isArray(extra)) {
    const [leaving, extended] = item(name, value, extra, object, place, walk, located);
    if (leaving !== undefined) left[name] = leaving;
    if (extended !== undefined) left[`_${name}`] = extended;
    return;
  }
  const values: Json[] = [];
  const extras: Json[] = [];
  const list = Array.isArray(value) ? value : [];
  const extraList = Array.isArray(extra) ? extra : [];
  for (let at = 0; at < Math.max(list.length, extraList.length); at++) {
    const inner = located?.inner.get(at);
    const [leaving, extended] = item(name, list[at], extraList[at], object, place, walk, inner);
    if (leaving === undefined && extended === undefined) continue;
    values.push(leaving ?? null);
    extras.push(extended ?? null);
  }
  if (values.some((one) => one !== null)) left[name] = values;
  if (extras.some((one) => one !== null)) left[`_${name}`] = extras;
}

type Item = readonly [value: Json | undefined, extended: Json | undefined];
const nothing: Item = [undefined, undefined];

/** One value of an element, and what stands beside it when it is primitive. */
function item(
  name: string,
  value: Json | undefined,
  extra: Json | undefined,
  object: JsonObject,
  from: Place,
  walk: Walk,
  located?: Located,
): Item {
  const resourceType = objectOf(value)?.['resourceType'];
  const edge = edgeOf(walk.profile.tree, from, name, typeof resourceType === 'string' ? resourceType : undefined);
  if (edge === undefined) return nothing;
  const place = placeOf(walk.profile.tree, edge, value ?? null, walk.resource);
  if (place.kind === 'resource') return [inner(value as Resource, place, walk, from, located), undefined]; // it has a type
  const hasValue = value !== undefined && value !== null;
  const leaving = hasValue ? leavingValue(value, place, walk, object, located) : undefined;
  const extension = objectOf(extra);
  if (place.kind !== 'primitive' || extension === undefined) return [leaving, undefined];
  const rule = firstOf(place.rule, located?.rule);
  // A changed value says enough; so does a kept one that did not leave.
  if ((rule !== undefined && !rule.keeps) || (hasValue && leaving === undefined && rule !== undefined)) {
    return [leaving, undefined];
  }
  const at = rule === undefined || rule === place.rule ? place : keptBy(place, rule);
  const extended = membersOf(extension, at, walk, located);
  return [leaving, Object.keys(extended).length === 0 ? undefined : extended];
}

/** A resource within another. */
function inner(resource: Resource, place: Place, walk: Walk, from: Place, located?: Located): Json | undefined {
  const isContained = from.kind === 'resource';
  const release = isContained ? walk.release : walk.newRelease(resource['contained']);
  const standing = isContained ? 'contained' : 'entry';
  return leavingResource(resource, place, { ...walk, release, resource }, located, standing);
}
