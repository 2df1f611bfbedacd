/** `$admit`: a steward admits a server to the community, refuses it, or notes that it left. See docs/adr/0025-discovery.md */
import { type DoorTransaction, resourceOf } from '../../door/index.ts';
import { harvestService } from '../../federation/harvest/index.ts';
import { endpointWith, type Member, memberOf, put, shownTo, statementId } from '../../federation/member/index.ts';
import type { Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { checkJob, type Server } from '../../interaction/index.ts';
import type { Operation } from '../operation.ts';
import { inputsOf } from '../parameters.ts';
import { changeMember, endpointAt, memberRoles, readAddress, requireSteward } from './desk.ts';

const decisions = ['approve', 'refuse', 'leave'] as const;
type Decision = (typeof decisions)[number];

export const admit: Operation = {
  code: 'admit',
  levels: ['system'],
  roles: memberRoles,
  affectsState: true,
  summary: 'Decide whether a server belongs to this community: for stewards.',
  parameters: [
    { name: 'address', min: 1, max: '1', type: 'url', documentation: 'FHIR base address of the server.' },
    {
      name: 'decision',
      min: 0,
      max: '1',
      type: 'code',
      documentation: `One of ${decisions.join(', ')}; approve unless stated. Who was refused may be approved later.`,
    },
    {
      name: 'reason',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'Words to those who run the server; needed to refuse.',
    },
    {
      name: 'speaks-for',
      min: 0,
      max: '*',
      type: 'string',
      documentation:
        'Beginning of identifiers (a URI, or system|value) and addresses that it may publish for, beside its own; * for all. They take the place of those that were stated before.',
    },
  ],
  async perform(request, server) {
    requireSteward(server, 'admit');
    const inputs = inputsOf(request, admit.parameters, 'admit');
    const address = readAddress(inputs.text('address'), 'admit');
    const stated = inputs.text('decision') ?? 'approve';
    const decision = decisions.find((one) => one === stated);
    const reason = inputs.text('reason');
    if (decision === undefined)
      throw new FhirError('value', `decision must be one of ${decisions.join(', ')}, not ${stated.slice(0, 50)}`);
    if (decision === 'refuse' && reason === undefined)
      throw new FhirError('required', 'to refuse needs a reason, which those who run the server are told');
    const speaksFor = inputs.texts('speaks-for');
    if (speaksFor.length > 0 && decision !== 'approve')
      throw new FhirError('value', 'only who is approved may speak for something');
    const empty = speaksFor.find((one) => one.trim() === '');
    if (empty !== undefined) throw new FhirError('value', 'speaks-for must not be empty; * stands for everything');
    const changed = await changeMember(server, address, async (inside) => {
      const endpoint = await endpointAt(inside, address, server);
      if (endpoint === undefined)
        throw new FhirError('not-found', `no server with the address ${address} has asked to join`);
      const decided = speaking(decide(endpoint, decision, reason), speaksFor);
      await put(inside, decided, server);
      if (decision === 'approve') await showWhatGoesWith(inside, memberOf(endpoint), server);
      return decided;
    });
    if (decision === 'approve') await Promise.all([server.soon(checkJob), server.soon(harvestService)]);
    return { status: 200, body: JSON.stringify(changed) };
  },
};

const speaking = (endpoint: Resource, speaksFor: readonly string[]): Resource =>
  speaksFor.length === 0 ? endpoint : endpointWith(endpoint, { speaksFor });

function decide(endpoint: Resource, decision: Decision, reason: string | undefined): Resource {
  const { membership, status } = memberOf(endpoint);
  const words = { reason: reason ?? null };
  switch (decision) {
    case 'approve': {
      const isNew = membership !== 'approved';
      const change = { membership: 'approved', status: isNew ? 'active' : status, ...words } as const;
      return shownTo(endpointWith(endpoint, isNew ? { ...change, problems: [] } : change), 'all');
    }
    case 'refuse':
      return shownTo(
        endpointWith(endpoint, { membership: 'refused', status: 'off', problems: [], ...words }),
        'stewards',
      );
    case 'leave':
      return shownTo(endpointWith(endpoint, { membership: 'left', status: 'off', problems: [], ...words }), 'all');
  }
}

/** The organisation and the CapabilityStatement that came with the request. */
async function showWhatGoesWith(inside: DoorTransaction, member: Member, server: Server): Promise<void> {
  const [type, id] = member.organization?.split('/') ?? [];
  const others = [
    ...(type === 'Organization' && id !== undefined ? [[type, id] as const] : []),
    ['CapabilityStatement', statementId(member.id)] as const,
  ];
  for (const [kind, of] of others) {
    const stored = await inside.read(kind, of);
    if (stored === undefined) continue;
    const resource = resourceOf(stored);
    const shown = shownTo(resource, 'all');
    if (JSON.stringify(shown) !== JSON.stringify(resource)) await put(inside, shown, server);
  }
}
