/** What a server does by itself, as operations tell of it. See docs/adr/0024-jobs.md */

/** Times in milliseconds since 1970. */
export interface JobState {
  name: string;
  /** between two runs */
  seconds: number;
  due: number;
  isRunning: boolean;
  succeeded?: number;
  /** in a row */
  failures: number;
  /** of the last run, when that failed */
  error?: string;
}
