/** Who is in the demo community: three repositories, a registry and a discovery server of different organisations. https://hl7.org/fhir/uv/fhir-for-fair/STU1/deployment.html */
import type { FhirVersion } from '../fhir/definitions/model.ts';
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
  dataSets: readonly DataSetPlan[];
}

/** One data set: which patients, how its extent is stated, and what it grants. */
export interface DataSetPlan {
  id: string;
  title: string;
  description: string;
  /** SPDX code */
  licence: string;
  granularity: 'record' | 'count' | 'none';
  extent: 'tag' | 'Group' | 'List' | 'DocumentManifest';
  /** of `all` patients in the repository those with the index below, or those from it on */
  patients(all: number): { from: number; below: number };
}

/** Listed data sets stay small enough for one resource that names every member. */
const listed = (all: number): number => Math.min(200, Math.floor(all / 6));

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
        description: 'Diagnoses, prescriptions, encounters and laboratory values of all patients of the hospital.',
        licence: 'CC-BY-4.0',
        granularity: 'record',
        extent: 'tag',
        patients: (all) => ({ from: 0, below: all }),
      },
      {
        id: 'northshore-biosamples',
        title: 'Northshore patients with biosamples',
        description: 'Those patients of the hospital whose blood samples are kept in the biobank.',
        licence: 'CC0-1.0',
        granularity: 'record',
        extent: 'DocumentManifest',
        patients: (all) => ({ from: 0, below: listed(all) }),
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
    dataSets: [
      {
        id: 'lowlands-main',
        title: 'Lowlands Ageing Cohort, main phase',
        description: 'Participants of the cohort with what they take, as they told it.',
        licence: 'CC-BY-4.0',
        granularity: 'record',
        extent: 'tag',
        patients: (all) => ({ from: 0, below: all - listed(all) }),
      },
      {
        id: 'lowlands-pilot',
        title: 'Lowlands Ageing Cohort, pilot phase',
        description: 'Participants of the pilot phase, whose consent asks for approval of each project.',
        licence: 'CC-BY-NC-4.0',
        granularity: 'none',
        extent: 'Group',
        patients: (all) => ({ from: all - listed(all), below: all }),
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
        description: 'All persons of the region who were notified to the registry. Counts only.',
        licence: 'CC-BY-4.0',
        granularity: 'count',
        extent: 'tag',
        patients: (all) => ({ from: 0, below: all }),
      },
      {
        id: 'southern-audited',
        title: 'Southern Cancer Registry, audited records',
        description: 'Persons whose records were compared with the paper files. Counts only.',
        licence: 'CC-BY-4.0',
        granularity: 'count',
        extent: 'List',
        patients: (all) => ({ from: 0, below: listed(all) }),
      },
    ],
  },
};

export const tagSystem = 'https://fairway.health/fhir/CodeSystem/data-set';
