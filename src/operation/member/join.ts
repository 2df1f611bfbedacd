/** `$join`: a server asks to belong to the community of a registry or discovery server. See docs/adr/0025-discovery.md */
import { isSteward } from '../../conditions/access-context.ts';
import type { DoorTransaction } from '../../door/index.ts';
import {
  endpointWith,
  keepStatement,
  type Membership,
  mayHoldData,
  memberOf,
  newEndpoint,
  put,
  rolesOf,
  shownTo,
} from '../../federation/member/index.ts';
import type { Definitions } from '../../fhir/definitions/model.ts';
import { type JsonObject, objectOf, type Resource } from '../../fhir/json.ts';
import { FhirError } from '../../fhir/outcome.ts';
import { checkJob, type Reply, type Server } from '../../interaction/index.ts';
import type { Operation } from '../operation.ts';
import { type Inputs, inputsOf } from '../parameters.ts';
import { changeMember, endpointAt, memberRoles, readAddress } from './desk.ts';

export const join: Operation = {
  code: 'join',
  levels: ['system'],
  roles: memberRoles,
  affectsState: true,
  summary:
    'Ask that a FHIR server belongs to this community. Its metadata are read; whether a steward has to admit it is for the community to say. Asked again, it says where the request stands.',
  parameters: [
    { name: 'address', min: 1, max: '1', type: 'url', documentation: 'FHIR base address of the server.' },
    {
      name: 'organization',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'Name of the organisation that runs it; as its CapabilityStatement says unless stated.',
    },
    { name: 'country', min: 0, max: '1', type: 'code', documentation: 'Where that is: ISO 3166-1, two letters.' },
    {
      name: 'contact',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'E-mail address, web address or telephone number for questions about the server.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, join.parameters, 'join');
    const address = readAddress(inputs.text('address'), 'join');
    if (address === server.base) throw new FhirError('value', `${address} is this server`);
    const asking = askedOf(inputs);
    const known = await changeMember(server, address, (inside) => endpointAt(inside, address, server));
    if (known !== undefined && memberOf(known).membership !== 'left') return standing(known);
    const { community, door } = server;
    const look = await community.look(address, { isTrusted: isSteward(door.context) });
    const { statement } = look;
    if (statement === undefined)
      throw new FhirError('processing', `${address}/metadata was asked, but ${look.reason}`, { expression: 'address' });
    const joined = await changeMember(server, address, async (inside) => {
      // Two may ask for the same server at once.
      const standsNow = await endpointAt(inside, address, server);
      const membership = standsNow === undefined ? undefined : memberOf(standsNow).membership;
      if (standsNow !== undefined && membership !== 'left') return standsNow;
      const endpoint = standsNow ?? (await introduce(inside, { address, statement, ...asking }, server));
      return take(inside, endpoint, statement, address, server);
    });
    if (community.admission === 'automatic') await server.soon(checkJob);
    return standing(joined);
  },
};

interface Asked {
  organization?: string;
  country?: string;
  contact?: JsonObject;
}

function askedOf(inputs: Inputs): Asked {
  const organization = inputs.text('organization')?.trim();
  const country = inputs.text('country')?.toUpperCase();
  const contact = inputs.text('contact')?.trim();
  if (organization !== undefined && (organization === '' || organization.length > 200))
    throw new FhirError('value', 'organization must be a name of at most 200 characters');
  if (country !== undefined && !/^[A-Z]{2}$/.test(country))
    throw new FhirError('value', `country must be two letters of ISO 3166-1, not ${country.slice(0, 20)}`);
  if (contact !== undefined && (contact === '' || contact.length > 200))
    throw new FhirError('value', 'contact must be an address or a number of at most 200 characters');
  return {
    ...(organization === undefined ? {} : { organization }),
    ...(country === undefined ? {} : { country }),
    ...(contact === undefined ? {} : { contact: { system: systemOf(contact), value: contact } }),
  };
}

const systemOf = (contact: string): string =>
  /^https?:\/\//.test(contact) ? 'url' : contact.includes('@') ? 'email' : 'phone';

/** Where the request stands. Whoever was refused is told why. */
function standing(endpoint: Resource): Reply {
  const { membership, reason } = memberOf(endpoint);
  if (membership === 'refused') {
    const why = reason === undefined ? '' : `: ${reason}`;
    throw new FhirError('forbidden', `a steward of this community has refused ${String(endpoint['address'])}${why}`);
  }
  return { status: 200, body: JSON.stringify(endpoint) };
}

/** Makes the organisation and its Endpoint; nobody sees them before they are admitted. */
async function introduce(
  inside: DoorTransaction,
  { address, statement, organization, country, contact }: Asked & { address: string; statement: JsonObject },
  server: Server,
): Promise<Resource> {
  const { definitions } = server;
  const name = organization ?? statedName(statement) ?? new URL(address).host;
  const owner: Resource = {
    resourceType: 'Organization',
    id: server.newId(),
    active: true,
    type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: 'other' }] }],
    name,
    ...(country === undefined ? {} : placedIn({ country }, definitions)),
  };
  await put(inside, shownTo(owner, server.community.admission === 'automatic' ? 'all' : 'stewards'), server);
  const stated = rolesOf(statement);
  return newEndpoint(
    {
      id: server.newId(),
      address,
      name,
      // A server that knows nothing of our roles may hold data.
      roles: stated.length === 0 ? ['repository'] : stated,
      organization: `Organization/${String(owner['id'])}`,
      ...(contact === undefined ? {} : { contact }),
    },
    definitions,
  );
}

function statedName(statement: JsonObject): string | undefined {
  const said = [statement['publisher'], objectOf(statement['implementation'])?.['description']];
  return said
    .find((one) => typeof one === 'string' && one.trim() !== '')
    ?.toString()
    .slice(0, 200);
}

/** Before R5 an organisation has addresses, since then its contacts have. */
function placedIn(address: JsonObject, { types }: Definitions): JsonObject {
  return 'address' in types['Organization']!.elements ? { address: [address] } : { contact: [{ address }] };
}

/** Takes the server in as the community does: at once, or when a steward says so. */
async function take(
  inside: DoorTransaction,
  endpoint: Resource,
  statement: JsonObject,
  address: string,
  server: Server,
): Promise<Resource> {
  const isAdmitted = server.community.admission === 'automatic';
  const membership: Membership = isAdmitted ? 'approved' : 'pending';
  const shown = (resource: Resource): Resource => shownTo(resource, isAdmitted ? 'all' : 'stewards');
  const joined = shown(
    endpointWith(endpoint, {
      membership,
      status: isAdmitted ? 'active' : 'off',
      reason: null,
      // Who holds data is asked everything until a summary is here; the next check looks for one.
      problems: mayHoldData(memberOf(endpoint)) ? ['no-summary'] : [],
      seen: server.now(),
    }),
  );
  await put(inside, joined, server);
  await keepStatement(inside, statement, { id: String(endpoint['id']) }, address, server, shown);
  return joined;
}
