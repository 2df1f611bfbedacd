/** Reads which codes a content summary names, and of how many patients; and what a CodeSystem calls its codes. See docs/reference/held-codes.md */
import { canonical } from '../fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf, type Resource } from '../fhir/json.ts';
import { isContentSummary } from './content-summary.ts';

/** What a CodeSystem says in place of a resource type: that it is the name of a code, or what it is called as well, such as in another language. */
export const nameTypes = ['display', 'designation'] as const;

/** A code of one resource type, as one summary tells of it; or a name. */
interface HeldCode {
  /** a resource type, or one of `nameTypes` */
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

/** Undefined for what names no codes. */
export function heldCodesOf(resource: Resource): HeldCodes | undefined {
  if (resource.resourceType === 'CodeSystem') return namesOf(resource);
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

function namesOf({ url, concept }: Resource): HeldCodes | undefined {
  if (typeof url !== 'string' || url === '') return undefined;
  const codes = new Map<string, HeldCode>();
  const waiting = objectsOf(concept);
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    waiting.push(...objectsOf(one['concept']));
    const { code } = one;
    if (typeof code !== 'string' || code === '') continue;
    const add = (type: (typeof nameTypes)[number], display: JsonObject[string] | undefined): void => {
      if (typeof display !== 'string' || display === '') return;
      const name = JSON.stringify([code, display]);
      if (!codes.has(name)) codes.set(name, { type, system: url, code, display });
    };
    add('display', one['display']);
    for (const { value } of objectsOf(one['designation'])) add('designation', value);
  }
  return codes.size === 0 ? undefined : { isRounded: false, codes: [...codes.values()] };
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
