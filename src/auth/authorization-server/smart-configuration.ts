/** States what the authorization server does, in SMART's words and in the CapabilityStatement. https://hl7.org/fhir/smart-app-launch/conformance.html */
import { paths } from './site.ts';

/** Signature algorithms of client assertions. */
export const assertionAlgorithms = ['RS384', 'ES384'] as const;
export const authenticationMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const;

/** Shown as examples of what can be asked for; any type and search parameters can stand in the place of `*`. */
export const scopesSupported = [
  'openid',
  'fhirUser',
  'profile',
  'launch',
  'launch/patient',
  'offline_access',
  'online_access',
  'patient/*.cruds',
  'user/*.cruds',
  'system/*.cruds',
] as const;

/** Only what is true of this server: each capability has a test. */
const capabilities = [
  'launch-ehr',
  'launch-standalone',
  'client-public',
  'client-confidential-symmetric',
  'client-confidential-asymmetric',
  'sso-openid-connect',
  'context-banner',
  'context-ehr-patient',
  'context-ehr-encounter',
  'context-standalone-patient',
  'permission-offline',
  'permission-online',
  'permission-patient',
  'permission-user',
  'permission-v1',
  'permission-v2',
] as const;

/** The content of `.well-known/smart-configuration`. */
export function smartConfigurationOf(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    jwks_uri: `${issuer}${paths.jwks}`,
    authorization_endpoint: `${issuer}${paths.authorization}`,
    token_endpoint: `${issuer}${paths.token}`,
    introspection_endpoint: `${issuer}${paths.introspection}`,
    revocation_endpoint: `${issuer}${paths.revocation}`,
    // Beyond SMART's own list: what the portal logs out by, and that answers name their issuer (RFC 9207).
    end_session_endpoint: `${issuer}${paths.endSession}`,
    authorization_response_iss_parameter_supported: true,
    grant_types_supported: grantTypes,
    response_types_supported: ['code'],
    scopes_supported: scopesSupported,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: authenticationMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    capabilities,
  };
}

/** `CapabilityStatement.rest.security`. https://hl7.org/fhir/smart-app-launch/STU1/conformance/index.html#using-capabilitystatement */
export function securityOf(issuer: string): Readonly<Record<string, unknown>> {
  const endpoint = (url: string, path: string) => ({ url, valueUri: `${issuer}${path}` });
  return {
    cors: true,
    service: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
            code: 'SMART-on-FHIR',
            display: 'SMART-on-FHIR',
          },
        ],
      },
    ],
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [
          endpoint('authorize', paths.authorization),
          endpoint('token', paths.token),
          endpoint('introspect', paths.introspection),
          endpoint('revoke', paths.revocation),
        ],
      },
    ],
  };
}
