/** The facets by which data sets (Library) can be looked through: all that `$facets` counts. See docs/reference/facets.md */
import { canonical } from '../../fhir/canonical.ts';

export interface FacetDefinition {
  name: string;
  /** the search parameter, as it is written in a search of Library, whose values are counted and by which they are chosen */
  criterion: string;
  /** the modifier that a choice is written with */
  modifier?: 'exact';
  /** where one search parameter has values of several facets: those of these code systems, or of all others */
  systems?: { only: readonly string[] } | { without: readonly string[] };
  /** of numbers: how many have at least so much */
  bands?: readonly number[];
  /** of times: how many have each year */
  isByYear?: true;
  documentation: string;
}

/** From a data set to the summary of its content. */
const held = '_has:MeasureReport:data-set:';
const sex = 'http://hl7.org/fhir/administrative-gender';
/** Summaries tell of elements, too, in how many resources they are. */
const element = `${canonical.ours}/CodeSystem/element`;

export const facetDefinitions: readonly FacetDefinition[] = [
  {
    name: 'publisher',
    criterion: 'publisher',
    modifier: 'exact',
    documentation: 'Who publishes the data set.',
  },
  { name: 'licence', criterion: 'licence', documentation: 'Licence of the data.' },
  { name: 'data-use', criterion: 'data-use', documentation: 'Data use terms (DUO) that hold for the data.' },
  {
    name: 'granularity',
    criterion: 'granularity',
    documentation: 'Levels of detail that the data set offers to someone.',
  },
  { name: 'visa', criterion: 'visa', documentation: 'Types of the GA4GH visas that are needed.' },
  { name: 'jurisdiction', criterion: 'jurisdiction', documentation: 'Countries and regions that the data are from.' },
  { name: 'topic', criterion: 'topic', documentation: 'What the data set is about.' },
  { name: 'type', criterion: 'type', documentation: 'Kind of Library; data sets are asset collections.' },
  { name: 'status', criterion: 'status', documentation: 'Whether the record is a draft, active or retired.' },
  { name: 'language', criterion: '_language', documentation: 'Language of the record.' },
  { name: 'format', criterion: 'content-type', documentation: 'Media types in which the data can be had.' },
  {
    name: 'resource-type',
    criterion: `${held}content-type`,
    systems: { only: ['http://hl7.org/fhir/resource-types'] },
    documentation: 'Resource types that the data set holds.',
  },
  {
    name: 'code',
    criterion: `${held}content-code`,
    systems: { without: [sex, canonical.ageBand, element] },
    documentation: 'Codes of conditions, medications, observations and so on that persons of the data set have.',
  },
  {
    name: 'sex',
    criterion: `${held}content-code`,
    systems: { only: [sex] },
    documentation: 'Sexes of the persons.',
  },
  {
    name: 'age',
    criterion: `${held}content-code`,
    systems: { only: [canonical.ageBand] },
    documentation: 'Bands of ages of the persons.',
  },
  {
    name: 'patients',
    criterion: `${held}content-count`,
    bands: [10, 100, 1000, 10_000, 100_000, 1_000_000],
    documentation: 'At least so many patients, as far as that is told.',
  },
  {
    name: 'year',
    criterion: `${held}content-period`,
    isByYear: true,
    documentation: 'Years that the data are about.',
  },
  { name: 'server', criterion: `${held}endpoint`, documentation: 'Servers that hold the data (Endpoint).' },
  {
    name: 'country',
    criterion: `${held}endpoint.organization.address-country`,
    modifier: 'exact',
    documentation: 'Countries of the organisations whose servers hold the data.',
  },
  {
    name: 'fhir-version',
    criterion: `${held}endpoint._has:CapabilityStatement:endpoint:fhir-version`,
    documentation: 'FHIR versions of the servers that hold the data.',
  },
];
