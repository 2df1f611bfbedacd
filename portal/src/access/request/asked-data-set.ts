/** Which data set is asked for, and where: requests are made at the server that holds it, not where a copy of its record was found. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { type Stated, statedOf } from '../../../../src/fair/stated.ts';
import type { JsonObject } from '../../../../src/fhir/json.ts';
import { getJson, type Json } from '../../server/fhir.ts';
import { home } from '../../server/home.ts';
import { useAsker } from '../../server/query.ts';

export interface AskedDataSet {
  /** base of the server that requests are made at */
  readonly base: string;
  readonly id: string;
  readonly title: string;
  readonly stated: Stated;
  readonly record: Json;
  /** whether that server takes requests */
  readonly takesRequests: boolean;
}

/** `request` is the address of a record, `Library/id`, or an identifier; `at` is the base of a server, home unless stated. */
export function useAskedDataSet(request: string | undefined, at: string = home): UseQueryResult<AskedDataSet | null> {
  const who = useAsker(at);
  return useQuery({
    queryKey: ['asked data set', request, at, who],
    enabled: request !== undefined,
    queryFn: ({ signal }) => find(request!, at, signal),
  });
}

const recordPattern = /^(https?:\/\/.+)\/Library\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.*)?$/;

async function find(request: string, at: string, signal: AbortSignal): Promise<AskedDataSet | null> {
  const [, base, id] = recordPattern.exec(request) ?? [];
  if (base !== undefined && id !== undefined)
    return atSource(base, await getJson(base, `Library/${id}`, { signal }), signal);
  const [, plainId] = /^Library\/([A-Za-z0-9\-.]{1,64})$/.exec(request) ?? [];
  if (plainId !== undefined) return atSource(at, await getJson(at, `Library/${plainId}`, { signal }), signal);
  const found = await getJson(at, `Library?identifier=${encodeURIComponent(request)}&_count=1`, { signal });
  const [entry] = Array.isArray(found['entry']) ? (found['entry'] as { resource: Json }[]) : [];
  return entry === undefined ? null : atSource(at, entry.resource, signal);
}

/** A copy of a record says where it came from; whoever serves the original is asked. */
async function atSource(base: string, record: Json, signal: AbortSignal): Promise<AskedDataSet> {
  const source = String((record['meta'] as Json | undefined)?.['source'] ?? '');
  const [, origin, id] = recordPattern.exec(source) ?? [];
  if (origin !== undefined && id !== undefined && origin !== base)
    return described(origin, await getJson(origin, `Library/${id}`, { signal }), signal);
  return described(base, record, signal);
}

async function described(base: string, record: Json, signal: AbortSignal): Promise<AskedDataSet> {
  const id = String(record['id']);
  const capabilities = await getJson(base, 'metadata', { signal });
  return {
    base,
    id,
    title: String(record['title'] ?? record['name'] ?? `Library/${id}`),
    stated: statedOf(record as JsonObject, `${base}/Library/${id}`),
    record,
    takesRequests: JSON.stringify(capabilities['rest'] ?? []).includes('"request-access"'),
  };
}
