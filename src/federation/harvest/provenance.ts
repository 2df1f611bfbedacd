/** Says of the records that were taken over where they came from, when, and who did it. https://hl7.org/fhir/R4B/provenance.html */
import { canonical } from '../../fhir/canonical.ts';
import type { Resource } from '../../fhir/json.ts';
import type { Server } from '../../interaction/index.ts';
import type { Origin } from './localize.ts';
import type { Member } from './member.ts';

const participant = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

/** One for all that are written together, in their order. */
export function provenanceOf(
  locals: readonly Resource[],
  origins: readonly Origin[],
  { address, endpoint }: Member,
  server: Server,
): Resource {
  const agent = (code: string, who: Resource | Record<string, unknown>) => ({
    type: { coding: [{ system: participant, code }] },
    who,
  });
  return {
    resourceType: 'Provenance',
    id: server.newId(),
    target: locals.map((one) => ({ reference: `${one.resourceType}/${String(one['id'])}` })),
    recorded: new Date(server.now()).toISOString(),
    activity: { text: 'harvest' },
    agent: [
      agent('assembler', { identifier: { system: canonical.uri, value: server.base } }),
      agent('custodian', { reference: `Endpoint/${endpoint}`, identifier: { system: canonical.uri, value: address } }),
    ],
    entity: origins.map(({ url }) => ({ role: 'source', what: { reference: url } })),
  } as unknown as Resource; // plain JSON
}
