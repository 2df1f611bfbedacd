/** `$explain`: which statements decide what someone may have of the resources at an address; for stewards. See docs/adr/0010. */

import type { AccessContext } from '../conditions/access-context.ts';
import { contextFromJson } from '../conditions/context-json.ts';
import type { StoredResource } from '../door/index.ts';
import { type Json, parseJson } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type InteractionRequest, knownType, parametersOf, type Server } from '../interaction/index.ts';
import { parseSearch } from '../search/index.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

/** Resources of a search that are explained. */
const most = 100;

export const explain: Operation = {
  code: 'explain',
  levels: ['system'],
  affectsState: false,
  summary:
    'Say which statements decide what someone may have of the resources at an address. For stewards; what is explained is what the steward finds there.',
  parameters: [
    {
      name: 'url',
      min: 1,
      max: '1',
      type: 'uri',
      documentation: 'A read or a search on this server, such as `Patient/1` or `Patient?gender=female`.',
    },
    {
      name: 'as',
      min: 0,
      max: '1',
      type: 'string',
      documentation: 'Who asks, as JSON: subject, scopes, purposes, project, visas and so on; anonymous unless stated.',
    },
  ],
  async perform(request, server) {
    const inputs = inputsOf(request, explain.parameters, 'explain');
    const url = inputs.text('url');
    if (url === undefined) throw new FhirError('required', '$explain needs the input url');
    const asker = contextFromJson(asJson(inputs.text('as') ?? '{}'));
    const found = await resourcesAt(url, request, server);
    const parameter = await explained(found, asker, server);
    return { status: 200, body: JSON.stringify({ resourceType: 'Parameters', parameter }) };
  },
};

function asJson(text: string): Json {
  const value = parseJson(text);
  if (value === undefined) throw new FhirError('value', 'the input as must be JSON');
  return value;
}

async function resourcesAt(url: string, { prefer }: InteractionRequest, server: Server): Promise<StoredResource[]> {
  const { door, base, definitions } = server;
  const relative = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url;
  const [path = '', query] = relative.split('?', 2);
  const [type = '', id, ...rest] = path.split('/');
  knownType(type, definitions);
  if (type === '' || rest.length > 0) throw new FhirError('value', `${url} is neither Type/id nor Type?search`);
  if (id !== undefined) return [await door.read(type, id)];
  const parameters = parametersOf(query ?? '').filter(([name]) => name !== '_count');
  const search = parseSearch(type, parameters, { ...server.searchContext, handling: prefer.handling });
  return (await door.search({ ...search, count: most })).matches;
}

/** One parameter for each class of resources: who is in it, what is decided, and why. */
async function explained(found: readonly StoredResource[], asker: AccessContext, server: Server): Promise<unknown[]> {
  const byClass = new Map<number, StoredResource[]>();
  for (const one of found) byClass.set(one.class, [...(byClass.get(one.class) ?? []), one]);
  const parameters: unknown[] = [];
  for (const members of byClass.values()) {
    const [first] = members;
    const explanation = await server.door.explain(asker, first!.type, first!.id);
    if (explanation === undefined) continue;
    parameters.push({
      name: 'decision',
      part: [
        { name: 'granted', valueCode: explanation.granted },
        ...members.map(({ type, id }) => ({ name: 'resource', valueUri: `${type}/${id}` })),
        ...explanation.reasons.map(({ source, outcome, text, kind, offer, has }) => ({
          name: 'reason',
          part: [
            { name: 'source', valueString: source },
            { name: 'outcome', valueCode: outcome },
            { name: 'text', valueString: text },
            { name: 'kind', valueCode: kind },
            ...(offer === undefined ? [] : [{ name: 'offer', valueCode: offer }]),
            ...(has === undefined ? [] : [{ name: 'asks', valueBoolean: true }]),
            ...(has ?? []).map((one) => ({ name: 'has', valueString: one })),
          ],
        })),
      ],
    });
  }
  return parameters;
}
