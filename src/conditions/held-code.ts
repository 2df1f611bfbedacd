/** Reads which codes a content summary names, and of how many patients. See docs/reference/held-codes.md */
import { canonical } from '../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { isContentSummary } from './content-summary.ts';

/** A code of one resource type, as one summary tells of it. */
interface HeldCode {
  type: string;
  /** '' where there is none */
  system: string;
  code: string;
  /** '' where there is none */
  display: string;
  /** as told; absent where no number is */
  patients?: number;
}

export interface HeldCodes {
  /** whether the numbers may stand for others */
  isRounded: boolean;
  /** each type, system and code once */
  codes: readonly HeldCode[];
}

const resourceTypes = 'http://hl7.org/fhir/resource-types';
/** The largest that FHIR's integers are. */
const most = 2 ** 31 - 1;

/** Undefined for what is no content summary. */
export function heldCodesOf(resource: Resource): HeldCodes | undefined {
  if (!isContentSummary(resource)) return undefined;
  const found = new Map<string, HeldCode>();
  for (const group of objectsOf(resource['group'])) {
    const type = codeIn(group['code'], resourceTypes);
    if (type === undefined) continue;
    for (const stratifier of objectsOf(group['stratifier'])) {
      if (!isByCode(stratifier)) continue;
      for (const stratum of objectsOf(stratifier['stratum'])) {
        for (const one of codesOf(stratum, type)) {
          const name = JSON.stringify([one.system, one.code, type]);
          if (!found.has(name)) found.set(name, one);
        }
      }
    }
  }
  return { isRounded: roundingOf(resource) > 1, codes: [...found.values()] };
}

/** A stratifier's code is a list in some FHIR versions. */
function isByCode({ code }: JsonObject): boolean {
  const concepts = Array.isArray(code) ? code : [code];
  return concepts.some((one) => codeIn(one ?? null, canonical.contentSummaryCode) === 'code');
}

function codeIn(concept: JsonObject[string] | undefined, system: string): string | undefined {
  const coding = objectsOf(objectOf(concept)?.['coding']).find((one) => one['system'] === system);
  return typeof coding?.['code'] === 'string' ? coding['code'] : undefined;
}

function codesOf(stratum: JsonObject, type: string): HeldCode[] {
  const concept = objectOf(stratum['valueCodeableConcept']) ?? objectOf(stratum['value']);
  const counts = objectsOf(stratum['population']).map(({ count }) => count);
  const patients = counts.find((one) => typeof one === 'number' && Number.isInteger(one) && one >= 0 && one <= most);
  return objectsOf(concept?.['coding']).flatMap(({ system, code, display }): HeldCode[] => {
    if (typeof code !== 'string' || code === '') return [];
    return [
      {
        type,
        system: typeof system === 'string' ? system : '',
        code,
        display: typeof display === 'string' ? display : '',
        ...(typeof patients === 'number' ? { patients } : {}),
      },
    ];
  });
}

function roundingOf(resource: Resource): number {
  const disclosure = objectsOf(resource['extension']).find(({ url }) => url === canonical.countDisclosure);
  const rounding = objectsOf(disclosure?.['extension']).find(({ url }) => url === 'rounding')?.['valueInteger'];
  return typeof rounding === 'number' ? rounding : 1;
}
