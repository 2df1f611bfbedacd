/** Keeps the artefacts of our implementation guide among the resources of a server, so that they can be read and searched as any other. See docs/specification. */
import { isDeepStrictEqual } from 'node:util';
import { resourceOf } from '../door/index.ts';
import type { Definitions } from '../fhir/definitions/model.ts';
import type { Resource } from '../fhir/json.ts';
import { FhirError } from '../fhir/outcome.ts';
import { artefactsOf } from '../fhir/specification/index.ts';
import type { DefinedOperation } from '../fhir/specification/resource.ts';
import { acceptOwn, type Server } from '../interaction/index.ts';
import { operations, streamOperations } from '../operation/index.ts';

/** All operations, as an OperationDefinition states them. */
const definedOperations: readonly DefinedOperation[] = [
  ...operations,
  ...streamOperations.map(({ code, level, summary }) => ({
    code,
    levels: [level],
    affectsState: true,
    summary,
    parameters: [],
  })),
];

export const specificationOf = (definitions: Definitions): Resource[] => artefactsOf(definitions, definedOperations);

/** Writes what is not there as it should be; gives how many that were. Several processes may do it at the same time. */
export async function serveSpecification(server: Server): Promise<number> {
  const door = server.service('specification');
  const artefacts = specificationOf(server.definitions);
  const found = await Promise.allSettled(artefacts.map(({ resourceType, id }) => door.read(resourceType, String(id))));
  const missing = artefacts.filter((artefact, at) => {
    const one = found[at]!;
    if (one.status === 'rejected' && !(one.reason instanceof FhirError)) throw one.reason;
    return one.status === 'rejected' || !isSame(resourceOf(one.value), artefact);
  });
  const results = await door.writeMany(
    missing.map((artefact) => ({
      how: 'put',
      type: artefact.resourceType,
      id: String(artefact['id']),
      content: acceptOwn(artefact, server),
    })),
  );
  const failed = results.find((one) => one.done !== 'created' && one.done !== 'replaced');
  if (failed !== undefined) throw new FhirError('exception', `the specification cannot be written: ${failed.done}`);
  return missing.length;
}

function isSame({ meta: _, ...stored }: Resource, artefact: Resource): boolean {
  return isDeepStrictEqual(stored, artefact);
}
