/** Reads the criteria that Consent and Permission have in common. https://hl7.org/fhir/R4B/consent.html */
import { canonical } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf } from '../fhir/json.ts';
import { parseReference } from '../fhir/reference.ts';
import type { CodeText, Provision, ResourceCriteria } from './model.ts';
import { isPurpose } from './purpose.ts';
import { codingText, conceptTexts, identifierText, localTarget, notUnderstood, onlyKnown } from './stated.ts';

type Effect = Provision['effect'];

/**
 * Roles in which someone asks for data. Custodians and authors do not ask: what they keep or wrote is not told apart
 * here, so a deny about it holds for all of it and a permit for none.
 */
const askingRoles = new Set([
  'PRCP',
  'IRCP',
  'GRANTEE',
  'DELEGATEE',
  'delegatee',
  'AGNT',
  'ASSIGNED',
  'CAREGIVER',
  'PROV',
  'datacollector',
  'dataprocessor',
  'humanuser',
]);
const keepingRoles = new Set(['CST', 'AUT', 'custodian', 'author']);

/** The names of all actors, alternatives; undefined when anyone is meant. */
export function actorsOf(actors: readonly JsonObject[], effect: Effect): string[] | undefined {
  if (actors.length === 0) return undefined;
  const names: string[] = [];
  for (const actor of actors) {
    onlyKnown(actor, actorKeys, 'provision.actor');
    if (isAsking(actor['role'])) names.push(...actorNames(objectOf(actor['reference']), effect));
    else if (effect === 'deny') return undefined;
  }
  return names;
}

const actorKeys = new Set(['role', 'reference']);

function isAsking(role: Json | undefined): boolean {
  if (role === undefined) return true;
  const codes = conceptTexts(role, 'provision.actor.role').map((text) => text.slice(text.indexOf('|') + 1));
  if (codes.some((code) => askingRoles.has(code))) return true;
  if (codes.every((code) => keepingRoles.has(code))) return false;
  return notUnderstood(`the actor role ${codes.join(', ')} is not understood`);
}

/** A reference names by its identifier and its target. A deny goes by the identifier alone where there is one, since any name that cannot be compared extends it. */
export function actorNames(reference: JsonObject | undefined, effect: Effect): string[] {
  const target = reference?.['reference'];
  const identifier = identifierText(reference?.['identifier']);
  const literal = typeof target === 'string' && !target.startsWith('#') ? [target] : [];
  const names = identifier === undefined ? literal : effect === 'deny' ? [identifier] : [identifier, ...literal];
  return names.length === 0 ? notUnderstood('an actor has neither reference nor identifier') : names;
}

const actions = new Set(['collect', 'access', 'use', 'disclose', 'correct']);

/** Actions of http://terminology.hl7.org/CodeSystem/consentaction, which are all that is known. */
export function actionsOf(concepts: readonly JsonObject[]): CodeText[] {
  return concepts.flatMap((concept) => {
    const texts = conceptTexts(concept, 'provision.action');
    const understood = texts.filter((text) => actions.has(text.slice(consentAction.length + 1)) && isAction(text));
    return understood.length === 0 ? notUnderstood(`the action ${texts.join(', ')} is not understood`) : understood;
  });
}

export const consentAction = 'http://terminology.hl7.org/CodeSystem/consentaction';
const isAction = (text: CodeText): boolean => text.startsWith(`${consentAction}|`);

export function purposesOf(codings: readonly JsonObject[]): CodeText[] {
  return codings.map((coding) => {
    const code = codingText(coding, 'provision.purpose');
    return isPurpose(code) ? code : notUnderstood(`${code} is no purpose of use`);
  });
}

const typeSystems = new Set(['http://hl7.org/fhir/resource-types', 'http://hl7.org/fhir/fhir-types']);

/** Resource types. Other classes of content, such as media types, are not told apart here. */
export function typesOf(codings: readonly JsonObject[]): string[] {
  return codings.map((coding) => {
    const { system, code } = coding;
    return typeof system === 'string' && typeSystems.has(system) && typeof code === 'string'
      ? code
      : notUnderstood(`the class ${String(system)}|${String(code)} is no resource type`);
  });
}

type DataReference = NonNullable<ResourceCriteria['resources']>[number];
const meanings: readonly DataReference['meaning'][] = ['instance', 'related', 'dependents', 'authoredby'];

/** Resources by reference. A deny about a resource elsewhere is taken to be about its namesake here; a permit is not. */
export function dataOf(list: readonly JsonObject[], effect: Effect, bases: readonly string[]): DataReference[] {
  return list.map((data) => {
    onlyKnown(data, dataKeys, 'provision.data');
    const meaning = meanings.find((one) => one === data['meaning']);
    const reference = objectOf(data['reference'])?.['reference'];
    const parsed = typeof reference === 'string' ? parseReference(reference) : undefined;
    if (meaning === undefined || parsed === undefined) {
      return notUnderstood('data are named by a reference or meaning that is not understood');
    }
    const local = localTarget(reference, bases);
    const namesake = effect === 'deny' ? `${parsed.type}/${parsed.id}` : String(reference);
    return { target: local ?? namesake, meaning };
  });
}

const dataKeys = new Set(['meaning', 'reference']);

/** The criteria that ask something, or undefined when none does. */
export function criteriaOf(criteria: ResourceCriteria): ResourceCriteria | undefined {
  return Object.keys(criteria).length === 0 ? undefined : criteria;
}

/** The references of the data sets that a policy is for. */
export function dataSetsOf(extensions: readonly JsonObject[], bases: readonly string[]): string[] {
  return extensions
    .filter((one) => one['url'] === canonical.dataSet)
    .map((one) => {
      const target = localTarget(objectOf(one['valueReference'])?.['reference'], bases);
      return target?.startsWith('Library/') === true
        ? target
        : notUnderstood('the data set that it is for is no Library on this server');
    });
}
