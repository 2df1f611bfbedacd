/** A request for access as its parties get it: its Task at its version, with what its grant says by now. See docs/adr/0014-access-requests.md */
import { grantOf } from '../../conditions/grant.ts';
import type { Grant } from '../../conditions/model.ts';
import { resourceOf } from '../../door/index.ts';
import { type JsonObject, objectsOf, type Resource } from '../../fhir/json.ts';
import type { Reply, Server } from '../../interaction/index.ts';
import { parseSearch } from '../../search/index.ts';
import { type AccessRequest, taskOf, typed } from './access-request.ts';
import { serviceName, type Written } from './desk.ts';

/** Grants that are looked up at a time. */
const page = 100;

export async function taskReply({ request, done }: Written, server: Server): Promise<Reply> {
  const task: Resource = {
    ...taskOf(request, server.now()),
    meta: { versionId: String(done.version), lastUpdated: new Date(done.updated).toISOString() },
  };
  const [shown] = await withGrants([{ task, request }], server);
  return { status: 200, body: JSON.stringify(shown), versionId: done.version, lastModified: done.updated };
}

/** The Tasks with what was granted by them: as it stands now, for a steward may have changed or ended it. Neither side may read the grant itself. */
export async function withGrants(
  found: readonly { task: Resource; request: AccessRequest }[],
  server: Server,
): Promise<Resource[]> {
  const named = found.flatMap(({ request }) => (request.grant === undefined ? [] : [request.grant]));
  const grants = await grantsOf([...new Set(named)], server);
  return found.map(({ task, request }) => {
    if (request.grant === undefined) return task;
    const grant = grants.get(request.grant);
    const outputs = outputsOf(grant?.dataSet === request.dataSet ? grant : undefined, server.now());
    return { ...task, output: [...objectsOf(task['output']), ...outputs] };
  });
}

/** By `Consent/id`; what is no grant any more, or is not there, is left out. */
async function grantsOf(named: readonly string[], server: Server): Promise<ReadonlyMap<string, Grant>> {
  const door = server.service(serviceName);
  const grants = new Map<string, Grant>();
  for (let at = 0; at < named.length; at += page) {
    const ids = named.slice(at, at + page).map((one) => one.replace(/^Consent\//, ''));
    const search = parseSearch('Consent', [['_id', ids.join(',')]], { ...server.searchContext, handling: 'strict' });
    for (const stored of (await door.search({ ...search, count: page })).matches) {
      const { grant } = grantOf(resourceOf(stored), [server.base]);
      if (grant !== undefined) grants.set(grant.source, grant);
    }
  }
  return grants;
}

function outputsOf(grant: Grant | undefined, now: number): JsonObject[] {
  if (grant === undefined) return [typed('grant-state', { valueCode: 'inactive' })];
  const { from, to, level, profile, purposes, obligations } = grant;
  const state = to !== undefined && to < now ? 'ended' : from !== undefined && from > now ? 'not-yet' : 'active';
  const period = {
    ...(from === undefined ? {} : { start: new Date(from).toISOString() }),
    ...(to === undefined ? {} : { end: new Date(to).toISOString() }),
  };
  return [
    typed('grant-state', { valueCode: state }),
    typed('grant-level', { valueCode: level }),
    ...(profile === undefined ? [] : [typed('grant-profile', { valueCanonical: profile })]),
    ...(Object.keys(period).length === 0 ? [] : [typed('grant-period', { valuePeriod: period })]),
    ...purposes.map((one) => typed('grant-purpose', { valueString: one })),
    ...obligations.map(({ code, parameter }) =>
      typed('grant-obligation', { valueString: parameter === undefined ? code : `${code};${parameter}` }),
    ),
  ];
}
