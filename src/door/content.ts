/** What data sets hold, for those who publish it: brought up to date with what changed, told by each data set's conditions. See docs/adr/0017-content-summaries.md */
import { type AccessContext, isSteward } from '../conditions/access-context.ts';
import { type ContentRules, tellableContent } from '../conditions/content-rules.ts';
import { namedFrom } from '../conditions/disclosure/content.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Int64 } from '../search/index-rows.ts';
import type { TransactionSql } from '../store/connect.ts';
import { contentTransaction, forgetDataSets } from '../store/content.ts';
import type { ContentKind } from '../store/content-fact.ts';
import { countedFacts, sweepCounts, type Tally } from '../store/content-telling.ts';
import { type CountingMeans, countChanged } from './content-counting.ts';
import { retell } from './content-telling.ts';

/** The content of a data set as anyone may be told of it. */
export interface ToldContent {
  /** id of the Library */
  id: string;
  rules: ContentRules;
  /** what fewer persons than this have may be missing */
  namedFrom: number;
  facts: readonly ToldFact[];
}

export interface ToldFact {
  kind: ContentKind;
  type: string;
  system: string;
  code: string;
  display?: string;
  patients: number;
  tally?: Tally;
}

/** The content of data sets, for services and stewards. */
export interface ContentDoor {
  /** Counts what changed since, and gives what is told of every data set that tells anything. */
  refresh(signal?: AbortSignal): Promise<ToldContent[]>;
}

export function contentDoor(means: CountingMeans, context: AccessContext): ContentDoor {
  const { store } = means;
  return {
    async refresh(signal) {
      if (!isSteward(context) || !context.rights.readAll)
        throw new FhirError('forbidden', 'bringing summaries up to date is for stewards who read everything');
      const tellable = await countChanged(means, signal);
      const told: ToldContent[] = [];
      for (const key of tellable.keys()) {
        signal?.throwIfAborted();
        const content = await contentTransaction(store.sql, (sql) => tellOne(sql, key, means));
        if (content !== undefined) told.push(content);
      }
      await contentTransaction(store.sql, sweepCounts);
      return told;
    },
  };
}

/** Statements may have changed since it was counted: a data set that was closed meanwhile is told of no more. */
async function tellOne(
  sql: TransactionSql,
  key: Int64,
  { store, now }: CountingMeans,
): Promise<ToldContent | undefined> {
  const statements = await store.statements(await store.epoch());
  const content = tellableContent(statements, now(), statements).get(key);
  if (content === undefined) {
    await forgetDataSets(sql, [key]);
    return undefined;
  }
  const { source, rules } = content;
  await retell(sql, key, rules);
  const facts = await countedFacts(sql, key);
  return {
    id: source.slice(source.indexOf('/') + 1),
    rules,
    namedFrom: namedFrom(rules.threshold),
    facts: facts.flatMap(({ kind, type, system, code, display, told, tally }): ToldFact[] =>
      told === undefined
        ? []
        : [
            {
              ...{ kind, type, system, code, patients: told },
              ...(display === undefined ? {} : { display }),
              ...(tally === undefined ? {} : { tally }),
            },
          ],
    ),
  };
}
