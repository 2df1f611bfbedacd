/** What the summary of a data set tells of its content, resource type by resource type. See docs/reference/content-summary.md */
import { canonical } from '../../../src/fhir/canonical.ts';
import { type JsonObject, objectOf, objectsOf } from '../../../src/fhir/json.ts';

export interface TypeContent {
  readonly type: string;
  readonly resources: number | undefined;
  readonly patients: number | undefined;
  /** percent of the resources that have an element, by its name */
  readonly completeness: readonly (readonly [element: string, percent: number])[];
}

const resourceTypes = 'http://hl7.org/fhir/resource-types';

const codingIn = (concept: JsonObject | undefined, system?: string): string | undefined => {
  const codings = objectsOf(concept?.['coding']);
  const coding = system === undefined ? codings[0] : codings.find((one) => one['system'] === system);
  return typeof coding?.['code'] === 'string' ? coding['code'] : undefined;
};

export function contentOf(summary: JsonObject): TypeContent[] {
  return objectsOf(summary['group']).flatMap((group) => {
    const type = codingIn(objectOf(group['code']), resourceTypes);
    if (type === undefined) return [];
    const counts = new Map(
      objectsOf(group['population']).map((one) => [codingIn(objectOf(one['code'])), one['count']] as const),
    );
    const number = (name: string): number | undefined => {
      const count = counts.get(name);
      return typeof count === 'number' ? count : undefined;
    };
    return [
      {
        type,
        resources: number('resources'),
        patients: number('initial-population'),
        completeness: objectsOf(group['stratifier']).filter(isCompleteness).flatMap(sharesOf),
      },
    ];
  });
}

/** A stratifier has a list of codes in some versions of FHIR, and one in others. */
function isCompleteness(stratifier: JsonObject): boolean {
  const { code } = stratifier;
  const concept = Array.isArray(code) ? objectsOf(code)[0] : objectOf(code);
  return codingIn(concept, canonical.contentSummaryCode) === 'completeness';
}

function sharesOf(stratifier: JsonObject): [string, number][] {
  return objectsOf(stratifier['stratum']).flatMap((stratum): [string, number][] => {
    const element = codingIn(objectOf(stratum['value'] ?? stratum['valueCodeableConcept']));
    const score = objectOf(stratum['measureScore'] ?? stratum['measureScoreQuantity'])?.['value'];
    if (element === undefined || typeof score !== 'number') return [];
    return [[element.slice(element.indexOf('.') + 1), score]];
  });
}
