/** Checks a resource against the profiles that it or the asker names. https://hl7.org/fhir/R4B/profiling.html */
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../json.ts';
import type { Issue } from '../outcome.ts';
import { type OurProfile, ourProfiles, profileUrl } from '../specification/profile.ts';
import { fairExtensions, fairProfiles, type ProfileRule, relatedArtifactProfile } from './fair-profile.ts';

const fault = (code: Issue['code'], expression: string, diagnostics: string): Issue => ({
  severity: 'error',
  code,
  diagnostics: `${expression}: ${diagnostics}`,
  expression,
});

/** The profiles that a resource claims to conform to. */
export function statedProfiles(resource: Resource): string[] {
  const profiles = objectOf(resource['meta'])?.['profile'];
  return Array.isArray(profiles) ? profiles.filter((one) => typeof one === 'string') : [];
}

/** What `resource` breaks of `profile`; a profile that is not known here is said to be so. */
export function checkProfile(resource: Resource, profile: string): Issue[] {
  const [url = profile] = profile.split('|');
  const type = resource.resourceType;
  const own = ourProfiles.find(({ id }) => profileUrl(id) === url);
  if (own !== undefined) return checkOurs(resource, own);
  const rule = Object.hasOwn(fairProfiles, url) ? fairProfiles[url] : undefined;
  if (rule === undefined) {
    if (url === `http://hl7.org/fhir/StructureDefinition/${type}`) return [];
    const diagnostics = `the profile ${profile} is not known here, so that nothing was checked against it`;
    return [{ severity: 'warning', code: 'not-found', diagnostics }];
  }
  if (rule.type !== type) return [wrongType(profile, rule.type, type)];
  return checkRule(resource, rule, type);
}

const wrongType = (profile: string, wanted: string, type: string): Issue =>
  fault('structure', type, `the profile ${profile} is for ${wanted}, not ${type}`);

function checkOurs(resource: Resource, { id, type, required, fixed, extensions }: OurProfile): Issue[] {
  if (resource.resourceType !== type) return [wrongType(profileUrl(id), type, resource.resourceType)];
  const issues = requiredIn(resource, required, type);
  for (const [name, value] of Object.entries(fixed)) {
    const stated = resource[name];
    if (stated !== value) issues.push(fault('value', `${type}.${name}`, `must be ${value}, not ${String(stated)}`));
  }
  for (const url of extensions) {
    const count = objectsOf(resource['extension']).filter((one) => one['url'] === url).length;
    if (count !== 1) issues.push(fault('required', `${type}.extension`, `${url} must stand once, not ${count} times`));
  }
  return issues;
}

/** What is missing of `required`: `date`, or within each `content`: `content.url`. */
function requiredIn(value: JsonObject, required: readonly string[], path: string): Issue[] {
  const isMissing = (one: JsonObject, name: string): boolean =>
    one[name] === undefined && one[`_${name}`] === undefined;
  return required.flatMap((needed) => {
    const [list, name] = needed.split('.') as [string, string | undefined];
    if (name === undefined) {
      return isMissing(value, list) ? [fault('required', `${path}.${list}`, `the profile needs ${needed}`)] : [];
    }
    return objectsOf(value[list]).flatMap((one, at) =>
      isMissing(one, name) ? [fault('required', `${path}.${list}[${at}].${name}`, `the profile needs ${needed}`)] : [],
    );
  });
}

function checkRule(value: JsonObject, rule: ProfileRule, path: string): Issue[] {
  const issues: Issue[] = [];
  const extensions = objectsOf(value['extension']);
  for (const url of rule.once) {
    const count = extensions.filter((one) => one['url'] === url).length;
    if (count > 1) issues.push(fault('structure', `${path}.extension`, `${url} may stand once, not ${count} times`));
  }
  issues.push(...requiredIn(value, rule.required, path));
  for (const name of rule.relatedArtifacts) {
    for (const [at, one] of objectsOf(value[name]).entries()) {
      issues.push(...checkRule(one, fairProfiles[relatedArtifactProfile]!, `${path}.${name}[${at}]`));
    }
  }
  return issues;
}

/** Extensions of FHIR for FAIR anywhere in the resource: the type of their value, where they stand, nothing nested. */
export function checkExtensions(resource: Resource): Issue[] {
  const issues: Issue[] = [];
  walk(resource, resource.resourceType, resource.resourceType, issues);
  return issues;
}

function walk(value: Json, path: string, owner: string, issues: Issue[]): void {
  if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) walk(one, `${path}[${at}]`, owner, issues);
    return;
  }
  const object = objectOf(value);
  if (object === undefined) return;
  for (const [name, inner] of Object.entries(object)) {
    const below = `${path}.${name}`;
    if (name === 'extension') checkHere(objectsOf(inner), below, owner, issues);
    walk(inner, below, '', issues);
  }
}

function checkHere(extensions: readonly JsonObject[], path: string, owner: string, issues: Issue[]): void {
  for (const [at, extension] of extensions.entries()) {
    const url = extension['url'];
    const rule = typeof url === 'string' && Object.hasOwn(fairExtensions, url) ? fairExtensions[url] : undefined;
    if (rule === undefined) continue;
    const place = `${path}[${at}]`;
    const value = Object.keys(extension).find((key) => key.startsWith('value'));
    const wanted = `value${rule.value[0]!.toUpperCase()}${rule.value.slice(1)}`;
    if (value !== undefined && value !== wanted)
      issues.push(fault('structure', place, `${String(url)} holds a ${rule.value}, not ${value}`));
    if (extension['extension'] !== undefined)
      issues.push(fault('structure', place, `${String(url)} has no extensions of its own`));
    if (rule.on !== undefined && rule.on !== owner)
      issues.push(fault('structure', place, `${String(url)} belongs on a ${rule.on}`));
    if (rule.value === 'RelatedArtifact') {
      const artifact = objectOf(extension[wanted]);
      if (artifact !== undefined)
        issues.push(...checkRule(artifact, fairProfiles[relatedArtifactProfile]!, `${place}.${wanted}`));
    }
  }
}
