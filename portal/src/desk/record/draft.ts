/** A record while it is worked on: kept in this browser until it is stored, with the version that it began from. https://hl7.org/fhir/R4B/http.html#concurrency */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { ask } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';
import { useAsker } from '../../server/query.ts';
import { newRecord } from './describe.ts';

interface Kept {
  record: JsonObject;
  /** ETag of the stored version that it began from; absent for one that was never stored */
  version?: string;
}

export interface Draft extends Kept {
  /** whether it differs from what is stored */
  isChanged: boolean;
  change(record: JsonObject): void;
  /** Gives up what was changed; what is stored is read again. */
  discard(): void;
  /** Stores it; throws FhirProblem, with status 412 when someone else stored another version meanwhile. Gives its id. */
  store(record: JsonObject): Promise<string>;
}

export const newId = 'new';
const keyOf = (id: string): string => `fairway-desk-draft ${home} ${id}`;

export function keptDraft(id: string): Kept | undefined {
  try {
    const text = localStorage.getItem(keyOf(id));
    return text === null ? undefined : (JSON.parse(text) as Kept); // written by keep
  } catch {
    return undefined;
  }
}

function keep(id: string, kept: Kept | undefined): void {
  try {
    if (kept === undefined) localStorage.removeItem(keyOf(id));
    else localStorage.setItem(keyOf(id), JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing still lets one work until the page is left.
  }
}

interface DraftState {
  draft: Draft | undefined;
  error: Error | null;
  retry(): void;
}

/** The record with this id, or a new one. */
export function useDraft(id: string): DraftState {
  const who = useAsker(home);
  const client = useQueryClient();
  const queryKey = ['desk', 'record', id, who];
  const stored = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<Kept> => {
      const { body, headers } = await ask(home, `Library/${id}`, { signal });
      const version = headers.get('etag') ?? '';
      return { record: body as JsonObject, version };
    },
    enabled: id !== newId,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [local, setLocal] = useState<{ id: string; kept: Kept | undefined }>(() => ({ id, kept: keptDraft(id) }));
  const [fresh] = useState(newRecord);
  const kept = local.id === id ? local.kept : keptDraft(id);
  const begun: Kept | undefined = id === newId ? { record: fresh } : stored.data;
  const current = kept ?? begun;
  const set = (next: Kept | undefined): void => {
    keep(id, next);
    setLocal({ id, kept: next });
  };
  if (current === undefined) return { draft: undefined, error: stored.error, retry: () => void stored.refetch() };
  const draft: Draft = {
    ...current,
    isChanged: kept !== undefined,
    change: (record) => set({ ...current, record }),
    discard() {
      set(undefined);
      if (id !== newId) void stored.refetch();
    },
    async store(record) {
      const { id: storedId, version } = await write(record, current.version);
      keep(id, undefined);
      client.setQueryData(['desk', 'record', storedId, who], { record: { ...record, id: storedId }, version });
      setLocal({ id, kept: undefined });
      void client.invalidateQueries({ queryKey: ['desk', 'data-sets'] });
      return storedId;
    },
  };
  return { draft, error: null, retry: () => {} };
}

/** A new record gets its id from the server, so that none is overwritten. */
async function write(record: JsonObject, version: string | undefined): Promise<{ id: string; version: string }> {
  const isNew = version === undefined;
  const { headers, body } = await ask(home, isNew ? 'Library' : `Library/${String(record['id'])}`, {
    method: isNew ? 'POST' : 'PUT',
    body: record,
    headers: { prefer: 'return=representation', ...(isNew ? {} : { 'if-match': version }) },
  });
  return { id: String(body['id']), version: headers.get('etag') ?? '' };
}
