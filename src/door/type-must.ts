/** Looks up what is asked of the rows of one type, as in any search. */
import { lookUp } from '../search/index.ts';
import type { Expression } from '../search/tree.ts';
import type { createLookUp } from './look-up.ts';

const emptySearch = {
  path: '',
  sort: [],
  includes: [],
  count: 0,
  countOnly: false,
  total: 'none',
  warnings: [],
  used: [],
} as const;

export async function typeMust(
  type: string,
  must: Expression,
  known: ReturnType<typeof createLookUp>,
): Promise<Expression> {
  const filled = await lookUp({ ...emptySearch, types: [type], where: [must] }, known);
  return filled.where[0]!;
}
