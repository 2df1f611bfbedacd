/** Says of the records that were taken over where they came from, when, and who did it. https://hl7.org/fhir/R4B/provenance.html */
import { canonical } from '../../fhir/canonical.ts';
import { objectOf, type Resource } from '../../fhir/json.ts';
import type { Server } from '../../interaction/index.ts';
import type { Origin } from './localize.ts';
import type { Member } from './member.ts';

const participant = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

/**
 * For all that are written together, in their order: one that everyone may read, and one of what is not open by its type
 * (Group, MeasureReport) or bears labels.
 */
export function provenancesOf(
  locals: readonly Resource[],
  origins: readonly Origin[],
  member: Member,
  server: Server,
): Resource[] {
  const written = locals.map((local, at) => ({ local, origin: origins[at]! })); // one for each
  const isOpen = ({ local }: Written): boolean =>
    local.resourceType !== 'Group' &&
    local.resourceType !== 'MeasureReport' &&
    objectOf(local['meta'])?.['security'] === undefined;
  return [written.filter(isOpen), written.filter((one) => !isOpen(one))]
    .filter((some) => some.length > 0)
    .map((some) => provenanceOf(some, member, server));
}

interface Written {
  local: Resource;
  origin: Origin;
}

function provenanceOf(written: readonly Written[], { address, endpoint }: Member, server: Server): Resource {
  const agent = (code: string, who: Resource | Record<string, unknown>) => ({
    type: { coding: [{ system: participant, code }] },
    who,
  });
  return {
    resourceType: 'Provenance',
    id: server.newId(),
    target: written.map(({ local }) => ({ reference: `${local.resourceType}/${String(local['id'])}` })),
    recorded: new Date(server.now()).toISOString(),
    activity: { text: 'harvest' },
    agent: [
      agent('assembler', { identifier: { system: canonical.uri, value: server.base } }),
      agent('custodian', { reference: `Endpoint/${endpoint}`, identifier: { system: canonical.uri, value: address } }),
    ],
    entity: written.map(({ origin }) => ({ role: 'source', what: { reference: origin.url } })),
  } as unknown as Resource; // plain JSON
}
