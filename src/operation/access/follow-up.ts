/** `$answer-access`, `$withdraw-access`, `$revoke-access`: what the requester and the committee do with a request later. See docs/adr/0014-access-requests.md */

import { isGrant } from '../../conditions/grant.ts';
import { textOf } from '../../door/index.ts';
import type { Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Operation } from '../operation.ts';
import { inputsOf } from '../parameters.ts';
import { changeRequest, decidesFor, inState, isRequester, stepped, writeInside } from './desk.ts';
import { taskReply } from './task-reply.ts';

export const answerAccess: Operation = {
  code: 'answer-access',
  levels: ['instance'],
  types: ['Task'],
  affectsState: true,
  summary: 'Answer what the committee asked back about a request of one’s own.',
  parameters: [
    { name: 'message', min: 1, max: '1', type: 'string', documentation: 'Words to the committee.' },
    { name: 'document', min: 0, max: '*', type: 'Attachment', documentation: 'A further document.' },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, answerAccess.parameters, 'answer-access');
    const message = inputs.text('message');
    if (message === undefined) throw new FhirError('required', '$answer-access needs a message');
    const { context } = server.door;
    const changed = await changeRequest(
      server,
      request,
      (one) => isRequester(context, one),
      async (one) => {
        inState(one, ['requested', 'asked-back'], 'answered');
        const documents = [...one.documents, ...inputs.values('document')];
        return { ...stepped(one, server, 'answered', message), state: 'requested', documents };
      },
    );
    return taskReply(changed, server);
  },
};

const reasonOnly = [{ name: 'reason', min: 0, max: '1', type: 'string', documentation: 'Why.' }];

export const withdrawAccess: Operation = {
  code: 'withdraw-access',
  levels: ['instance'],
  types: ['Task'],
  affectsState: true,
  summary: 'Withdraw a request of one’s own; what was granted by it ends at once.',
  parameters: reasonOnly,
  async perform(request, server) {
    const reason = inputsOf(request, reasonOnly, 'withdraw-access').text('reason');
    const { context } = server.door;
    const changed = await changeRequest(
      server,
      request,
      (one) => isRequester(context, one),
      async (one, inside) => {
        inState(one, ['requested', 'asked-back', 'granted'], 'withdrawn');
        if (one.grant !== undefined) await endGrant(one.grant, inside, server);
        return { ...stepped(one, server, 'withdrawn', reason), state: 'withdrawn' };
      },
    );
    return taskReply(changed, server);
  },
};

export const revokeAccess: Operation = {
  code: 'revoke-access',
  levels: ['instance'],
  types: ['Task'],
  affectsState: true,
  summary: 'Revoke what was granted: for members of the committee and stewards. It holds from the next request on.',
  parameters: reasonOnly,
  async perform(request, server) {
    const reason = inputsOf(request, reasonOnly, 'revoke-access').text('reason');
    const { context } = server.door;
    const changed = await changeRequest(
      server,
      request,
      (one) => decidesFor(context, one.committee),
      async (one, inside) => {
        inState(one, ['granted'], 'revoked');
        await endGrant(one.grant!, inside, server);
        return { ...stepped(one, server, 'revoked', reason), state: 'revoked' };
      },
    );
    return taskReply(changed, server);
  },
};

/** The Consent stays, and grants nothing any more. */
async function endGrant(
  grant: string,
  inside: Parameters<typeof writeInside>[0],
  server: Parameters<typeof writeInside>[2],
): Promise<void> {
  const stored = await inside.read('Consent', grant.slice('Consent/'.length));
  if (stored === undefined) return;
  const consent = JSON.parse(textOf(stored)) as Resource; // only resources are stored
  // What else a request may name as its grant is nobody's to end here, a patient's refusal least of all.
  if (!isGrant(consent)) return;
  await writeInside(inside, { ...consent, status: 'inactive' }, server);
}
