/** The diagnoses of the demo's patients in ICD-10 and SNOMED CT. https://hl7.org/fhir/R4B/terminologies-systems.html */

export const icdSystem = 'http://hl7.org/fhir/sid/icd-10';
export const snomedSystem = 'http://snomed.info/sct';

export interface Diagnosis {
  icd: string;
  snomed: string;
  name: string;
}

export const diagnoses = {
  diabetes: { icd: 'E11.9', snomed: '44054006', name: 'Type 2 diabetes mellitus' },
  diabetesRenal: { icd: 'E11.2', snomed: '44054006', name: 'Type 2 diabetes mellitus with renal complications' },
  diabetesType1: { icd: 'E10.9', snomed: '46635009', name: 'Type 1 diabetes mellitus' },
  prostateCancer: { icd: 'C61', snomed: '399068003', name: 'Malignant neoplasm of prostate' },
  breastCancer: { icd: 'C50.9', snomed: '254837009', name: 'Malignant neoplasm of breast' },
  hypertension: { icd: 'I10', snomed: '59621000', name: 'Essential hypertension' },
  fibrillation: { icd: 'I48.9', snomed: '49436004', name: 'Atrial fibrillation' },
  heartFailure: { icd: 'I50.9', snomed: '84114007', name: 'Heart failure' },
  copd: { icd: 'J44.9', snomed: '13645005', name: 'Chronic obstructive pulmonary disease' },
  hyperlipidaemia: { icd: 'E78.5', snomed: '55822004', name: 'Hyperlipidaemia' },
  depression: { icd: 'F32.9', snomed: '35489007', name: 'Depressive disorder' },
} as const satisfies Record<string, Diagnosis>;

export type DiagnosisName = keyof typeof diagnoses;

/** Codes in use, and the groups that questions name, so that `:below` finds the codes in them. */
export const icdNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.values(diagnoses).map(({ icd, name }) => [icd, name])),
  E10: 'Type 1 diabetes mellitus',
  'E10.9': 'Type 1 diabetes mellitus without complications',
  E11: 'Type 2 diabetes mellitus',
  'E11.2': 'Type 2 diabetes mellitus with renal complications',
  'E11.9': 'Type 2 diabetes mellitus without complications',
};

/** A diagnosis with complications has the code of the one without. */
export const snomedName = ({ name }: Diagnosis): string => name.replace(/ with .*/, '');
