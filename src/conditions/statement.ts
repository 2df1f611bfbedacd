/** Reads what a data source states of a data set: licence, granularity, disclosure rule. https://hl7.org/fhir/uv/fhir-for-fair/ */
import { canonical, type Granularity, granularities } from '../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';

/** What one data set states, as kept in the store. */
export interface DataSetStatement {
  /** granted to everyone, without a right of their own */
  open: 'none' | 'count' | 'record';
  /** Counts below it are withheld. */
  threshold: number;
  /** Counts are rounded to multiples of it. */
  rounding: number;
  /** SPDX code of the licence, if it has one */
  licence?: string;
  /** Why it is not more open; for stewards, never for askers. */
  because: string;
}

const defaultThreshold = 10;
const defaultRounding = 10;

/** Licences under which anyone may read and pass on. https://spdx.org/licenses/ */
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

const assetCollection = 'asset-collection';

/** Whether the resource is a data set by FHIR for FAIR. */
export function isDataSet(resource: Resource): boolean {
  if (resource.resourceType !== 'Library') return false;
  const codings = objectsOf(objectOf(resource['type'])?.['coding']);
  return codings.some((coding) => coding['system'] === canonical.libraryType && coding['code'] === assetCollection);
}

/** The statement of a data set. What is not understood closes: a condition nobody can apply must not be passed over. */
export function statementOf(library: Resource): DataSetStatement {
  const extensions = objectsOf(library['extension']);
  const licence = licenceOf(extensions);
  const closed = (because: string): DataSetStatement => ({
    open: 'none',
    threshold: defaultThreshold,
    rounding: defaultRounding,
    ...(licence === undefined ? {} : { licence }),
    because,
  });
  if (library['status'] !== 'active') return closed('the data set is not active');
  if (library['modifierExtension'] !== undefined) return closed('a modifier extension is not understood');
  const unknown = extensions.find((one) => isOurs(one['url']) && one['url'] !== canonical.granularity);
  if (unknown !== undefined) return closed(`the condition ${String(unknown['url'])} is not understood`);
  if (extensions.some((one) => one['url'] === canonical.licenceAttachment)) {
    return closed('the licence is a document that a person has to read');
  }

  const stated = extensions.filter((one) => one['url'] === canonical.granularity);
  if (stated.length > 1) return closed('more than one granularity is stated');
  const granularity = stated[0] === undefined ? undefined : granularityOf(stated[0]);
  if (granularity === 'not understood') return closed('the granularity is not understood');
  const isOpenLicence = licence !== undefined && openLicences.has(licence);
  const base = closed('no open licence is stated');
  if (granularity === undefined) return isOpenLicence ? { ...base, open: 'record', because: '' } : base;
  const limits = { threshold: granularity.threshold, rounding: granularity.rounding };
  if (granularity.level === 'record') return isOpenLicence ? { ...base, ...limits, open: 'record', because: '' } : base;
  if (granularity.level === 'count' || granularity.level === 'aggregate') {
    return { ...base, ...limits, open: 'count', because: 'counts only are granted' };
  }
  return { ...base, ...limits, because: `granularity ${granularity.level}` };
}

interface StatedGranularity {
  level: Granularity;
  threshold: number;
  rounding: number;
}

function granularityOf(extension: JsonObject): StatedGranularity | 'not understood' {
  let level: Granularity | undefined;
  let threshold = defaultThreshold;
  let rounding = defaultRounding;
  for (const part of objectsOf(extension['extension'])) {
    const number = part['valueInteger'];
    if (part['url'] === 'level') level = granularities.find((one) => one === part['valueCode']);
    else if (part['url'] === 'threshold' && isCount(number)) threshold = number;
    else if (part['url'] === 'rounding' && isCount(number)) rounding = number;
    else return 'not understood';
  }
  return level === undefined ? 'not understood' : { level, threshold, rounding };
}

const isCount = (value: Json | undefined): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1;

function isOurs(url: Json | undefined): boolean {
  return typeof url === 'string' && url.startsWith(canonical.structureDefinitions);
}

function licenceOf(extensions: readonly JsonObject[]): string | undefined {
  for (const extension of extensions) {
    if (extension['url'] !== canonical.licenceCodeable) continue;
    for (const coding of objectsOf(objectOf(extension['valueCodeableConcept'])?.['coding'])) {
      if (coding['system'] === canonical.spdx && typeof coding['code'] === 'string') return coding['code'];
    }
  }
  return undefined;
}
