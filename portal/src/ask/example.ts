/** The question that the start page offers to run at once: medicines that must not meet, of old age. */
import { readQuestion } from '../../../src/federation/client/index.ts';

const atc = 'http://www.whocc.no/atc';

export const exampleQuestion = readQuestion({
  patients: {
    all: [{ age: { from: 65 } }, { medication: `${atc}|C07` }, { medication: `${atc}|C08DA01` }],
    together: 'overlapping',
  },
});
