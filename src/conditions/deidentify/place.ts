/** The rules of a profile as a tree over element names: where one stands, which rule decides, and where each name leads. https://hl7.org/fhir/R4B/elementdefinition.html */
import type { Definitions, ElementModel } from '../../fhir/definitions/model.ts';
import type { Json, Resource } from '../../fhir/json.ts';
import { appliesTo, type Change, isOfType, type Method } from './method/method.ts';
import { elementsOf, type RulePath, type Step } from './rule-path.ts';

export interface Rule {
  /** position in the profile: the first that selects an element decides */
  at: number;
  path: RulePath;
  method: Method;
  change: Change;
  /** whether values leave as they are, so that one looks into them */
  keeps: boolean;
  /** keeps only codes of the bound value set */
  bound: boolean;
}

/** Step `at` of a rule has been taken: its conditions hold here. */
export interface State {
  rule: Rule;
  at: number;
  step: Step;
  next: State | undefined;
}

export type Otherwise = 'keep' | 'redact';

/** The rules by where they begin. */
export interface RuleTree {
  definitions: Definitions;
  otherwise: Otherwise;
  /** by the type that the path begins with */
  roots: ReadonlyMap<string, readonly State[]>;
  /** by nested elements that may contain themselves, such as QuestionnaireResponse.item */
  nested: ReadonlyMap<string, readonly State[]>;
  /** filled as resources come: definitions and rules never change */
  entries: Map<string, Edge>;
}

/** What holds for a value. */
export interface Place {
  type: string;
  name: string;
  kind: 'primitive' | 'complex' | 'resource';
  states: readonly State[];
  rule: Rule | undefined;
  /** what holds when no rule decides */
  otherwise: Otherwise;
  /** A path of a rule leads on into it, to something that may leave. */
  isNamed: boolean;
  /** Leaves only if a rule says so of it or of something in it: extensions and narratives. */
  isGated: boolean;
  /** within Meta, where rules that keep a type everywhere do not hold */
  inMeta: boolean;
  /** how ids of this server are found in it */
  link: 'reference' | 'address' | undefined;
  codes: ReadonlySet<string> | undefined;
  edges: Map<string, Edge | undefined>;
}

/** A way from a place to the values of one element. The place depends on which conditions hold. */
export interface Edge {
  name: string;
  element: ElementModel;
  /** the element holds resources: each has an edge of its own by its type */
  byType: Map<string, Edge> | undefined;
  from: Place | undefined;
  certain: readonly State[];
  conditional: readonly State[];
  places: Map<string, Place>;
}

export function ruleTree(rules: readonly Rule[], otherwise: Otherwise, definitions: Definitions): RuleTree {
  const roots = new Map<string, State[]>();
  const nested = new Map<string, State[]>();
  const file = (map: Map<string, State[]>, key: string, state: State): void => {
    const list = map.get(key) ?? [];
    list.push(state);
    map.set(key, list);
  };
  for (const rule of rules) {
    if (rule.path.kind !== 'steps') continue;
    const { steps } = rule.path;
    let next: State | undefined;
    for (let at = steps.length - 1; at >= 0; at--) {
      const step = steps[at]!;
      const state: State = { rule, at, step, next };
      // What came before need not hold for an element within itself: only what removes or changes may pass over that.
      const isSure = !rule.keeps || steps.slice(0, at).every(({ conditions }) => conditions.length === 0);
      if (step.nested !== undefined && isSure) file(nested, step.nested, state);
      next = state;
    }
    file(roots, steps[0]!.name, next!);
  }
  return { definitions, otherwise, roots, nested, entries: new Map() };
}

/** The way to a resource that stands by itself. */
export function entryOf(tree: RuleTree, type: string): Edge {
  let edge = tree.entries.get(type);
  if (edge === undefined) tree.entries.set(type, (edge = edgeTo(tree, undefined, '', { type, min: 0, max: 1 }, type)));
  return edge;
}

/** The way to the element `name`; undefined when there is no such element. For resources `resourceType` says of which type. */
export function edgeOf(tree: RuleTree, from: Place, name: string, resourceType?: string): Edge | undefined {
  let edge = from.edges.get(name);
  if (edge === undefined && !from.edges.has(name)) {
    const elements = elementsOf(from.type, tree.definitions);
    const element = Object.hasOwn(elements, name) ? elements[name]! : undefined;
    edge = element === undefined ? undefined : edgeTo(tree, from, name, element, element.type);
    // Names that are none come from data, which may hold any number of them.
    if (edge !== undefined || from.edges.size < 500) from.edges.set(name, edge);
  }
  if (edge?.byType === undefined) return edge;
  if (resourceType === undefined || tree.definitions.types[resourceType]?.kind !== 'resource') return undefined;
  let own = edge.byType.get(resourceType);
  if (own === undefined) {
    edge.byType.set(resourceType, (own = edgeTo(tree, from, name, edge.element, resourceType)));
  }
  return own;
}

function edgeTo(tree: RuleTree, from: Place | undefined, name: string, element: ElementModel, type: string): Edge {
  const states = type === 'Resource' ? [] : statesAt(tree, from, name, element, type);
  return {
    name,
    element: { ...element, type },
    byType: type === 'Resource' ? new Map() : undefined,
    from,
    certain: states.filter(({ step }) => step.conditions.length === 0),
    conditional: states.filter(({ step }) => step.conditions.length > 0),
    places: new Map(),
  };
}

/** The states that one comes to by `name`, conditions apart. */
function statesAt(
  tree: RuleTree,
  from: Place | undefined,
  name: string,
  element: ElementModel,
  type: string,
): readonly State[] {
  const states = new Set<State>();
  const fits = ({ step }: State): boolean => step.only === undefined || isOfType(type, step.only);
  for (const { next } of from?.states ?? []) {
    if (next !== undefined && (next.step.name === name || next.step.name === element.choice) && fits(next)) {
      states.add(next);
    }
  }
  if (from !== undefined && type !== `${from.type}.${name}`) {
    for (const state of tree.nested.get(type) ?? []) states.add(state);
  }
  const isResource = tree.definitions.types[type]?.kind === 'resource';
  // Many persons' resources are written at one moment: shifted by person it would tell the shifts apart.
  if (from?.type === 'Meta' && name === 'lastUpdated') return [...states];
  for (const [root, list] of tree.roots) {
    const isMeant = isOfType(type, root) || (isResource && isAnyResource(root, type, tree.definitions));
    if (!isMeant) continue;
    for (const state of list) {
      // Who keeps Coding or uri everywhere has not thought of tags and sources.
      if (fits(state) && !(from?.inMeta === true && state.rule.keeps)) states.add(state);
    }
  }
  return [...states];
}

function isAnyResource(root: string, type: string, definitions: Definitions): boolean {
  return root === 'Resource' || (root === 'DomainResource' && definitions.types[type]?.elements['text'] !== undefined);
}

/** The place of a value to which the edge leads. */
export function placeOf(tree: RuleTree, edge: Edge, value: Json, resource: Resource): Place {
  const held = edge.conditional.filter(({ step }) =>
    step.conditions.every((condition) => condition.holds(value, edge.element.type, resource)),
  );
  const key = held.length === 0 ? '' : held.map((state) => edge.conditional.indexOf(state)).join();
  let place = edge.places.get(key);
  if (place === undefined) edge.places.set(key, (place = newPlace(tree, edge, [...edge.certain, ...held])));
  return place;
}

/** The place with every state that conditions might give it: for those who ask what could be. */
export function possiblePlace(tree: RuleTree, edge: Edge): Place {
  return newPlace(tree, edge, [...edge.certain, ...edge.conditional]);
}

/** The place as it is when `rule`, which keeps, decides there. */
export function keptBy(place: Place, rule: Rule): Place {
  return { ...place, rule, edges: new Map() };
}

function newPlace(tree: RuleTree, { name, element, from }: Edge, states: readonly State[]): Place {
  const { type } = element;
  const { definitions } = tree;
  const kind = definitions.types[type]?.kind;
  const valueSet = element.binding === undefined ? undefined : definitions.valueSets[element.binding];
  return {
    type,
    name,
    kind: kind === 'resource' ? 'resource' : kind === undefined ? 'primitive' : 'complex',
    states,
    rule: decidingRule(states),
    otherwise: otherwiseAt(tree, from, name, type, kind === 'resource'),
    isNamed: states.some(({ rule, next }) => next !== undefined && rule.method.name !== 'redact'),
    isGated: type === 'Narrative' || type === 'Extension',
    inMeta: from?.inMeta === true || type === 'Meta',
    link: linkOf(from?.type ?? '', name, type),
    codes: valueSet === undefined ? undefined : new Set(Object.values(valueSet.systems).flat()),
    edges: new Map(),
  };
}

function decidingRule(states: readonly State[]): Rule | undefined {
  let first: Rule | undefined;
  for (const { rule, next } of states) {
    if (next === undefined && (first === undefined || rule.at < first.at)) first = rule;
  }
  return first;
}

/** Whether a rule can change values of the type; where it cannot, they are redacted. */
export const canChange = ({ method }: Rule, type: string): boolean => appliesTo(method, type);

const neverImplied = new Set(['tag', 'source', 'versionId', 'lastUpdated']);

/** What the place above says of what stands in it. */
export function otherwiseAt(
  { otherwise }: Pick<RuleTree, 'otherwise'>,
  from: Pick<Place, 'type' | 'rule' | 'otherwise'> | undefined,
  name: string,
  type: string,
  isResource: boolean,
): Otherwise {
  if (from === undefined || isResource) return otherwise;
  if (type === 'Narrative' || (from.type === 'Meta' && neverImplied.has(name))) return 'redact';
  const above = from.rule === undefined ? from.otherwise : from.rule.keeps ? 'keep' : 'redact';
  // Ids of elements hold whatever their writer found unique.
  if (name === 'id' && otherwise === 'redact') return 'redact';
  // Whoever keeps an element has not seen which extensions it will have; those within a kept extension are parts of it.
  if (type === 'Extension' && from.type !== 'Extension' && otherwise === 'redact') return 'redact';
  return above;
}

/** System names are names, not addresses of anything on this server. */
function linkOf(parent: string, name: string, type: string): Place['link'] {
  if (parent === 'Reference' && name === 'reference') return 'reference';
  if (parent === 'Bundle.entry' && name === 'fullUrl') return 'reference';
  if (type !== 'uri' && type !== 'url') return undefined;
  return name === 'system' || (parent === 'Extension' && name === 'url') ? undefined : 'address';
}
