/** How many tables an expression makes PostgreSQL join: the orders of a join are more than it can weigh all. https://www.postgresql.org/docs/current/explicit-joins.html */
import type { Expression } from './tree.ts';

/** Up to so many tables are left to PostgreSQL, which weighs the orders of 8 at once; weighing them costs more with each. */
export const mostJoined = 6;

export function relationCount(expression: Expression): number {
  switch (expression.kind) {
    case 'and':
      return relationCountOf(expression.of);
    case 'chain':
    case 'reverse':
      return 1 + relationCount(expression.of);
    case 'within':
      return relationCount(expression.of);
    case 'key':
    case 'none':
      return 0;
    // What is not a join is planned by itself.
    case 'or':
    case 'not':
    case 'overlap':
    case 'match':
    case 'present':
    case 'words':
    case 'type':
    case 'near':
    case 'updated':
    case 'class':
      return 1;
  }
}

export const relationCountOf = (all: readonly Expression[]): number =>
  all.reduce((sum, one) => sum + relationCount(one), 0);

/** What must hold, one by one. */
export const conjunctsOf = (where: readonly Expression[]): readonly Expression[] =>
  where.flatMap((one): readonly Expression[] => (one.kind === 'and' ? conjunctsOf(one.of) : [one]));
