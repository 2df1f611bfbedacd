/** What sources state, as resources: parts of data sets, consents, policies. See docs/adr/0010-statements-and-effects.md */
import { canonical } from '../../src/fhir/canonical.ts';

const coding = (text: string) => ({
  system: text.slice(0, text.lastIndexOf('|')),
  code: text.slice(text.lastIndexOf('|') + 1),
});
export const concept = (text: string) => ({ coding: [coding(text)] });
export const tagged = (set: string | undefined, ...labels: string[]) => ({
  meta: {
    ...(set === undefined ? {} : { tag: [{ system: 'urn:ds', code: set }] }),
    ...(labels.length === 0 ? {} : { security: labels.map(coding) }),
  },
});
export const confidential = (code: string): string => `${canonical.confidentiality}|${code}`;
export const sensitive = (code: string): string => `${canonical.actCode}|${code}`;
export const loinc = 'http://loinc.org';

/** A measured value; `code` is one of LOINC. */
export const value = (
  id: string,
  patient: string,
  set: string | undefined,
  amount: number,
  more: object = {},
  ...labels: string[]
) => ({
  resourceType: 'Observation',
  id,
  ...tagged(set, ...labels),
  status: 'final',
  category: [concept('http://terminology.hl7.org/CodeSystem/observation-category|laboratory')],
  code: concept(`${loinc}|4548-4`),
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: '2025-05-05',
  valueQuantity: { value: amount, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
  ...more,
});

export const terms = (url: string) => ({ url: canonical.terms, valueUri: url });
export const purpose = (text: string) => ({ url: canonical.purpose, valueCoding: coding(text) });
export const committee = (name: string) => ({ url: canonical.committee, valueUri: name });
export const consentRequired = { url: canonical.consentRequired, valueBoolean: true };
export const obligation = (code: string, parameter?: string) => ({
  url: canonical.obligation,
  extension: [
    { url: 'code', valueCoding: { system: canonical.actCode, code } },
    ...(parameter === undefined ? [] : [{ url: 'parameter', valueString: parameter }]),
  ],
});
export const visa = (type: string, parts: { value?: string; source?: string; by?: string } = {}) => ({
  url: canonical.visa,
  extension: [
    { url: 'type', valueCode: type },
    ...(parts.value === undefined ? [] : [{ url: 'value', valueString: parts.value }]),
    ...(parts.source === undefined ? [] : [{ url: 'source', valueUri: parts.source }]),
    ...(parts.by === undefined ? [] : [{ url: 'by', valueCode: parts.by }]),
  ],
});
export const dataUse = (term: string, parameter?: object) => ({
  url: canonical.dataUse,
  extension: [
    { url: 'term', valueCoding: { system: canonical.duo, code: term } },
    ...(parameter === undefined ? [] : [{ url: 'parameter', ...parameter }]),
  ],
});
export const level = (code: string, ...parts: object[]) => ({
  url: canonical.granularity,
  extension: [{ url: 'level', valueCode: code }, ...parts],
});

/** The extent of a data set by a Group, List or DocumentManifest of this server. */
export const composedOf = (target: string) => ({
  url: canonical.relatedContent,
  valueRelatedArtifact: {
    type: 'composed-of',
    extension: [{ url: canonical.relatedArtifactResourceReference, valueReference: { reference: target } }],
  },
});
export const group = (id: string, ...members: string[]) => ({
  resourceType: 'Group',
  id,
  type: 'person',
  actual: true,
  ...(members.length === 0 ? {} : { member: members.map((one) => ({ entity: { reference: one } })) }),
});

/** Parts of a provision, in the words of R4 and R4B. */
export const forPurpose = (text: string) => ({ purpose: [coding(text)] });
export const ofType = (type: string) => ({ class: [{ system: 'http://hl7.org/fhir/resource-types', code: type }] });
export const ofCode = (text: string) => ({ code: [concept(text)] });
export const ofLabel = (text: string) => ({ securityLabel: [coding(text)] });
export const byActor = (identifier: string) => ({
  actor: [
    {
      role: concept('http://terminology.hl7.org/CodeSystem/v3-ParticipationType|PRCP'),
      reference: { identifier: { system: 'urn:org', value: identifier } },
    },
  ],
});

interface Stated {
  /** `OPTIN` or `OPTOUT` */
  base?: string;
  provision?: object;
  at?: string;
  status?: string;
  more?: object;
}

/** A Consent of R4 and R4B: with a patient that person's, else a policy. */
export const consent = (
  id: string,
  patient: string | undefined,
  { base, provision, at, status, more }: Stated = {},
) => ({
  resourceType: 'Consent',
  id,
  status: status ?? 'active',
  scope: concept(`${canonical.consentScope}|research`),
  category: [concept('http://loinc.org|59284-0')],
  ...(patient === undefined ? {} : { patient: { reference: `Patient/${patient}` } }),
  dateTime: at ?? '2025-01-01',
  ...(base === undefined
    ? { policy: [{ uri: 'urn:policy:of-the-house' }] }
    : { policyRule: concept(`${canonical.actCode}|${base}`) }),
  ...(provision === undefined ? {} : { provision }),
  ...more,
});

/** A Consent of R5, where the decision stands at the root. */
export const consentR5 = (
  id: string,
  patient: string | undefined,
  decision: 'permit' | 'deny',
  { provision, at, status, more }: Omit<Stated, 'provision' | 'base'> & { provision?: object[] } = {},
) => ({
  resourceType: 'Consent',
  id,
  status: status ?? 'active',
  category: [concept(`${canonical.consentScope}|research`)],
  ...(patient === undefined ? {} : { subject: { reference: `Patient/${patient}` } }),
  date: at ?? '2025-01-01',
  decision,
  ...(provision === undefined ? {} : { provision }),
  ...more,
});

/** That a policy is for a data set. */
export const forDataSet = (...ids: string[]) => ({
  extension: ids.map((id) => ({ url: canonical.dataSet, valueReference: { reference: `Library/${id}` } })),
});
