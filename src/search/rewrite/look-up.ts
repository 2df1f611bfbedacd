/** Replaces in the tree what only the store knows: code hierarchies, value sets, resources above and below, units. https://hl7.org/fhir/R5/search.html#modifiers */
import type { Int64 } from '../index-rows.ts';
import type {
  Expression,
  KnownToken,
  QuantityTest,
  RangeTest,
  ReferenceHierarchy,
  RowTest,
  Search,
  TokenTest,
} from '../tree.ts';

/** Answers what a search must know before it can be compiled. */
export interface LookUp {
  /** the code with all above or below it */
  hierarchy(how: 'above' | 'below', system: string, code: string): Promise<readonly KnownToken[]>;
  /** what a value set lists; throws FhirError when it is not known */
  valueSet(url: string): Promise<readonly KnownToken[]>;
  /** `targets` with all above or below them */
  resources(targets: readonly Int64[], hierarchy: ReferenceHierarchy): Promise<readonly Int64[]>;
  /** the ranges in every unit that `ucum` can be turned into */
  units(range: RangeTest, ucum: string): Promise<readonly QuantityTest[]>;
}

/** The search with everything looked up; the very same one when there is nothing to. */
export async function lookUp(search: Search, store: LookUp): Promise<Search> {
  if (!search.where.some(isOpen)) return search;
  return { ...search, where: await Promise.all(search.where.map((one) => fill(one, store))) };
}

function isOpen(expression: Expression): boolean {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.of.some(isOpen);
    case 'not':
    case 'chain':
    case 'reverse':
    case 'within':
      return isOpen(expression.of);
    case 'overlap':
      return expression.branches.some((sources) => sources.some((one) => isOpen(one.of)));
    case 'match':
      return isOpenTest(expression.test);
    default:
      return false;
  }
}

function isOpenTest(test: RowTest): boolean {
  switch (test.table) {
    case 'token':
      return test.codes.some((one) => 'below' in one || 'above' in one || 'in' in one);
    case 'reference':
      return test.hierarchy !== undefined;
    case 'quantity':
      return test.ranges.some((one) => one.ucum !== undefined);
    default:
      return false;
  }
}

async function fill(expression: Expression, store: LookUp): Promise<Expression> {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return { ...expression, of: await Promise.all(expression.of.map((one) => fill(one, store))) };
    case 'not':
    case 'chain':
    case 'reverse':
    case 'within':
      return { ...expression, of: await fill(expression.of, store) };
    case 'overlap': {
      const filled = (sources: (typeof expression.branches)[number]) =>
        Promise.all(sources.map(async (one) => ({ ...one, of: await fill(one.of, store) })));
      return { ...expression, branches: await Promise.all(expression.branches.map(filled)) };
    }
    case 'match':
      return isOpenTest(expression.test) ? { ...expression, test: await fillTest(expression.test, store) } : expression;
    default:
      return expression;
  }
}

async function fillTest(test: RowTest, store: LookUp): Promise<RowTest> {
  switch (test.table) {
    case 'token':
      return { table: 'token', codes: (await Promise.all(test.codes.map((one) => tokensOf(one, store)))).flat() };
    case 'reference':
      return { table: 'reference', targets: await store.resources(test.targets, test.hierarchy!) };
    case 'quantity':
      return { table: 'quantity', ranges: (await Promise.all(test.ranges.map((one) => unitsOf(one, store)))).flat() };
    default:
      return test;
  }
}

async function tokensOf(test: TokenTest, store: LookUp): Promise<readonly KnownToken[]> {
  if ('below' in test) return store.hierarchy('below', test.below.system, test.below.code);
  if ('above' in test) return store.hierarchy('above', test.above.system, test.above.code);
  return 'in' in test ? store.valueSet(test.in) : [test];
}

async function unitsOf(test: QuantityTest, store: LookUp): Promise<readonly QuantityTest[]> {
  if (test.ucum === undefined) return [test];
  const { ucum, system: _, code: __, ...range } = test;
  return store.units(range, ucum);
}
