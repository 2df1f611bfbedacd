/** The profiles that fairway defines, and what their resources are checked against. See docs/specification. */
import { canonical } from '../canonical.ts';

export interface OurProfile {
  /** the end of its canonical URL */
  id: string;
  title: string;
  type: string;
  base: string;
  description: string;
  /** elements that must be there: `date`, or within each `content`: `content.url` */
  required: readonly string[];
  /** elements at the root with the only code that they may have */
  fixed: Readonly<Record<string, string>>;
  /** canonical URLs of extensions that must stand at the root */
  extensions: readonly string[];
}

export const profileUrl = (id: string): string => `${canonical.structureDefinitions}${id}`;
const core = 'http://hl7.org/fhir/StructureDefinition/';

export const ourProfiles: readonly OurProfile[] = [
  {
    id: 'content-summary',
    title: 'Content summary',
    type: 'MeasureReport',
    base: `${core}MeasureReport`,
    description:
      'What a data set holds, as far as its conditions let anyone be told: patients, ages, sexes, resource types, codes, periods, completeness.',
    required: ['identifier', 'date', 'group', 'group.code'],
    fixed: { status: 'complete', type: 'summary', measure: canonical.contentSummaryMeasure },
    extensions: [canonical.summaryDataSet, canonical.endpoint],
  },
  {
    id: 'member',
    title: 'Member of a community',
    type: 'Endpoint',
    base: `${core}Endpoint`,
    description: 'A server that takes part: its address, its roles and the organisation that runs it.',
    required: ['managingOrganization'],
    fixed: {},
    extensions: [],
  },
];
