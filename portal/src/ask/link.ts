/** A question as it stands in the address of the page: the JSON of a question file. See docs/reference/question.md */
import { type Question, readQuestion } from '../../../src/federation/client/index.ts';

/** The shortest form; members that ask nothing are left out. */
export const linkText = (question: Question): string => JSON.stringify(plainOf(question));

/** As a file has it. */
export function plainOf({ about, patients, datasets = {}, servers = {} }: Question): object {
  return {
    ...(about === undefined ? {} : { about }),
    patients,
    ...(Object.keys(datasets).length === 0 ? {} : { datasets }),
    ...(Object.keys(servers).length === 0 ? {} : { servers }),
  };
}

export type FromLink = { readonly question: Question } | { readonly fault: string };

/** What an address asks; a fault in words where it cannot be understood. */
export function questionOfLink(text: string): FromLink {
  try {
    return { question: readQuestion(JSON.parse(text) as Parameters<typeof readQuestion>[0]) }; // what JSON holds
  } catch (error) {
    return { fault: error instanceof SyntaxError ? '' : error instanceof Error ? error.message : String(error) };
  }
}
