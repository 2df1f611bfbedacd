/** Reads the total of a search, with what its server says of how it is told. See docs/adr/0012-counts.md */
import { canonical, type Granularity, granularities } from '../../../fhir/canonical.ts';
import { type Json, type JsonObject, objectOf, objectsOf } from '../../../fhir/json.ts';
import type { CountAnswer } from '../answer.ts';
import { reasonText } from '../reason/reason.ts';
import { ServerError } from './http.ts';

/** What stands in the count-disclosure extension. */
export interface Disclosure {
  /** `exists`: of what may not be read no number is told, so that the total is exact */
  granularity: Granularity;
  threshold: number;
  rounding: number;
  /** of the total, what may be read, exactly */
  read?: number;
  suppressed: boolean;
  exists?: boolean;
}

export interface Total {
  total?: number;
  disclosure?: Disclosure;
}

/** A total above 0 as an answer. */
export function countedAs(total: number, disclosure: Disclosure | undefined): CountAnswer {
  if (disclosure === undefined || disclosure.granularity === 'exists') return { state: 'counted', patients: total };
  const { threshold, rounding, read = 0 } = disclosure;
  return {
    state: 'counted',
    patients: total,
    threshold,
    granularity: 'count',
    ...(rounding > 1 ? { rounding } : {}),
    ...(read > 0 && read <= total ? { exactly: read } : {}),
  };
}

/** The total of a search result, with what its server says of its accuracy. Throws ServerError for nonsense. */
export function totalOf(body: JsonObject): Total {
  if (body['resourceType'] !== 'Bundle') throw new ServerError(reasonText('no-bundle'), 200);
  return totalWith(body['total'], objectsOf(objectOf(body['_total'])?.['extension']));
}

/** The count of a MeasureReport's first group, as `$feasibility` answers. https://hl7.org/fhir/R4B/measurereport.html */
export function reportedTotal(report: JsonObject): Total {
  const [group] = objectsOf(report['group']);
  const population = objectsOf(group?.['population']).find((one) => isInitial(one)) ?? {};
  const extensions = [report, group, population, objectOf(population['_count'])].flatMap((one) =>
    objectsOf(one?.['extension']),
  );
  return totalWith(population['count'], extensions);
}

const isInitial = (population: JsonObject): boolean =>
  objectsOf(objectOf(population['code'])?.['coding']).some(({ code }) => code === 'initial-population');

function totalWith(total: Json | undefined, extensions: readonly JsonObject[]): Total {
  if (total !== undefined && !(typeof total === 'number' && Number.isInteger(total) && total >= 0)) {
    throw new ServerError(reasonText('total-is-no-count', { total: JSON.stringify(total).slice(0, 40) }), 0);
  }
  const disclosure = extensions.find((one) => one['url'] === canonical.countDisclosure);
  return {
    ...(total === undefined ? {} : { total }),
    ...(disclosure === undefined ? {} : { disclosure: disclosureOf(objectsOf(disclosure['extension'])) }),
  };
}

function disclosureOf(parts: readonly JsonObject[]): Disclosure {
  const part = (url: string, name: string): unknown => parts.find((one) => one['url'] === url)?.[name];
  const exists = part('exists', 'valueBoolean');
  const read = part('read', 'valueInteger');
  const whole = (value: unknown): number => (typeof value === 'number' && value >= 1 ? value : 1);
  return {
    granularity: granularities.find((one) => one === part('granularity', 'valueCode')) ?? 'count',
    threshold: whole(part('threshold', 'valueInteger')),
    rounding: whole(part('rounding', 'valueInteger')),
    ...(typeof read === 'number' && Number.isInteger(read) && read >= 0 ? { read } : {}),
    suppressed: part('suppressed', 'valueBoolean') === true,
    ...(typeof exists === 'boolean' ? { exists } : {}),
  };
}
