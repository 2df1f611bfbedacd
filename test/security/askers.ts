/** Who asks in tests of conditions: contexts as authentication would make them, each by a token of its own. See src/conditions/access-context.ts */
import type { AppSettings } from '../../src/app.ts';
import { noAccess } from '../../src/auth/access-file.ts';
import { tokenDigest } from '../../src/auth/static-token.ts';
import { type AccessContext, anonymous } from '../../src/conditions/access-context.ts';
import { parseScope, type Scope } from '../../src/conditions/scope.ts';
import { canonical } from '../../src/fhir/canonical.ts';
import { tokens } from '../server.ts';

export const issuer = 'https://login.example.org';
export const research = `${canonical.actReason}|HRESCH`;
export const treatment = `${canonical.actReason}|TREAT`;

/** A person without any right beyond what data sets grant. */
export const human = (id: string, more: Partial<AccessContext> = {}): AccessContext => ({
  ...anonymous,
  subject: { kind: 'person', issuer, id },
  ...more,
});

/** A patient who reads what is their own. */
export const patient = (id: string, more: Partial<AccessContext> = {}): AccessContext =>
  human(`login-of-${id}`, { subject: { kind: 'person', issuer, id: `login-of-${id}`, patient: id }, ...more });

/** Scopes by their texts; what is malformed grants nothing, as where tokens are read. */
export const scopes = (...texts: string[]): Scope[] => texts.flatMap((text) => parseScope(text) ?? []);

/** Settings under which each name is the token of its context, beside the tokens that all tests have. */
export function withAskers(contexts: Readonly<Record<string, AccessContext>>): Pick<AppSettings, 'access'> {
  const added = Object.entries(contexts).map(([name, context]) => [tokenDigest(name), context] as const);
  return { access: { ...noAccess, tokens: new Map([...tokens, ...added]) } };
}
