/** Changes parts of a resource by JSON Patch, XML Patch or FHIRPath Patch. https://hl7.org/fhir/R4B/http.html#patch */
import { type DoorTransaction, type StoredResource, textOf } from '../door/index.ts';
import { parseResource } from '../fhir/format/json.ts';
import { parseLosslessObject } from '../fhir/format/lossless.ts';
import { FhirError } from '../fhir/outcome.ts';
import { applyFhirPathPatch } from '../fhir/patch/fhirpath-patch.ts';
import { applyJsonPatch } from '../fhir/patch/json-patch.ts';
import { applyXmlPatch } from '../fhir/patch/xml-patch.ts';
import { type Accepted, accept } from './accept.ts';
import { conditionalSearch, criteriaOf, lockOf, onlyMatch } from './condition.ts';
import { expectedVersion } from './etag.ts';
import type { Interaction, Server } from './interaction.ts';
import { replyOf, successOf } from './written.ts';

export const patchTypes = [
  'application/json-patch+json',
  'application/xml-patch+xml',
  'application/fhir+json',
] as const;

/** What is to be applied, and how. */
interface Patch {
  type: string;
  text: string;
}

export const patch: Interaction = {
  code: 'patch',
  level: 'instance',
  routes: [
    { method: 'PATCH', path: '/:type/:id' },
    { method: 'PATCH', path: '/:type' },
  ],
  takes: 'criteria',
  summary:
    'Change parts of a resource by JSON Patch, XML Patch or FHIRPath Patch. If-Match guards against lost updates. With a search instead of an id it is conditional.',
  async perform(request, server) {
    const { type, id, parameters, body, contentType, prefer } = request;
    await server.door.mayWrite();
    const expected = expectedVersion(request.ifMatch);
    const criteria = id === '' ? criteriaOf(parameters) : undefined;
    const search = criteria === undefined ? undefined : conditionalSearch(type, criteria, server);
    const locks = criteria === undefined ? [] : [lockOf(type, criteria)];
    return server.door.transaction(locks, async (inside) => {
      const match = search === undefined ? undefined : await onlyMatch(search, criteria!, inside);
      if (search !== undefined && match === undefined)
        throw new FhirError('not-found', `no ${type} matches ${criteria}`);
      const target = match?.id ?? id;
      const { accepted, current } = await patched(type, target, { type: contentType, text: body }, inside, server);
      if (expected !== undefined && current.version !== expected) {
        throw new FhirError(
          'precondition',
          `${type}/${target} is not at the version of If-Match: it has changed, or is not here`,
        );
      }
      const [result] = await inside.write([
        { how: 'put', type, id: target, content: accepted, expected: current.version },
      ]);
      return replyOf(
        { type, id: target, tail: accepted.tail },
        successOf(result!, type, target),
        server.base,
        prefer.return,
      );
    });
  },
};

/** The current version, locked, and what the patch makes of it. */
export async function patched(
  type: string,
  id: string,
  how: Patch,
  inside: DoorTransaction,
  server: Server,
): Promise<{ accepted: Accepted; current: StoredResource }> {
  const current = await inside.read(type, id);
  if (current === undefined) throw new FhirError('not-found', `there is no ${type}/${id} here`);
  const text = applyPatch(textOf(current), how, server);
  const accepted = accept(text, server, type);
  if (accepted.resource['id'] !== id) throw new FhirError('invalid', 'a patch must not change the id');
  return { accepted, current };
}

function applyPatch(text: string, { type, text: patchText }: Patch, { definitions }: Server): string {
  switch (type) {
    case 'application/json-patch+json':
      return applyJsonPatch(text, patchText);
    case 'application/xml-patch+xml':
      return applyXmlPatch(text, patchText, definitions);
    case 'application/fhir+json':
    case 'application/json':
      parseResource(patchText);
      return applyFhirPathPatch(text, parseLosslessObject(patchText), definitions);
    default:
      throw new FhirError(
        'unsupported-media-type',
        `a patch must be one of ${patchTypes.join(', ')}, not ${type || 'nothing'}`,
      );
  }
}

/** In a Bundle a patch is a Binary with its media type, or the Parameters of a FHIRPath Patch. */
export function patchOf(text: string): Patch {
  const resource = parseLosslessObject(text);
  if (resource['resourceType'] !== 'Binary') return { type: 'application/fhir+json', text };
  const { contentType, data } = resource;
  if (typeof contentType !== 'string' || typeof data !== 'string') {
    throw new FhirError('required', 'a patch in a Binary needs contentType and data');
  }
  return { type: contentType.split(';')[0]!.trim(), text: Buffer.from(data, 'base64').toString('utf8') };
}
