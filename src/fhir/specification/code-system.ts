/** The code systems that fairway defines. See docs/specification. */
import { canonical } from '../canonical.ts';
import { fairIndicators } from './fair-indicator.ts';

interface Concept {
  code: string;
  display: string;
  definition?: string;
}

export interface OurCodeSystem {
  /** the end of its canonical URL */
  id: string;
  title: string;
  description: string;
  /** `not-present` where the codes are too many to list */
  content: 'complete' | 'not-present';
  concepts: readonly Concept[];
}

const concept = (code: string, display: string, definition?: string): Concept => ({
  code,
  display,
  ...(definition === undefined ? {} : { definition }),
});

/** Bands of five years; the last has no end. */
export const ageBands: readonly { code: string; from: number; to?: number }[] = [
  ...Array.from({ length: 18 }, (_, at) => ({ code: `${at * 5}-${at * 5 + 4}`, from: at * 5, to: at * 5 + 4 })),
  { code: '90-', from: 90 },
];

export const codeSystemUrl = (id: string): string => `${canonical.ours}/CodeSystem/${id}`;

export const ourCodeSystems: readonly OurCodeSystem[] = [
  {
    id: 'endpoint-role',
    title: 'Role of a server',
    description: 'What a server of a community is for; the payload type of its Endpoint.',
    content: 'complete',
    concepts: [
      concept('repository', 'Repository', 'Holds data and says what of.'),
      concept('metadata-registry', 'Metadata registry', 'Says what exists, and refers to the repositories.'),
      concept('discovery', 'Discovery server', 'Names the servers that meet criteria.'),
    ],
  },
  {
    id: 'access',
    title: 'Access',
    description: 'Codes of requests for access and of what came of them.',
    content: 'complete',
    concepts: [
      concept('access-request', 'Request for access'),
      concept('grant', 'Grant of a committee'),
      concept('requested', 'Requested'),
      concept('asked-back', 'Asked back'),
      concept('answered', 'Answered'),
      concept('granted', 'Granted'),
      concept('refused', 'Refused'),
      concept('withdrawn', 'Withdrawn'),
      concept('revoked', 'Revoked'),
    ],
  },
  {
    id: 'content-summary',
    title: 'Parts of a content summary',
    description: 'Groups, populations and stratifiers of a content summary.',
    content: 'complete',
    concepts: [
      concept('patients', 'Patients'),
      concept('resources', 'Number of resources'),
      concept('age', 'Age at the date of the summary'),
      concept('sex', 'Administrative sex'),
      concept('code', 'Code', 'Patients by code; ancestors count the patients of all below.'),
      concept('completeness', 'Completeness', 'Share of the resources that have an element, in percent.'),
    ],
  },
  {
    id: 'age-band',
    title: 'Bands of ages',
    description: 'Bands of five completed years.',
    content: 'complete',
    concepts: ageBands.map(({ code, from, to }) =>
      concept(code, to === undefined ? `${from} years and more` : `${from} to ${to} years`),
    ),
  },
  {
    id: 'member-problem',
    title: 'Problem of a member',
    description: 'What a discovery server finds wrong with the servers that it names.',
    content: 'complete',
    concepts: [
      concept('no-answer', 'No answer', 'It did not answer in time, or not as a FHIR server does.'),
      concept('wrong-version', 'Wrong FHIR version', 'It speaks another FHIR version than its Endpoint says.'),
      concept('wrong-role', 'Wrong role', 'It says that it has other roles than its Endpoint says.'),
      concept('wrong-address', 'Wrong address', 'It says that its base address is another one.'),
      concept('certificate', 'Certificate', 'Its certificate expires soon, has expired, or is for another name.'),
      concept('no-summary', 'No content summary', 'A repository of which no content summary is known.'),
      concept('old-summary', 'Old content summary', 'Its newest content summary is older than it should be.'),
    ],
  },
  {
    id: 'question',
    title: 'Characteristics of a question',
    description: 'What a characteristic of a question asks of a patient.',
    content: 'complete',
    concepts: [
      concept('age', 'Age in completed years'),
      concept('sex', 'Administrative sex'),
      concept('medication', 'Medication', 'A statement, request, administration or dispense of a medication.'),
      concept('condition', 'Condition'),
      concept('procedure', 'Procedure'),
      concept('observation', 'Observation'),
      concept('immunization', 'Immunization'),
      concept('group', 'Group', 'A contained Group of characteristics.'),
      concept('where', 'Search', 'A FHIR search that finds the patient, or a record of the patient.'),
    ],
  },
  {
    id: 'fair-indicator',
    title: 'FAIR indicators',
    description:
      'The indicators of RDA’s FAIR Data Maturity Model (https://doi.org/10.15497/rda00050), their letters, and what an assessment counts.',
    content: 'complete',
    concepts: [
      concept('F', 'Findable'),
      concept('A', 'Accessible'),
      concept('I', 'Interoperable'),
      concept('R', 'Reusable'),
      ...fairIndicators.map(({ id, wording, priority }) => concept(id, wording, `Priority: ${priority}.`)),
      concept('indicator', 'Indicator'),
      concept('met', 'Indicators that are met'),
      concept('measured', 'Indicators that were measured'),
      concept('applicable', 'Indicators that apply'),
      concept('level', 'Compliance level', 'RDA’s level of a letter, 0 to 5.'),
      concept(
        'maturity',
        'Maturity',
        'RDA’s maturity of an indicator: 0 not applicable, 1 not met, 3 met in part, 4 met.',
      ),
    ],
  },
  {
    id: 'element',
    title: 'Elements of FHIR resources',
    description: 'Elements by their path, such as Condition.onset.',
    content: 'not-present',
    concepts: [],
  },
];
