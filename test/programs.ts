/** Programs that an export runs with, and that a machine may lack; .ci/run installs them all. */
import { spawnSync } from 'node:child_process';

const runs = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

export const hasPython = runs('python3', '--version');
export const hasCurl = runs('curl', '--version') && runs('bash', '--version');
export const hasR = runs('Rscript', '-e', 'library(httr2); library(jsonlite)');
