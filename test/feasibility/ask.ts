/** Writes questions as definitional Groups and reads the answers, for tests. */
import { canonical } from '../../src/fhir/canonical.ts';
import { questionGroup as names } from '../../src/fhir/specification/question-group.ts';
import type { Answer, Asked, TestServer } from '../server.ts';

export type Asking =
  | { all: readonly Asking[]; together?: true }
  | { any: readonly Asking[] }
  | { not: Asking }
  | { age: { from?: number; to?: number } }
  | { sex: string }
  | { where: string }
  | {
      record: (typeof names.records)[number];
      codes: readonly string[];
      below?: true;
      value?: object;
      otherValue?: object;
      during?: { start?: string; end?: string };
    };

const code = (one: string) => ({ code: { coding: [{ system: names.system, code: one }] } });
const codingOf = (text: string) => {
  const [system, own] = text.includes('|') ? text.split('|') : [undefined, text];
  return { ...(system === undefined ? {} : { system }), code: own };
};

/** The Group; `isR5` states that it is definitional as R5 does. */
export function groupOf(asking: Asking, isR5 = false): object {
  const contained: object[] = [];
  const shape = isR5 ? { membership: 'definitional' } : { actual: false };
  const characteristic = (one: Asking, exclude = false): object => {
    if ('not' in one) {
      // Twice turned round is a Group in between.
      return exclude ? nested({ all: [one] }, exclude) : characteristic(one.not, true);
    }
    if ('age' in one) {
      const end = (value: number | undefined) =>
        value === undefined ? undefined : { value, system: 'http://unitsofmeasure.org', code: 'a' };
      return { ...code('age'), valueRange: { low: end(one.age.from), high: end(one.age.to) }, exclude };
    }
    if ('sex' in one) return { ...code('sex'), valueCodeableConcept: { coding: [{ code: one.sex }] }, exclude };
    if ('where' in one) return { ...code('where'), valueCodeableConcept: { text: one.where }, exclude };
    if (!('record' in one)) return nested(one, exclude);
    const extension = [
      ...(one.below === undefined ? [] : [{ url: names.below, valueBoolean: true }]),
      ...(one.otherValue === undefined ? [] : [{ url: names.otherValue, ...one.otherValue }]),
      ...(one.value === undefined ? [] : [{ url: names.value, ...one.value }]),
    ];
    return {
      ...code(one.record),
      ...(extension.length === 0 ? {} : { extension }),
      valueCodeableConcept: { coding: one.codes.map(codingOf) },
      exclude,
      ...(one.during === undefined ? {} : { period: one.during }),
    };
  };
  const nested = (one: Asking, exclude: boolean): object => {
    const id = `g${contained.length}`;
    const at = contained.push({}) - 1;
    contained[at] = { ...group(one), id };
    return { ...code('group'), valueReference: { reference: `#${id}` }, exclude };
  };
  const group = (one: Asking): object => {
    const of = 'any' in one ? one.any : 'all' in one ? one.all : [one];
    const extension = [
      ...('any' in one ? [{ url: names.combination, valueCode: 'any' }] : []),
      ...('together' in one ? [{ url: names.together, valueCode: 'overlapping' }] : []),
    ];
    return {
      resourceType: 'Group',
      ...(extension.length === 0 ? {} : { extension }),
      type: 'person',
      ...shape,
      characteristic: of.map((inner) => characteristic(inner)),
    };
  };
  const root = group(asking);
  return { ...root, ...(contained.length === 0 ? {} : { contained }) };
}

export const questionOf = (asking: Asking, more: readonly object[] = [], isR5 = false) => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'question', resource: groupOf(asking, isR5) }, ...more],
});

export interface Counted {
  count: number;
  suppressed?: boolean;
  exists?: boolean;
  dataSet?: string;
}

export function countsOf({ status, body, text }: Answer): Counted[] {
  if (status !== 200 || body['status'] !== 'complete') throw new Error(text);
  return (body['group'] as any[]).map((group): Counted => {
    const [population] = group.population;
    const parts = population._count?.extension[0].extension as { url: string; valueBoolean?: boolean }[] | undefined;
    const part = (url: string) => parts?.find((one) => one.url === url)?.valueBoolean;
    const dataSet = group.extension?.find((one: { url: string }) => one.url === canonical.summaryDataSet);
    return {
      count: population.count,
      ...(part('suppressed') === undefined ? {} : { suppressed: part('suppressed')! }),
      ...(part('exists') === undefined ? {} : { exists: part('exists')! }),
      ...(dataSet === undefined ? {} : { dataSet: dataSet.valueReference.reference }),
    };
  });
}

/** How many patients the server says meet it. */
export async function feasible(
  server: TestServer,
  asking: Asking,
  { as, more = [], isR5 = false }: { as?: string; more?: readonly object[]; isR5?: boolean } = {},
): Promise<Counted> {
  const asked: Asked = { body: questionOf(asking, more, isR5), ...(as === undefined ? {} : { as }) };
  return countsOf(await server.ask('POST', 'Patient/$feasibility', asked))[0]!;
}
