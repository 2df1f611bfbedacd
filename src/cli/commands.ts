/** All commands, in the order in which help lists them: the command line, its reference and its tests are made from this list. See docs/reference/command-line.md */
import type { Command } from 'commander';
import { accessCommand } from './access/index.ts';
import { assessCommand } from './assess.ts';
import { demoCommand } from './demo.ts';
import type { Environment } from './environment.ts';
import { findCommand } from './find.ts';
import { getCommand } from './get.ts';
import { harvestCommand } from './harvest.ts';
import { importCommand } from './import.ts';
import { admitCommand, joinCommand, membersCommand } from './members.ts';
import { publishCommand } from './publish.ts';
import { questionCommand } from './question.ts';
import { serveCommand } from './serve.ts';

export const commands: readonly ((environment: Environment, done: (code: number) => void) => Command)[] = [
  serveCommand,
  demoCommand,
  importCommand,
  findCommand,
  questionCommand,
  getCommand,
  assessCommand,
  accessCommand,
  publishCommand,
  harvestCommand,
  joinCommand,
  admitCommand,
  membersCommand,
];
