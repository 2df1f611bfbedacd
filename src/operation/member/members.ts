/** `$members`: what a steward has to know of the servers of the community, and how they answered. See docs/adr/0025-discovery.md */
import { resourceOf } from '../../door/index.ts';
import { baseOf, type Member, memberOf, memberService, memberships } from '../../federation/member/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import type { JsonObject } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import type { Server } from '../../interaction/index.ts';
import { parseSearch } from '../../search/index.ts';
import type { Operation } from '../operation.ts';
import { type Inputs, inputsOf } from '../parameters.ts';
import { memberRoles, requireSteward } from './desk.ts';

const mostMembers = 1000;
const mostAnswers = 100;

export const members: Operation = {
  code: 'members',
  levels: ['system'],
  roles: memberRoles,
  affectsState: false,
  summary: 'List the servers of this community with their membership, problems and last answers: for stewards.',
  parameters: [
    {
      name: 'membership',
      min: 0,
      max: '*',
      type: 'code',
      documentation: `Only those that are one of ${memberships.join(', ')}.`,
    },
    { name: 'status', min: 0, max: '*', type: 'code', documentation: 'Only those whose Endpoint has this status.' },
    { name: 'problem', min: 0, max: '*', type: 'code', documentation: 'Only those with such a problem.' },
    { name: 'address', min: 0, max: '*', type: 'url', documentation: 'Only the server with this base address.' },
    {
      name: 'answers',
      min: 0,
      max: '1',
      type: 'integer',
      documentation: `How many streaks of equal answers to tell of each, up to ${mostAnswers}; 5 unless stated.`,
    },
  ],
  async perform(request, server) {
    requireSteward(server, 'members');
    const inputs = inputsOf(request, members.parameters, 'members');
    const most = answersOf(inputs);
    const found = await membersOf(inputs, server);
    const ids = found.map(({ id }) => id);
    const answers = most === 0 ? new Map() : await server.community.answers(ids, most);
    const parameter = found.map((member) => ({
      name: 'member',
      part: [...partsOf(member), ...(answers.get(member.id) ?? []).map(answerPart)],
    }));
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) };
  },
};

function answersOf(inputs: Inputs): number {
  const text = inputs.text('answers') ?? '5';
  if (/^\d{1,3}$/.test(text) && Number(text) <= mostAnswers) return Number(text);
  throw new FhirError('value', `answers must be a number up to ${mostAnswers}, not ${text.slice(0, 20)}`);
}

async function membersOf(inputs: Inputs, server: Server): Promise<Member[]> {
  const addresses = inputs.texts('address').flatMap((one) => [baseOf(one), `${baseOf(one)}/`]);
  const stated = inputs.texts('membership');
  const unknown = stated.find((one) => !memberships.some((known) => known === one));
  if (unknown !== undefined)
    throw new FhirError('value', `membership must be one of ${memberships.join(', ')}, not ${unknown.slice(0, 50)}`);
  // Endpoints that a steward wrote say nothing of their membership, and are members.
  const others = memberships.filter((one) => !stated.includes(one));
  const search = parseSearch(
    'Endpoint',
    [
      ['connection-type', `${canonical.connectionType}|hl7-fhir-rest`],
      ...(stated.includes('approved')
        ? ([['membership:not', others.join(',')]] as const).filter(() => others.length > 0)
        : listed('membership', stated)),
      ...listed('status', inputs.texts('status')),
      ...listed('problem', inputs.texts('problem')),
      ...listed('address', addresses),
      ['_count', String(mostMembers)],
    ],
    { ...server.searchContext, handling: 'strict' },
  );
  const { matches, next } = await server.service(memberService).search(search);
  if (next !== undefined)
    throw new FhirError(
      'too-costly',
      `there are more than ${mostMembers} such members; narrow them by membership, status, problem or address, or page through Endpoint`,
    );
  return matches.map((one) => memberOf(resourceOf(one)));
}

/** Commas separate alternatives. */
function listed(name: string, values: readonly string[]): (readonly [string, string])[] {
  if (values.length === 0) return [];
  return [[name, values.map((one) => one.replaceAll(/[\\,$|]/g, (each) => `\\${each}`)).join(',')]];
}

const instant = (at: number): string => new Date(at).toISOString();

function partsOf(member: Member): JsonObject[] {
  const { id, address, name, organization, membership, reason, status, roles, problems, seen, certificateUntil } =
    member;
  const optional = (part: string, value: JsonObject | undefined): JsonObject[] =>
    value === undefined ? [] : [{ name: part, ...value }];
  return [
    { name: 'endpoint', valueReference: { reference: `Endpoint/${id}` } },
    ...optional('address', address === undefined ? undefined : { valueUrl: address }),
    ...optional('name', name === undefined ? undefined : { valueString: name }),
    ...optional(
      'organization',
      organization === undefined ? undefined : { valueReference: { reference: organization } },
    ),
    { name: 'membership', valueCode: membership },
    ...optional('reason', reason === undefined ? undefined : { valueString: reason }),
    { name: 'status', valueCode: status },
    ...roles.map((role) => ({ name: 'role', valueCode: role })),
    ...problems.map((problem) => ({ name: 'problem', valueCode: problem })),
    ...optional('seen', seen === undefined ? undefined : { valueInstant: instant(seen) }),
    ...optional(
      'certificate-until',
      certificateUntil === undefined ? undefined : { valueInstant: instant(certificateUntil) },
    ),
  ];
}

function answerPart(streak: {
  since: number;
  until: number;
  times: number;
  status: number;
  reason?: string;
  milliseconds: number;
}): JsonObject {
  const { since, until, times, status, reason, milliseconds } = streak;
  return {
    name: 'answer',
    part: [
      { name: 'since', valueInstant: instant(since) },
      { name: 'until', valueInstant: instant(until) },
      { name: 'times', valueInteger: times },
      { name: 'status', valueInteger: status },
      { name: 'milliseconds', valueInteger: milliseconds },
      ...(reason === undefined ? [] : [{ name: 'reason', valueString: reason }]),
    ],
  };
}
