/** The content of a data set as a MeasureReport. See docs/reference/content-summary.md and https://hl7.org/fhir/R4B/measurereport.html */
import type { ToldContent, ToldFact } from '../../door/index.ts';
import { canonical } from '../../fhir/canonical.ts';
import type { Definitions } from '../../fhir/definitions/model.ts';
import { type Json, type JsonObject, objectOf, objectsOf, type Resource } from '../../fhir/json.ts';

/** What a summary says beside numbers. */
export interface SummarySetting {
  library: Resource;
  /** base address of this server */
  base: string;
  /** this server's own Endpoint, where it has one */
  endpoint?: Resource;
  definitions: Definitions;
  /** milliseconds since 1970 */
  now: number;
}

/** Codes of one type that a summary names; those of the most persons. */
const mostCodes = 2000;

const elementSystem = `${canonical.ours}/CodeSystem/element`;
const resourceTypes = 'http://hl7.org/fhir/resource-types';
const genders = 'http://hl7.org/fhir/administrative-gender';
const population = 'http://terminology.hl7.org/CodeSystem/measure-population';
const absent = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

/** What holds of a data set holds of its summary, so that both are found by the same criteria. */
const copied: ReadonlySet<Json> = new Set([
  canonical.licenceCodeable,
  canonical.granularity,
  canonical.dataUse,
  canonical.visa,
]);

export function summaryReport(content: ToldContent, setting: SummarySetting): Resource {
  const { library, endpoint, now } = setting;
  const byKind = groupedFacts(content.facts);
  const any = byKind.get('any')?.[0];
  const types = [...(byKind.get('type') ?? [])].sort((x, y) => (x.type < y.type ? -1 : 1));
  const shape: Shape = { content, isCounted: content.rules.detail !== 'exists', ...versionShape(setting.definitions) };
  const subject = groupOf(library);
  const reporter = objectOf(endpoint?.['managingOrganization']);
  return {
    resourceType: 'MeasureReport',
    meta: { profile: [canonical.contentSummary] },
    extension: extensions(content, any, types, byKind.get('code') ?? [], setting),
    identifier: [{ system: canonical.uri, value: `${identifierOf(library, setting.base)}/content-summary` }],
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    ...(subject === undefined ? {} : { subject }),
    date: new Date(now).toISOString(),
    ...(reporter === undefined ? {} : { reporter }),
    period: periodOf(byKind.get('year') ?? []),
    group: [
      patientsGroup(any, byKind, shape),
      ...types.map((type) => typeGroup(type, codesToTell(byKind.get('code') ?? [], type.type), shape)),
    ],
  };
}

/** What in the report differs by FHIR version, as its definitions say. */
interface Shape {
  content: ToldContent;
  isCounted: boolean;
  /** whether a stratifier may have several codes, and so has a list */
  listsStratifierCodes: boolean;
  /** JSON names of the value of a stratum and of a score */
  stratumValue: string;
  score: string;
}

function versionShape({ types }: Definitions): Pick<Shape, 'listsStratifierCodes' | 'stratumValue' | 'score'> {
  const stratum = types['MeasureReport.group.stratifier.stratum']?.elements ?? {};
  const named = (...names: string[]): string => names.find((name) => Object.hasOwn(stratum, name)) ?? names[0]!;
  return {
    listsStratifierCodes: types['MeasureReport.group.stratifier']?.elements['code']?.max !== 1,
    stratumValue: named('valueCodeableConcept', 'value'),
    score: named('measureScoreQuantity', 'measureScore'),
  };
}

function groupedFacts(facts: readonly ToldFact[]): Map<ToldFact['kind'], ToldFact[]> {
  const groups = new Map<ToldFact['kind'], ToldFact[]>();
  for (const fact of facts) groups.set(fact.kind, [...(groups.get(fact.kind) ?? []), fact]);
  return groups;
}

const isOfType =
  (type: string) =>
  (one: ToldFact): boolean =>
    one.type === type;

const byPatients = (x: ToldFact, y: ToldFact): number =>
  y.patients - x.patients || (`${x.system}|${x.code}` < `${y.system}|${y.code}` ? -1 : 1);

const codesToTell = (codes: readonly ToldFact[], type: string): ToldFact[] =>
  codes.filter(isOfType(type)).sort(byPatients).slice(0, mostCodes);

function extensions(
  content: ToldContent,
  any: ToldFact | undefined,
  types: readonly ToldFact[],
  codes: readonly ToldFact[],
  { library, base, endpoint }: SummarySetting,
): JsonObject[] {
  const { rules, id, namedFrom } = content;
  const identifier = objectsOf(library['identifier'])[0];
  const partial = types.filter(
    ({ type }) => rules.detail === 'outline' || codes.filter(isOfType(type)).length > mostCodes,
  );
  return [
    {
      url: canonical.summaryDataSet,
      valueReference: { reference: `Library/${id}`, ...(identifier === undefined ? {} : { identifier }) },
    },
    {
      url: canonical.endpoint,
      valueReference:
        endpoint === undefined
          ? { identifier: { system: canonical.uri, value: base } }
          : { reference: `Endpoint/${String(endpoint['id'])}` },
    },
    ...(any === undefined || rules.detail === 'exists'
      ? []
      : [{ url: canonical.summaryPatients, valueInteger: any.patients }]),
    ...partial.map(({ type }) => ({ url: canonical.summaryPartial, valueCode: type })),
    {
      url: canonical.countDisclosure,
      extension: [
        { url: 'granularity', valueCode: rules.detail === 'exists' ? 'exists' : 'count' },
        { url: 'threshold', valueInteger: namedFrom },
        { url: 'rounding', valueInteger: rules.rounding },
      ],
    },
    ...objectsOf(library['extension']).filter(({ url }) => url !== undefined && copied.has(url)),
  ];
}

/** The data set's own identifier, else its address. */
function identifierOf(library: Resource, base: string): string {
  const identifiers = objectsOf(library['identifier']);
  const uri = identifiers.find(({ system }) => system === canonical.uri) ?? identifiers[0];
  const [value, url] = [uri?.['value'], library['url']];
  if (typeof value === 'string')
    return uri?.['system'] === canonical.uri ? value : `${String(uri?.['system'])}|${value}`;
  return typeof url === 'string' ? url : `${base}/Library/${String(library['id'])}`;
}

/** The Group that the data set is made of. */
function groupOf(library: Resource): JsonObject | undefined {
  const related = objectsOf(library['extension'])
    .filter(({ url }) => url === canonical.relatedContent)
    .flatMap((one) => objectsOf(objectOf(one['valueRelatedArtifact'])?.['extension']))
    .map((one) => objectOf(one['valueReference'])?.['reference']);
  const urls = objectsOf(library['content']).map(({ url }) => url);
  const reference = [...related, ...urls].find(
    (one) => typeof one === 'string' && /^([a-z]+:\/\/[^?]+\/)?Group\/[A-Za-z0-9\-.]{1,64}$/.test(one),
  );
  return typeof reference === 'string' ? { reference } : undefined;
}

/** From the first to the last year of which there is anything to tell. */
function periodOf(years: readonly ToldFact[]): JsonObject {
  const sorted = years.map(({ code }) => code).sort();
  if (sorted.length === 0) return { extension: [{ url: absent, valueCode: 'unknown' }] };
  return { start: sorted[0]!, end: sorted.at(-1)! };
}

const concept = (system: string, code: string, display?: string): JsonObject => ({
  coding: [{ ...(system === '' ? {} : { system }), code, ...(display === undefined ? {} : { display }) }],
});
const part = (code: string): JsonObject => concept(canonical.contentSummaryCode, code);

function persons(patients: number | undefined, { isCounted }: Shape): JsonObject {
  const count = patients === undefined || !isCounted ? {} : { count: patients };
  return { code: concept(population, 'initial-population'), ...count };
}

function patientsGroup(
  any: ToldFact | undefined,
  byKind: ReadonlyMap<ToldFact['kind'], readonly ToldFact[]>,
  shape: Shape,
): JsonObject {
  const full = shape.content.rules.detail !== 'outline';
  const ages = [...(byKind.get('age') ?? [])].sort((x, y) => Number.parseInt(x.code, 10) - Number.parseInt(y.code, 10));
  const sexes = [...(byKind.get('sex') ?? [])].sort((x, y) => (x.code < y.code ? -1 : 1));
  const stratifiers = full
    ? [
        ...stratifier(
          'age',
          ages.map((one) => stratum({ ...one, system: canonical.ageBand }, shape)),
          shape,
        ),
        ...stratifier(
          'sex',
          sexes.map((one) => stratum({ ...one, system: genders }, shape)),
          shape,
        ),
      ]
    : [];
  return {
    code: part('patients'),
    population: [persons(any?.patients, shape)],
    ...(stratifiers.length === 0 ? {} : { stratifier: stratifiers }),
  };
}

function typeGroup(type: ToldFact, codes: readonly ToldFact[], shape: Shape): JsonObject {
  const { rules } = shape.content;
  const { resources, completeness = [] } = type.tally ?? {};
  const stratifiers = [
    ...(rules.detail === 'outline'
      ? []
      : stratifier(
          'code',
          codes.map((one) => stratum(one, shape)),
          shape,
        )),
    ...(rules.detail === 'full'
      ? stratifier(
          'completeness',
          completeness.map(([element, percent]) => share(type.type, element, percent, shape)),
          shape,
        )
      : []),
  ];
  const counted = shape.isCounted && resources !== undefined;
  return {
    code: concept(resourceTypes, type.type),
    population: [persons(type.patients, shape), ...(counted ? [{ code: part('resources'), count: resources }] : [])],
    ...(stratifiers.length === 0 ? {} : { stratifier: stratifiers }),
  };
}

function stratifier(code: string, strata: readonly JsonObject[], { listsStratifierCodes }: Shape): JsonObject[] {
  if (strata.length === 0) return [];
  const value = part(code);
  return [{ code: listsStratifierCodes ? [value] : value, stratum: [...strata] }];
}

function stratum({ system, code, display, patients }: ToldFact, shape: Shape): JsonObject {
  return { [shape.stratumValue]: concept(system, code, display), population: [persons(patients, shape)] };
}

function share(type: string, element: string, percent: number, { stratumValue, score }: Shape): JsonObject {
  return {
    [stratumValue]: concept(elementSystem, `${type}.${element}`),
    [score]: { value: percent, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
  };
}
