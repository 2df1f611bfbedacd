/** What a committee granted, as a Consent: in R4 and R4B with scope and policy, in R5 with a decision. https://hl7.org/fhir/R4B/consent.html */
import type { Grant } from '../../conditions/model.ts';
import { canonical } from '../../fhir/canonical.ts';
import { codingOf } from '../../fhir/coding.ts';
import type { JsonObject, Resource } from '../../fhir/json.ts';
import type { Server } from '../../interaction/index.ts';

/** The uri of the rule that a committee's grant follows. */
const policy = `${canonical.ours}/policy/committee-grant`;

export function grantConsent(grant: Grant, { definitions, now }: Server): Resource {
  const at = new Date(now()).toISOString();
  const provision: JsonObject = {
    ...(grant.from === undefined && grant.to === undefined ? {} : { period: periodOf(grant) }),
    purpose: grant.purposes.map((one) => codingOf(one)),
  };
  const common = {
    resourceType: 'Consent',
    id: grant.source.slice('Consent/'.length),
    extension: [{ url: canonical.grant, extension: partsOf(grant) }],
    status: 'active',
    category: [{ coding: [{ system: canonical.accessCode, code: 'grant' }] }],
  };
  // R5 states the decision at the root, and rules in a list.
  if ('decision' in definitions.types['Consent']!.elements) {
    return { ...common, date: at.slice(0, 10), decision: 'permit', provision: [provision] };
  }
  return {
    ...common,
    scope: { coding: [{ system: canonical.consentScope, code: 'research' }] },
    dateTime: at,
    policy: [{ uri: policy }],
    provision,
  };
}

const instant = (at: number): string => new Date(at).toISOString();

function periodOf({ from, to }: Grant): JsonObject {
  return {
    ...(from === undefined ? {} : { start: instant(from) }),
    ...(to === undefined ? {} : { end: instant(to) }),
  };
}

function partsOf(grant: Grant): JsonObject[] {
  const grantees = grant.grantees.map((one) =>
    one.startsWith('project ') ? { url: 'project', valueString: one.slice(8) } : { url: 'grantee', valueString: one },
  );
  return [
    { url: 'data-set', valueReference: { reference: grant.dataSet } },
    ...grantees,
    { url: 'level', valueCode: grant.level },
    ...(grant.profile === undefined ? [] : [{ url: 'profile', valueCanonical: grant.profile }]),
    ...grant.obligations.map(({ code, parameter }) => ({
      url: 'obligation',
      extension: [
        { url: 'code', valueCoding: codingOf(code) },
        ...(parameter === undefined ? [] : [{ url: 'parameter', valueString: parameter }]),
      ],
    })),
  ];
}
