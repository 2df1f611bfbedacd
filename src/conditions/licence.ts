/** Tells open licences from those whose terms must be accepted. https://spdx.org/licenses/ */
import { canonical } from '../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../fhir/json.ts';

/** Licences under which anyone may read and pass on. */
const openLicences = new Set([
  'CC0-1.0',
  'CC-BY-4.0',
  'CC-BY-3.0',
  'CC-BY-SA-4.0',
  'ODbL-1.0',
  'ODC-By-1.0',
  'PDDL-1.0',
  'etalab-2.0',
  'DL-DE-BY-2.0',
  'DL-DE-ZERO-2.0',
]);

export function isOpenLicence(code: string): boolean {
  return openLicences.has(code);
}

/** Where the terms of an SPDX licence stand. */
export function licenceUrl(code: string): string {
  return `https://spdx.org/licenses/${code}`;
}

const spdxCode = /^[A-Za-z0-9.+-]+$/;

/** The SPDX code of a `licenceCodeable` extension; undefined when it names none. */
export function licenceOf(extension: JsonObject): string | undefined {
  for (const coding of objectsOf(objectOf(extension['valueCodeableConcept'])?.['coding'])) {
    const code = coding['code'];
    if (coding['system'] === canonical.spdx && typeof code === 'string' && spdxCode.test(code)) return code;
  }
  return undefined;
}
