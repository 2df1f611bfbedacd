/** Changes to a draft, each of which gives a new one. https://react.dev/learn/updating-objects-in-state */
import type { Draft, DraftGroup, DraftNode } from './draft.ts';

type Edited = (node: DraftNode) => DraftNode | undefined;

/** The tree with the node at `id` as `edit` gives it, or without it. */
function edited(group: DraftGroup, id: string, edit: Edited): DraftGroup {
  let changed = false;
  const of = group.of.flatMap((node): DraftNode[] => {
    const next = node.id === id ? edit(node) : node.kind === 'group' ? edited(node, id, edit) : node;
    if (next !== node) changed = true;
    return next === undefined ? [] : [next];
  });
  return changed ? { ...group, of } : group;
}

const withRoot = (draft: Draft, root: DraftGroup): Draft => (root === draft.root ? draft : { ...draft, root });

/** `change` names members of the node's own kind. */
export function changed<T extends DraftNode>(draft: Draft, id: string, change: Partial<Omit<T, 'id' | 'kind'>>): Draft {
  if (draft.root.id === id) return withRoot(draft, { ...draft.root, ...change } as DraftGroup); // the root is a group
  return withRoot(
    draft,
    edited(draft.root, id, (node) => ({ ...node, ...change }) as DraftNode), // members of its kind
  );
}

/** Adds at the end of a group. */
export function added(draft: Draft, groupId: string, node: DraftNode): Draft {
  const into = (group: DraftGroup): DraftGroup => ({ ...group, of: [...group.of, node] });
  if (draft.root.id === groupId) return withRoot(draft, into(draft.root));
  return withRoot(
    draft,
    edited(draft.root, groupId, (group) => (group.kind === 'group' ? into(group) : group)),
  );
}

export const removed = (draft: Draft, id: string): Draft =>
  withRoot(
    draft,
    edited(draft.root, id, () => undefined),
  );

/** Puts a node into a new group in its place, so that more can be said of it. */
export const wrapped = (draft: Draft, id: string, group: DraftGroup): Draft =>
  withRoot(
    draft,
    edited(draft.root, id, (node) => ({ ...group, of: [node] })),
  );
