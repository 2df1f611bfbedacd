/** Finds the search parameters that could tell what a profile redacts or changes. https://hl7.org/fhir/R4B/search.html */
import type { Definitions, SearchParameterModel } from '../../fhir/definitions/model.ts';
import { registryOf } from '../../search/registry.ts';
import { type Edge, edgeOf, entryOf, otherwiseAt, type Place, possiblePlace, type Rule, type State } from './place.ts';
import type { DeidentificationProfile } from './profile.ts';
import { elementsOf } from './rule-path.ts';
import { type Guide, type Sight, sightsOf } from './static-path.ts';

/** An element that a parameter reads, with all that rules could do to it. */
interface Seen extends Sight {
  place: Place | undefined;
  /** states that hold whatever the data are */
  certain: ReadonlySet<State>;
  /** what surely becomes of it: it leaves as it is, or not surely so */
  keeps: boolean;
  /** something above it could be redacted or changed */
  isSpoiled: boolean;
}

const byProfile = new WeakMap<DeidentificationProfile, WeakMap<Definitions, Map<string, ReadonlySet<string>>>>();

/**
 * The parameters of `type` whose value could depend on what the profile redacts or changes: `code`, or `code:modifier`
 * where only the modifier does. What cannot be analysed is among them. `_id` and references are not: they are asked for
 * by pseudonyms. `definitions` hold the server's own parameters, too.
 */
export function hiddenParameters(
  profile: DeidentificationProfile,
  type: string,
  definitions: Definitions = profile.definitions,
): ReadonlySet<string> {
  const byDefinitions = byProfile.get(profile) ?? new WeakMap<Definitions, Map<string, ReadonlySet<string>>>();
  byProfile.set(profile, byDefinitions);
  const byType = byDefinitions.get(definitions) ?? new Map<string, ReadonlySet<string>>();
  byDefinitions.set(definitions, byType);
  let hidden = byType.get(type);
  if (hidden === undefined) byType.set(type, (hidden = findHidden(profile, type, definitions)));
  return hidden;
}

function findHidden(profile: DeidentificationProfile, type: string, definitions: Definitions): ReadonlySet<string> {
  // All texts of a resource: some of them never leave.
  const hidden = new Set<string>(['_content']);
  const isLost = profile.rules.some(
    ({ path, keeps }) =>
      path.kind === 'expression' && !keeps && (path.root === type || definitions.types[path.root] === undefined),
  );
  const sight = sightOfResource(profile, type);
  if (isLost || !keepsParts(['text.div'], [sight], profile)) hidden.add('_text');
  for (const parameter of registryOf(definitions).of(type)) {
    if (parameter.code === '_id') continue;
    // Which elements a rule of the complete engine selects is not known before the data are.
    const found = isLost ? [parameter.code] : hiddenForms(parameter, sight, profile, definitions);
    for (const one of found) hidden.add(one);
  }
  return hidden;
}

/** The parameter itself, or those of its modifiers that tell what it does not. */
function hiddenForms(
  parameter: SearchParameterModel,
  sight: Seen,
  profile: DeidentificationProfile,
  definitions: Definitions,
): readonly string[] {
  const { code } = parameter;
  try {
    const looked: Seen[] = [];
    const guide = guideFrom([sight], sight, looked, profile);
    const sights = sightsOf(parameter.expression ?? '', guide);
    if (sights.length === 0) return [code];
    const kinds = [{ type: parameter.type, sights }];
    if (parameter.type === 'composite') {
      kinds.length = 0;
      for (const component of parameter.components ?? []) {
        const own = registryOf(definitions).byUrl(component.definition)?.type ?? 'special';
        kinds.push({ type: own, sights: sightsOf(component.expression, { ...guide, start: sights }) });
      }
      if (kinds.length === 0 || kinds.some(({ sights: found }) => found.length === 0)) return [code];
    }
    const isTold = kinds.every((kind) => kind.sights.every((one) => isAnswered(kind.type, one, profile)));
    if (!isTold || !looked.every((one) => isDecidedBy(one, profile))) return [code];
    return hiddenModifiers(parameter.type, sights, profile).map((modifier) => `${code}:${modifier}`);
  } catch {
    return [code];
  }
}

const concept = ['coding.system', 'coding.code'];
const measure = ['value', 'comparator', 'system', 'code', 'unit'];
const measureOf = (name: string): readonly string[] => measure.map((part) => `${name}.${part}`);

/** What the index of a parameter holds of a value, by the type of both; where nothing is stated, all of the value. */
const read: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  token: {
    Coding: ['system', 'code'],
    CodeableConcept: concept,
    CodeableReference: ['concept.coding.system', 'concept.coding.code'],
    Identifier: ['system', 'value'],
    ContactPoint: ['value'],
  },
  reference: { Reference: ['reference'], CodeableReference: ['reference.reference'] },
  date: { Period: ['start', 'end'], Timing: ['event', 'repeat.bounds'] },
  quantity: {
    Quantity: measure,
    Money: ['value', 'currency'],
    Range: [...measureOf('low'), ...measureOf('high')],
    Ratio: measureOf('numerator'),
    SampledData: measureOf('origin'),
  },
  string: {
    HumanName: ['family', 'given', 'prefix', 'suffix', 'text'],
    Address: ['line', 'city', 'district', 'state', 'postalCode', 'country', 'text'],
    CodeableConcept: ['text'],
    ContactPoint: ['value'],
    Identifier: ['value'],
  },
};

/** The words beside a code or reference. */
const words: Readonly<Record<string, readonly string[]>> = {
  Coding: ['display'],
  CodeableConcept: ['text', 'coding.display'],
  CodeableReference: ['concept.text', 'concept.coding.display', 'reference.display'],
  Identifier: ['type.text', 'type.coding.display'],
  Reference: ['display'],
};

const ofType: Readonly<Record<string, readonly string[]>> = { Identifier: concept.map((part) => `type.${part}`) };

const identifierOf: Readonly<Record<string, readonly string[]>> = {
  Reference: ['identifier.system', 'identifier.value'],
  CodeableReference: ['reference.identifier.system', 'reference.identifier.value'],
};

function hiddenModifiers(type: string, sights: readonly Seen[], profile: DeidentificationProfile): readonly string[] {
  if (type !== 'token' && type !== 'reference') return [];
  const tells = (parts: Readonly<Record<string, readonly string[]>>): boolean =>
    sights.every((one) => keepsParts(parts[one.type] ?? [], [one], profile));
  const hidden = tells(words) ? [] : ['text', 'text-advanced'];
  if (type === 'token' && !tells(ofType)) hidden.push('of-type');
  if (type === 'reference' && !tells(identifierOf)) hidden.push('identifier');
  // A concept may have words only, and a reference an identifier only: that is not missing.
  if (hidden.some((one) => one !== 'of-type')) hidden.push('missing');
  return hidden;
}

/** Whether what is searched is what leaves. */
function isAnswered(type: string, sight: Seen, profile: DeidentificationProfile): boolean {
  if (sight.opaque === true) return true;
  const parts = read[type]?.[sight.type];
  if (parts !== undefined) return keepsParts(parts, [sight], profile);
  return keepsAll(sight, profile, []);
}

/** What only decides whether a value counts must be as it leaves, too. */
const isDecidedBy = (sight: Seen, profile: DeidentificationProfile): boolean =>
  sight.opaque === true ||
  (sight.type === 'Reference' ? isAnswered('reference', sight, profile) : keepsAll(sight, profile, []));

function keepsParts(parts: readonly string[], of: readonly Seen[], profile: DeidentificationProfile): boolean {
  return parts.every((part) => {
    const found = part
      .split('.')
      .reduce<readonly Seen[]>((from, name) => from.flatMap((one) => memberOf(one, name, profile)), of);
    return found.every((one) => keepsAll(one, profile, []));
  });
}

/** Whether the value and everything in it surely leave as they are. */
function keepsAll(sight: Seen, profile: DeidentificationProfile, within: readonly string[]): boolean {
  const { place } = sight;
  if (place === undefined || sight.isSpoiled) return false;
  if (place.kind === 'primitive') {
    if (place.link === 'address' && profile.ids === 'pseudonymise') return false;
    return sight.keeps;
  }
  if (place.kind === 'resource' || within.includes(sight.type)) return false;
  return Object.entries(elementsOf(sight.type, profile.definitions)).every(([name]) => {
    if (name === 'id' || name === 'extension' || name === 'modifierExtension') return true;
    return memberOf(sight, name, profile).every((one) => keepsAll(one, profile, [...within, sight.type]));
  });
}

function sightOfResource({ tree }: DeidentificationProfile, type: string): Seen {
  return seen(tree.otherwise, entryOf(tree, type), possiblePlace(tree, entryOf(tree, type)), undefined);
}

/** What `name` leads to. Throws an Error where resources stand. */
function memberOf(of: Seen, name: string, { tree }: DeidentificationProfile): readonly Seen[] {
  const { place } = of;
  if (place === undefined) throw new Error('an unknown value cannot be followed');
  const elements = Object.entries(elementsOf(of.type, tree.definitions));
  return elements
    .filter(([json, { choice }]) => json === name || choice === name)
    .map(([json, element]) => {
      const edge = edgeOf(tree, place, json);
      if (edge === undefined) throw new Error(`${element.type} cannot be followed`);
      const above = { type: of.type, rule: undefined, otherwise: of.keeps ? ('keep' as const) : ('redact' as const) };
      const otherwise = otherwiseAt(tree, above, json, element.type, false);
      return seen(otherwise, edge, possiblePlace(tree, edge), of);
    });
}

function seen(otherwise: 'keep' | 'redact', edge: Edge, place: Place, above: Seen | undefined): Seen {
  const certain = new Set(edge.certain.filter((state) => isCertain(state, above)));
  const outcomes = possibleRules(place.states, certain);
  const isDecided = outcomes.some(({ isSure }) => isSure);
  const keeps = outcomes.every(({ rule }) => leavesSame(rule, place)) && (isDecided || otherwise === 'keep');
  const isChanged = outcomes.some(({ rule }) => !leavesSame(rule, place));
  return { type: place.type, place, certain, keeps, isSpoiled: above?.isSpoiled === true || isChanged };
}

function isCertain(state: State, above: Seen | undefined): boolean {
  if (state.at === 0) return true;
  return above !== undefined && [...above.certain].some(({ next }) => next === state);
}

/** Every rule that could decide, as far as the first that surely does. */
function possibleRules(
  states: readonly State[],
  certain: ReadonlySet<State>,
): readonly { rule: Rule; isSure: boolean }[] {
  const ends = states.filter(({ next }) => next === undefined).sort((one, two) => one.rule.at - two.rule.at);
  const sure = ends.findIndex((state) => certain.has(state));
  return (sure < 0 ? ends : ends.slice(0, sure + 1)).map((state) => ({ rule: state.rule, isSure: certain.has(state) }));
}

/** Codes of a bound value set are all there are: others are refused when they are written. References are asked for by pseudonyms. */
function leavesSame({ keeps, method, bound }: Rule, { codes, type, link }: Place): boolean {
  if (keeps) return bound !== true || codes !== undefined;
  return method.name === 'pseudonymise' && (type === 'Reference' || link === 'reference');
}

function guideFrom(start: readonly Seen[], root: Seen, looked: Seen[], profile: DeidentificationProfile): Guide<Seen> {
  return {
    start,
    resource: [root],
    member: (of, name) => memberOf(of, name, profile),
    opaque: (type) => ({ type, opaque: true, place: undefined, certain: new Set(), keeps: false, isSpoiled: true }),
    looksAt: (sights) => looked.push(...sights),
    definitions: profile.definitions,
  };
}
