/** `$access-requests`: the requests that are one's own, and those that one decides on. See docs/adr/0014-access-requests.md */
import { canonical } from '../../fhir/canonical.ts';
import { bundleText } from '../../interaction/index.ts';
import { parseSearch } from '../../search/index.ts';
import type { Operation } from '../operation.ts';
import { inputsOf } from '../parameters.ts';
import { type AccessRequest, taskOf } from './access-request.ts';
import { decidesFor, isRequester, refuseByScope, requesterKey, serviceName, storedRequest } from './desk.ts';

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
  ],
  async perform(request, server) {
    const { context } = server.door;
    requesterKey(context);
    refuseByScope(context, 's');
    const inputs = inputsOf(request, accessRequests.parameters, 'access-requests');
    const states = inputs.texts('state');
    const dataSet = inputs.text('data-set');
    const isWanted = (one: AccessRequest): boolean =>
      (isRequester(context, one) || decidesFor(context, one.committee)) &&
      (states.length === 0 || states.includes(one.state)) &&
      (dataSet === undefined || one.dataSet === dataSet);
    const found: AccessRequest[] = [];
    const door = server.service(serviceName);
    const search = parseSearch('Task', [['code', `${canonical.accessCode}|access-request`]], {
      ...server.searchContext,
      handling: 'strict',
    });
    let after: Parameters<typeof door.search>[1];
    do {
      const { matches, next } = await door.search({ ...search, count: page }, after);
      found.push(
        ...matches
          .map(storedRequest)
          .filter((one) => one !== undefined)
          .filter(isWanted),
      );
      after = next;
    } while (after !== undefined);
    found.sort((one, other) => other.authored - one.authored);
    const entries = found.map((one) =>
      JSON.stringify({
        fullUrl: `${server.base}/Task/${one.id}`,
        resource: taskOf(one, server.now()),
        search: { mode: 'match' },
      }),
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
