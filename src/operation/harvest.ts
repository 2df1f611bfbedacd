/** `$harvest`: has the metadata of a member taken now; anyone may say that there is news. See docs/reference/harvest.md */
import { isSteward } from '../conditions/access-context.ts';
import {
  harvestMember,
  harvestService,
  type Member,
  openCommunity,
  reportOf,
  reportParameter,
} from '../federation/harvest/index.ts';
import type { JsonObject } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Reply, Server } from '../interaction/index.ts';
import type { Operation } from './operation.ts';
import { type Inputs, inputsOf } from './parameters.ts';

/** Milliseconds between two pings of one member. */
const pause = 60_000;

export const harvest: Operation = {
  code: 'harvest',
  levels: ['system'],
  affectsState: true,
  summary:
    'Take the metadata of a member of the community. Anyone may say by it that a member has news, which is looked at soon; stewards have it done at once and get the report.',
  parameters: [
    { name: 'address', min: 0, max: '1', type: 'url', documentation: 'Base address of the member.' },
    {
      name: 'endpoint',
      min: 0,
      max: '1',
      type: 'string',
      documentation:
        'The member by its Endpoint here (`Endpoint/id`) instead. Stewards who name none mean all members.',
    },
    {
      name: 'full',
      min: 0,
      max: '1',
      type: 'boolean',
      documentation: 'Compare everything, not only what changed: for stewards.',
    },
    {
      name: 'run',
      min: 0,
      max: '1',
      type: 'boolean',
      documentation: 'With false nothing is harvested, and stewards get the last reports.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, harvest.parameters, 'harvest');
    refuseRepository(server, 'harvest');
    if (!isSteward(server.door.context)) return ping(inputs, server);
    const { members, endpoints } = await openCommunity(server);
    const named = isNamed(inputs) ? [memberIn(inputs, members)] : members;
    if (flag(inputs, 'run', true)) {
      const full = flag(inputs, 'full', false);
      for (const one of named) await harvestMember(server, { members, endpoints }, one, { full });
    }
    const memory = server.service(harvestService).harvest;
    const parameter: JsonObject[] = [];
    for (const { address } of named) {
      const { report } = await memory.member(address);
      parameter.push(
        report === undefined
          ? { name: 'report', part: [{ name: 'member', valueUrl: address }] }
          : reportParameter(reportOf(report)),
      );
    }
    return reply(parameter);
  },
};

const reply = (parameter: readonly JsonObject[]): Reply => ({
  status: 200,
  body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  disclosed: [],
});

export function refuseRepository({ roles }: Server, code: string): void {
  if (roles.includes('registry') || roles.includes('discovery')) return;
  throw new FhirError('not-supported', `$${code} is for registries and discovery servers, and this is none`);
}

const isNamed = (inputs: Inputs): boolean =>
  inputs.text('address') !== undefined || inputs.text('endpoint') !== undefined;

function memberIn(inputs: Inputs, members: readonly Member[]): Member {
  const address = inputs.text('address')?.replace(/\/+$/, '');
  const endpoint = inputs.text('endpoint')?.replace(/^Endpoint\//, '');
  const found = members.find((one) => one.address === address || one.endpoint === endpoint);
  if (found !== undefined) return found;
  const named = (address ?? `Endpoint/${endpoint}`).slice(0, 200);
  throw new FhirError('not-found', `${named} is no member of this community whose metadata are taken`);
}

function flag(inputs: Inputs, name: string, otherwise: boolean): boolean {
  const text = inputs.text(name);
  if (text === undefined) return otherwise;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new FhirError('value', `${name} must be true or false, not ${text.slice(0, 20)}`);
}

/** News of a member, by whomever: it costs this server one look, and no more than one in a minute. */
async function ping(inputs: Inputs, server: Server): Promise<Reply> {
  if (!isNamed(inputs)) throw new FhirError('required', '$harvest needs the address of the member that has news');
  if (inputs.text('full') !== undefined || inputs.text('run') !== undefined)
    throw new FhirError('forbidden', 'full and run are for stewards');
  const { members } = await openCommunity(server);
  const { address } = memberIn(inputs, members);
  const memory = server.service(harvestService).harvest;
  if (!(await memory.ping(address, server.now(), pause)))
    throw new FhirError('throttled', `${address} said less than a minute ago that it has news; it is looked at soon`);
  await server.soon(harvestService);
  return reply([{ name: 'member', valueUrl: address }]);
}
