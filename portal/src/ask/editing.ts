/** What the parts of the editor share: the changes that they make to the draft, and what is missing in it. https://react.dev/reference/react/createContext */
import { createContext, useContext, useMemo } from 'react';
import type { CriterionKind, Draft, DraftGroup, DraftNode } from './draft.ts';
import { newCriterion, newGroup } from './draft.ts';
import { added, changed, removed, wrapped } from './draft-edit.ts';
import type { MissingCode } from './draft-question.ts';

export interface Editing {
  change<T extends DraftNode>(node: T, change: Partial<Omit<T, 'id' | 'kind'>>): void;
  add(groupId: string, kind: CriterionKind | 'group'): void;
  /** Puts a criterion beside another of which one suffices. */
  orElse(node: DraftNode, kind: CriterionKind): void;
  remove(node: DraftNode, from: DraftGroup): void;
  /** by the id of a node; empty until somebody tries to ask */
  readonly missing: ReadonlyMap<string, MissingCode>;
}

const EditingContext = createContext<Editing | undefined>(undefined);
export const EditingProvider = EditingContext.Provider;

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (editing === undefined) throw new Error('the editor of a question has no draft');
  return editing;
}

export function useEdits(setDraft: (edit: (draft: Draft) => Draft) => void, missing: Editing['missing']): Editing {
  return useMemo(
    () => ({
      missing,
      change: (node, change) => setDraft((draft) => changed(draft, node.id, change)),
      add(groupId, kind) {
        const node = kind === 'group' ? newGroup('any') : newCriterion(kind);
        setDraft((draft) => added(draft, groupId, node));
        focusIn(node.id);
      },
      orElse(node, kind) {
        const group = newGroup('any');
        const other = newCriterion(kind);
        setDraft((draft) => added(wrapped(draft, node.id, group), group.id, other));
        focusIn(other.id);
      },
      remove(node, from) {
        setDraft((draft) => removed(draft, node.id));
        focusIn(`${from.id}-add`);
      },
    }),
    [setDraft, missing],
  );
}

/** Moves the keyboard to the first field of what has just come, or to the thing itself. */
export function focusIn(id: string): void {
  requestAnimationFrame(() => {
    const place = document.getElementById(id);
    const field = place?.querySelector<HTMLElement>(
      'input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea',
    );
    (field ?? place)?.focus();
  });
}
