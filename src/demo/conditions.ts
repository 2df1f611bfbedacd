/** What the demo's data sets state of their use, as extensions of their Library. See docs/guides/conditions.md */
import { canonical, type Granularity } from '../fhir/canonical.ts';
import type { JsonObject } from '../fhir/json.ts';

export interface Level {
  level: Granularity;
  threshold?: number;
  rounding?: number;
  /** canonical of the profile, for `record-deidentified` */
  profile?: string;
  /** what must be true of those it is offered to: more extensions */
  audience?: readonly JsonObject[];
}

const integer = (url: string, value: number | undefined): JsonObject[] =>
  value === undefined ? [] : [{ url, valueInteger: value }];

export function granularity({ level, threshold, rounding, profile, audience = [] }: Level): JsonObject {
  return {
    url: canonical.granularity,
    extension: [
      { url: 'level', valueCode: level },
      ...integer('threshold', threshold),
      ...integer('rounding', rounding),
      ...(profile === undefined ? [] : [{ url: 'profile', valueCanonical: profile }]),
      ...audience,
    ],
  };
}

/** A term of the Data Use Ontology, with the codes of diseases where it asks for them. https://github.com/EBISPOT/DUO */
export function dataUse(code: string, display: string, diseases: readonly JsonObject[] = []): JsonObject {
  const term = { url: 'term', valueCoding: { system: canonical.duo, code, display } };
  return {
    url: canonical.dataUse,
    extension: [term, ...diseases.map((coding) => ({ url: 'parameter', valueCoding: coding }))],
  };
}

export const purpose = (code: string): JsonObject => ({
  url: canonical.purpose,
  valueCoding: { system: canonical.actReason, code },
});

export const visa = (type: string): JsonObject => ({
  url: canonical.visa,
  extension: [{ url: 'type', valueCode: type }],
});

export const terms = (url: string): JsonObject => ({ url: canonical.terms, valueUri: url });

export const committee = (id: string, display: string): JsonObject => ({
  url: canonical.committee,
  valueReference: { reference: `Organization/${id}`, display },
});

/** A code of v3-ActCode, with a parameter such as the months after which data are deleted. */
export function obligation(code: string, display: string, parameter?: string): JsonObject {
  return {
    url: canonical.obligation,
    extension: [
      { url: 'code', valueCoding: { system: canonical.actCode, code, display } },
      ...(parameter === undefined ? [] : [{ url: 'parameter', valueString: parameter }]),
    ],
  };
}

export const embargoUntil = (day: string): JsonObject => ({ url: canonical.embargo, valueDate: day });
