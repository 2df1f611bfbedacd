/** Tells of a download as a FHIR Provenance, valid in R4, R4B and R5. https://hl7.org/fhir/R4B/provenance.html */
import type { CodeText } from '../conditions/model.ts';
import { canonical } from '../fhir/canonical.ts';
import type { JsonObject, Resource } from '../fhir/json.ts';
import { isIri, partsOf } from './code.ts';
import { obligationsOf, type Terms } from './terms.ts';

export interface Run {
  /** IRI of the run and so of what it made */
  run: string;
  /** IRI of the policy in the terms file */
  policy: string;
  version: string;
  servers: readonly { base: string }[];
  /** milliseconds since 1970 */
  started: number;
  ended: number;
}

const participant = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

/** Its security labels say purposes, obligations and labels again, so that they travel with the FHIR data too. */
export function provenanceOf(terms: Terms, made: Run): Resource {
  const labels = [...terms.purposes, ...obligationsOf(terms).map(({ code }) => code), ...terms.said.labels];
  const security = [...new Set(labels)].map(codingOf);
  const period = { start: new Date(made.started).toISOString(), end: new Date(made.ended).toISOString() };
  return {
    resourceType: 'Provenance',
    ...(security.length === 0 ? {} : { meta: { security } }),
    target: [{ identifier: { system: canonical.uri, value: made.run }, display: `download of ${terms.title}` }],
    occurredPeriod: period,
    recorded: period.end,
    policy: [made.policy],
    activity: { text: 'download' },
    agent: agentsOf(terms, made),
    entity: [
      ...terms.stated.map(({ source }) => ({ reference: source })),
      ...made.servers.map(({ base }) => ({ identifier: { system: canonical.uri, value: base } })),
    ].map((what) => ({ role: 'source', what })),
  };
}

function codingOf(label: CodeText): JsonObject {
  const { system, code } = partsOf(label);
  return system === '' ? { code } : { system, code };
}

const agentOf = (type: string, who: JsonObject): JsonObject => ({
  type: { coding: [{ system: participant, code: type }] },
  who,
});

function agentsOf({ project }: Terms, { version }: Run): JsonObject[] {
  return [
    agentOf('assembler', { display: `fairway ${version}` }),
    ...(project === undefined ? [] : [agentOf('enterer', partyOf(project))]),
  ];
}

const partyOf = (name: string): JsonObject => {
  const { system, code } = partsOf(name);
  if (isIri(name)) return { identifier: { system: canonical.uri, value: name } };
  return system === '' ? { display: name } : { identifier: { system, value: code } };
};
