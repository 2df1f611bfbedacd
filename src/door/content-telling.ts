/** Decides what is told of a data set's content from now on, from what it holds and what was told before. See docs/guarantees/content-summaries.md */
import type { ContentRules } from '../conditions/content-rules.ts';
import { isDue, type ToldSet, tell, tellResources, tellShare } from '../conditions/disclosure/content.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { TransactionSql } from '../store/connect.ts';
import {
  type CountedFact,
  changeRules,
  countedFacts,
  keepTally,
  keepTold,
  mostOfOnePerson,
  shapesOf,
  type Telling,
} from '../store/content-telling.ts';

/** Tells anew what moved far enough. */
export async function retell(sql: TransactionSql, dataSet: Int64, rules: ContentRules): Promise<void> {
  await changeRules(sql, dataSet, JSON.stringify(rules));
  const facts = await countedFacts(sql, dataSet);
  await keepTold(sql, dataSet, tellings(facts, rules));
  await retellTallies(sql, dataSet, await countedFacts(sql, dataSet), rules);
}

/** The smallest sets first, so that larger ones that hardly differ get their answers. */
function tellings(facts: readonly CountedFact[], rules: ContentRules): Telling[] {
  const nested = nesting(facts);
  const sets = new Map(facts.map((one): [number, ToldSet] => [one.fact, one]));
  const due = facts.filter((one) => isDue(one, rules)).sort((x, y) => x.patients - y.patients || x.fact - y.fact);
  return due.map((one) => {
    const { told, base } = tell(one, nested(one, sets), rules);
    sets.set(one.fact, { patients: one.patients, drift: 0, base, ...(told === undefined ? {} : { told }) });
    return { fact: one.fact, told, base: rules.threshold <= 1 ? undefined : base };
  });
}

type Nested = (one: CountedFact, sets: ReadonlyMap<number, ToldSet>) => Generator<ToldSet>;

/** Which sets of persons lie within which: all persons, those with a type, those with a code of it, those with a code below. */
function nesting(facts: readonly CountedFact[]): Nested {
  const any = facts.filter(({ kind }) => kind === 'any');
  const types = facts.filter(({ kind }) => kind === 'type');
  const byType = groupBy(
    facts.filter(({ kind }) => kind === 'code'),
    ({ type }) => [type],
  );
  const below = groupBy(
    facts.filter(({ kind }) => kind === 'code'),
    ({ above }) => above.map(String),
  );
  const numbered = new Map(facts.map((one) => [one.fact, one]));
  const others = (one: CountedFact): readonly (CountedFact | undefined)[] => {
    switch (one.kind) {
      case 'any':
        return facts;
      case 'type':
        return [...any, ...(byType.get(one.type) ?? [])];
      case 'code':
        return [
          ...one.above.map((fact) => numbered.get(fact)),
          ...(below.get(String(one.fact)) ?? []),
          ...types.filter(({ type }) => type === one.type),
          ...any,
        ];
      case 'sex':
      case 'age':
      case 'year':
      case 'birth':
        return any;
    }
  };
  return function* (one, sets) {
    for (const other of others(one)) {
      if (other === undefined || other.fact === one.fact) continue;
      const set = sets.get(other.fact);
      if (set !== undefined) yield set;
    }
  };
}

function groupBy<T>(list: readonly T[], keysOf: (one: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    for (const key of keysOf(one)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [one]);
      else group.push(one);
    }
  }
  return groups;
}

/** Numbers of resources and completeness, of types that are named. */
async function retellTallies(
  sql: TransactionSql,
  dataSet: Int64,
  facts: readonly CountedFact[],
  rules: ContentRules,
): Promise<void> {
  const due = facts.filter(({ kind, told, tally, tallyDrift }) => {
    if (kind !== 'type') return false;
    if (told === undefined) return tally !== undefined;
    return rules.threshold <= 1 || tally === undefined || tallyDrift >= rules.threshold;
  });
  if (due.length === 0) return;
  const shapes = await shapesOf(sql, dataSet);
  for (const one of due) {
    const own = shapes.filter(({ type }) => type === one.type);
    const all = own.reduce((sum, { resources }) => sum + resources, 0);
    if (one.told === undefined || all === 0) {
      await keepTally(sql, dataSet, one.fact, undefined);
      continue;
    }
    const most = rules.threshold <= 1 ? 0 : await mostOfOnePerson(sql, dataSet, one.fact);
    const resources = tellResources(all, most, rules);
    const having = new Map<string, number>();
    for (const shape of own)
      for (const element of shape.elements) having.set(element, (having.get(element) ?? 0) + shape.resources);
    const completeness = [...having].sort().map(([element, n]) => [element, tellShare(n, all, rules)] as const);
    await keepTally(sql, dataSet, one.fact, {
      ...(resources === undefined ? {} : { resources }),
      completeness: completeness.filter(([, percent]) => percent > 0),
    });
  }
}
