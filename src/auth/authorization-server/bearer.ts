/** Lets tokens of the authorization server be known beside those of the access file. https://www.rfc-editor.org/rfc/rfc6750#section-2.1 */
import type { AccessContext } from '../../conditions/access-context.ts';
import { FhirError } from '../../fhir/outcome.ts';

type Authenticate = (authorization: string | undefined) => AccessContext | Promise<AccessContext>;

/** Asks `others` first; what they do not know may be a token of the authorization server. */
export function withAuthorizationServer(
  others: Authenticate,
  server: () => { contextOf(token: string): Promise<AccessContext | undefined> } | undefined,
): (authorization: string | undefined) => Promise<AccessContext> {
  return async (authorization) => {
    try {
      return await others(authorization);
    } catch (error) {
      if (!(error instanceof FhirError) || error.code !== 'login') throw error;
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
      const context = token === undefined ? undefined : await server()?.contextOf(token);
      if (context === undefined) throw error;
      return context;
    }
  };
}
