/** Tells questions that ask for data sets whose records the asker may read, and that nothing else can bear on. See docs/adr/0035-exact-counts-of-open-data-sets.md */
import type { Definitions } from '../../fhir/definitions/model.ts';
import { registryOf } from '../../search/index.ts';
import { type Hash, type Int64, parameterKey } from '../../search/index-rows.ts';
import type { Expression, Search } from '../../search/tree.ts';
import type { ClassStatements, Decision } from '../model.ts';

/** Parameters by which those that list members name them (conditions/extent.ts). */
const listing: Readonly<Record<string, string>> = { Group: 'member', List: 'item', DocumentManifest: 'item' };

/** By what resources belong to data sets that are open to the asker. */
export interface OpenExtents {
  /** tags, as `code system` by their numbers */
  tags: ReadonlySet<string>;
  /** Groups, Lists and DocumentManifests that list members */
  lists: ReadonlySet<Int64>;
}

/**
 * The data sets of which the asker may read the records as they are, all that there are: of whatever class, what belongs
 * to one of them is read, or not given at all.
 */
export function openDataSets(
  classes: readonly ClassStatements[],
  { records, counts, exists, deidentified }: Pick<Decision, 'records' | 'counts' | 'exists' | 'deidentified'>,
): Int64[] {
  const read = new Set<Int64>();
  const held = new Set<Int64>();
  const readable = records === 'all' ? undefined : new Set(records);
  for (const { class: number, dataSets } of classes) {
    const isHeld = counts.has(number) || exists.has(number) || deidentified.has(number);
    for (const one of dataSets) {
      if (isHeld) held.add(one);
      else if (readable?.has(number) ?? true) read.add(one);
    }
  }
  return [...read].filter((one) => !held.has(one));
}

/** What the question names that may be the extent of a data set. */
export interface NamedExtents {
  tags: readonly { code: Int64; system: number }[];
  lists: readonly Int64[];
  /** parameters by which lists name their members */
  members: readonly Int64[];
}

export function extentsNamed({ types, where }: Search, { hash }: { hash: Hash }): NamedExtents {
  const [type = ''] = types;
  const tag = parameterKey(hash, type, '_tag');
  const tags: { code: Int64; system: number }[] = [];
  const lists: Int64[] = [];
  const visit = (expression: Expression): void => {
    if (expression.kind === 'and' || expression.kind === 'or') return expression.of.forEach(visit);
    if (expression.kind === 'reverse' && listing[expression.type] !== undefined) {
      const { of } = expression;
      for (const one of of.kind === 'and' ? of.of : [of]) if (one.kind === 'key') lists.push(...one.keys);
    }
    if (expression.kind !== 'match' || expression.parameter !== tag || expression.test.table !== 'token') return;
    for (const one of expression.test.codes) {
      const { code, system } = 'code' in one || 'system' in one ? one : {};
      if (code !== undefined && system !== undefined) tags.push({ code, system });
    }
  };
  where.forEach(visit);
  return { tags, lists, members: Object.entries(listing).map(([one, code]) => parameterKey(hash, one, code)) };
}

/** What is known of a resource that an expression is true of. */
type Pin =
  /** nothing */
  | 'none'
  /** it belongs to an open data set */
  | 'member'
  /** it is a person who belongs to one with the whole compartment */
  | 'person';
const strength = ['none', 'member', 'person'] as const;

/** The numbers that the analysis knows things by. */
interface Names {
  open: OpenExtents;
  tag(type: string): Int64;
  isCompartment(type: string, parameter: Int64): boolean;
  isMembers(type: string, parameter: Int64): boolean;
  /** of these types everything is open or given to nobody */
  isMetadata(type: string): boolean;
}

/**
 * Whether the question can only be true of records that the asker may read, and only by them. It follows from the
 * question and from what data sets state, never from the data.
 */
export function isConfined(
  { types, where }: Search,
  open: OpenExtents,
  means: { definitions: Definitions; hash: Hash; metadataTypes: ReadonlySet<string> },
): boolean {
  const [type, ...more] = types;
  if (type === undefined || more.length > 0) return false;
  const names = namesOf(open, means);
  const whole: Expression = { kind: 'and', of: where };
  const pin = pinOf(whole, type, names);
  return pin !== 'none' && staysWithin(whole, type, pin, names);
}

function namesOf(open: OpenExtents, { definitions, hash, metadataTypes }: Parameters<typeof isConfined>[2]): Names {
  const patient = definitions.compartments.find((one) => one.code === 'Patient');
  return {
    open,
    tag: (type) => parameterKey(hash, type, '_tag'),
    isCompartment: (type, parameter) => {
      // Who links to a patient is another person.
      if (type === 'Patient') return false;
      const codes = patient?.resources[type] ?? [];
      if (codes.some((code) => parameterKey(hash, type, code) === parameter)) return true;
      return parameterKey(hash, type, 'patient') === parameter && isWithin('patient', codes, type, definitions);
    },
    isMembers: (type, parameter) => {
      const code = listing[type];
      return code !== undefined && parameterKey(hash, type, code) === parameter;
    },
    isMetadata: (type) => metadataTypes.has(type),
  };
}

/** Whether whatever the parameter leads to one of the others leads to, too: most often `patient` is their part that leads to patients. */
export function isWithin(code: string, others: readonly string[], type: string, definitions: Definitions): boolean {
  const registry = registryOf(definitions);
  const pathsOf = (one: string): string[] =>
    (registry.find(type, one)?.expression ?? '')
      .split('|')
      .map((path) => path.trim().replace(/\.where\(resolve\(\) is Patient\)$/, ''))
      // One definition serves many types.
      .filter((path) => path.startsWith(`${type}.`));
  const known = others.flatMap(pathsOf);
  const own = pathsOf(code);
  return own.length > 0 && own.every((path) => known.includes(path));
}

/** What must be known of a resource of the type where the expression is true of it. */
function pinOf(expression: Expression, type: string, names: Names): Pin {
  switch (expression.kind) {
    case 'and':
      return strength[Math.max(0, ...expression.of.map((one) => strength.indexOf(pinOf(one, type, names))))]!;
    case 'or': {
      if (expression.of.length === 0) return 'none';
      return strength[Math.min(...expression.of.map((one) => strength.indexOf(pinOf(one, type, names))))]!;
    }
    case 'match':
      return expression.parameter === names.tag(type) && hasOpenTag(expression, names) ? 'member' : 'none';
    case 'reverse':
      if (!isOpenList(expression, names)) return 'none';
      return type === 'Patient' ? 'person' : 'member';
    default:
      return 'none';
  }
}

function hasOpenTag({ test }: Extract<Expression, { kind: 'match' }>, { open }: Names): boolean {
  if (test.table !== 'token' || test.codes.length === 0) return false;
  return test.codes.every(
    (one) => 'code' in one && 'system' in one && open.tags.has(`${String(one.code)} ${String(one.system)}`),
  );
}

function isOpenList({ type, parameter, of }: Extract<Expression, { kind: 'reverse' }>, names: Names): boolean {
  const key = of.kind === 'and' && of.of.length === 1 ? of.of[0]! : of;
  if (!names.isMembers(type, parameter) || key.kind !== 'key' || key.keys.length === 0) return false;
  return key.keys.every((one) => names.open.lists.has(one));
}

/** Whether nothing but records that may be read decides if the expression is true of a resource of which `pin` is known. */
function staysWithin(expression: Expression, type: string, pin: Pin, names: Names): boolean {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.of.every((one) => staysWithin(one, type, pin, names));
    case 'not':
      return staysWithin(expression.of, type, pin, names);
    case 'chain':
      return names.isMetadata(expression.type) && staysWithin(expression.of, expression.type, 'none', names);
    case 'reverse':
      if (isOpenList(expression, names)) return true;
      return leadsToOwn(expression, pin, names) && staysWithin(expression.of, expression.type, 'member', names);
    case 'overlap':
      return expression.branches
        .flat()
        .every((one) => leadsToOwn(one, pin, names) && staysWithin(one.of, one.type, 'member', names));
    case 'match':
      // A hierarchy of resources is followed through others.
      return expression.test.table !== 'reference' || expression.test.hierarchy === undefined;
    case 'present':
    case 'key':
    case 'words':
    case 'type':
    case 'near':
    case 'updated':
    case 'none':
      return true;
    case 'class':
    case 'within':
      return false;
  }
}

/** What refers to a person from its compartment belongs where the person does. */
const leadsToOwn = (source: { type: string; parameter: Int64 }, pin: Pin, names: Names): boolean =>
  pin === 'person' && names.isCompartment(source.type, source.parameter);
