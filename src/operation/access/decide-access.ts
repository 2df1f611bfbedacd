/** `$decide-access`: a committee grants, refuses, or asks back; what is granted holds at once and ends by itself. See docs/adr/0014-access-requests.md */
import type { Grant, Obligation } from '../../conditions/model.ts';
import { type Granularity, granularities } from '../../fhir/canonical.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Server } from '../../interaction/index.ts';
import { intervalOf } from '../../search/index.ts';
import type { Operation } from '../operation.ts';
import { type Inputs, inputsOf } from '../parameters.ts';
import type { AccessRequest } from './access-request.ts';
import { changeRequest, decidesFor, inState, refuseOwn, stepped, writeInside } from './desk.ts';
import { grantConsent } from './grant-consent.ts';
import { taskReply } from './task-reply.ts';

const decisions = ['grant', 'refuse', 'ask'] as const;

export const decideAccess: Operation = {
  code: 'decide-access',
  levels: ['instance'],
  types: ['Task'],
  affectsState: true,
  summary: 'Decide on a request for access: for members of the committee and stewards, but on none of their own.',
  parameters: [
    { name: 'decision', min: 1, max: '1', type: 'code', documentation: `One of ${decisions.join(', ')}.` },
    {
      name: 'reason',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'Words to the requester; needed to refuse or to ask back.',
    },
    {
      name: 'level',
      min: 0,
      max: '1',
      type: 'code',
      documentation: 'How closely may be looked; as requested unless stated.',
    },
    {
      name: 'profile',
      min: 0,
      max: '1',
      type: 'canonical',
      documentation: 'De-identification profile, for record-deidentified.',
    },
    { name: 'from', min: 0, max: '1', type: 'date', documentation: 'From when on; as requested unless stated.' },
    { name: 'until', min: 0, max: '1', type: 'date', documentation: 'Until when; as requested unless stated.' },
    {
      name: 'obligation',
      min: 0,
      max: '*',
      type: 'string',
      documentation: 'What the recipient has to keep to: `system|code` of v3-ActCode, or `system|code;parameter`.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, decideAccess.parameters, 'decide-access');
    const decision = inputs.text('decision');
    const { context } = server.door;
    const reason = inputs.text('reason');
    if (decision !== 'grant' && reason === undefined && (decision === 'refuse' || decision === 'ask'))
      throw new FhirError('required', `to ${decision} needs a reason, which the requester is told`);
    const changed = await changeRequest(
      server,
      request,
      (one) => decidesFor(context, one.committee),
      async (one, inside) => {
        refuseOwn(context, one);
        inState(one, ['requested', 'asked-back'], 'decided');
        switch (decision) {
          case 'refuse':
            return { ...stepped(one, server, 'refused', reason), state: 'refused' };
          case 'ask':
            return { ...stepped(one, server, 'asked-back', reason), state: 'asked-back' };
          case 'grant': {
            const grant = grantOf(one, inputs, server);
            await writeInside(inside, grantConsent(grant, server), server);
            return { ...stepped(one, server, 'granted', reason), state: 'granted', grant: grant.source };
          }
          default:
            throw new FhirError('value', `decision must be one of ${decisions.join(', ')}, not ${decision}`);
        }
      },
    );
    return taskReply(changed, server);
  },
};

function grantOf(request: AccessRequest, inputs: Inputs, server: Server): Grant {
  const level = inputs.text('level') ?? request.level;
  if (!granularities.includes(level as Granularity) || level === 'none')
    throw new FhirError('value', `level must be one of ${granularities.slice(1).join(', ')}, not ${level}`);
  const from = timeOf(inputs.text('from') ?? request.from, 'from');
  const until = timeOf(inputs.text('until') ?? request.until, 'until');
  if (until !== undefined && until.high <= server.now())
    throw new FhirError('value', 'until is over already: nothing would be granted');
  const profile = inputs.text('profile');
  return {
    source: `Consent/${server.newId()}`,
    dataSet: request.dataSet,
    // What is for a project is for whoever works in it, else for the person alone.
    grantees: request.project === undefined ? [request.requester.key] : [`project ${request.project}`],
    level: level as Granularity, // checked above
    ...(profile === undefined ? {} : { profile }),
    purposes: request.purposes,
    ...(from === undefined ? {} : { from: from.low }),
    ...(until === undefined ? {} : { to: until.high - 1 }),
    obligations: inputs.texts('obligation').map(obligationOf),
  };
}

function timeOf(text: string | undefined, name: string): { low: number; high: number } | undefined {
  if (text === undefined) return undefined;
  const interval = intervalOf(text);
  if (interval === undefined) throw new FhirError('value', `${name} must be a date, not ${text}`);
  return interval;
}

function obligationOf(text: string): Obligation {
  const [, code, parameter] = /^([^;]+\|[^;|]+)(?:;(.+))?$/.exec(text) ?? [];
  if (code === undefined) throw new FhirError('value', `obligation must be system|code, not ${text}`);
  return { code, ...(parameter === undefined ? {} : { parameter }) };
}
