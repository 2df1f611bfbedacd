/** Shows on a terminal what a walk does while it goes on: rows as they come, and one line of progress. See docs/reference/command-line.md */
import type { StreamEvent } from '../federation/client/index.ts';
import { countText } from './answer-text.ts';
import type { Environment } from './environment.ts';
import { createStyle, harmless } from './table.ts';

export interface Progress {
  hear(event: StreamEvent): void;
  /** Takes the line away. */
  end(): void;
}

/** Milliseconds between two looks of the line. */
const pause = 100;

/** Rows go to the standard output, the line to the error output, each only where it is a terminal. */
export function createProgress(environment: Environment, isText: boolean): Progress {
  const { stdout, stderr, now } = environment;
  const hasRows = isText && stdout.isTTY === true;
  const hasLine = stderr.isTTY === true;
  const servers = new Set<string>();
  const answered = new Set<string>();
  let requests = 0;
  let problems = 0;
  let shownAt = 0;

  const clear = (): void => void (hasLine && stderr.write('\r\u001b[K'));
  const line = (): void => {
    if (!hasLine || now() - shownAt < pause) return;
    shownAt = now();
    clear();
    stderr.write(
      `${requests} requests to ${servers.size} servers, ${answered.size} data sets answered, ${problems} problems`,
    );
  };

  function row({ dataset }: Extract<StreamEvent, { kind: 'dataset' }>): void {
    if (!hasRows || answered.has(dataset.identifier)) return;
    clear();
    if (answered.size === 0) stdout.write(`${createStyle(environment).heading('As it comes')}\n`);
    stdout.write(`  ${countText(dataset.answer).padStart(16)}  ${harmless(dataset.title)}\n`);
  }

  return {
    hear(event) {
      if (event.kind === 'trace') {
        requests++;
        servers.add(event.step.server);
      }
      if (event.kind === 'problem') problems++;
      if (event.kind === 'dataset') {
        row(event);
        answered.add(event.dataset.identifier);
      }
      line();
    },
    end() {
      clear();
      if (hasRows && answered.size > 0) stdout.write('\n');
    },
  };
}
