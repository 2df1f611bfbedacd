/** The extensions of a question that is a definitional Group, and of the answer to it. See docs/reference/feasibility.md */

const group = ['Group'];
const characteristic = ['Group.characteristic'];

const part = (url: string, short: string, max: '1' | '*' = '*', type = 'string') => ({
  url,
  min: 0,
  max,
  types: [type],
  short,
});

export const questionExtensions = [
  {
    id: 'question-combination',
    title: 'Combination of characteristics',
    on: group,
    description: 'all, as it is unless stated, or any: one of the characteristics suffices.',
    types: ['code'],
  },
  {
    id: 'question-together',
    title: 'Times of characteristics',
    on: group,
    description:
      'any-time, as it is unless stated, or overlapping: there is one moment that records of each characteristic are about.',
    types: ['code'],
  },
  {
    id: 'question-as-of',
    title: 'Day of a question',
    on: group,
    description: 'The day at which ages are reckoned.',
    types: ['date'],
  },
  {
    id: 'question-data-sets',
    title: 'Data sets of a question',
    on: group,
    description: 'What a question that is kept asks of data sets, for clients; of several values one suffices.',
    parts: [
      part('only', 'These and no others: identifier, canonical URL, or address of the record'),
      part('text', 'Words of title, publisher or description', '1'),
      part('licence', 'SPDX code'),
      part('dataUse', 'Term of the Data Use Ontology'),
      part('granularity', 'What must be granted at least', '1'),
      part('visa', 'Type of GA4GH visa that is asked for'),
      part('country', 'ISO 3166 code of the jurisdiction'),
      part('minimumPatients', 'Patients at least', '1', 'integer'),
    ],
  },
  {
    id: 'question-servers',
    title: 'Servers of a question',
    on: group,
    description: 'What a question that is kept asks of servers, for clients.',
    parts: [
      part('country', 'ISO 3166 code'),
      part('language', 'BCP 47 code'),
      part('role', 'repository, metadata-registry or discovery'),
      part('fhirVersion', 'R4, R4B, R5, or as 4.0.1'),
      part('type', 'Resource type that it holds'),
      part('searchParameter', 'Type.code, or a code'),
      part('operation', 'Name or canonical URL'),
      part('profile', 'Canonical URL'),
      part('security', 'Code of restful-security-service'),
      part('name', 'Words of its name', '1'),
      part('seenWithin', 'It answered within this time: a number and m, h, d or w', '1'),
    ],
  },
  {
    id: 'question-below',
    title: 'Codes below',
    on: characteristic,
    description: 'Whether the codes stand for all that is below them, too.',
    types: ['boolean'],
  },
  {
    id: 'question-value',
    title: 'Value of an observation',
    on: characteristic,
    description: 'What the value of the observation must be; of several all must hold of the same one.',
    types: ['Quantity', 'Range', 'CodeableConcept'],
  },
  {
    id: 'question-value-not',
    title: 'Other value of an observation',
    on: characteristic,
    description: 'What the value of the observation must not be.',
    types: ['Quantity'],
  },
  {
    id: 'not-asked',
    title: 'What could not be asked',
    on: ['MeasureReport'],
    description: 'An OperationOutcome with the reasons why nothing was counted.',
    types: ['Reference'],
  },
] as const;
