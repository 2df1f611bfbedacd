/** The security labels with which a de-identified resource leaves. https://hl7.org/fhir/R4B/security-labels.html */
import { canonical } from '../../fhir/canonical.ts';
import { type Json, type JsonObject, objectsOf, type Resource } from '../../fhir/json.ts';
import { type DeidentificationProfile, labelsFor } from './profile.ts';

/** Labels that say how to handle the data, not what they are about: they leave whatever the rules are. */
const handling: Readonly<Record<string, ReadonlySet<string>>> = {
  [canonical.confidentiality]: new Set(['U', 'L', 'M', 'N', 'R', 'V']),
  [canonical.observationValue]: new Set([
    ...['ABSTRED', 'AGGRED', 'ANONYED', 'MAPPED', 'MASKED', 'PSEUDED', 'REDACTED', 'SUBSETTED'],
  ]),
  // https://terminology.hl7.org/CodeSystem-v3-ActCode.html: obligations and refrains
  [canonical.actCode]: new Set([
    ...['ANONY', 'DEID', 'PSEUD', 'MASK', 'REDACT', 'MINEC', 'DELAU', 'ENCRYPT', 'AUDIT', 'AUDTR', 'PERSISTLABEL'],
    ...['PRIVMARK', 'CPLYPOL', 'CPLYCC', 'CPLYCD', 'NORELINK', 'NOREUSE', 'NORDSCLCD', 'NODSCLCD', 'NODSCLCDS'],
    ...['NOINTEGRATE', 'NOPERSISTP', 'NOCOLLECT', 'NOLIST', 'NOMOU', 'ORCON', 'NOAUTH', 'NOVIP'],
  ]),
};

/** `left` with the labels that stay and those of what the profile does, each once. `stated` is the meta before. */
export function withLabels(
  left: JsonObject,
  stated: JsonObject | undefined,
  profile: DeidentificationProfile,
  resource: Resource,
): JsonObject {
  const labels = new Map<string, Json>();
  const add = (label: JsonObject): void => {
    const key = `${String(label['system'])}|${String(label['code'])}`;
    if (!labels.has(key)) labels.set(key, label);
  };
  for (const label of objectsOf(left['security'])) add(label);
  for (const { system, code } of objectsOf(stated?.['security'])) {
    if (typeof system !== 'string' || typeof code !== 'string') continue;
    if (Object.hasOwn(handling, system) && handling[system]!.has(code)) add({ system, code });
  }
  // What is contained may be of any type.
  const type = resource['contained'] === undefined ? resource.resourceType : undefined;
  for (const code of labelsFor(profile, type)) add({ system: canonical.observationValue, code });
  return { ...left, security: [...labels.values()] };
}
