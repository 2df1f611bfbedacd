/** Establishes who asks from the Authorization header. https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
import { type AccessContext, anonymous } from '../conditions/access-context.ts';
import { FhirError } from '../fhir/outcome.ts';
import { type KnownTokens, tokenDigest } from './access-file.ts';

export type Authenticate = (authorization: string | undefined) => AccessContext;

/** Everyone may do everything: for tests and trials on one machine only. */
export const openAccess: AccessContext = {
  subject: { kind: 'service', name: 'insecure-open-access' },
  rights: { readAll: true, write: true },
};

/** Without a header the asker is anonymous; with one that is not understood or not known, nobody: 401. */
export function createAuthenticate(tokens: KnownTokens): Authenticate {
  return (authorization) => {
    if (authorization === undefined) return anonymous;
    const match = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization);
    // Tokens are looked up by their digest, so the time of the look-up says nothing about them.
    const context = match === null ? undefined : tokens.get(tokenDigest(match[1]!));
    if (context === undefined) throw new FhirError('login', 'this server does not know the bearer token');
    return context;
  };
}
