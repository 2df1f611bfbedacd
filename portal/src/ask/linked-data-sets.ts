/** Data sets that an address names as the catalogue does, `?data-set=id&data-set=id&at=base`: they become part of the question. See docs/reference/portal.md */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { baseOf } from '../server/address.ts';
import { home } from '../server/home.ts';
import { readRecord, rememberTitle, useTitleReader } from './data-set-titles.ts';
import type { Draft } from './draft.ts';

/** Whether names are still looked up. What cannot be read is named by its address, so that no question is wider than was meant. */
export function useLinkedDataSets(setDraft: (edit: (draft: Draft) => Draft) => void): boolean {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const queries = useQueryClient();
  const who = useTitleReader();
  const stated = [search.at ?? []].flat()[0];
  const base = stated !== undefined && /^https?:\/\//.test(stated) ? baseOf(stated) : home;
  const listed = [search['data-set'] ?? []].flat().join('\n');
  const ids = useMemo(() => [...new Set(listed.split('\n'))].filter((id) => id !== ''), [listed]);
  useEffect(() => {
    if (listed === '') return;
    const ending = new AbortController();
    const nameOf = async (id: string): Promise<string> => {
      try {
        const record = await readRecord(base, id, ending.signal);
        rememberTitle(queries, who, record);
        return record.name;
      } catch {
        return `${base}/Library/${id}`;
      }
    };
    void Promise.all(ids.map(nameOf)).then((names) => {
      if (ending.signal.aborted) return;
      setDraft((draft) => withNamed(draft, names));
      void navigate({
        to: '.',
        search: ({ 'data-set': _, at: __, ...rest }) => rest,
        replace: true,
        resetScroll: false,
      });
    });
    return () => ending.abort();
  }, [listed, ids, base, who, queries, navigate, setDraft]);
  return listed !== '';
}

function withNamed(draft: Draft, names: readonly string[]): Draft {
  if (names.length === 0) return draft;
  const only = [...new Set([...(draft.datasets.only ?? []), ...names])];
  return { ...draft, datasets: { ...draft.datasets, only } };
}
