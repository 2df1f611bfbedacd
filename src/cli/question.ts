/** `fairway question`: shows a question as a sentence, or writes it in another form. See docs/reference/question.md */
import { Command, Option } from 'commander';
import { fhirVersions } from '../fhir/definitions/model.ts';
import { type Environment, exit, UsageError } from './environment.ts';
import { type QuestionFormat, questionFormats, questionIn, questionOfFile } from './question-file.ts';
import { addQuestionFlags, hasFlags, type QuestionOptions, questionOf } from './question-options.ts';

interface Options extends QuestionOptions {
  from?: string;
  to: QuestionFormat;
  groupVersion: string;
}

export function questionCommand(environment: Environment, done: (code: number) => void): Command {
  const command = new Command('question')
    .description('Show the question that a file or flags ask, as a sentence or in another form.')
    .option('--from <file>', 'a question as YAML, JSON, FHIR Group or CCDL, instead of flags')
    .addOption(new Option('--to <form>', 'form to write').choices(questionFormats).default('text'))
    .addOption(new Option('--group-version <version>', 'FHIR version of a Group').choices(fhirVersions).default('R4B'));
  return addQuestionFlags(command).action(async (options: Options) => {
    environment.stdout.write(questionIn(options.to, await asked(options), options.groupVersion));
    done(exit.done);
  });
}

function asked(options: Options) {
  if (options.from === undefined) {
    if (!hasFlags(options)) throw new UsageError('say what is asked: by --from FILE or by flags such as --condition');
    return questionOf(options);
  }
  if (hasFlags(options)) throw new UsageError('ask either by --from or by the other flags, not by both');
  return questionOfFile(options.from);
}
