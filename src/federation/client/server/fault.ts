/** What goes wrong with servers, as errors and in words for people. See docs/reference/faults.md */
import type { JsonObject } from '../../../fhir/json.ts';
import type { Problem, Step } from '../answer.ts';
import { reasonText } from '../reason/reason.ts';

/** Why a server gave nothing that can be used. `status` is 0 when there was no answer at all. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly status: number;
  constructor(reason: string, status: number) {
    super(reason);
    this.status = status;
  }
}

/** Tells the person what is wrong with a server. */
export function problemOf(server: string, step: Step, error: unknown): Problem {
  // Anything but a ServerError is a defect of ours.
  if (!(error instanceof ServerError)) throw error;
  return { server, step, reason: error.message };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a stranger's text must not move the cursor of a terminal
const controls = /[\u0000-\u001f\u007f-\u009f]+/g;

/** What a stranger said, short and harmless. */
export const shown = (text: string): string => text.slice(0, 300).replace(controls, ' ').trim();

/** The words of an OperationOutcome. */
export function diagnosticsOf(outcome: JsonObject | undefined): string | undefined {
  const issues = outcome?.['resourceType'] === 'OperationOutcome' ? outcome['issue'] : undefined;
  if (!Array.isArray(issues)) return undefined;
  const texts = issues.map((issue) => (issue as JsonObject | null)?.['diagnostics']); // any JSON; only texts are kept
  return shown(texts.filter((one) => typeof one === 'string').join('; '));
}

/** What TLS says of certificates, by the codes of OpenSSL and Node. https://docs.openssl.org/master/man1/openssl-verification-options/ */
const certificates = {
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  CERT_REVOKED: 'certificate-revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-of-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-of-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-of-unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-of-unknown-authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-of-other-name',
} as const;

const certificateFault = (code: string): (typeof certificates)[keyof typeof certificates] | undefined =>
  Object.hasOwn(certificates, code) ? certificates[code as keyof typeof certificates] : undefined; // a key of it

export interface Failure {
  reason: string;
  /** it may be different in a moment */
  mayRetry: boolean;
}

/** Why there was no answer, or (`broke`) no whole one. */
export function failureOf(error: unknown, broke: boolean): Failure {
  const { code, message } = deepest(error);
  const certificate = certificateFault(code ?? '');
  if (certificate !== undefined)
    return { reason: reasonText('not-trusted', { why: reasonText(certificate) }), mayRetry: false };
  // What was refused on our side has no code of the network and stays refused.
  const mayRetry = code !== undefined && code !== 'ENOTFOUND';
  const cause = shown(code ?? message ?? String(error));
  return { reason: reasonText(broke ? 'broke-off' : 'not-reached', { cause }), mayRetry };
}

interface Cause {
  code?: string;
  message?: string;
  cause?: Cause;
}

/** What an error goes back to. */
function deepest(error: unknown): Cause {
  let one = (error ?? {}) as Cause; // whatever was thrown: its members are looked at, not believed
  for (let depth = 0; depth < 5 && typeof one.cause === 'object' && one.cause !== null; depth++) one = one.cause;
  return { ...(typeof one.code === 'string' ? { code: one.code } : {}), message: String(one.message ?? error) };
}
