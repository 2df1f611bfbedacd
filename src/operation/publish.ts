/** `$publish`: a member sends its metadata by itself; they are checked like what is harvested. See docs/reference/harvest.md */
import { isSteward } from '../conditions/access-context.ts';
import { type Member, openCommunity, reportParameter, takePublished } from '../federation/harvest/index.ts';
import { objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import type { Server } from '../interaction/index.ts';
import { refuseRepository } from './harvest.ts';
import type { Operation } from './operation.ts';
import { type Inputs, inputsOf } from './parameters.ts';

export const publish: Operation = {
  code: 'publish',
  levels: ['system'],
  affectsState: true,
  summary:
    'Send the metadata of a member of the community. Needs a token that may publish for it; the report says of each record that is refused why.',
  parameters: [
    { name: 'records', min: 1, max: '*', type: 'Bundle', documentation: 'The records, as entries of a Bundle.' },
    {
      name: 'address',
      min: 0,
      max: '1',
      type: 'url',
      documentation:
        'Base address of the member that has them; may be left out where the token publishes for one only.',
    },
    {
      name: 'complete',
      min: 0,
      max: '1',
      type: 'boolean',
      documentation:
        'That the member has no others: what it published or had before and is not among them is taken away.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, publish.parameters, 'publish');
    refuseRepository(server, 'publish');
    const community = await openCommunity(server);
    const member = memberOf(inputs, community.members, server);
    const bundles = inputs.values('records');
    if (bundles.length === 0) throw new FhirError('required', '$publish needs records: a Bundle');
    const records = bundles.flatMap((bundle) => objectsOf(bundle['entry']).map((one) => objectOf(one['resource'])));
    const resources = records.filter((one): one is Resource => typeof one?.['resourceType'] === 'string');
    const report = await takePublished(server, community, member, resources, inputs.text('complete') === 'true');
    const parameter = [reportParameter(report)];
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }), disclosed: [] };
  },
};

function memberOf(inputs: Inputs, members: readonly Member[], { door }: Server): Member {
  const { context } = door;
  const own = context.rights.publishes ?? [];
  if (context.subject.kind === 'anonymous')
    throw new FhirError('login', 'publishing needs a bearer token of this server');
  const address = inputs.text('address')?.replace(/\/+$/, '') ?? (own.length === 1 ? own[0] : undefined);
  if (address === undefined) throw new FhirError('required', '$publish needs the address of the member');
  if (!isSteward(context) && !own.includes(address))
    throw new FhirError('forbidden', `this token may not publish for ${address.slice(0, 200)}`);
  const member = members.find((one) => one.address === address);
  if (member === undefined) throw new FhirError('not-found', `${address.slice(0, 200)} is no member of this community`);
  return member;
}
