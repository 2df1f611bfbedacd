/** What a search costs by its form alone: which indexes its conditions use and which must be tested on every resource. Says nothing of what is stored. See docs/adr/0033-explaining-searches.md */
import { conjunctsOf, mostJoined, relationCountOf } from '../relation-count.ts';
import type { Expression, RangeTest, RowTest, Search } from '../tree.ts';

/** How a condition finds its resources. */
export type Access =
  /** by id */
  | 'key'
  /** exactly one place of an index */
  | 'index'
  /** from one place of an index to another */
  | 'range'
  /** from a place of an index to its end */
  | 'open-range'
  /** an index of words */
  | 'words'
  /** every value of the parameter is read */
  | 'scan'
  /** tested on each resource that is found otherwise */
  | 'test'
  /** other resources are found first, and references followed */
  | 'join'
  /** nothing can match */
  | 'nothing';

const costBands = ['low', 'medium', 'high'] as const;
type CostBand = (typeof costBands)[number];

/** Why a search is in its band. */
type CostReason =
  | 'no-condition'
  | 'one-index'
  | 'open-range'
  | 'scan'
  | 'only-tests'
  | 'join'
  | 'many-joins'
  | 'words'
  | 'counts-all'
  | 'scores-all'
  | 'many-conditions'
  | 'includes-repeat';

export interface SearchCost {
  band: CostBand;
  reasons: readonly CostReason[];
}

/** The way by which an expression finds, and how dear it is when nothing else narrows: 0 low, 1 medium, 2 high. */
interface Weight {
  access: Access;
  weight: 0 | 1 | 2;
}

const higher = (one: Weight, other: Weight): Weight => (other.weight > one.weight ? other : one);
const lower = (one: Weight, other: Weight): Weight => (other.weight < one.weight ? other : one);

export function weightOf(expression: Expression): Weight {
  switch (expression.kind) {
    case 'and':
      return expression.of.map(weightOf).reduce(lower, { access: 'test', weight: 2 });
    case 'or':
      return expression.of.map(weightOf).reduce(higher, { access: 'nothing', weight: 0 });
    case 'within':
      return weightOf(expression.of);
    case 'match':
      return ofRows(expression.test);
    case 'chain':
    case 'reverse': {
      const inner = weightOf(expression.of);
      const isFar = depthOf(expression) > 2 || inner.weight === 2;
      return { access: 'join', weight: inner.access === 'key' ? 0 : isFar ? 2 : 1 };
    }
    case 'key':
      return { access: 'key', weight: 0 };
    case 'updated':
      return ofRanges(expression.ranges);
    case 'words':
      return { access: 'words', weight: 1 };
    case 'near':
      return { access: 'range', weight: 1 };
    case 'overlap':
      return { access: 'join', weight: 2 };
    case 'not':
    case 'present':
    case 'type':
    case 'class':
      return { access: 'test', weight: 2 };
    case 'none':
      return { access: 'nothing', weight: 0 };
  }
}

/** Steps from resource to resource. */
function depthOf(expression: Expression): number {
  switch (expression.kind) {
    case 'chain':
    case 'reverse':
      return 1 + depthOf(expression.of);
    case 'and':
    case 'or':
      return Math.max(0, ...expression.of.map(depthOf));
    case 'not':
      return depthOf(expression.of);
    default:
      return 0;
  }
}

function ofRows(test: RowTest): Weight {
  switch (test.table) {
    case 'token':
      return test.codes.some((one) => 'startsWith' in one)
        ? { access: 'scan', weight: 2 }
        : { access: 'index', weight: 0 };
    case 'reference':
      return { access: 'index', weight: 0 };
    case 'uri':
      return 'contains' in test
        ? { access: 'scan', weight: 2 }
        : { access: 'below' in test ? 'range' : 'index', weight: 0 };
    case 'string':
      return ofTexts(test);
    case 'date':
    case 'number':
    case 'quantity':
      return ofRanges(test.ranges);
  }
}

/** A beginning of one or two letters is that of many texts. */
function ofTexts({ how, texts }: Extract<RowTest, { table: 'string' }>): Weight {
  if (how === 'contains' || how === 'ends' || how === 'words') return { access: 'scan', weight: 2 };
  if (how === 'starts') return { access: 'range', weight: texts.some((text) => text.length < 3) ? 1 : 0 };
  return { access: 'index', weight: 0 };
}

/** The index is ordered by where a value begins: with an end both ways little of it is read. */
function ofRanges(ranges: readonly RangeTest[]): Weight {
  const isOpen = ranges.some(
    ({ lowAtLeast, lowAbove, lowBelow, lowAtMost, highAtMost, highBelow }) =>
      (lowAtLeast ?? lowAbove) === undefined || (lowBelow ?? lowAtMost ?? highAtMost ?? highBelow) === undefined,
  );
  return isOpen ? { access: 'open-range', weight: 1 } : { access: 'range', weight: 0 };
}

/** The whole search: as dear as its cheapest condition, and what must be done for all matches beside. */
export function costOf(search: Search): SearchCost {
  const reasons: CostReason[] = [];
  let weight: number = leading(search, reasons);
  const atLeast = (least: number, reason: CostReason): void => {
    weight = Math.max(weight, least);
    reasons.push(reason);
  };
  if (search.countOnly || search.total !== 'none')
    atLeast(weight > 0 || search.where.length === 0 ? 2 : 1, 'counts-all');
  if (search.sort[0]?.by === 'score') atLeast(1, 'scores-all');
  if (relationCountOf(conjunctsOf(search.where)) > mostJoined) atLeast(1, 'many-conditions');
  if (search.includes.some(({ isIterated }) => isIterated)) atLeast(1, 'includes-repeat');
  return { band: costBands[weight]!, reasons };
}

function leading({ where }: Search, reasons: CostReason[]): number {
  const conjuncts = conjunctsOf(where);
  if (conjuncts.length === 0) {
    reasons.push('no-condition');
    return 0;
  }
  const led = weightOf({ kind: 'and', of: conjuncts });
  const reason = reasonOf(led);
  if (reason !== undefined) reasons.push(reason);
  return led.weight;
}

function reasonOf({ access, weight }: Weight): CostReason | undefined {
  switch (access) {
    case 'key':
    case 'index':
    case 'range':
      return 'one-index';
    case 'open-range':
    case 'scan':
    case 'words':
      return access;
    case 'test':
      return 'only-tests';
    case 'join':
      return weight === 2 ? 'many-joins' : 'join';
    case 'nothing':
      return undefined;
  }
}
