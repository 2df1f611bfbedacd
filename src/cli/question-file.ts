/** Questions as files: YAML, JSON, a FHIR Group or CCDL, told apart by what stands in them. See docs/reference/question.md */
import { readFile, stat } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import {
  ccdlOf,
  groupOf,
  type Question,
  questionOfCcdl,
  questionOfGroup,
  questionText,
  readQuestion,
} from '../federation/client/index.ts';
import type { Json } from '../fhir/json.ts';
import { objectOf } from '../fhir/json.ts';
import { UsageError } from './environment.ts';

export const questionFormats = ['text', 'yaml', 'json', 'group', 'ccdl'] as const;
export type QuestionFormat = (typeof questionFormats)[number];

const mostBytes = 1_000_000;

/** Throws UsageError that names the file and says what is wrong in it. */
export async function questionOfFile(file: string): Promise<Question> {
  try {
    if ((await stat(file)).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    return questionOfContent(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`cannot use the question in ${file}: ${(cause as Error).message}`);
  }
}

function questionOfContent(content: string): Question {
  // JSON is YAML, too; a fault in it is told better by who knows that it is JSON.
  const isJson = content.trimStart().startsWith('{');
  const value = (isJson ? JSON.parse(content) : parse(content, { logLevel: 'error' })) as Json; // what parsers of both give
  const holder = objectOf(value);
  if (holder?.['resourceType'] !== undefined) return questionOfGroup(holder);
  if (holder?.['inclusionCriteria'] !== undefined) return questionOfCcdl(holder);
  return readQuestion(value);
}

/** The question in the form that is wanted, with a line end. Throws FhirError where the form cannot say it. */
export function questionIn(format: QuestionFormat, question: Question, fhirVersion: string): string {
  switch (format) {
    case 'text':
      return `${questionText(question)}\n`;
    case 'yaml':
      return stringify(shown(question), { lineWidth: 0 });
    case 'json':
      return jsonText(shown(question));
    case 'group':
      return jsonText(groupOf(question, fhirVersion));
    case 'ccdl':
      return jsonText(ccdlOf(question));
  }
}

const jsonText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Without the parts that ask nothing. */
function shown({ datasets = {}, servers = {}, ...question }: Question): object {
  return {
    ...question,
    ...(Object.keys(datasets).length === 0 ? {} : { datasets }),
    ...(Object.keys(servers).length === 0 ? {} : { servers }),
  };
}
