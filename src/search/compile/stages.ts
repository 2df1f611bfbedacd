/** Writes a search of many conditions as stages, each of which narrows what the one before it left. See docs/adr/0004-search-tree-and-sql.md */
import { mostJoined, relationCount } from '../relation-count.ts';
import type { Expression } from '../tree.ts';

/** The conditions in their order, together as long as PostgreSQL can weigh in which order they are best looked up. */
export function stagesOf(conjuncts: readonly Expression[]): Expression[][] {
  const stages: Expression[][] = [];
  let joined = mostJoined;
  for (const one of conjuncts) {
    const own = relationCount(one);
    if (joined + own > mostJoined) {
      stages.push([]);
      // What an earlier stage left is joined too.
      joined = stages.length > 1 ? 1 : 0;
    }
    stages.at(-1)!.push(one);
    joined += own;
  }
  return stages;
}
