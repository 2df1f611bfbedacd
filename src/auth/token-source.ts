/** What knows bearer tokens, and what it needs from outside. https://www.rfc-editor.org/rfc/rfc6750 */
import type { AccessContext } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';

/** `contextOf` gives undefined for tokens that are not its own; it throws `login` for one that is but is not valid. */
export interface TokenSource {
  contextOf(token: string): Promise<AccessContext | undefined>;
}

export type Log = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

/** What token sources may use of the world. */
export interface Outside {
  fetch: typeof fetch;
  /** milliseconds since 1970 */
  now(): number;
  log: Log;
  /** milliseconds that an answer may take as a whole; 5,000 unless stated */
  patience?: number;
}

const beginning = 'the bearer token is not valid here: ';

/** The token is known, and not accepted. `reason` ends the sentence. */
export function refused(reason: string, cause?: unknown): FhirError {
  return new FhirError('login', `${beginning}${reason}`, cause === undefined ? {} : { cause });
}

/** The reason alone, for logs. */
export const reasonOf = ({ message }: FhirError): string =>
  message.startsWith(beginning) ? message.slice(beginning.length) : message;
