/** Writes expressions of the tree as SQL: as the keys they select, and as conditions on a key. See docs/adr/0004. */
import { conjunctsOf, mostJoined, relationCountOf } from '../relation-count.ts';
import type { Expression } from '../tree.ts';
import { overlapKeys } from './overlap.ts';
import { or, rangeCondition, rowCondition } from './row-test.ts';
import { stagesOf } from './stages.ts';
import type { StatementBuilder } from './statement.ts';

type RowOwned = Extract<Expression, { kind: 'match' | 'chain' }>;

/** Rows of an index table belong to a current, permitted resource of the parameter's type: they can select by themselves. */
const isRowOwned = (expression: Expression): expression is RowOwned =>
  expression.kind === 'match' || expression.kind === 'chain';

/** A SELECT of `key`: current, permitted resources of `types` for which all of `where` hold. Keys may repeat. */
export function selectKeys(types: readonly string[], where: readonly Expression[], to: StatementBuilder): string {
  const conjuncts = conjunctsOf(where);
  if (conjuncts.length > 1 && relationCountOf(conjuncts) > mostJoined) return selectInStages(types, conjuncts, to);
  return selectAtOnce(types, conjuncts, to);
}

/** One plan over all of them. */
function selectAtOnce(types: readonly string[], conjuncts: readonly Expression[], to: StatementBuilder): string {
  const driver = conjuncts.find((one) => one.kind === 'match') ?? conjuncts.find(isRowOwned);
  if (driver !== undefined && isRowOwned(driver)) {
    const alias = to.alias();
    const own = rowsOf(driver, alias, to);
    const others = conjuncts.filter((one) => one !== driver).map((one) => ` and ${condition(one, `${alias}.key`, to)}`);
    return `select ${alias}.key from ${own}${others.join('')}`;
  }
  const [only] = conjuncts;
  if (conjuncts.length === 1 && only!.kind === 'or' && only!.of.length > 0 && only!.of.every(isRowOwned)) {
    return only!.of.map((one) => selectKeys(types, [one], to)).join(' union all ');
  }
  // Each view of what may be seen selects by itself.
  if (conjuncts.length === 1 && only!.kind === 'or' && only!.of.every((one) => one.kind === 'within')) {
    const parts = only!.of.map((one) => to.within(one.classes, () => selectKeys(types, [one.of], to)));
    return parts.join(' union all ');
  }
  const alias = to.alias();
  const conditions = conjuncts.map((one) => ` and ${condition(one, `${alias}.key`, to, alias)}`);
  return `select ${alias}.key from ${resourcesOf(types, alias, to)}${conditions.join('')}`;
}

/** Each stage has few tables, so that its order is well chosen and cheaply found; the first one has what is rarest. */
function selectInStages(types: readonly string[], conjuncts: readonly Expression[], to: StatementBuilder): string {
  const [first = [], ...others] = stagesOf(conjuncts);
  let text = firstStage(types, first, conjuncts, to);
  for (const stage of others) {
    const alias = to.alias();
    const conditions = stage.map((one) => condition(one, `${alias}.key`, to)).join(' and ');
    text = `with stage as materialized (${text}) select ${alias}.key from stage ${alias} where ${conditions}`;
  }
  const alias = to.alias();
  return `select ${alias}.key from (${text}) ${alias}`;
}

/** The keys to begin with, each once. */
function firstStage(
  types: readonly string[],
  stage: readonly Expression[],
  all: readonly Expression[],
  to: StatementBuilder,
): string {
  const [rarest, ...others] = stage;
  const alias = to.alias();
  if (rarest?.kind !== 'reverse' || stage.some(isRowOwned)) {
    return `select distinct ${alias}.key from (${selectAtOnce(types, stage, to)}) ${alias}`;
  }
  // What is referred to need not be there: a row of its own says that it is, and that it may be seen.
  const conditions = others.map((one) => condition(one, `${alias}.key`, to));
  if (!all.some(isRowOwned)) {
    const own = to.alias();
    conditions.push(`exists (select 1 from ${resourcesOf(types, own, to)} and ${own}.key = ${alias}.key)`);
  }
  const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  return `select distinct ${alias}.key from (${referredKeys(rarest, to)}) ${alias} (key)${where}`;
}

/** `resource t0 where ...`: current, permitted resources of some types. */
export function resourcesOf(types: readonly string[], alias: string, to: StatementBuilder): string {
  return `resource ${alias} where ${typeCondition(types, alias, to)} and not ${alias}.deleted${to.permitted(alias)}`;
}

function typeCondition(types: readonly string[], alias: string, to: StatementBuilder): string {
  return types.length === 1
    ? `${alias}.type = ${to.add(types[0], 'text')}`
    : `${alias}.type = any(${to.add([...types], 'text[]')})`;
}

/** `token t0 where ...`: the rows that make a match or chain true. */
export function rowsOf(expression: RowOwned, alias: string, to: StatementBuilder): string {
  const table = expression.kind === 'chain' ? 'reference' : expression.test.table;
  const parameter = `${alias}.parameter = ${to.add(expression.parameter, 'bigint')}`;
  const test =
    expression.kind === 'chain'
      ? // Not correlated, so that it also runs where the two resources lie on different machines.
        `${alias}.target in (${targetsOf(expression, to)})`
      : rowCondition(expression.test, alias, to);
  return `${table} ${alias} where ${parameter} and ${test}${to.permitted(alias)}`;
}

/** What a reference to one of the resources may hold: its key, or the hash of the canonical that it states. */
function targetsOf({ type, of, canonicals }: Extract<Expression, { kind: 'chain' }>, to: StatementBuilder): string {
  const keys = selectKeys([type], [of], to);
  if (canonicals === undefined) return keys;
  const alias = to.alias();
  return `${keys} union all select ${alias}.hash from uri ${alias} where ${alias}.parameter = any(${to.add([...canonicals], 'bigint[]')})
    and ${alias}.key in (${selectKeys([type], [of], to)})${to.permitted(alias)}`;
}

/** The condition that `expression` holds for the resource with the key `key`. `resource` is the alias of its own row, if at hand. */
export function condition(expression: Expression, key: string, to: StatementBuilder, resource?: string): string {
  switch (expression.kind) {
    case 'and':
      return expression.of.length === 0
        ? 'true'
        : `(${expression.of.map((one) => condition(one, key, to, resource)).join(' and ')})`;
    case 'or':
      return either(expression.of, key, to, resource);
    case 'not':
      return `not ${condition(expression.of, key, to, resource)}`;
    case 'match':
    case 'chain': {
      const alias = to.alias();
      return `exists (select 1 from ${rowsOf(expression, alias, to)} and ${alias}.key = ${key})`;
    }
    case 'present': {
      const alias = to.alias();
      const parameter = to.add(expression.parameter, 'bigint');
      return `exists (select 1 from ${expression.table} ${alias} where ${alias}.parameter = ${parameter} and ${alias}.key = ${key}${to.permitted(alias)})`;
    }
    case 'reverse':
      return `${key} in (${referredKeys(expression, to)})`;
    case 'overlap':
      return `${key} in (${overlapKeys(expression, to, condition)})`;
    case 'key':
      return `${key} = any(${to.add([...expression.keys], 'bigint[]')})`;
    case 'updated': {
      // The last change is an instant: both ends of its range.
      const alias = resource ?? to.alias();
      const at = (range: (typeof expression.ranges)[number]): string =>
        rangeCondition(range, alias, to, 'bigint')
          .replaceAll(`${alias}.low`, `${alias}.updated`)
          .replaceAll(`${alias}.high`, `${alias}.updated`);
      const ranges = or(expression.ranges.map(at));
      return resource === undefined
        ? `exists (select 1 from resource ${alias} where ${alias}.key = ${key} and ${ranges}${to.permitted(alias)})`
        : ranges;
    }
    case 'words': {
      const alias = to.alias();
      return `${key} in (select ${alias}.key from words ${alias} where ${alias}.${expression.column} @@ ${wordQuery(expression.query, to)}${to.permitted(alias)})`;
    }
    case 'type': {
      if (resource !== undefined) return typeCondition(expression.types, resource, to);
      const alias = to.alias();
      return `exists (select 1 from resource ${alias} where ${alias}.key = ${key} and ${typeCondition(expression.types, alias, to)}${to.permitted(alias)})`;
    }
    case 'class':
      return ofClasses(expression.classes, key, to, resource);
    case 'within':
      return to.within(expression.classes, () => {
        const inner = condition(expression.of, key, to, resource);
        return expression.classes === 'all'
          ? inner
          : `(${inner} and ${ofClasses(expression.classes, key, to, resource)})`;
      });
    case 'near':
      return `${key} in (${nearKeys(expression, to)})`;
    case 'none':
      return 'false';
  }
}

type Reverse = Extract<Expression, { kind: 'reverse' }>;

/** Some of them hold. What is referred to by resources of several types is one list, which can be looked up as a whole. */
function either(of: readonly Expression[], key: string, to: StatementBuilder, resource?: string): string {
  const referred = of.filter((one): one is Reverse => one.kind === 'reverse');
  if (referred.length < 2) return or(of.map((one) => condition(one, key, to, resource)));
  const others = of.filter((one) => one.kind !== 'reverse').map((one) => condition(one, key, to, resource));
  return or([`${key} in (${referred.map((one) => referredKeys(one, to)).join(' union all ')})`, ...others]);
}

/** A SELECT of the keys that resources for which the rest holds refer to. */
function referredKeys({ parameter, of }: Reverse, to: StatementBuilder): string {
  const alias = to.alias();
  const own = `${alias}.parameter = ${to.add(parameter, 'bigint')}`;
  const inner = condition(of, `${alias}.key`, to);
  return `select ${alias}.target from reference ${alias} where ${own}${to.permitted(alias)} and ${inner}`;
}

function ofClasses(classes: readonly number[], key: string, to: StatementBuilder, resource?: string): string {
  if (resource !== undefined) return `true${to.ofClasses(resource, classes)}`;
  const alias = to.alias();
  return `exists (select 1 from resource ${alias} where ${alias}.key = ${key}${to.ofClasses(alias, classes)})`;
}

/** Words, "phrases", or, -without: as search engines take them. https://www.postgresql.org/docs/current/textsearch-controls.html */
export function wordQuery(query: string, to: StatementBuilder): string {
  return `websearch_to_tsquery('simple', ${to.add(query, 'text')})`;
}

/** Kilometres that a degree of latitude is long. */
const kilometresOfDegree = 111.2;

/** Within a strip of latitudes, which the index finds, those that are near enough on the sphere. */
function nearKeys(near: Extract<Expression, { kind: 'near' }>, to: StatementBuilder): string {
  const [a, o] = [to.alias(), to.alias()];
  const degrees = near.kilometres / kilometresOfDegree + 0.001;
  const latitude = to.add(near.at.latitude, 'float8');
  const longitude = to.add(near.at.longitude, 'float8');
  const low = to.add(near.at.latitude - degrees, 'float8');
  const high = to.add(near.at.latitude + degrees, 'float8');
  const distance = `12742 * asin(least(1, sqrt(sin(radians(${a}.low - ${latitude}) / 2) ^ 2
    + cos(radians(${latitude})) * cos(radians(${a}.low)) * sin(radians(${o}.low - ${longitude}) / 2) ^ 2)))`;
  return `select ${a}.key from number ${a} join number ${o} on ${o}.key = ${a}.key and ${o}.parameter = ${to.add(near.longitude, 'bigint')}${to.permitted(o)}
    where ${a}.parameter = ${to.add(near.latitude, 'bigint')} and ${a}.low between ${low} and ${high}${to.permitted(a)}
    and ${distance} <= ${to.add(near.kilometres, 'float8')}`;
}
