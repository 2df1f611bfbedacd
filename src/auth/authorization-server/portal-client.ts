/** The portal as a client that is always there: public, by PKCE, sent back to the portals that are stated and to nobody else. https://hl7.org/fhir/smart-app-launch/app-launch.html#register-app-with-ehr */
import { parseScope } from '../../conditions/scope.ts';
import type { RegisteredClient } from './registered-client.ts';
import { type AuthorizationServerSettings, portalClientId } from './settings.ts';

/** The settings with the portal of this server and those of `portals` among the clients. `base` is the FHIR base. */
export function withPortal(settings: AuthorizationServerSettings, base: string): AuthorizationServerSettings {
  const client = portalClient([new URL(base).origin, ...settings.portals]);
  return { ...settings, clients: new Map([...settings.clients, [client.id, client]]) };
}

/** What people may do is settled by their accounts: the portal's scopes limit nothing further. */
const scopes = ['user/*.cruds', 'patient/*.cruds'].map((text) => parseScope(text)!);

function portalClient(origins: readonly string[]): RegisteredClient {
  // Where one comes back to after logging in and after logging out.
  const addresses = [...new Set(origins)].map((origin) => `${origin}/login`);
  return {
    id: portalClientId,
    name: 'fairway portal',
    authentication: 'none',
    redirectUris: addresses,
    postLogoutRedirectUris: addresses,
    backend: false,
    scopes,
    introspect: false,
    rights: { readAll: false, write: false },
    affiliations: [],
    acceptedTerms: [],
    purposes: [],
    projects: [],
    visas: [],
  };
}
