/** Decides what a provision asks of a resource, and leaves what it asks of the asker. https://hl7.org/fhir/R4B/consent-definitions.html#Consent.provision */
import { isLabelled } from './label.ts';
import type { CodeText, Provision, ResourceCriteria } from './model.ts';

/** What provisions may ask of a resource. */
export interface ResourceFacts {
  type: string;
  /** `Type/id` */
  id: string;
  /** codes that it is about */
  codes: readonly CodeText[];
  /** meta.security */
  labels: readonly CodeText[];
  /** clinical time, milliseconds since 1970, both ends belong to it; absent: not known */
  from?: number;
  to?: number;
  /** `Type/id` of the resources that it refers to */
  references: readonly string[];
  /** persons in whose compartment it is, `Patient/id`; without it those that it refers to, or is */
  patients?: readonly string[];
  /** without it told from the type */
  isMetadata?: boolean;
}

/** What is left of a provision for one resource; undefined where it is not about it. */
export function fold(provision: Provision, facts: ResourceFacts): Provision | undefined {
  const { on, exceptions, ...rest } = provision;
  // A permit for nobody is none.
  if (provision.effect === 'permit' && provision.actors?.length === 0) return undefined;
  if (on !== undefined && !matches(on, provision.effect, facts)) return undefined;
  const left = exceptions.map((one) => fold(one, facts)).filter((one) => one !== undefined);
  // Exceptions that all say the same as the rule change nothing.
  const isPlain = left.every((one) => saysOnly(one, provision.effect));
  return { ...rest, exceptions: isPlain ? [] : left };
}

const saysOnly = ({ effect, obligations, exceptions }: Provision, what: Provision['effect']): boolean =>
  effect === what && obligations === undefined && exceptions.every((one) => saysOnly(one, what));

/** Whether a provision is about the resource. Where that is not certain, a deny is and a permit is not. */
function matches(on: ResourceCriteria, effect: Provision['effect'], facts: ResourceFacts): boolean {
  const isDeny = effect === 'deny';
  if (on.types !== undefined && !on.types.includes(facts.type)) return false;
  if (on.codes !== undefined && !on.codes.some((code) => facts.codes.includes(code))) return false;
  if (on.labels !== undefined && !on.labels.some((label) => isLabelled(facts.labels, label))) return false;
  if (on.resources !== undefined && !on.resources.some((one) => isMeant(one, isDeny, facts))) return false;
  return on.dataPeriod === undefined || liesWithin(on.dataPeriod, isDeny, facts);
}

/**
 * `related` is also what the target refers to, which only the target knows: a deny is about everything then. Who
 * refers to an author may be written by another: that is enough for a deny.
 */
function isMeant(
  { target, meaning }: NonNullable<ResourceCriteria['resources']>[number],
  isDeny: boolean,
  { id, references }: ResourceFacts,
): boolean {
  switch (meaning) {
    case 'instance':
      return id === target;
    case 'related':
      return isDeny || id === target;
    case 'dependents':
      return id === target || references.includes(target);
    case 'authoredby':
      return isDeny && references.includes(target);
  }
}

/** A permit needs the data to lie within its period whole; a deny holds for what touches it, or may. */
function liesWithin(period: { from?: number; to?: number }, isDeny: boolean, { from, to }: ResourceFacts): boolean {
  const low = period.from ?? Number.NEGATIVE_INFINITY;
  const high = period.to ?? Number.POSITIVE_INFINITY;
  if (!isDeny) return from !== undefined && to !== undefined && low <= from && to <= high;
  return (from === undefined || from <= high) && (to === undefined || to >= low);
}

/** Whether some criterion of the provision picks the resource out. */
export function isNamed(provision: Provision, facts: ResourceFacts): boolean {
  if (provision.on !== undefined) return matches(provision.on, provision.effect, facts);
  return provision.exceptions.some((one) => isNamed(one, facts));
}
