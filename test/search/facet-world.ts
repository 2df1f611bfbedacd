/** Data sets with summaries, servers and organisations for the tests of facets: valid in R4, R4B and R5. See docs/reference/facets.md */
import { createRandom } from '../../src/demo/random.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import type { FhirVersion } from '../../src/fhir/definitions/model.ts';

const { next: random } = createRandom('facets');
const draw = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const some = <T>(list: readonly T[], most: number): T[] => [
  ...new Set(Array.from({ length: Math.floor(random() * (most + 1)) }, () => draw(list))),
];

export const topicSystem = 'urn:topic';
export const codeSystem = 'urn:codes';
const licences = ['CC0-1.0', 'CC-BY-4.0', 'MIT'];
const publishers = ['Charité', 'charite', 'Hospital, North', 'Klinik | Süd', `A very long name ${'x'.repeat(100)}`];
const topics = ['heart', 'lung', 'kidney', 'brain'];
const countries = ['DE', 'NL', 'SE'];
const levels = ['exists', 'count', 'record'];
const terms = ['DUO:0000007', 'DUO:0000042', 'DUO:0000019'];

export interface PlainDataSet {
  id: string;
  isSecret: boolean;
  licence?: string;
  publisher?: string;
  topics: string[];
  levels: string[];
  terms: string[];
  /** of the summary, where there is one */
  summary?: {
    isSecret: boolean;
    patients: number;
    types: string[];
    codes: string[];
    sexes: string[];
    years: [number, number | undefined];
    server: number;
  };
}

export const plainDataSets: readonly PlainDataSet[] = Array.from({ length: 120 }, (_, at): PlainDataSet => {
  const isSecret = random() < 0.25;
  const first = 2000 + Math.floor(random() * 15);
  return {
    id: `d${at}`,
    isSecret,
    ...(random() < 0.8 ? { licence: draw(licences) } : {}),
    ...(random() < 0.9 ? { publisher: isSecret ? 'Secret publisher' : draw(publishers) } : {}),
    topics: isSecret ? ['secret-topic', ...some(topics, 2)] : some(topics, 3),
    levels: some(levels, 2),
    terms: some(terms, 2),
    ...(random() < 0.8
      ? {
          summary: {
            isSecret: isSecret || random() < 0.15,
            patients: Math.floor(10 ** (random() * 5)),
            types: ['Condition', ...some(['Observation', 'MedicationRequest'], 2)],
            codes: some(['I10', 'E11', 'J45', 'C34'], 4),
            sexes: some(['female', 'male'], 2),
            years: [first, random() < 0.9 ? first + Math.floor(random() * 8) : undefined],
            server: Math.floor(random() * 6),
          },
        }
      : {}),
  };
});

export const countryOf = (server: number): string => countries[server % countries.length]!;
/** The last server is not for everyone. */
export const isSecretServer = (server: number): boolean => server === 5;

const coding = (system: string, code: string, display?: string) => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
const extension = (url: string, value: object) => ({ url, ...value });
/** What bears this label is for those who may read everything. */
const label = { security: [{ system: canonical.confidentiality, code: 'R' }] };
const metaOf = (isSecret: boolean) => (isSecret ? { meta: label } : {});

export function* facetWorld(version: FhirVersion): Generator<object> {
  for (let at = 0; at < 6; at++) yield* serverOf(at, version);
  for (const one of plainDataSets) {
    yield libraryOf(one);
    if (one.summary !== undefined) yield summaryOf(one, one.summary, version);
  }
}

function* serverOf(at: number, version: FhirVersion): Generator<object> {
  const address = { country: countryOf(at), city: 'Town' };
  yield {
    resourceType: 'Organization',
    id: `o${at}`,
    ...metaOf(isSecretServer(at)),
    name: `Organisation ${at}`,
    ...(version === 'R5' ? { contact: [{ address }] } : { address: [address] }),
  };
  const type = { system: canonical.connectionType, code: 'hl7-fhir-rest' };
  yield {
    resourceType: 'Endpoint',
    id: `e${at}`,
    ...metaOf(isSecretServer(at)),
    status: 'active',
    name: `Server ${at}`,
    ...(version === 'R5'
      ? { connectionType: [{ coding: [type] }] }
      : { connectionType: type, payloadType: [coding(canonical.endpointRole, 'repository')] }),
    managingOrganization: { reference: `Organization/o${at}` },
    address: `https://s${at}.example/fhir`,
  };
}

function libraryOf({
  id,
  isSecret,
  licence,
  publisher,
  topics: about,
  levels: stated,
  terms: uses,
}: PlainDataSet): object {
  const extensions = [
    ...(licence === undefined
      ? []
      : [extension(canonical.licenceCodeable, { valueCodeableConcept: coding(canonical.spdx, licence) })]),
    ...stated.map((level) => extension(canonical.granularity, { extension: [{ url: 'level', valueCode: level }] })),
    ...uses.map((term) =>
      extension(canonical.dataUse, {
        extension: [{ url: 'term', valueCoding: { system: canonical.duo, code: term } }],
      }),
    ),
  ];
  return {
    resourceType: 'Library',
    id,
    ...metaOf(isSecret),
    ...(extensions.length === 0 ? {} : { extension: extensions }),
    status: 'active',
    title: `Data set ${id}`,
    type: coding(canonical.libraryType, 'asset-collection'),
    ...(publisher === undefined ? {} : { publisher }),
    ...(about.length === 0 ? {} : { topic: about.map((one) => coding(topicSystem, one, `About the ${one}`)) }),
  };
}

type Summary = NonNullable<PlainDataSet['summary']>;

function summaryOf({ id }: PlainDataSet, summary: Summary, version: FhirVersion): object {
  const code = (one: object) => (version === 'R5' ? one : [one]);
  const stratifier = (name: string, system: string, codes: readonly string[]) => ({
    code: code(coding(canonical.contentSummaryCode, name)),
    stratum: codes.map((one) => {
      const value = coding(system, one);
      return version === 'R5' ? { valueCodeableConcept: value } : { value };
    }),
  });
  const { sexes, codes, types, years, patients, server } = summary;
  const [first, last] = years;
  return {
    resourceType: 'MeasureReport',
    id: `m${id}`,
    meta: { profile: [canonical.contentSummary], ...(summary.isSecret ? label : {}) },
    status: 'complete',
    type: 'summary',
    measure: canonical.contentSummaryMeasure,
    period: { start: `${first}-03-01`, ...(last === undefined ? {} : { end: `${last}-06-30` }) },
    extension: [
      extension(canonical.summaryDataSet, { valueReference: { reference: `Library/${id}` } }),
      extension(canonical.endpoint, { valueReference: { reference: `Endpoint/e${server}` } }),
      extension(canonical.summaryPatients, { valueInteger: patients }),
    ],
    group: [
      {
        code: coding(canonical.contentSummaryCode, 'patients'),
        ...(sexes.length === 0
          ? {}
          : { stratifier: [stratifier('sex', 'http://hl7.org/fhir/administrative-gender', sexes)] }),
      },
      ...types.map((type, at) => ({
        code: coding('http://hl7.org/fhir/resource-types', type),
        ...(at === 0 && codes.length > 0 ? { stratifier: [stratifier('code', codeSystem, codes)] } : {}),
      })),
    ],
  };
}
