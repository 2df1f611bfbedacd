/** The extensions of a question that is a definitional Group, and of the answer to it. See docs/reference/feasibility.md */

const group = ['Group'];
const characteristic = ['Group.characteristic'];

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
