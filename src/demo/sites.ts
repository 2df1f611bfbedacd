/** Who is in the demo community: three repositories, a registry and a discovery server of different organisations. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import { canonical, type Granularity } from '../fhir/canonical.ts';
import type { FhirVersion } from '../fhir/definitions/model.ts';
import type { JsonObject } from '../fhir/json.ts';
import { snomedSystem } from './condition.ts';
import { committee, dataUse, embargoUntil, granularity, obligation, purpose, terms, visa } from './conditions.ts';
import type { RecordStyle } from './records.ts';

export const siteNames = ['discovery', 'registry', 'hospital', 'cohort', 'cancer'] as const;
export type SiteName = (typeof siteNames)[number];

export interface Site {
  name: SiteName;
  organisation: string;
  /** ISO 3166 two-letter code */
  country: string;
  fhirVersion: FhirVersion;
  roles: readonly ('repository' | 'registry' | 'discovery')[];
  style?: RecordStyle;
  /** whose data sets its registry describes beside its own */
  describes: readonly SiteName[];
  /** whom its discovery service names */
  names: readonly SiteName[];
  /** who decides on requests for its data */
  committee?: { id: string; name: string };
  dataSets: readonly DataSetPlan[];
}

/** One data set: which patients, how its extent is stated, and on what conditions. No patient is in two of one site, where the more open one would win. */
export interface DataSetPlan {
  id: string;
  title: string;
  description: string;
  /** SPDX code */
  licence?: string;
  /** extensions of the Library that state them */
  conditions: readonly JsonObject[];
  /** what the conditions come to for someone of whom nothing is known */
  forAnyone: Granularity;
  extent: 'tag' | 'List';
  /** of `all` patients in the repository those with the index below, or those from it on */
  patients(all: number): { from: number; below: number };
}

/** Small enough for one resource that names every member. */
const sixth = (all: number): number => Math.min(200, Math.floor(all / 6));
const half = (all: number): number => Math.min(500, Math.floor(all / 2));

/** The rules by which biosample records leave, see deidentification.ts. */
export const biosamplesProfile = 'https://fairway.health/demo/deidentification/northshore-biosamples';
export const lowlandsTerms = 'https://fairway.health/demo/terms/lowlands';
const lowlandsCommittee = { id: 'lowlands-committee', name: 'Data Access Committee of the Lowlands Ageing Cohort' };
const counted = granularity({ level: 'count', threshold: 10, rounding: 10 });
const diseases = [
  { system: snomedSystem, code: '38341003', display: 'Hypertensive disorder' },
  { system: snomedSystem, code: '56265001', display: 'Heart disease' },
];

export const sites: Readonly<Record<SiteName, Site>> = {
  discovery: {
    name: 'discovery',
    organisation: 'European Health Data Discovery',
    country: 'BE',
    fhirVersion: 'R4B',
    roles: ['discovery'],
    describes: [],
    names: ['registry', 'hospital'],
    dataSets: [],
  },
  registry: {
    name: 'registry',
    organisation: 'Cardiology Research Community',
    country: 'NL',
    fhirVersion: 'R4B',
    roles: ['registry'],
    describes: ['cohort', 'cancer'],
    names: [],
    dataSets: [],
  },
  hospital: {
    name: 'hospital',
    organisation: 'University Hospital Northshore',
    country: 'DE',
    fhirVersion: 'R4B',
    roles: ['repository', 'registry'],
    describes: [],
    names: [],
    style: { prefix: 'h', fhirVersion: 'R4B', medications: 'MedicationRequest', codes: 'icd-10' },
    dataSets: [
      {
        id: 'northshore-routine-care',
        title: 'Northshore routine care',
        description: 'Diagnoses, prescriptions, encounters and laboratory values of the patients of the hospital.',
        licence: 'CC-BY-4.0',
        conditions: [granularity({ level: 'record' })],
        forAnyone: 'record',
        extent: 'tag',
        patients: (all) => ({ from: sixth(all), below: all }),
      },
      {
        id: 'northshore-biosamples',
        title: 'Northshore patients with biosamples',
        description: 'Patients of the hospital whose blood samples are kept in the biobank, without what names them.',
        licence: 'CC0-1.0',
        conditions: [granularity({ level: 'record-deidentified', profile: biosamplesProfile })],
        forAnyone: 'record-deidentified',
        extent: 'tag',
        patients: (all) => ({ from: 0, below: sixth(all) }),
      },
    ],
  },
  cohort: {
    name: 'cohort',
    organisation: 'Lowlands Ageing Cohort',
    country: 'NL',
    fhirVersion: 'R4',
    roles: ['repository'],
    describes: [],
    names: [],
    style: { prefix: 'l', fhirVersion: 'R4', medications: 'MedicationStatement', codes: 'snomed' },
    committee: lowlandsCommittee,
    dataSets: [
      {
        id: 'lowlands-main',
        title: 'Lowlands Ageing Cohort, main phase',
        description:
          'Participants of the cohort with what they take, as they told it. Records for registered researchers.',
        conditions: [
          counted,
          granularity({ level: 'record', audience: [visa('ResearcherStatus')] }),
          dataUse('DUO_0000006', 'health or medical or biomedical research'),
          purpose('HRESCH'),
          terms(lowlandsTerms),
        ],
        forAnyone: 'count',
        extent: 'tag',
        patients: (all) => ({ from: 0, below: all - half(all) }),
      },
      {
        id: 'lowlands-pilot',
        title: 'Lowlands Ageing Cohort, pilot phase',
        description: 'Participants of the pilot phase, whose consent asks for approval of each project.',
        conditions: [
          granularity({ level: 'exists', threshold: 10 }),
          granularity({ level: 'record' }),
          dataUse('DUO_0000007', 'disease specific research', diseases),
          dataUse('DUO_0000045', 'not for profit organisation use only'),
          committee(lowlandsCommittee.id, lowlandsCommittee.name),
          obligation('NORELINK', 'no relinking'),
          obligation('DELAU', 'delete after use', '12'),
        ],
        forAnyone: 'exists',
        extent: 'tag',
        patients: (all) => ({ from: all - half(all), below: all }),
      },
    ],
  },
  cancer: {
    name: 'cancer',
    organisation: 'Southern Cancer Registry',
    country: 'IT',
    fhirVersion: 'R5',
    roles: ['repository'],
    describes: [],
    names: [],
    style: { prefix: 's', fhirVersion: 'R5', medications: 'MedicationStatement', codes: 'both' },
    dataSets: [
      {
        id: 'southern-cancer-registry',
        title: 'Southern Cancer Registry',
        description: 'Persons of the region who were notified to the registry. Counts only.',
        licence: 'CC-BY-4.0',
        conditions: [counted],
        forAnyone: 'count',
        extent: 'tag',
        patients: (all) => ({ from: sixth(all), below: all }),
      },
      {
        id: 'southern-audited',
        title: 'Southern Cancer Registry, audited records',
        description: 'Persons whose records were compared with the paper files. Open once the audit is published.',
        licence: 'CC-BY-4.0',
        conditions: [granularity({ level: 'record' }), embargoUntil('2039-12-31')],
        forAnyone: 'none',
        extent: 'List',
        patients: (all) => ({ from: 0, below: sixth(all) }),
      },
    ],
  },
};

export const tagSystem = `${canonical.ours}/CodeSystem/data-set`;
