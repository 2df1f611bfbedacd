/** What a command gets from the outside: streams, environment, clock. Only main.ts makes one of the real process. */

export interface Environment {
  variables: Readonly<Record<string, string | undefined>>;
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stdin: NodeJS.ReadableStream;
  fetch: typeof fetch;
  /** milliseconds since 1970 */
  now(): number;
  /** resolves when the process is asked to end */
  ended: Promise<void>;
}

/** Exit codes. */
export const exit = { done: 0, failed: 1, usage: 2, partial: 3 } as const;

/** A mistake of the user: told in one line, exit code 2. */
export class UsageError extends Error {}
