/** The words of the Clinical Cohort Definition Language of the German Medical Informatics Initiative that questions can be said in. https://github.com/medizininformatik-initiative/clinical-cohort-definition-language */
import type { CodedKind } from './question.ts';

/** The initiative's contexts that say in which kind of record a code stands; the first of a kind is written. */
export const ccdlContexts: Readonly<Record<string, CodedKind>> = {
  Diagnose: 'condition',
  Prozedur: 'procedure',
  Laboruntersuchung: 'observation',
  Medikamentenverabreichung: 'medication',
  Medikation: 'medication',
  Impfung: 'immunization',
};

export const ccdlContextSystem = 'fdpg.mii.cds';

interface TermCode {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** What the context Patient asks; SNOMED CT is written, LOINC is read too. */
export const ageTerm: TermCode = {
  system: 'http://snomed.info/sct',
  code: '424144002',
  display: 'Current chronological age (observable entity)',
};
export const sexTerm: TermCode = {
  system: 'http://snomed.info/sct',
  code: '263495000',
  display: 'Gender (observable entity)',
};
export const ageCodes: readonly string[] = ['http://snomed.info/sct|424144002', 'http://loinc.org|30525-0'];
export const sexCodes: readonly string[] = ['http://snomed.info/sct|263495000', 'http://loinc.org|LL2191-6'];

/** Criteria in all, as those take it who read it. */
export const mostCcdlCriteria = 200;
