/** `$meta`, `$meta-add`, `$meta-delete`: profiles, tags and security labels of a resource. https://hl7.org/fhir/R4B/resource-operation-meta.html */
import { textOf } from '../door/index.ts';
import { parseLosslessObject } from '../fhir/format/lossless.ts';
import { type Json, type JsonObject, objectOf } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import {
  accept,
  type InteractionRequest,
  type Reply,
  type Server,
  successOf,
  versionNumber,
} from '../interaction/index.ts';
import type { Operation } from './operation.ts';
import { inputsOf } from './parameters.ts';

const lists = ['profile', 'security', 'tag'] as const;

const replyWith = (meta: Json | undefined): Reply => ({
  status: 200,
  body: JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta: meta ?? {} }] }),
});

export const meta: Operation = {
  code: 'meta',
  levels: ['instance'],
  affectsState: false,
  summary: 'The profiles, tags and security labels of a resource or of one of its versions.',
  parameters: [],
  async perform(request, { door }) {
    const { type, id, versionId } = request;
    inputsOf(request, meta.parameters, 'meta');
    const stored =
      versionId === '' ? await door.read(type, id) : await door.vread(type, id, versionNumber(type, id, versionId));
    return replyWith(parseLosslessObject(textOf(stored))['meta']);
  },
};

const stated = [{ name: 'meta', min: 1, max: '1', type: 'Meta', documentation: 'Profiles, tags and security labels.' }];

export const metaAdd: Operation = {
  code: 'meta-add',
  levels: ['instance'],
  affectsState: true,
  summary: 'Add profiles, tags and security labels to a resource. What is there already stays as it is.',
  parameters: stated,
  perform: (request, server) =>
    change(request, server, 'meta-add', (have, more) => [
      ...have,
      ...more.filter((one) => !have.some((other) => isSame(one, other))),
    ]),
};

export const metaDelete: Operation = {
  code: 'meta-delete',
  levels: ['instance'],
  affectsState: true,
  summary: 'Take profiles, tags and security labels from a resource. What is not there is passed over.',
  parameters: stated,
  perform: (request, server) =>
    change(request, server, 'meta-delete', (have, less) =>
      have.filter((one) => !less.some((other) => isSame(one, other))),
    ),
};

/** Labels are the same by system and code. */
function isSame(one: Json, other: Json): boolean {
  const [left, right] = [objectOf(one), objectOf(other)];
  if (left === undefined || right === undefined) return one === other;
  return left['system'] === right['system'] && left['code'] === right['code'];
}

async function change(
  request: InteractionRequest,
  server: Server,
  code: string,
  join: (have: Json[], stated: Json[]) => Json[],
): Promise<Reply> {
  const { type, id } = request;
  await server.door.mayWrite();
  const [given] = inputsOf(request, stated, code).values('meta');
  if (given === undefined) throw new FhirError('required', `$${code} needs the parameter meta`);
  return server.door.transaction([], async (inside) => {
    const current = await inside.read(type, id);
    if (current === undefined) throw new FhirError('not-found', `there is no ${type}/${id} here`);
    const resource = parseLosslessObject(textOf(current));
    const metaNow = objectOf(resource['meta'] ?? {}) ?? {};
    const changed: JsonObject = { ...metaNow };
    for (const name of lists) {
      const joined = join((metaNow[name] as Json[] | undefined) ?? [], (given[name] as Json[] | undefined) ?? []); // lists by their definition
      if (joined.length > 0) changed[name] = joined;
      else delete changed[name];
    }
    if (JSON.stringify(changed) === JSON.stringify(metaNow)) return replyWith(metaNow);
    const accepted = accept(JSON.stringify({ ...resource, meta: changed }), server, type);
    const [result] = await inside.write([{ how: 'put', type, id, content: accepted, expected: current.version }]);
    const { version, updated } = successOf(result!, type, id);
    return replyWith({ ...changed, versionId: String(version), lastUpdated: new Date(updated).toISOString() });
  });
}
