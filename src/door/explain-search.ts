/** What an asker's conditions do to a search, in words, and PostgreSQL's plan for those who may read everything. See docs/adr/0033-explaining-searches.md */
import type { AccessContext } from '../conditions/access-context.ts';
import type { Scope } from '../conditions/scope.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import { classesOfViews, compile, compileCount, compileFew, type Statement } from '../search/index.ts';
import type { Search } from '../search/tree.ts';
import type { Plan } from '../store/plan.ts';
import { holdStill } from './holding.ts';
import type { ReadingMeans } from './reading.ts';
import { fillIn } from './searching.ts';

/** What holds of the search beside what was asked. Made from who asks and from nothing that is stored. */
export interface Narrowing {
  code: 'all' | 'permitted' | 'own' | 'changed' | 'counts' | 'scope' | 'scope-part' | 'scope-none';
  /** resource type that it is about */
  type?: string;
  text: string;
}

/** One statement that answers the search, and how it is run. */
export interface StatementPlan {
  /** few: all matches, sorted, if they are few; page: matches in their order until the page is full; count: all matches */
  purpose: 'few' | 'page' | 'count';
  plan: Plan;
}

/** Nothing here may depend on what there is: it is told to everyone. */
export function narrowingOf(context: AccessContext, types: readonly string[], isCount: boolean): Narrowing[] {
  const { rights, scopes, subject } = context;
  const all: Narrowing[] = [];
  if (rights.readAll) all.push({ code: 'all', text: 'You may read everything here.' });
  else {
    all.push(
      {
        code: 'permitted',
        text: 'Only what you may read takes part: as a match, as a step of a chain, and as what a page includes. The rest is treated as if it were not there.',
      },
      {
        code: 'changed',
        text: 'Data that you get de-identified are found only by what is left in them: asking for what was removed finds nothing.',
      },
    );
    if (subject.kind === 'person' && subject.patient !== undefined) {
      all.push({ code: 'own', text: `Of Patient/${subject.patient}, all data take part: they are your own.` });
    }
    if (isCount) {
      all.push({
        code: 'counts',
        text: 'Totals also count what may only be counted, as its data sets allow: rounded, or not told below a threshold.',
      });
    }
  }
  return scopes === undefined ? all : [...all, ...types.map((type) => scopeOf(scopes, type))];
}

function scopeOf(scopes: readonly Scope[], type: string): Narrowing {
  const covering = scopes.filter((one) => (one.type === '*' || one.type === type) && one.letters.includes('s'));
  if (covering.length === 0) {
    return { code: 'scope-none', type, text: `No scope of your token lets you search ${type}: none takes part.` };
  }
  if (covering.some(isWhole))
    return { code: 'scope', type, text: `The scopes of your token let you search all ${type}.` };
  const ways = covering.map(({ level, query }) =>
    [
      ...(level === 'patient' ? ['those of the patient in context'] : []),
      ...query.map(([name, value]) => `${name}=${value}`),
    ].join(' and '),
  );
  return {
    code: 'scope-part',
    type,
    text: `Of ${type}, the scopes of your token let you search only: ${[...new Set(ways)].join('; or ')}.`,
  };
}

const isWhole = ({ level, query }: Scope): boolean => level !== 'patient' && query.length === 0;

/** Whether the plan may be told: it is made from how many there are of everything. */
export function mayPlan({ rights, scopes }: AccessContext, definitions: Definitions): boolean {
  if (!rights.readAll) return false;
  if (scopes === undefined) return true;
  const whole = scopes.filter((one) => isWhole(one) && one.letters.includes('s'));
  return definitions.resourceTypes.every((type) => whole.some((one) => one.type === '*' || one.type === type));
}

/** Only where `mayPlan`. */
export async function plansOf(search: Search, isMeasured: boolean, means: ReadingMeans): Promise<StatementPlan[]> {
  const [plans] = await holdStill(means.decision, async (standing) => {
    const { all } = standing.views('s');
    const filled = await fillIn(search, all, means);
    const permitted = classesOfViews(all);
    const plans: StatementPlan[] = [];
    for (const [purpose, statement] of statementsOf(filled, permitted)) {
      plans.push({ purpose, plan: await means.store.plan(statement, isMeasured) });
    }
    return { epoch: standing.epoch, found: plans };
  });
  return plans;
}

function statementsOf(
  search: Search,
  permitted: Parameters<typeof compileCount>[1]['permitted'],
): [StatementPlan['purpose'], Statement][] {
  const count: [StatementPlan['purpose'], Statement] = ['count', compileCount(search, { permitted })];
  if (search.countOnly) return [count];
  const options = { permitted, page: { limit: search.count } };
  const few = compileFew(search, options);
  return [
    ...(few === undefined ? [] : [['few', few] as [StatementPlan['purpose'], Statement]]),
    ['page', compile(search, options)],
    ...(search.total === 'none' ? [] : [count]),
  ];
}
