/** Folds what is stated for one resource into effects: what it asks of the resource is decided, what it asks of the asker is left. See docs/adr/0010-statements-and-effects.md */
import { anyPatient } from './evaluate.ts';
import { fold, isNamed, type ResourceFacts } from './fold.ts';
import { bearingLabels } from './label.ts';
import { metadataTypes } from './metadata-type.ts';
import type { CodeText, Directive, Effect, Obligation, Provision } from './model.ts';

export type { ResourceFacts } from './fold.ts';

/** Whether any part of the directive asks something of resources, so that it must be folded for each. */
export function asksOfResources({ provision }: Pick<Directive, 'provision'>): boolean {
  return provision.on !== undefined || provision.exceptions.some((one) => asksOfResources({ provision: one }));
}

/**
 * The effects on a resource of its labels, of the directives of the persons it is about, and of policies that ask
 * something of resources. Of a person's directives those of the same scope and category that are older than another
 * are passed over. Metadata answer to policies that name them and to no others.
 */
export function effectsOf(facts: ResourceFacts, directives: readonly Directive[]): Effect[] {
  const effects = new Map<string, Effect>();
  const add = (effect: Effect): void => {
    const text = effectText(effect);
    effects.set(text, effectFrom(text));
  };
  const labels = bearingLabels(facts.labels);
  if (labels.length > 0) add({ kind: 'labels', codes: labels });
  for (const effect of policyEffects(facts, directives)) add(effect);
  for (const effect of patientEffects(facts, directives)) add(effect);
  return [...effects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, effect]) => effect);
}

type DirectiveEffect = Effect & { kind: 'directive' };

function policyEffects(facts: ResourceFacts, directives: readonly Directive[]): DirectiveEffect[] {
  const isMetadata = facts.isMetadata ?? metadataTypes.includes(facts.type);
  return (
    directives
      .filter((directive) => directive.patient === undefined && asksOfResources(directive))
      .filter(({ provision }) => !isMetadata || isNamed(provision, facts))
      .map((directive) => effectOf(directive, fold(directive.provision, facts)))
      .filter((effect) => effect !== undefined)
      // A policy grants nothing: where it can only permit, and obliges to nothing, it has nothing to say.
      .filter(({ provision }) => canDeny(provision) || canOblige(provision))
  );
}

const canDeny = ({ effect, exceptions }: Provision): boolean => effect === 'deny' || exceptions.some(canDeny);
const canOblige = ({ obligations = [], exceptions }: Provision): boolean =>
  obligations.length > 0 || exceptions.some(canOblige);

/** Where a resource is about several persons who state different things, effects say by number whose they are: all must consent. */
function patientEffects(facts: ResourceFacts, directives: readonly Directive[]): DirectiveEffect[] {
  const persons = new Map<string, Directive[]>(personsOf(facts).map((person) => [person, []]));
  for (const directive of directives) {
    if (directive.patient === undefined) continue;
    persons.set(directive.patient, [...(persons.get(directive.patient) ?? []), directive]);
  }
  const stated = new Map<string, DirectiveEffect[]>();
  for (const own of persons.values()) {
    const effects = newest(own)
      .map((directive) => effectOf(directive, fold(withoutPatients(directive.provision), facts)))
      .filter((effect) => effect !== undefined);
    stated.set(sortedSet(effects.map(effectText)).join('\n'), effects);
  }
  if (stated.size === 1) return [...stated.values()].flat();
  const inOrder = [...stated].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder.flatMap(([, effects], person) =>
    effects.map((effect) => ({ ...effect, of: { person, persons: stated.size } })),
  );
}

function personsOf({ patients, type, id, references }: ResourceFacts): readonly string[] {
  if (patients !== undefined) return patients;
  return type === 'Patient' ? [id] : references.filter((reference) => reference.startsWith('Patient/'));
}

/** A directive stays while it is the newest of some category of its scope. One that does not say when it was stated stays and replaces nothing. */
function newest(directives: readonly Directive[]): Directive[] {
  const isReplaced = (one: Directive, category: CodeText | undefined): boolean =>
    one.stated !== 0 &&
    directives.some(
      (other) =>
        other.scope === one.scope &&
        (category === undefined ? other.categories.length === 0 : other.categories.includes(category)) &&
        other.stated >= (one.statedBefore ?? one.stated + 1),
    );
  return directives.filter((one) => {
    if (one.categories.length === 0) return !isReplaced(one, undefined);
    return one.categories.some((category) => !isReplaced(one, category));
  });
}

function effectOf(directive: Directive, provision: Provision | undefined): DirectiveEffect | undefined {
  if (provision === undefined) return undefined;
  const { scope, source, dataSets, patient, because } = directive;
  const isPatients = patient !== undefined;
  return {
    kind: 'directive',
    scope,
    ...(isPatients ? {} : { source }),
    isPatients,
    dataSets: isPatients ? [] : dataSets,
    provision,
    ...(because === undefined ? {} : { because }),
  };
}

/** Effects name no person: a permit to a patient is theirs no more, a deny to one is to any of them. */
function withoutPatients(provision: Provision): Provision {
  const { actors, effect, exceptions } = provision;
  const isPatient = (actor: string): boolean => actor.startsWith('Patient/');
  const inner = exceptions.map(withoutPatients);
  if (actors === undefined || !actors.some(isPatient)) return { ...provision, exceptions: inner };
  const others = actors.filter((actor) => !isPatient(actor));
  return { ...provision, actors: effect === 'deny' ? [...others, anyPatient] : others, exceptions: inner };
}

const sortedSet = <T extends string>(list: readonly T[]): T[] => [...new Set(list)].sort();

/** Equal effects have equal texts: keys stand in one order, lists are sets in order. */
export function effectText(effect: Effect): string {
  if (effect.kind === 'labels') return JSON.stringify({ kind: 'labels', codes: sortedSet(effect.codes) });
  const { scope, source, isPatients, of, dataSets, provision, because } = effect;
  return JSON.stringify({
    kind: 'directive',
    scope,
    source,
    isPatients,
    of: of === undefined ? undefined : { person: of.person, persons: of.persons },
    dataSets: sortedSet(dataSets),
    provision: canonicalProvision(provision),
    because,
  });
}

function canonicalProvision(provision: Provision): Provision {
  const { effect, actors, purposes, actions, during, on, obligations, exceptions } = provision;
  const texts = exceptions.map((one) => JSON.stringify(canonicalProvision(one)));
  return {
    effect,
    ...(actors === undefined ? {} : { actors: sortedSet(actors) }),
    ...(purposes === undefined ? {} : { purposes: sortedSet(purposes) }),
    ...(actions === undefined ? {} : { actions: sortedSet(actions) }),
    ...(during === undefined ? {} : { during: periodInOrder(during) }),
    ...(on === undefined ? {} : { on }),
    ...(obligations === undefined ? {} : { obligations: inOrder(obligations) }),
    exceptions: sortedSet(texts).map((text) => JSON.parse(text) as Provision), // as it was written just before
  };
}

const periodInOrder = ({ from, to }: { from?: number; to?: number }): { from?: number; to?: number } => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

function inOrder(obligations: readonly Obligation[]): Obligation[] {
  const texts = obligations.map(({ code, display, parameter }) => JSON.stringify({ code, display, parameter }));
  return sortedSet(texts).map((text) => JSON.parse(text) as Obligation); // as it was written just before
}

/** The effect that `effectText` wrote. One of a kind that this version does not know denies. */
export function effectFrom(text: string): Effect {
  const parsed = JSON.parse(text) as Effect; // by its kind, which is looked at
  switch (parsed.kind) {
    case 'labels':
    case 'directive':
      return parsed;
    default: {
      const because = 'it is of a kind that this version does not know';
      const provision: Provision = { effect: 'deny', exceptions: [] };
      return { kind: 'directive', scope: '', isPatients: false, dataSets: [], provision, because };
    }
  }
}
