/** `$access-requests`: the requests that are one's own, and those that one decides on. See docs/adr/0014-access-requests.md */
import type { AccessContext } from '../../conditions/access-context.ts';
import { resourceOf } from '../../door/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import type { Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { bundleText } from '../../interaction/index.ts';
import { parseSearch } from '../../search/index.ts';
import type { Operation } from '../operation.ts';
import { inputsOf } from '../parameters.ts';
import type { AccessRequest } from './access-request.ts';
import { decidesFor, isRequester, refuseByScope, requesterKey, serviceName, storedRequest } from './desk.ts';
import { withGrants } from './task-reply.ts';

/** Requests that are looked through at a time. */
const page = 500;

export const accessRequests: Operation = {
  code: 'access-requests',
  levels: ['system'],
  affectsState: false,
  summary: 'The requests for access that are one’s own, and those that one decides on, newest first.',
  parameters: [
    {
      name: 'state',
      min: 0,
      max: '*',
      type: 'code',
      documentation: 'requested, asked-back, granted, refused, withdrawn, revoked.',
    },
    { name: 'data-set', min: 0, max: '1', type: 'string', documentation: 'Only for this data set, `Library/id`.' },
    {
      name: 'party',
      min: 0,
      max: '1',
      type: 'code',
      documentation: 'requester: only those that are one’s own; decider: only those that one decides on.',
    },
  ],
  async perform(request, server) {
    const { context } = server.door;
    requesterKey(context);
    refuseByScope(context, 's');
    const inputs = inputsOf(request, accessRequests.parameters, 'access-requests');
    const states = inputs.texts('state');
    const dataSet = inputs.text('data-set');
    const isParty = partyOf(inputs.text('party'), context);
    const isWanted = (one: AccessRequest): boolean =>
      isParty(one) &&
      (states.length === 0 || states.includes(one.state)) &&
      (dataSet === undefined || one.dataSet === dataSet);
    const found: { task: Resource; request: AccessRequest }[] = [];
    const door = server.service(serviceName);
    const search = parseSearch('Task', [['code', `${canonical.accessCode}|access-request`]], {
      ...server.searchContext,
      handling: 'strict',
    });
    let after: Parameters<typeof door.search>[1];
    do {
      const { matches, next } = await door.search({ ...search, count: page }, after);
      found.push(
        ...matches.flatMap((stored) => {
          const request = storedRequest(stored);
          return request !== undefined && isWanted(request) ? [{ task: resourceOf(stored), request }] : [];
        }),
      );
      after = next;
    } while (after !== undefined);
    found.sort((one, other) => other.request.authored - one.request.authored);
    const entries = (await withGrants(found, server)).map((resource) =>
      JSON.stringify({ fullUrl: `${server.base}/Task/${resource['id']}`, resource, search: { mode: 'match' } }),
    );
    return {
      status: 200,
      body: bundleText({
        type: 'searchset',
        id: server.newId(),
        now: server.now(),
        total: found.length,
        links: [{ relation: 'self', url: `${server.base}/$access-requests` }],
        entries,
      }),
    };
  },
};

/** Which requests are the asker's to see, as whom it asks. */
function partyOf(party: string | undefined, context: AccessContext): (request: AccessRequest) => boolean {
  const isOwn = (one: AccessRequest): boolean => isRequester(context, one);
  const decides = (one: AccessRequest): boolean => decidesFor(context, one.committee);
  switch (party) {
    case undefined:
      return (one) => isOwn(one) || decides(one);
    case 'requester':
      return isOwn;
    case 'decider':
      return decides;
    default:
      throw new FhirError('value', `party must be requester or decider, not ${party}`);
  }
}
