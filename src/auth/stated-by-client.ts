/** What clients state about a request beside their token: purpose of use, project, and that they break the glass. https://hl7.org/fhir/R4B/security-labels.html#break-the-glass */
import { type AccessContext, subjectKey } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';
import { frozen } from './frozen.ts';
import { breakTheGlass, purposeOf } from './purpose.ts';
import type { Log } from './token-source.ts';

/** Names of headers in lower case; what is absent cannot be stated. */
export interface StatedHeaders {
  purposeHeader?: string;
  projectHeader?: string;
  breakGlassHeader: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Variants of one token's context that are remembered. */
const mostVariants = 50;
const shortestReason = 10;
const longestReason = 500;

/** Adds what `headers` state to a context: the very same object for the same statements, except where the glass is broken. */
export function createStatements(
  settings: StatedHeaders & { log: Log },
): (context: AccessContext, headers: Headers) => AccessContext {
  const { purposeHeader, projectHeader, breakGlassHeader, log } = settings;
  const variants = new WeakMap<AccessContext, Map<string, AccessContext>>();
  const statedBy = (context: AccessContext, headers: Headers): AccessContext => {
    const purpose = purposeHeader === undefined ? undefined : headers[purposeHeader];
    const project = projectHeader === undefined ? undefined : headers[projectHeader];
    if (purpose === undefined && project === undefined) return context;
    // A purpose binds the one who states it, so it takes someone who can be named.
    if (context.subject.kind === 'anonymous') return context;
    const key = JSON.stringify([purpose, project]);
    const known = variants.get(context) ?? new Map<string, AccessContext>();
    variants.set(context, known);
    let variant = known.get(key);
    if (variant === undefined) {
      variant = frozen({ ...context, ...purposesOf(purpose, context), ...projectOf(project, context) });
      if (known.size >= mostVariants) known.delete(known.keys().next().value!); // not empty
      known.set(key, variant);
    }
    return variant;
  };
  return (context, headers) => {
    const stated = statedBy(context, headers);
    const reason = headers[breakGlassHeader];
    return reason === undefined ? stated : withBrokenGlass(stated, reason, log);
  };
}

/** Purposes joined by commas; where the token states some, only among those. */
function purposesOf(
  header: string | string[] | undefined,
  { purposes: permitted }: AccessContext,
): Pick<AccessContext, 'purposes'> {
  if (header === undefined) return {};
  const stated = String(header)
    .split(',')
    .map((text) => purposeOf(text.trim()));
  const purposes = stated.filter((one) => one !== undefined);
  if (purposes.length < stated.length) {
    throw new FhirError('value', 'the purpose of use must be a code of v3-ActReason such as HRESCH, or system|code');
  }
  if (permitted !== undefined && !purposes.every((one) => permitted.includes(one))) {
    throw new FhirError('forbidden', 'the token is not for that purpose of use');
  }
  return { purposes: [...new Set(purposes)].sort() };
}

function projectOf(
  header: string | string[] | undefined,
  { project: permitted }: AccessContext,
): Pick<AccessContext, 'project'> {
  if (header === undefined) return {};
  const project = String(header);
  if (!/^[\x21-\x7e]{1,255}$/.test(project)) {
    throw new FhirError('value', 'the project must be one identifier of at most 255 characters without blanks');
  }
  if (permitted !== undefined && permitted !== project) {
    throw new FhirError('forbidden', 'the token is not for that project');
  }
  return { project };
}

/** A context for one request, which nobody else gets and nothing remembers. */
function withBrokenGlass(context: AccessContext, header: string | string[], log: Log): AccessContext {
  const reason = String(header).trim();
  const asker = subjectKey(context);
  if (context.rights.breakGlass !== true) {
    log('warn', 'the glass was not broken: no right to', { asker, reason: reason.slice(0, longestReason) });
    throw new FhirError(
      context.subject.kind === 'anonymous' ? 'login' : 'forbidden',
      'reading in an emergency needs the right to break the glass',
    );
  }
  if (reason.length < shortestReason || reason.length > longestReason) {
    throw new FhirError('value', `the reason must have from ${shortestReason} to ${longestReason} characters`);
  }
  log('warn', 'the glass was broken', { asker, tokenId: context.tokenId, reason });
  return frozen({ ...context, purposes: [breakTheGlass], breakGlass: { reason } });
}
