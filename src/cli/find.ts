/** `fairway find`: asks a question of all servers that a walk leads to. See docs/reference/command-line.md */
import { Command } from 'commander';
import { createClient } from '../federation/client/index.ts';
import { answerText } from './answer-text.ts';
import { type Environment, exit } from './environment.ts';
import {
  addQuestionOptions,
  addStartOptions,
  clientSettingsOf,
  type QuestionOptions,
  questionOf,
  type StartOptions,
  startOf,
} from './question-options.ts';
import { createStyle } from './table.ts';

export function findCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('find').description(
    'Find data sets, and how many of their patients meet a question. Without a question about patients the data sets are listed.',
  );
  return addQuestionOptions(addStartOptions(command))
    .option('--json', 'print the answer as JSON')
    .action(async (options: StartOptions & QuestionOptions & { json?: boolean }) =>
      done(await find(options, environment)),
    );
}

async function find(
  options: StartOptions & QuestionOptions & { json?: boolean },
  environment: Environment,
): Promise<number> {
  const start = startOf(options);
  const question = await questionOf(options);
  const client = createClient(clientSettingsOf(options, environment));
  const answer = await (question.patients.all.length === 0
    ? client.list(start, question)
    : client.find(start, question));
  environment.stdout.write(
    options.json === true ? `${JSON.stringify(answer, null, 2)}\n` : answerText(answer, createStyle(environment)),
  );
  return answer.complete ? exit.done : exit.partial;
}
