/** The question that the start page offers to run at once: medicines that must not meet, of old age. It stands in its texts as people say it. */
import type { Question } from '../../../src/federation/client/index.ts';

const atc = 'http://www.whocc.no/atc';

const question: Question = {
  patients: {
    all: [{ age: { from: 65 } }, { medication: { code: `${atc}|C07` } }, { medication: { code: `${atc}|C08DA01` } }],
    together: 'overlapping',
  },
};

/** As the address has it; the start page does without the client, which would be half of its load. */
export const exampleLink = JSON.stringify(question);
